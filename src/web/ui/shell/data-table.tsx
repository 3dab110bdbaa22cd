/**
 * The table of both pages: sort, filter, a head that stays, only the rows in view in the document,
 * and every state it can be in said in words. A sort or filter covers all rows: older ones are
 * loaded for it.
 */
import './data-table.css';
import { Skeleton, Stack, Text, TextInput, Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureText } from './failure-text.tsx';
import type { TableRows } from './paged-rows.ts';
import type { Column, Sorting } from './table-column.ts';
import { grownWidths, nextSorting, rowsMatching, rowsSorted } from './table-rows.ts';

export interface DataTableProps<Row> {
  /** What the table holds, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly source: TableRows<Row>;
  readonly idOf: (row: Row) => string | number;
  /** Said when there is no row at all. */
  readonly empty: string;
  /** Rows may be old: the stream is lost. */
  readonly stale?: boolean;
  readonly rowClass?: (row: Row) => string;
  /** Whether a row counts as one; absent: all do. */
  readonly counts?: (row: Row) => boolean;
  /** The row in the middle of the view at first. */
  readonly centreOn?: string | number;
  /** Further choices before the filter, e.g. of a status. */
  readonly choices?: ReactNode;
  /** The buttons that export; they are told which rows the filter leaves. */
  readonly exports?: (filter: string) => ReactNode;
}

const ROW_PX = 27;
const SKELETONS = 6;
/** Rows from the end at which older ones are asked for. */
const AHEAD = 20;
/** Older rows are loaded for a sort or filter up to this many. */
const MOST_ROWS = 20_000;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, source, stale = false, exports, choices, counts = () => true } = props;
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const { rows: all = [], more, loading, loadMore } = source;
  const rows = useMemo(
    () => rowsSorted(rowsMatching(all, columns, filter), columns, sorting),
    [all, columns, filter, sorting],
  );
  const searching = (filter.trim() !== '' || sorting !== null) && more && all.length < MOST_ROWS;
  useEffect(() => {
    if (searching && !loading && source.failure === null) loadMore();
  }, [searching, loading, loadMore, source.failure]);
  return (
    <div>
      <div className="table-tools">
        {choices}
        <TextInput
          aria-label={t('common.filter')}
          placeholder={t('common.filter')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          w={150}
        />
        <Text component="span" size="xs" className="quiet count" role="status">
          {stale && <span className="attention">{t('table.stale')} · </span>}
          {searching && `${t('table.searching')} · `}
          <CountText
            shown={rows.filter(counts).length}
            known={all.filter(counts).length}
            more={more}
          />
        </Text>
        {exports?.(filter)}
      </div>
      <TableBox
        {...props}
        rows={rows}
        sorting={sorting}
        onSort={(key) => setSorting((before) => nextSorting(before, key))}
        filtered={filter.trim() !== ''}
      />
    </div>
  );
}

function CountText(props: {
  readonly shown: number;
  readonly known: number;
  readonly more: boolean;
}) {
  const { t } = useTranslation();
  const { shown, known, more } = props;
  const rows = t(more ? 'table.rows_so_far' : 'table.rows', { count: known });
  return shown === known ? rows : t('table.shown', { shown, rows });
}

interface TableBoxProps<Row> extends DataTableProps<Row> {
  readonly rows: readonly Row[];
  readonly sorting: Sorting | null;
  readonly onSort: (key: string) => void;
  readonly filtered: boolean;
}

