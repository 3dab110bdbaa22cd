/** Which rows of a table are shown, in which order. Pure; amounts are compared as decimals. */
import { parseMoney } from '../../../contract/decimal.ts';
import type { Column, Sorting } from './table-column.ts';

/** Characters that stand for the padding of a cell; figures may be bold, letters are narrower. */
const PADDING = { number: 3, text: 2 };
/** A column that is wider than this cuts its text. */
const MOST_WIDTH = 40;

/**
 * Widths of `columns` in characters that show the text of every row of `rows` whole; never less
 * than `known`, so that nothing jumps. The same list where nothing grew.
 */
export function grownWidths<Row>(
  known: readonly number[],
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): readonly number[] {
  const grown = columns.map(({ kind, width, wraps = false, text }, index) => {
    const least = Math.max(width, known[index] ?? 0);
    if (wraps) return least;
    const needed = rows.map((row) => Math.min(MOST_WIDTH, widthOf(text(row)) + PADDING[kind]));
    return Math.max(least, ...needed);
  });
  const same = grown.length === known.length && grown.every((one, at) => one === known[at]);
  return same ? known : grown;
}

/** Characters; those of East Asia take the room of two. */
function widthOf(text: string): number {
  return text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);
}

/** Rows in which every word of `filter` occurs in some column, whatever its case. */
export function rowsMatching<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  filter: string,
): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((column) => column.text(row)).join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Rows in the order wanted; null keeps theirs. Equal rows keep their order, nulls come last. */
export function rowsSorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  if (column === undefined || sorting === null) return rows;
  const sign = sorting.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, by: sortKey(column, row) }));
  keyed.sort((a, b) => {
    if (a.by === null || b.by === null) return Number(a.by === null) - Number(b.by === null);
    return sign * compare(a.by, b.by);
  });
  return keyed.map(({ row }) => row);
}

/** What a press on the head of a column does: up, down, as it came. */
export function nextSorting(sorting: Sorting | null, key: string): Sorting | null {
  if (sorting?.key !== key) return { key, descending: false };
  return sorting.descending ? null : { key, descending: true };
}

function sortKey<Row>(column: Column<Row>, row: Row): bigint | string | null {
  const text = column.sortBy === undefined ? column.text(row) : column.sortBy(row);
  if (text === null || text === '') return null;
  return column.kind === 'number' ? parseMoney(text) : text;
}

function compare(a: bigint | string, b: bigint | string): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b);
  return a < b ? -1 : Number(a > b);
}
