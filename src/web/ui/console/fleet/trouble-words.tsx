/** What a state means that is no good, why an instance is in it, and what helps. */
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { useNow } from '../../shell/now.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { reasonWords, tripWords } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';
import { durationWords } from '../moments.ts';
import type { Verb } from '../verbs/verb-plan.ts';
import { planVerb } from '../verbs/verb-plan.ts';
import type { Trouble } from './row-order.ts';
import { RowMode, StateMark } from './state-mark.tsx';

const HELPS: Readonly<Record<Trouble, readonly Verb[]>> = {
  failed: ['start', 'stop', 'panic'],
  backoff: ['restart', 'stop', 'panic'],
  unhealthy: ['restart', 'stop', 'panic'],
  degraded: ['pause', 'restart', 'stop', 'panic'],
  tripped: ['resume', 'stop', 'panic'],
};

/** What helps; verbs that would do nothing are left out. */
export function helpsFor(row: FleetRow, trouble: Trouble): readonly Verb[] {
  return HELPS[trouble].filter((verb) => planVerb(verb, [row])[0]?.skipped === false);
}

interface RowProps {
  readonly row: FleetRow;
}

export function TroubleWords({ row, trouble }: RowProps & { readonly trouble: Trouble }) {
  const { t } = useConsoleWords();
  // What degrades it stands in the list of its warnings.
  const listed = trouble === 'degraded' && row.warnings.length > 0;
  return (
    <>
      <Group gap="xs">
        <StateMark row={row} /> <RowMode row={row} />
      </Group>
      <Text size="sm">{t(`console:trouble.${trouble}`)}</Text>
      {trouble === 'tripped' && <TripText row={row} />}
      {trouble !== 'tripped' && !listed && <StateReasons row={row} />}
      {typeof row.next_start_at === 'string' && <NextStart at={row.next_start_at} />}
      <Text size="sm">{t(`console:trouble.do_${trouble}`)}</Text>
    </>
  );
}

/** Counted down while somebody looks; the fleet tells the moment alone. */
function NextStart({ at }: { readonly at: string }) {
  const { t } = useConsoleWords();
  const left = (Date.parse(at) - useNow(1000)) / 1000;
  const span = durationWords(t, Math.ceil(left));
  return (
    <Text size="sm">
      {left > 0 ? t('console:trouble.next_start', { span }) : t('console:trouble.next_start_now')}
    </Text>
  );
}

function StateReasons({ row }: RowProps) {
  const { language } = useConsoleWords();
  const { t } = useTranslation();
  return reasonWords(t, language, row).map(({ words, sentence }) => (
    <Text
      size="sm"
      className="trouble-reason"
      key={`${words} ${sentence}`}
    >
      <SaidText words={words} sentence={sentence} />
    </Text>
  ));
}

/** The process of a tripped grid runs: why that is so says nothing of the fence. */
function TripText({ row: { tripped } }: RowProps) {
  const { language } = useConsoleWords();
  if (tripped === undefined) return null;
  return (
    <Text size="sm" className="trouble-reason">
      <SaidText {...tripWords(language, tripped)} />
    </Text>
  );
}
