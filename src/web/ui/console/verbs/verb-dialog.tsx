/**
 * One confirmation for every verb: it lists what will happen to which instance, then what came of
 * it for each. Nothing is sent before it is confirmed, and never twice.
 */
import { Alert, Button, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import type { VerbResult } from '../../../../contract/fleet-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { useFleet } from '../fleet-topics.ts';
import type { Refused } from '../requests.ts';
import { send } from '../requests.ts';
import { EffectList } from './effect-list.tsx';
import type { StopChoice } from './verb-plan.ts';
import { STOP_AS_CONFIGURED, planVerb, stopBody } from './verb-plan.ts';
import type { VerbRequest } from './verb-request.ts';
import { askVerb, useVerbRequest } from './verb-request.ts';
import { VerbResults } from './verb-results.tsx';

/** Stands once on the page; shows itself when a verb is asked for. */
export function VerbDialog() {
  const request = useVerbRequest();
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={request !== null}
      onClose={() => {
        if (!busy) askVerb(null);
      }}
      size="lg"
      title={request === null ? '' : t(`console.verbs.title.${request.verb}`)}
      closeButtonProps={{ 'aria-label': t('common.close'), disabled: busy }}
    >
      {request !== null && <Confirm request={request} onBusy={setBusy} />}
    </Modal>
  );
}

function Confirm(props: {
  readonly request: VerbRequest;
  readonly onBusy: (busy: boolean) => void;
}) {
  const { t } = useTranslation();
  const { request, onBusy } = props;
  const { verb, ids } = request;
  const rows = useFleet('rows') ?? [];
  const subject = ids === null ? rows : rows.filter(({ id }) => ids.includes(id));
  const plan = planVerb(verb, subject);
  const due = plan.filter(({ skipped }) => !skipped);
  const [choice, setChoice] = useState(STOP_AS_CONFIGURED);
  const work = useMutation<readonly VerbResult[], Refused>({
    mutationFn: () =>
      send(`/api/instances/${verb}`, bodyOf(request, due.map(({ row }) => row.id), choice)),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
  });
  if (work.data !== undefined) return <Outcome results={work.data} rows={rows} />;
  const live = due.filter(({ row }) => row.mode === 'live').length;
  const dangerous = verb === 'panic' || (verb === 'stop' && choice.position === 'close');
  return (
    <Stack gap="sm">
      <Text size="sm">{t(`console.verbs.meaning.${verb}`)}</Text>
      {verb === 'stop' && <StopChoices choice={choice} onChange={setChoice} />}
      {live > 0 && (
        <Alert color="orange" p="xs">
          <b>{t('mode.live')}</b> {t('console.verbs.live_among', { count: live })}
        </Alert>
      )}
      <EffectList plan={plan} choice={verb === 'stop' ? choice : null} />
      {work.error !== null && <FailureText failure={work.error.failure} />}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" disabled={work.isPending} onClick={() => askVerb(null)}>
          {t('common.cancel')}
        </Button>
        <Button
          color={dangerous ? 'red' : undefined}
          disabled={due.length === 0}
          loading={work.isPending}
          onClick={() => work.mutate()}
          data-autofocus={dangerous ? undefined : true}
        >
          {t(`console.verbs.confirm.${verb}`, { count: due.length })}
        </Button>
      </Group>
    </Stack>
  );
}

function StopChoices(props: {
  readonly choice: StopChoice;
  readonly onChange: (choice: StopChoice) => void;
}) {
  const { t } = useTranslation();
  const { choice, onChange } = props;
  const orders = ['config', 'cancel', 'keep'] as const;
  const position = ['config', 'keep', 'close'] as const;
  return (
    <div className="stop-choices">
      <span id="stop-orders">{t('console.stop.orders')}</span>
      <SegmentedControl
        aria-labelledby="stop-orders"
        value={choice.orders}
        onChange={(value) => onChange({ ...choice, orders: value as StopChoice['orders'] })}
        data={orders.map((value) => ({ value, label: t(`console.stop.orders_${value}`) }))}
      />
      <span id="stop-position">{t('console.stop.position')}</span>
      <SegmentedControl
        aria-labelledby="stop-position"
        value={choice.position}
        onChange={(value) => onChange({ ...choice, position: value as StopChoice['position'] })}
        data={position.map((value) => ({ value, label: t(`console.stop.position_${value}`) }))}
      />
    </div>
  );
}

function Outcome(props: {
  readonly results: readonly VerbResult[];
  readonly rows: readonly FleetRow[];
}) {
  const { t } = useTranslation();
  const { results, rows } = props;
  return (
    <Stack gap="sm">
      <VerbResults results={results} rows={rows} />
      <Group justify="flex-end">
        <Button data-autofocus onClick={() => askVerb(null)}>
          {t('common.close')}
        </Button>
      </Group>
    </Stack>
  );
}

/** `ids`: those to which something will happen; a panic of all names none. */
function bodyOf(request: VerbRequest, ids: readonly string[], choice: StopChoice): object {
  if (request.verb === 'stop') return stopBody(ids, choice);
  if (request.verb === 'panic' && request.ids === null) return { ids: null };
  return { ids };
}
