/** One config: edit it, or look through its versions. */
import { Center, Loader, SegmentedControl, Stack, Text } from '@mantine/core';
import type { ConfigView as Config } from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { hrefOf, setQuery, useAddress } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { RowMode, StateMark } from '../fleet/state-mark.tsx';
import { useRoute } from '../requests.ts';
import { ArchiveButton } from './archive-button.tsx';
import { ConfigEditor } from './config-editor.tsx';
import { HistoryView } from './history-view.tsx';
import { configPath } from './paths.ts';
import { useConsoleWords } from '../console-words.ts';

export default function ConfigView({ id }: { readonly id: string }) {
  const { t } = useConsoleWords();
  const { query } = useAddress();
  const mark = useFleet('marks')?.configs;
  const { value: config, failure } = useRoute<Config>(configPath(id), [mark]);
  const row = useFleet('rows')?.find((each) => each.id === id);
  const history = query['tab'] === 'history';
  if (failure !== null && config === undefined) {
    return (
      <Stack p="md">
        <FailureText failure={failure} />
        <a href={hrefOf('configs')}>{t('console:configs.all')}</a>
      </Stack>
    );
  }
  if (config === undefined) {
    return (
      <Center p="xl">
        <Loader size="sm" />
      </Center>
    );
  }
  return (
    <div className="view fixed">
      <div className="view-head">
        <a className="link quiet" href={hrefOf('configs')}>
          {t('console:nav.configs')}
        </a>
        <h2>{id}</h2>
        {row !== undefined && <RowMode row={row} />}
        {row !== undefined && <StateMark row={row} />}
        <Text size="sm" className="quiet">
          {config.file} · {t('console:configs.version', { version: config.version })}
        </Text>
        <div className="view-head-end">
          <SegmentedControl
            aria-label={t('console:configs.tab')}
            value={history ? 'history' : 'edit'}
            onChange={(tab) => setQuery({ tab: tab === 'edit' ? '' : tab })}
            data={[
              { value: 'edit', label: t('console:configs.edit') },
              { value: 'history', label: t('console:configs.history') },
            ]}
          />
          <ArchiveButton id={id} running={row !== undefined && row.pid !== null} />
        </div>
      </div>
      {history ? (
        <HistoryView id={id} config={config} />
      ) : (
        <ConfigEditor key={id} config={config} running={row !== undefined && row.pid !== null} />
      )}
    </div>
  );
}
