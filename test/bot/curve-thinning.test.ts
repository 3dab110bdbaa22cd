/** A curve in fewer points: what stays, and that a short one is left alone. */
import { expect, test } from 'vitest';
import { thinned } from '../../src/bot/curve-thinning.ts';

const point = (total: number, time: number) => ({ time, total_pnl: total.toFixed(2) });
const wave = (count: number) =>
  Array.from({ length: count }, (_, time) => point(100 * Math.sin(time / 37), time));

test('a curve that is short enough stays as it is', () => {
  const points = wave(2000);
  expect(thinned(points, 2000)).toBe(points);
});

test.each([2001, 2880, 9000])('%i points become 2000 at most, in order', (count) => {
  const few = thinned(wave(count), 2000);
  expect(few.length).toBeLessThanOrEqual(2000);
  expect(few.length).toBeGreaterThan(900);
  const times = few.map(({ time }) => time);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  expect([times[0], times.at(-1)]).toEqual([0, count - 1]);
});

test('first, last, and lowest and highest of each run stay, wherever they lie', () => {
  const points = Array.from({ length: 22 }, (_, time) => point(0, time));
  points[3] = point(-9, 3);
  points[9] = point(-10, 9);
  points[10] = point(1000, 10);
  points[18] = point(0.5, 18);
  // Four runs of five between the ends.
  const few = thinned(points, 10);
  expect(few.map(({ time }) => time)).toEqual([0, 1, 3, 9, 10, 11, 16, 18, 21]);
  const all = (of: readonly { total_pnl: string }[]) => of.map(({ total_pnl }) => Number(total_pnl));
  expect(Math.min(...all(few))).toBe(-10);
  expect(Math.max(...all(few))).toBe(1000);
});

test('totals are compared as decimals, not as text or floats', () => {
  const texts = ['0', '9', '10', '9007199254740992.1', '9007199254740992.2', '-3', '-20', '1', '0'];
  const few = thinned(texts.map((total_pnl) => ({ total_pnl })), 4);
  expect(few.map(({ total_pnl }) => total_pnl)).toEqual(['0', '9007199254740992.2', '-20', '0']);
});
