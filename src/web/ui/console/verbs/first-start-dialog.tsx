/** The start of configs that were never started: which they are, then what came of each. */
import { Alert, Text } from '@mantine/core';
import type { UnstartedConfig } from '../../../../contract/console-api.ts';
import type { VerbResult } from '../../../../contract/fleet-api.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { ModeMark } from '../fleet/state-mark.tsx';
import { useConsoleWords } from '../console-words.ts';
import { askVerb, toldTitle, whileUnderWay } from './verb-request.ts';
import { VerbResults } from './verb-results.tsx';

interface Props {
  /** Of its asking. */
  readonly nr: number;
  readonly configs: readonly UnstartedConfig[];
  readonly opened: boolean;
}

export function FirstStartDialog({ nr, configs, opened }: Props) {
  const { t } = useConsoleWords();
  const ids = configs.map(({ id }) => id);
  const live = configs.filter(({ mode }) => mode === 'live').length;
  const title = t('console:verbs.title.start');
  return (
    <ConfirmDialog<readonly VerbResult[]>
      opened={opened}
      lengthy
      onClose={() => askVerb(null)}
      size="lg"
      title={title}
      told={toldTitle(t, title, ids)}
      confirm={t('console:verbs.confirm.start', { count: ids.length })}
      about={ids}
      act={() => whileUnderWay(nr, () => post('/api/instances/start', { ids }))}
      result={(results) => <VerbResults results={results} rows={[]} />}
      look={t('console:verbs.look')}
    >
      <Text size="sm">{t('console:unstarted.meaning')}</Text>
      {live > 0 && (
        <Alert color="orange" p="xs">
          <b>{t('mode.live')}</b> {t('console:verbs.live_among', { count: live })}
        </Alert>
      )}
      <ul className="effect-list" tabIndex={0}>
        {configs.map((config) => (
          <FirstStart key={config.id} config={config} />
        ))}
      </ul>
    </ConfirmDialog>
  );
}

function FirstStart({ config: { id, mode } }: { readonly config: UnstartedConfig }) {
  const { t } = useConsoleWords();
  return (
    <li data-effect={mode === 'live' ? 'starts_live' : 'starts'}>
      <span className="effect-list-name">
        <b>{id}</b> <ModeMark mode={mode} />
      </span>
      <span>
        {t(mode === 'live' ? 'console:effects.starts_live' : 'console:effects.starts')}
        {mode === 'live' && (
          <span className="effect-list-hint">
            {t('console:effects.first_live')} <code>gridd start {id}</code>
          </span>
        )}
      </span>
    </li>
  );
}
