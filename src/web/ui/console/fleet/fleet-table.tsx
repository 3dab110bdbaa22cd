/**
 * The fleet as a table. Only rows in sight exist in the document, so that hundreds of instances
 * scroll and update as smoothly as a few.
 */
import { Center, Checkbox, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { RowMenu } from '../verbs/row-menu.tsx';
import type { FleetColumn } from './fleet-columns.tsx';
import { FLEET_COLUMNS } from './fleet-columns.tsx';
import type { FleetListProps } from './fleet-list.ts';
import type { Sort, SortKey } from './row-order.ts';
import { isLive } from './row-order.ts';
import { WarningCount } from './warning-count.tsx';
import { useConsoleWords } from '../console-words.ts';

const ROW_PX = 45;
const OVERSCAN = 10;

interface Props extends FleetListProps {
  readonly sort: Sort;
  readonly onSort: (key: SortKey) => void;
  readonly onSelectAll: (on: boolean) => void;
}

export function FleetTable(props: Props) {
  const { t } = useConsoleWords();
  const { rows, selected, onSelect, onWarnings } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      className="fleet-scroller"
      ref={scroller}
      tabIndex={0}
      aria-label={t('console:nav.fleet')}
      role="region"
    >
      <table className="fleet-table" aria-rowcount={rows.length + 1}>
        <TableHead {...props} />
        <tbody>
          {above > 0 && (
            <tr className="spacer" aria-hidden>
              <td style={{ height: above }} />
            </tr>
          )}
          {items.map(({ index, key }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <Row
                key={key}
                row={row}
                index={index}
                selected={selected.has(row.id)}
                onSelect={onSelect}
                onWarnings={onWarnings}
              />
            );
          })}
          {below > 0 && (
            <tr className="spacer" aria-hidden>
              <td style={{ height: below }} />
            </tr>
          )}
        </tbody>
      </table>
      {rows.length === 0 && (
        <Center p="xl">
          <Text className="quiet">{t('console:filter.none')}</Text>
        </Center>
      )}
    </div>
  );
}

function TableHead({ rows, selected, sort, onSort, onSelectAll }: Props) {
  const { t } = useConsoleWords();
  const chosen = rows.filter(({ id }) => selected.has(id)).length;
  return (
    <thead>
      <tr>
        <th scope="col" className="box">
          <Checkbox
            size="xs"
            aria-label={t('console:select_all')}
            checked={chosen > 0 && chosen === rows.length}
            indeterminate={chosen > 0 && chosen < rows.length}
            onChange={(event) => onSelectAll(event.currentTarget.checked)}
          />
        </th>
        {FLEET_COLUMNS.map((column) => (
          <Head key={column.key} column={column} sort={sort} onSort={onSort} />
        ))}
        <Head column={WARNINGS} sort={sort} onSort={onSort} />
        <th scope="col" className="menu">
          <span className="visually-hidden">{t('console:columns.actions')}</span>
        </th>
      </tr>
    </thead>
  );
}

const WARNINGS: FleetColumn = {
  key: 'warnings',
  sorts: ['warnings'],
  numeric: true,
  cell: () => null,
};

function Head(props: {
  readonly column: FleetColumn;
  readonly sort: Sort;
  readonly onSort: (key: SortKey) => void;
}) {
  const { t } = useConsoleWords();
  const { column, sort, onSort } = props;
  const sorted = column.sorts.includes(sort.key);
  const order = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      className={`${column.key} ${column.numeric ? 'number' : ''}`}
      aria-sort={sorted ? order : 'none'}
    >
      {column.sorts.length === 0 && t(`console:columns.day`)}
      {column.sorts.map((key) => (
        <button
          key={key}
          type="button"
          className="sort-button"
          aria-pressed={key === sort.key}
          onClick={() => onSort(key)}
        >
          {t(`console:columns.${key}`)}
          <span aria-hidden>{key === sort.key ? (sort.descending ? ' ▾' : ' ▴') : ''}</span>
        </button>
      ))}
    </th>
  );
}

const Row = memo(function Row(props: {
  readonly row: FleetRow;
  readonly index: number;
  readonly selected: boolean;
  readonly onSelect: (id: string, on: boolean) => void;
  readonly onWarnings: (row: FleetRow) => void;
}) {
  const { t } = useConsoleWords();
  const { row, index, selected, onSelect, onWarnings } = props;
  return (
    <tr
      aria-rowindex={index + 2}
      data-instance={row.id}
      className={`${isLive(row) ? 'live' : ''} ${selected ? 'selected' : ''}`}
    >
      <td className="box">
        <Checkbox
          size="xs"
          aria-label={t('console:select', { id: row.id })}
          checked={selected}
          onChange={(event) => onSelect(row.id, event.currentTarget.checked)}
        />
      </td>
      {FLEET_COLUMNS.map((column) => (
        <td key={column.key} className={`${column.key} ${column.numeric ? 'number' : ''}`}>
          {column.cell(row, t)}
        </td>
      ))}
      <td className="number warnings">
        <WarningCount row={row} onOpen={onWarnings} />
      </td>
      <td className="menu">
        <RowMenu row={row} />
      </td>
    </tr>
  );
});
