/** What counts as the last day: against samples, young books, gaps without a supervisor, new books. */
import { describe, expect, test } from 'vitest';
import { dayFigures } from '../../src/daemon/day-figures.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { SLOT_MS } from '../../src/store/index.ts';
import type { FigureSample } from '../../src/store/index.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 3, 10, 12, 2);
const OLD_BOOKS = isoTime(NOW - 30 * 24 * HOUR);

function at(hoursAgo: number, total: string, more: Partial<FigureSample> = {}): FigureSample {
  const slot = Math.floor((NOW - hoursAgo * HOUR) / SLOT_MS);
  const sums = { total_pnl: total, grid_profit: '1.1', cycles: 4 };
  return { instance: 'aa_01', slot, books: OLD_BOOKS, ...sums, ...more };
}

function present(total: string, more: { updated_at?: string; books_began_at?: string } = {}) {
  const sums = { total_pnl: total, grid_profit: '2.3', cycles: 9 };
  return { ...sums, updated_at: isoTime(NOW), books_began_at: OLD_BOOKS, ...more };
}

test('the present less the sample of a day ago, to the last digit', () => {
  const samples = [at(24.5, '7'), at(24, '10.000000000000000001'), at(23, '99'), at(1, '98')];
  const day = dayFigures(present('12.5'), samples, NOW);
  expect(day).toMatchObject({ total: '2.499999999999999999', grid_profit: '1.2', cycles: 5 });
  expect(Date.parse(day.since ?? '')).toBe(Math.floor((NOW - 24 * HOUR) / SLOT_MS) * SLOT_MS);
});

test('books younger than a day: all they ever made, since they began', () => {
  const began = isoTime(NOW - 3 * HOUR);
  const day = dayFigures(present('-4', { books_began_at: began }), [at(2, '1')], NOW);
  expect(day).toMatchObject({ total: '-4', grid_profit: '2.3', cycles: 9, since: began });
});

test('begun anew with --fresh: the sums of the books before never count', () => {
  const began = isoTime(NOW - HOUR);
  const before = [at(24, '100'), at(2, '120')];
  const day = dayFigures(present('1', { books_began_at: began }), before, NOW);
  expect(day).toMatchObject({ total: '1', since: began });
  expect(day.sparkline).toEqual([1]);
});

describe('where less is known', () => {
  test('no supervisor a day ago: since the first sample after, and it says so', () => {
    const day = dayFigures(present('12'), [at(40, '3'), at(5, '10'), at(1, '11')], NOW);
    expect(day.total).toBe('2');
    expect(Date.parse(day.since ?? '')).toBe(at(5, '').slot * SLOT_MS);
  });

  test('a sample a quarter of an hour too old still stands for a day ago, an older one does not', () => {
    expect(dayFigures(present('12'), [at(24.2, '3'), at(1, '11')], NOW).total).toBe('9');
    expect(dayFigures(present('12'), [at(24.4, '3'), at(1, '11')], NOW).total).toBe('1');
  });

  test('nothing of these books in the last day: nothing is said', () => {
    const day = dayFigures(present('12'), [at(40, '3')], NOW);
    expect(day).toMatchObject({ total: null, grid_profit: null, cycles: null, since: null });
    expect(day.sparkline).toEqual([12]);
  });

  test('no figures at all', () => {
    expect(dayFigures(null, [at(1, '3')], NOW)).toMatchObject({ total: null, sparkline: [] });
  });
});

test('stopped for longer than a day: nothing was earned, whatever was sampled', () => {
  const stopped = present('12', { updated_at: isoTime(NOW - 30 * HOUR) });
  expect(dayFigures(stopped, [], NOW)).toMatchObject({ total: '0', grid_profit: '0', cycles: 0 });
});

test('stopped within the day: what it made before its stop', () => {
  const stopped = present('12', { updated_at: isoTime(NOW - 10 * HOUR) });
  expect(dayFigures(stopped, [at(24, '5'), at(10, '12'), at(1, '12')], NOW).total).toBe('7');
});

test('the picture has the last sample of each half hour and the present, at most 48', () => {
  const samples = Array.from({ length: 25 * 12 }, (_, n) => at(25 - n / 12, String(n)));
  const { sparkline } = dayFigures(present('1000'), samples, NOW);
  expect(sparkline).toHaveLength(48);
  expect(sparkline.at(-1)).toBe(1000);
  expect([...sparkline].sort((a, b) => a - b)).toEqual(sparkline);
});
