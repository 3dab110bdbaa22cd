/**
 * One kind of confirmation for every verb: it lists what will happen to which instance, then what
 * came of it for each; in a corner where it was closed before.
 */
import { Alert, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import type { VerbResult } from '../../../../contract/fleet-api.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { useFleet } from '../fleet-topics.ts';
import { EffectList } from './effect-list.tsx';
import { FirstStartDialog } from './first-start-dialog.tsx';
import type { PlannedEffect, StopChoice, Verb } from './verb-plan.ts';
import { STOP_AS_CONFIGURED, movesRealMoney, planVerb, stopBody } from './verb-plan.ts';
import type { AskedVerb } from './verb-request.ts';
import { askVerb, toldTitle, useAskedVerbs, whileUnderWay } from './verb-request.ts';
import { VerbResults } from './verb-results.tsx';
import { useConsoleWords } from '../console-words.ts';

/** Stands once on the page; shows itself when a verb is asked for. */
export function VerbDialogs() {
  const { open, asked } = useAskedVerbs();
  return asked.map((one) => {
    const { nr, first } = one;
    const opened = nr === open;
    return first === undefined ? (
      <VerbDialog key={nr} asked={one} opened={opened} />
    ) : (
      <FirstStartDialog key={nr} nr={nr} configs={first} opened={opened} />
    );
  });
}

interface Props {
  readonly asked: AskedVerb;
  readonly opened: boolean;
}

/** What will happen to which instance, and how. */
interface Meant {
  readonly plan: readonly PlannedEffect[];
  readonly choice: StopChoice;
}

function VerbDialog({ asked, opened }: Props) {
  const { t } = useConsoleWords();
  const [choice, setChoice] = useState(STOP_AS_CONFIGURED);
  const { nr, verb, ids } = asked;
  const title = t(`console:verbs.title.${verb}`);
  const rows = useFleet('rows') ?? [];
  const subject = ids === null ? rows : rows.filter(({ id }) => ids.includes(id));
  const [confirmed, setConfirmed] = useState<Meant | null>(null);
  // Rows go on changing: what is under way is shown as it was confirmed.
  const now: Meant = { plan: planVerb(verb, subject), choice };
  const meant = asked.underWay && confirmed !== null ? confirmed : now;
  const { plan } = meant;
  const due = plan.filter(({ skipped }) => !skipped).map(({ row }) => row);
  const live = due.filter((row) => movesRealMoney(verb, row)).length;
  const body = bodyOf(
    asked,
    due.map(({ id }) => id),
    meant.choice,
  );
  const act = () => {
    setConfirmed(meant);
    return whileUnderWay(nr, () => post<readonly VerbResult[]>(`/api/instances/${verb}`, body));
  };
  return (
    <ConfirmDialog<readonly VerbResult[]>
      opened={opened}
      onClose={() => askVerb(null)}
      size="lg"
      title={title}
      told={toldTitle(t, title, ids)}
      confirm={t(`console:verbs.confirm.${verb}`, { count: due.length })}
      danger={verb === 'panic' || (verb === 'stop' && meant.choice.position === 'close')}
      disabled={due.length === 0}
      about={body}
      lengthy
      act={act}
      result={(results) => <VerbResults results={results} rows={rows} />}
      look={t('console:verbs.look')}
    >
      <Text size="sm">{t(`console:verbs.meaning.${verb}`)}</Text>
      {verb === 'stop' && <StopChoices choice={meant.choice} onChange={setChoice} />}
      {live > 0 && (
        <Alert color="orange" p="xs">
          <b>{t('mode.live')}</b> {t('console:verbs.live_among', { count: live })}
        </Alert>
      )}
      <EffectList plan={plan} choice={verb === 'stop' ? meant.choice : null} />
    </ConfirmDialog>
  );
}

function StopChoices(props: {
  readonly choice: StopChoice;
  readonly onChange: (choice: StopChoice) => void;
}) {
  const { t } = useConsoleWords();
  const { choice, onChange } = props;
  const orders = ['config', 'cancel', 'keep'] as const;
  const position = ['config', 'keep', 'close'] as const;
  return (
    <div className="stop-choices">
      <span id="stop-orders">{t('console:stop.orders')}</span>
      <SegmentedControl
        aria-labelledby="stop-orders"
        value={choice.orders}
        onChange={(value) => onChange({ ...choice, orders: value as StopChoice['orders'] })}
        data={orders.map((value) => ({ value, label: t(`console:stop.orders_${value}`) }))}
      />
      <span id="stop-position">{t('console:stop.position')}</span>
      <SegmentedControl
        aria-labelledby="stop-position"
        value={choice.position}
        onChange={(value) => onChange({ ...choice, position: value as StopChoice['position'] })}
        data={position.map((value) => ({ value, label: t(`console:stop.position_${value}`) }))}
      />
    </div>
  );
}

/** `ids`: those to which something will happen; a panic of all names none. */
function bodyOf(
  request: { readonly verb: Verb; readonly ids: readonly string[] | null },
  ids: readonly string[],
  choice: StopChoice,
): object {
  if (request.verb === 'stop') return stopBody(ids, choice);
  if (request.verb === 'panic' && request.ids === null) return { ids: null };
  return { ids };
}
