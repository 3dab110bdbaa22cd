/** What was asked of the fleet and by whom, and how its processes ended. */
import { Button, SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import type { AuditView, FleetExit } from '../../../../contract/console-api.ts';
import type { Answer } from '../../shell/api.ts';
import { get } from '../../shell/api.ts';
import { DataTable } from '../../shell/data-table.tsx';
import type { PageSource } from '../../shell/paged-rows.ts';
import { usePagedRows } from '../../shell/paged-rows.ts';
import { setQuery, useAddress } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { useRoute } from '../requests.ts';
import { tableRows } from '../table-source.ts';
import { useAuditColumns, useExitColumns } from './event-columns.tsx';
import { useConsoleWords } from '../console-words.ts';

const MOST_EXITS = 1000;

export default function EventsView() {
  const { t } = useConsoleWords();
  const { query } = useAddress();
  const ids = query['ids'] ?? '';
  const exits = query['tab'] === 'exits';
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:nav.events')}</h2>
        <SegmentedControl
          aria-label={t('console:nav.events')}
          value={exits ? 'exits' : 'audit'}
          onChange={(tab) => setQuery({ tab: tab === 'audit' ? '' : tab })}
          data={[
            { value: 'audit', label: t('console:events.audit') },
            { value: 'exits', label: t('console:events.exits') },
          ]}
        />
        {ids !== '' && (
          <Button variant="default" onClick={() => setQuery({ ids: '' })}>
            {t('console:events.only', { ids })} ✕
          </Button>
        )}
      </div>
      <div className="view-body">
        <section className="card">{exits ? <Exits id={ids} /> : <Audit id={ids} />}</section>
      </div>
    </div>
  );
}

function Audit({ id }: { readonly id: string }) {
  const { t } = useConsoleWords();
  const columns = useAuditColumns();
  const mark = useFleet('marks')?.audit;
  const source = useMemo(() => auditSource(id), [id]);
  const rows = usePagedRows(source, mark === undefined ? undefined : String(mark));
  return (
    <DataTable
      label={t('console:events.audit')}
      columns={columns}
      source={rows}
      idOf={(entry) => entry.id}
      empty={t('console:events.no_audit')}
      rowClass={({ outcome }) => (outcome === 'ok' ? '' : 'failed')}
    />
  );
}

function auditSource(id: string): PageSource<AuditView> {
  return {
    key: ['audit', id],
    grows: true,
    idOf: (entry) => entry.id,
    read: async (before, limit, signal) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (before !== null) query.set('before', before);
      if (id !== '') query.set('instance', id);
      const answer: Answer<readonly AuditView[]> = await get(`/api/audit?${query}`, signal);
      if (!answer.ok) return answer;
      const rows = answer.value;
      // A page that is not full was the last.
      const oldest = rows.length < limit ? undefined : rows.at(-1);
      return { ok: true, value: { rows, next: oldest === undefined ? null : String(oldest.id) } };
    },
  };
}

function Exits({ id }: { readonly id: string }) {
  const { t } = useConsoleWords();
  const columns = useExitColumns();
  const mark = useFleet('marks')?.exits;
  const asked = useRoute<readonly FleetExit[]>(`/api/exits?limit=${MOST_EXITS}`, [mark]);
  const shown = asked.value?.filter(({ instance }) => id === '' || instance === id);
  return (
    <DataTable
      label={t('console:events.exits')}
      columns={columns}
      source={tableRows({ ...asked, value: shown })}
      idOf={(exit) => `${exit.instance} ${exit.at} ${exit.generation ?? ''}`}
      empty={t('console:events.no_exits')}
    />
  );
}
