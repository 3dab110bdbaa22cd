/** How the curve of the total is drawn: an even time scale, the fall beneath, and the fills known. */
import { describe, expect, test } from 'vitest';
import { areApart, pauseAfter } from '../../src/web/ui/instance/chart/chart-record.ts';
import { curves } from '../../src/web/ui/instance/figures/curves.ts';

const points = (...of: readonly (readonly [number, number])[]) =>
  of.map(([time, total]) => ({
    ...{ time, equity: '0', grid_profit: '0', total_pnl: String(total) },
  }));

describe('the curve of the total', () => {
  test('falls from its last height', () => {
    const { falls } = curves({ points: points([0, 1], [60, 5], [120, 2], [180, 6]), run: 60 });
    expect(falls.map(({ value }) => value)).toEqual([0, 0, -3, 0]);
  });

  test('each run has the same room, also while the bot was stopped', () => {
    const known = points([0, 1], [100, 2], [250, 3], [1000, 4]);
    const { total } = curves({ points: known, run: 100 });
    const times = total.map(({ time }) => Number(time));
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect([times[0], times.at(-1)]).toEqual([0, 1000]);
    for (let run = 0; run < 10; run += 1) {
      const within = times.filter((time) => Math.floor(time / 100) === run);
      expect([run, within.length]).toEqual([run, 2]);
    }
    const drawn = total.flatMap((item) => ('value' in item ? [[item.time, item.value]] : []));
    expect(drawn).toEqual([[0, 1], [100, 2], [250, 3], [1000, 4]]);
  });

  test('a run that has more than two points keeps them all', () => {
    const known = points([0, 1], [60, 2], [120, 3], [300, 4]);
    expect(curves({ points: known, run: 240 }).total.filter(({ time }) => time < 240)).toHaveLength(3);
  });
});

test('fills told that do not reach back to those read ask for a new reading', () => {
  const fills = (...ids: string[]) => ids.map((trade_id) => ({ trade_id }));
  expect(areApart(fills('2', '1'), fills('4', '3'))).toBe(true);
  expect(areApart(fills('2', '1'), fills('3', '2'))).toBe(false);
  expect(areApart(fills(), fills('1'))).toBe(true);
  expect(areApart(fills('2', '1'), [])).toBe(false);
  expect(areApart(undefined, [])).toBe(true);
});

test('what lacks something is asked for again, less often while it fails, never without the token', () => {
  const after = [0, 1, 2, 3, 4, 5, 60, 5000].map((failures) => pauseAfter(failures, 'NO_ANSWER'));
  expect(after).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(pauseAfter(0)).toBe(2000);
  expect(pauseAfter(2, 'TOKEN_NEEDED')).toBe(false);
});
