/** All configs: those that may run, and the archive. */
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { ConfigSummary } from '../../../../contract/console-api.ts';
import { dateText } from '../../format/moment.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { DataTable } from '../../shell/data-table.tsx';
import type { Column } from '../../shell/table-column.ts';
import { hrefOf } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { RowMode, StateMark } from '../fleet/state-mark.tsx';
import { useForget, useRoute } from '../requests.ts';
import { tableRows } from '../table-source.ts';
import { useConsoleWords } from '../console-words.ts';

export default function ConfigsView() {
  const { t } = useConsoleWords();
  const mark = useFleet('marks')?.configs;
  const active = useRoute<readonly ConfigSummary[]>('/api/configs', [mark]);
  const archived = useRoute<readonly ConfigSummary[]>('/api/archived', [mark]);
  const [back, setBack] = useState<ConfigSummary | null>(null);
  const columns = useColumns();
  const restore: Column<ConfigSummary> = {
    key: 'restore',
    title: t('console:archive.restore'),
    kind: 'text',
    width: 10,
    text: () => '',
    cell: (config) => (
      <Button variant="default" size="compact-xs" onClick={() => setBack(config)}>
        {t('console:archive.restore')}
      </Button>
    ),
  };
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:nav.configs')}</h2>
        <div className="view-head-end">
          <Button component="a" href={hrefOf('new')}>
            + {t('console:new.open')}
          </Button>
        </div>
      </div>
      <div className="view-body">
        <section className="card">
          <h3>{t('console:configs.active')}</h3>
          <DataTable
            label={t('console:configs.active')}
            columns={columns.active}
            source={tableRows(active)}
            idOf={({ file }) => file}
            empty={t('console:empty.title')}
          />
        </section>
        <section className="card">
          <h3>{t('console:configs.archived')}</h3>
          <DataTable
            label={t('console:configs.archived')}
            columns={[...columns.archived, restore]}
            source={tableRows(archived)}
            idOf={({ file }) => file}
            empty={t('console:configs.none_archived')}
          />
        </section>
      </div>
      <RestoreDialog config={back} onClose={() => setBack(null)} />
    </div>
  );
}

function useColumns() {
  const { t } = useConsoleWords();
  const rows = useFleet('rows') ?? [];
  const rowOf = ({ id }: ConfigSummary) => rows.find((row) => row.id === id);
  const text = (
    key: string,
    title: string,
    width: number,
    read: (config: ConfigSummary) => string,
  ): Column<ConfigSummary> => ({ key, title, kind: 'text', width, text: read });
  const name = text('name', t('console:configs.name'), 24, (config) => config.name);
  const file = text('file', t('console:configs.file'), 34, (config) => config.file);
  const changed = text('changed', t('console:configs.changed'), 21, ({ changed_at: at }) =>
    dateText(at),
  );
  const version: Column<ConfigSummary> = {
    ...text('version', t('console:history.version'), 9, (config) => String(config.version)),
    kind: 'number',
  };
  const id: Column<ConfigSummary> = {
    ...text('id', t('console:columns.id'), 20, (config) => config.id),
    cell: (config) => (
      <a className="instance-id" href={hrefOf('configs', config.id)}>
        {config.id}
      </a>
    ),
  };
  const state: Column<ConfigSummary> = {
    ...text('state', t('console:columns.state'), 24, (config) => rowOf(config)?.state ?? ''),
    cell: (config) => {
      const row = rowOf(config);
      if (row === undefined) return <span className="quiet">{t('console:configs.never_ran')}</span>;
      return (
        <>
          <StateMark row={row} /> <RowMode row={row} />
        </>
      );
    },
  };
  const problems: Column<ConfigSummary> = {
    ...text('problems', t('console:configs.problems'), 10, (config) => String(config.problems)),
    kind: 'number',
    cell: (config) =>
      config.problems === 0 ? '0' : <span className="loss">▲ {config.problems}</span>,
  };
  const history: Column<ConfigSummary> = {
    ...text('history', t('console:configs.history'), 12, () => ''),
    cell: (config) => (
      <a className="link" href={hrefOf('configs', config.id, { tab: 'history' })}>
        {t('console:configs.history')}
      </a>
    ),
  };
  const plainId = text('id', t('console:columns.id'), 20, (config) => config.id);
  return {
    active: [id, name, state, problems, version, changed, file, history],
    archived: [plainId, name, changed, file],
  };
}

function RestoreDialog(props: {
  readonly config: ConfigSummary | null;
  readonly onClose: () => void;
}) {
  const { t } = useConsoleWords();
  const { config, onClose } = props;
  const forget = useForget();
  const name = config?.file.split('/').at(-1) ?? '';
  return (
    <ConfirmDialog<unknown>
      opened={config !== null}
      brief
      onClose={onClose}
      title={t('console:archive.restore_title', { id: config?.id ?? '' })}
      confirm={t('console:archive.restore')}
      about={{ name }}
      act={async () => {
        const path = `/api/archived/${encodeURIComponent(name)}/restore`;
        const answer = await post(path, { note: '' });
        forget('/api/configs');
        forget('/api/archived');
        return answer;
      }}
      result={() => t('console:archive.restored', { id: config?.id ?? '' })}
      look={t('console:archive.look')}
    >
      <Text size="sm">{t('console:archive.restore_meaning', { file: config?.file ?? '' })}</Text>
    </ConfirmDialog>
  );
}
