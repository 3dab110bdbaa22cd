/** The log as a page holds it, and the lines of the grid with the price among them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../src/contract/page-api.ts';
import { ladderOf } from '../../src/web/ui/instance/tables/ladder.ts';
import {
  MOST_LINES,
  firstLines,
  withNewer,
  withOlder,
} from '../../src/web/ui/shell/log-lines.ts';
import type { HeldLines } from '../../src/web/ui/shell/log-lines.ts';
import { SAMPLE_LEVEL } from './sample-service.ts';

/** Lines `from` to `to` of a log whose n-th line says n. */
function lines(from: number, to: number): LogLine[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    ...{ instance: 'bp_sol_01', at: null, near: false, level: 'info', stream: 'daemon' },
    text: String(from + index),
  })) as LogLine[];
}

const page = (from: number, to: number) => ({
  lines: lines(from, to),
  cursor: `after ${to}`,
  older: from > 1 ? `before ${from}` : null,
  more: false,
});
const said = ({ lines: held }: HeldLines) => held.map(({ text }) => Number(text));

describe('the log that a page holds', () => {
  it('has each line once and in order, whatever comes before and after', () => {
    const step = fc.record({ newer: fc.boolean(), count: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [first, last] = [500, 519];
        let held = firstLines(page(first, last));
        for (const { newer, count } of steps) {
          const numbers = new Map(held.lines.map(({ text, number }) => [text, number]));
          if (newer) {
            held = withNewer(held, page(last + 1, last + count));
            last += count;
          } else {
            const from = Math.max(1, first - count);
            held = withOlder(held, page(from, first - 1));
            first = from;
          }
          // A line keeps its number: what the reader looks at stays where it is.
          for (const { text, number } of held.lines) {
            expect(numbers.get(text) ?? number).toBe(number);
          }
        }
        expect(said(held)).toEqual(Array.from({ length: last - first + 1 }, (_, n) => first + n));
        const order = held.lines.map(({ number }) => number);
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        expect(held.cursor).toBe(`after ${last}`);
      }),
    );
  });

  it('lets the oldest go in bounds, says so, and leaves no hole', () => {
    const held = firstLines(page(2, 4000));
    const more = withNewer(held, page(4001, 6000));
    expect(more.lines).toHaveLength(MOST_LINES);
    expect([said(more)[0], said(more).at(-1)]).toEqual([1001, 6000]);
    // What was before them can no longer be asked for: between would be lines that nobody has.
    expect([more.cut, more.older]).toEqual([true, null]);
    const older = withOlder(firstLines(page(4001, 6000)), page(1, 4000));
    expect([said(older)[0], said(older).at(-1), older.cut]).toEqual([1001, 6000, true]);
  });
});

describe('the lines with the price among them', () => {
  const levels = ['160', '155.0', '150'].map((price) => ({ ...SAMPLE_LEVEL, price }));
  const shown = (price: string) =>
    ladderOf(levels, price).map((row) => (row.kind === 'line' ? row.level.price : row.place));

  it.each([
    ['161', ['above', '160', '155.0', '150']],
    ['160.00', ['on', '160', '155.0', '150']],
    ['157', ['160', 'between', '155.0', '150']],
    ['155', ['160', 'on', '155.0', '150']],
    ['150.0000001', ['160', '155.0', 'between', '150']],
    ['150', ['160', '155.0', 'on', '150']],
    ['99.5', ['160', '155.0', '150', 'below']],
  ])('%s stands where it belongs', (price, rows) => {
    expect(shown(price)).toEqual(rows);
  });

  it('no lines, no price row', () => {
    expect(ladderOf([], '150')).toEqual([]);
  });
});