function TableBox<Row>(props: TableBoxProps<Row>) {
  const { label, columns, source, rows, idOf, stale = false, rowClass } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : idOf(row);
    },
  });
  const items = virtual.getVirtualItems();
  useCentred(props, items.length > 0, (index) => {
    virtual.scrollToIndex(index, { align: 'center' });
  });
  const last = items.at(-1);
  const { more, loading, loadMore } = source;
  // A page may hold no row and still be followed by others.
  const nearEnd = (last?.index ?? -1) >= rows.length - AHEAD;
  useEffect(() => {
    if (nearEnd && more && !loading && source.failure === null) loadMore();
  }, [nearEnd, more, loading, loadMore, source.failure]);
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (last?.end ?? 0);
  const widths = useWidths(columns, items.flatMap(({ index }) => rows[index] ?? []));
  const width = widths.reduce((sum, one) => sum + one, 0);
  const grows = columns.some(({ wraps }) => wraps === true);
  return (
    <div className="table-box" ref={box} tabIndex={0} role="region" aria-label={label}>
      <table
        className={`data-table${stale ? ' stale' : ''}`}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-busy={source.rows === undefined}
        style={{ minWidth: `${width}ch` }}
      >
        <colgroup>
          {columns.map(({ key, wraps = false }, index) => (
            <col key={key} style={grows && wraps ? {} : { width: `${widths[index]}ch` }} />
          ))}
        </colgroup>
        <Head {...props} />
        <tbody>
          <Gap height={above} columns={columns.length} />
          {items.map(({ index, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                aria-rowindex={index + 2}
                className={rowClass?.(row)}
              >
                <Cells columns={columns} row={row} />
              </tr>
            );
          })}
          <Gap height={below} columns={columns.length} />
        </tbody>
      </table>
      <StateNote {...props} />
    </div>
  );
}

/** What columns need for all rows that were in view so far, in characters. */
function useWidths<Row>(
  columns: readonly Column<Row>[],
  shown: readonly Row[],
): readonly number[] {
  const [known, setKnown] = useState<readonly number[]>([]);
  const widths = grownWidths(known, columns, shown);
  if (widths !== known) setKnown(widths);
  return widths;
}

/** Brings the row wanted into view, once. */
function useCentred<Row>(
  props: TableBoxProps<Row>,
  laidOut: boolean,
  scrollTo: (index: number) => void,
): void {
  const { rows, idOf, centreOn } = props;
  const done = useRef(false);
  useEffect(() => {
    if (done.current || centreOn === undefined || !laidOut) return;
    done.current = true;
    scrollTo(rows.findIndex((row) => idOf(row) === centreOn));
  }, [rows, idOf, centreOn, laidOut, scrollTo]);
}

function Head<Row>({ columns, sorting, onSort }: TableBoxProps<Row>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ key, title, kind }) => {
          const sorted = sorting?.key === key;
          const order = sorting?.descending === true ? 'descending' : 'ascending';
          return (
            <th
              key={key}
              scope="col"
              className={kind === 'number' ? 'number' : ''}
              aria-sort={sorted ? order : 'none'}
            >
              <button type="button" onClick={() => onSort(key)} title={title}>
                {title}
                {sorted && <span aria-hidden="true">{order === 'ascending' ? ' ▲' : ' ▼'}</span>}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Cells<Row>(props: { readonly columns: readonly Column<Row>[]; readonly row: Row }) {
  const { columns, row } = props;
  return columns.map(({ key, kind, wraps = false, text, cell, hint }) => {
    const classes = [kind === 'number' ? 'number' : '', wraps ? 'wraps' : ''];
    return (
      <td key={key} className={classes.join(' ').trim()} title={hint?.(row)}>
        {cell === undefined ? text(row) : cell(row)}
      </td>
    );
  });
}

function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr className="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

/** What stands where rows would: still loading, failed, none, none that matches. */
function StateNote<Row>({ source, rows, empty, filtered }: TableBoxProps<Row>) {
  const { t } = useTranslation();
  if (source.failure !== null) {
    return (
      <Stack gap="sm" p="md" align="flex-start">
        <FailureText failure={source.failure} />
        <Button variant="default" onClick={source.retry}>
          {t('common.retry')}
        </Button>
      </Stack>
    );
  }
  if (source.rows === undefined) {
    return (
      <Stack gap={6} p="sm" role="status" aria-label={t('common.loading')}>
        {Array.from({ length: SKELETONS }, (_, index) => (
          <Skeleton key={index} height={16} />
        ))}
      </Stack>
    );
  }
  if (rows.length > 0) return null;
  return <p className="table-note quiet">{filtered ? t('table.no_match') : empty}</p>;
}
