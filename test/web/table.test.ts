/** Tables of the pages without a browser: order, filter, files, and pages put together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_HELD, newestTaken } from '../../src/web/ui/shell/page-merge.ts';
import type { Page } from '../../src/web/ui/shell/page-merge.ts';
import type { Column } from '../../src/web/ui/shell/table-column.ts';
import { csvOf, exportName, jsonOf } from '../../src/web/ui/shell/table-export.ts';
import type { ExportField } from '../../src/web/ui/shell/table-export.ts';
import {
  grownWidths,
  nextSorting,
  rowsMatching,
  rowsSorted,
} from '../../src/web/ui/shell/table-rows.ts';

interface Row {
  readonly id: number;
  readonly price: string | null;
  readonly note: string;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    ...{ key: 'price', title: 'Price', kind: 'number', width: 9 },
    text: ({ price }) => price ?? '',
  },
  { key: 'note', title: 'Note', kind: 'text', width: 9, text: ({ note }) => note },
];
const ROWS: readonly Row[] = [
  { id: 1, price: '9.5', note: 'buy Apple' },
  { id: 2, price: null, note: 'sell apple' },
  { id: 3, price: '-10', note: 'buy pear' },
  { id: 4, price: '10.000000000000000001', note: 'sell pear' },
  { id: 5, price: '10', note: '' },
];
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('order and filter', () => {
  it('compares numbers as decimals; rows without one come last in both directions', () => {
    const by = (descending: boolean) => rowsSorted(ROWS, COLUMNS, { key: 'price', descending });
    expect(ids(by(false))).toEqual([3, 1, 5, 4, 2]);
    expect(ids(by(true))).toEqual([4, 5, 1, 3, 2]);
    expect(rowsSorted(ROWS, COLUMNS, null)).toBe(ROWS);
  });

  it('turns up, down and back', () => {
    const up = nextSorting(null, 'price');
    const down = nextSorting(up, 'price');
    expect([up, down, nextSorting(down, 'price')]).toEqual([
      { key: 'price', descending: false },
      { key: 'price', descending: true },
      null,
    ]);
    expect(nextSorting(down, 'note')).toEqual({ key: 'note', descending: false });
  });

  it('keeps rows that hold every word, whatever its case', () => {
    expect(ids(rowsMatching(ROWS, COLUMNS, 'apple'))).toEqual([1, 2]);
    expect(ids(rowsMatching(ROWS, COLUMNS, ' PEAR  sell '))).toEqual([4]);
    expect(rowsMatching(ROWS, COLUMNS, '  ')).toBe(ROWS);
  });
});

const FIELDS: readonly ExportField<Row>[] = [
  { name: 'id', kind: 'number', value: ({ id }) => id },
  { name: 'price', kind: 'number', value: ({ price }) => price },
  { name: 'note', kind: 'text', value: ({ note }) => note },
];

describe('widths', () => {
  const rows = (price: string, note = '') => [{ id: 1, price, note }];

  it('hold the longest text that was shown, and never shrink', () => {
    const least = grownWidths([], COLUMNS, rows('9.5'));
    expect(least).toEqual([9, 9]);
    const grown = grownWidths(least, COLUMNS, rows('0.000012345', 'buy'));
    expect(grown).toEqual([14, 9]);
    expect(grownWidths(grown, COLUMNS, rows('9.5'))).toBe(grown);
  });

  it('count signs of East Asia twice, have an end, and leave alone what wraps', () => {
    const [first, second] = COLUMNS;
    if (first === undefined || second === undefined) throw new Error('no columns');
    expect(grownWidths([], [second], rows('', '買入價一四二'))).toEqual([14]);
    expect(grownWidths([], [second], rows('', 'x'.repeat(500)))).toEqual([40]);
    expect(grownWidths([], [{ ...second, wraps: true }], rows('', 'x'.repeat(500)))).toEqual([9]);
  });
});

describe('files', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1'])(
    'makes a text like %j harmless and leaves numbers alone',
    (note) => {
      const [, line = ''] = csvOf(FIELDS, [{ id: 1, price: '-0.5', note }]).split(/\r\n(?=1)/);
      expect(line.startsWith('1,-0.5,')).toBe(true);
      expect(line.slice('1,-0.5,'.length).replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it('does not take a number field at its word', () => {
    const [row] = [{ id: 1, price: '=HYPERLINK("x")', note: 'a' }];
    expect(csvOf(FIELDS, [row])).toBe(`id,price,note\r\n1,"'=HYPERLINK(""x"")",a\r\n`);
  });

  it('quotes so that a reader of CSV gets every text back', () => {
    // What the apostrophe is put before has its own test.
    const unit = fc.constantFrom('"', ',', '\r', '\n', "'", ' ', 'x', '網', '😀', '\0');
    const text = fc.string({ unit, maxLength: 12 }).map((note) => `a${note}`);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (notes) => {
        const rows = notes.map((note, id) => ({ id, price: '1.5', note }));
        expect(readCsv(csvOf(FIELDS, rows)).slice(1)).toEqual(
          rows.map(({ id, note }) => [String(id), '1.5', note]),
        );
      }),
    );
  });

  it('writes JSON with the fields of the CSV, and a name that no folder escapes', () => {
    expect(JSON.parse(jsonOf(FIELDS, ROWS))).toEqual(ROWS);
    expect(JSON.parse(jsonOf(FIELDS, []))).toEqual([]);
    const at = new Date('2026-01-05T12:30:00.250Z');
    expect(exportName(['../a b', 'fills'], at, 'csv')).toBe('.._a_b-fills-20260105-123000.csv');
  });
});

describe('pages put together', () => {
  const page = (rows: number[], next: string | null): Page<Row> => ({
    rows: rows.map((id) => ({ id, price: '1', note: '' })),
    next,
  });
  const shown = (pages: Page<Row>[]) => pages.map(({ rows, next }) => [ids(rows), next]);
  const idOf = ({ id }: Row) => id;

  it('puts new rows first, none twice, and goes on where it went on before', () => {
    const pages = [page([5, 4], '4'), page([3, 2], '2')];
    expect(shown(newestTaken(pages, page([7, 6, 5], '5'), idOf))).toEqual([
      [[7, 6, 5, 4], '4'],
      [[3, 2], '2'],
    ]);
    expect(shown(newestTaken(pages, page([5, 4], '4'), idOf))).toEqual(shown(pages));
  });

  it('begins anew where rows in between are not known, and where all came at once', () => {
    const pages = [page([5, 4], '4')];
    expect(shown(newestTaken(pages, page([9, 8], '8'), idOf))).toEqual([[[9, 8], '8']]);
    expect(shown(newestTaken(pages, page([6, 5, 4, 3], null), idOf))).toEqual([
      [[6, 5, 4, 3], null],
    ]);
    expect(shown(newestTaken([], page([1], '1'), idOf))).toEqual([[[1], '1']]);
  });

  it('lets older rows go where a table that stays open would hold too many', () => {
    const held = [page(Array.from({ length: MOST_HELD }, (_, k) => MOST_HELD - k), '1')];
    expect(newestTaken(held, page([MOST_HELD], `${MOST_HELD}`), idOf)[0]?.rows).toHaveLength(
      MOST_HELD,
    );
    const newest = page([MOST_HELD + 1, MOST_HELD], `${MOST_HELD}`);
    expect(newestTaken(held, newest, idOf)).toEqual([newest]);
  });
});

/** A reader of RFC 4180 that shares nothing with the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (let at = 0; at < text.length; ) {
    let value = '';
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        value += text[at];
        if (text[at] === '"') at += 1;
      }
      at += 1;
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') value += text[at++];
    }
    rows.at(-1)?.push(value);
    if (text[at] === ',') at += 1;
    else {
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  return rows;
}
