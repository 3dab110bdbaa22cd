/** Every version of a config: who wrote it when, why and from where; any two compared; rollback. */
import { Text } from '@mantine/core';
import { useState } from 'react';
import type {
  ConfigVersion,
  ConfigVersionText,
  ConfigView,
} from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { useFleet } from '../fleet-topics.ts';
import { useRoute } from '../requests.ts';
import { DiffView } from './diff-view.tsx';
import { configPath, versionPath } from './paths.ts';
import { RollbackDialog } from './rollback-dialog.tsx';
import { VersionRow } from './version-row.tsx';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly id: string;
  readonly config: ConfigView;
}

export function HistoryView({ id, config }: Props) {
  const { t } = useConsoleWords();
  const mark = useFleet('marks')?.configs;
  const { value, failure } = useRoute<readonly ConfigVersion[]>(configPath(id, 'versions'), [mark]);
  const versions = [...(value ?? [])].sort((a, b) => b.version - a.version);
  const newest = versions[0]?.version ?? config.version;
  const [picked, setPicked] = useState<{ from: number | null; to: number | null }>({
    ...{ from: null, to: null },
  });
  const [back, setBack] = useState<number | null>(null);
  const to = picked.to ?? newest;
  const from = picked.from ?? versions[1]?.version ?? to;
  return (
    <div className="history">
      <section className="card history-list" aria-label={t('console:configs.history')}>
        {failure !== null && <FailureText failure={failure} />}
        <div
          className="history-scroller"
          tabIndex={0}
          role="region"
          aria-label={t('console:history.list')}
        >
          <table className="history-table">
            <thead>
              <tr>
                <th scope="col">{t('console:history.from')}</th>
                <th scope="col">{t('console:history.to')}</th>
                <th scope="col">{t('console:history.version')}</th>
                <th scope="col">{t('console:history.who')}</th>
                <th scope="col">{t('console:history.why')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('console:history.rollback')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {versions.map((version) => (
                <VersionRow
                  key={version.version}
                  version={version}
                  newest={version.version === newest}
                  from={from === version.version}
                  to={to === version.version}
                  onFrom={() => setPicked({ from: version.version, to })}
                  onTo={() => setPicked({ from, to: version.version })}
                  onBack={() => setBack(version.version)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section className="card history-diff" aria-label={t('console:history.diff')}>
        <Text size="sm" fw={600}>
          {t('console:history.between', { from, to })}
        </Text>
        <VersionDiff id={id} from={from} to={to} />
      </section>
      <RollbackDialog id={id} version={back} present={config.text} onClose={() => setBack(null)} />
    </div>
  );
}

function VersionDiff({
  id,
  from,
  to,
}: {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}) {
  const { t } = useConsoleWords();
  const before = useRoute<ConfigVersionText>(versionPath(id, from));
  const after = useRoute<ConfigVersionText>(versionPath(id, to));
  const failure = before.failure ?? after.failure;
  if (failure !== null) return <FailureText failure={failure} />;
  if (from === to) return <p className="quiet small">{t('console:history.choose')}</p>;
  if (before.value === undefined || after.value === undefined) {
    return <p className="quiet small">{t('common.loading')}</p>;
  }
  return <DiffView before={before.value.text} after={after.value.text} />;
}
