/** The fleet: sums, filters, all instances as a table (on a phone as cards), and verbs for them. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { hrefOf, setQuery, useAddress } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { VerbBar } from '../verbs/verb-bar.tsx';
import { FleetCards } from './fleet-cards.tsx';
import { FleetSums } from './fleet-sums.tsx';
import type { FleetListProps } from './fleet-list.ts';
import { FleetTable } from './fleet-table.tsx';
import { NoInstances } from './no-instances.tsx';
import type { RowFilter, RowGroup, SortKey } from './row-order.ts';
import { ROW_GROUPS, isInGroup, nextSort, orderRows, readSort, sortText } from './row-order.ts';
import { shownWords } from './state-reason.tsx';
import { Unstarted } from './unstarted.tsx';
import { WarningsDialog } from './warnings-dialog.tsx';
import { useConsoleWords } from '../console-words.ts';

export function FleetView() {
  const rows = useFleet('rows') ?? [];
  const unstarted = useFleet('unstarted') ?? [];
  const { t, i18n } = useTranslation();
  const { query } = useAddress();
  const filter = filterOf(query);
  const sort = readSort(query['sort'] ?? '');
  const text = useDeferredValue(filter.text);
  const narrow = useMediaQuery('(max-width: 62em)', undefined, {
    getInitialValueInEffect: false,
  });
  const { group, mode, account } = filter;
  const shown = useMemo(
    () => {
      const words = (row: FleetRow) => shownWords(t, i18n.language, row);
      const by = readSort(query['sort'] ?? '');
      return orderRows(rows, { text, group, mode, account }, by, words);
    },
    [rows, text, group, mode, account, query, t, i18n.language],
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [warned, setWarned] = useState<string | null>(null);
  const selected = useMemo(() => rows.filter(({ id }) => chosen.has(id)), [rows, chosen]);
  const select = (id: string, on: boolean) => setChosen(changed(chosen, [id], on));
  const list: FleetListProps = {
    rows: shown,
    selected: chosen,
    onSelect: select,
    onWarnings: ({ id }) => setWarned(id),
  };
  return (
    <div className="fleet">
      {rows.length === 0 ? (
        <NoInstances configs={unstarted} />
      ) : (
        <>
          <FleetSums rows={rows} />
          <Filters rows={rows} filter={filter} shown={shown.length} />
          <Unstarted configs={unstarted} />
          {narrow ? (
            <FleetCards {...list} />
          ) : (
            <FleetTable
              {...list}
              sort={sort}
              onSort={(key: SortKey) => setQuery({ sort: sortText(nextSort(sort, key)) })}
              onSelectAll={(on) => setChosen(changed(chosen, idsOf(shown), on))}
            />
          )}
          <VerbBar
            all={rows}
            selected={selected}
            narrow={narrow}
            onClear={() => setChosen(new Set())}
          />
        </>
      )}
      <WarningsDialog
        row={rows.find(({ id }) => id === warned) ?? null}
        onClose={() => setWarned(null)}
      />
    </div>
  );
}

function Filters(props: {
  readonly rows: readonly FleetRow[];
  readonly filter: RowFilter;
  readonly shown: number;
}) {
  const { t } = useConsoleWords();
  const { rows, filter, shown } = props;
  const count = (group: RowGroup) => rows.filter((row) => isInGroup(row, group)).length;
  const said = rows.flatMap(({ mode, next_mode: next }) => [mode, next]);
  const modes = [...new Set(said)].filter((mode) => mode !== null);
  return (
    <div className="filters">
      <TextInput
        className="filters-text"
        aria-label={t('console:filter.text')}
        placeholder={t('console:filter.text')}
        value={filter.text}
        onChange={(event) => setQuery({ q: event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={t('console:filter.group')}
        value={filter.group}
        onChange={(group) => setQuery({ show: group === 'all' ? '' : group })}
        data={ROW_GROUPS.map((group) => ({
          value: group,
          label: `${t(`console:filter.${group}`)} ${count(group)}`,
        }))}
      />
      {modes.length > 1 && (
        <SegmentedControl
          aria-label={t('console:filter.mode')}
          value={filter.mode}
          onChange={(mode) => setQuery({ mode })}
          data={[
            { value: '', label: t('console:filter.both') },
            { value: 'live', label: t('mode.live') },
            { value: 'paper', label: t('mode.paper') },
          ]}
        />
      )}
      {filter.account !== '' && (
        <Button variant="default" onClick={() => setQuery({ account: '' })}>
          {t('console:filter.account', { account: filter.account })} ✕
        </Button>
      )}
      <span className="quiet filters-count" role="status">
        {shown === rows.length
          ? t('console:filter.shown_all', { count: shown })
          : t('console:filter.shown', { shown, count: rows.length })}
      </span>
      <Button component="a" href={hrefOf('new')} ml="auto">
        + {t('console:new.open')}
      </Button>
    </div>
  );
}

function filterOf(query: Readonly<Record<string, string>>): RowFilter {
  return {
    text: query['q'] ?? '',
    group: ROW_GROUPS.find((group) => group === query['show']) ?? 'all',
    mode: query['mode'] ?? '',
    account: query['account'] ?? '',
  };
}

function changed(
  set: ReadonlySet<string>,
  ids: readonly string[],
  on: boolean,
): ReadonlySet<string> {
  const next = new Set(set);
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

function idsOf(rows: readonly FleetRow[]): string[] {
  return rows.map(({ id }) => id);
}
