/** The start of configs that were never started: which they are, then what came of each. */
import { Alert, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { UnstartedConfig } from '../../../../contract/console-api.ts';
import type { VerbResult } from '../../../../contract/fleet-api.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { ModeMark } from '../fleet/state-mark.tsx';
import { useConsoleWords } from '../console-words.ts';
import { VerbResults } from './verb-results.tsx';

interface Props {
  /** Null: closed. */
  readonly configs: readonly UnstartedConfig[] | null;
  readonly onClose: () => void;
}

export function FirstStartDialog({ configs, onClose }: Props) {
  const { t } = useConsoleWords();
  // What it was about stays readable while it closes.
  const [meant, setMeant] = useState<readonly UnstartedConfig[]>([]);
  useEffect(() => {
    if (configs !== null) setMeant(configs);
  }, [configs]);
  const named = configs ?? meant;
  const ids = named.map(({ id }) => id);
  const live = named.filter(({ mode }) => mode === 'live').length;
  return (
    <ConfirmDialog<readonly VerbResult[]>
      // What is under way for some is not shown as what came of others.
      key={ids.join()}
      opened={configs !== null}
      lengthy
      onClose={onClose}
      size="lg"
      title={t('console:verbs.title.start')}
      confirm={t('console:verbs.confirm.start', { count: ids.length })}
      about={ids}
      act={() => post('/api/instances/start', { ids })}
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
        {named.map((config) => (
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
