/** The total over time: which points of the record a span shows, what stays of many, and its fall. */
import { beforeEach, expect, test } from 'vitest';
import { ChartRecord } from '../../src/bot/chart-record.ts';
import { ThinnedCurve } from '../../src/bot/thinned-curve.ts';
import { TotalCurve } from '../../src/bot/total-curve.ts';
import { parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket } from '../../src/contract/market.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';

const market = makeMarket(paperMarket('SOL_USDC_PERP'));
const S0 = Date.parse('2026-03-01T00:00:00Z') / 1000;
const [MINUTE, HOUR, DAY] = [60, 3600, 86_400] as const;
let books: Books;
let charts: ChartRecord;
let curve: TotalCurve;
let mono = 0;
let breaths = 0;
const clock: Clock = Object.assign(Object.create(systemClock) as Clock, {
  monotonic: () => mono,
  breathe: () => {
    breaths += 1;
    return systemClock.breathe();
  },
});

beforeEach(() => {
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  books = new Books(db);
  [mono, breaths] = [0, 0];
  charts = new ChartRecord({ market, books, clock });
  curve = new TotalCurve({ books, charts, investment: () => '200', clock });
});

const money = (text: string) => parseMoney(text) ?? 0n;
const row = (step: number, time: number, total_pnl: string) => {
  return { step, time, equity: '100', grid_profit: '0', total_pnl, cycles: 0 };
};
const write = (points: ReturnType<typeof row>[]) =>
  books.charts.write({ candles: [], points, meta: {} });
const say = (total: string, second: number) =>
  charts.sums({ equity: 0n, grid_profit: 0n, total: money(total), cycles: 0 }, second * 1000);
const point = (total: number | string, minute: number) => {
  const total_pnl = typeof total === 'string' ? total : total.toFixed(2);
  return { time: MINUTE * minute, equity: '0', grid_profit: '0', total_pnl };
};
const thin = (points: readonly ReturnType<typeof point>[]) => {
  const thinned = new ThinnedCurve(points[0]?.time ?? 0, points.at(-1)?.time ?? 0);
  for (const each of points) thinned.take(each);
  return thinned;
};

/** A record of whole days until `S0`, hours and the minutes of the last two, with one dip of -50. */
function longRecord(days: number, dipAt: number): void {
  const wave = (time: number) => (time === dipAt ? '-50' : (5 * Math.sin(time / 9e5)).toFixed(6));
  const steps = [[HOUR, days * DAY], [MINUTE, 2 * DAY]] as const;
  write(steps.flatMap(([step, length]) =>
    Array.from({ length: length / step }, (_, k) => S0 - length + k * step).map((time) =>
      row(step, time, wave(time + step - MINUTE)),
    ),
  ));
}

test('a curve of less than one point a run stays as it is', () => {
  const points = Array.from({ length: 240 }, (_, minute) => point(Math.sin(minute / 9), minute));
  expect(thin(points).points()).toEqual(points);
  expect(thin(points).run).toBe(MINUTE);
});

test.each([241, 2880, 12_000])('%i points become 500 at most, in order', (count) => {
  const few = thin(Array.from({ length: count }, (_, k) => point(Math.sin(k / 37), k))).points();
  expect(few.length).toBeLessThanOrEqual(500);
  expect(few.length).toBeGreaterThan(Math.min(240, count / 3));
  const times = few.map(({ time }) => time);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  expect([times[0], times.at(-1)]).toEqual([0, MINUTE * (count - 1)]);
});

test('first, last, lowest and highest of a run, and both ends of the fall stay', () => {
  // Twenty minutes a run; in the second the deepest fall lies before both its extremes.
  const points = Array.from({ length: 4800 }, (_, minute) => point(0, minute));
  const totals = { 0: -40, 21: 20, 23: -25, 25: -26, 30: -70, 31: -90, 35: 90, 4799: 1 };
  for (const [minute, total] of Object.entries(totals)) points[Number(minute)] = point(total, +minute);
  const thinned = thin(points);
  expect(thinned.run).toBe(20 * MINUTE);
  const kept = thinned.points().filter(({ time }) => time < 40 * MINUTE || time >= 4799 * MINUTE);
  expect(kept.map(({ time }) => time / MINUTE)).toEqual([0, 1, 21, 31, 35, 4799]);
  expect(thinned.fall).toEqual({ amount: money('110'), from: 1_260_000, to: 1_860_000 });
});

test('totals are compared as decimals, not as text or floats', () => {
  const texts = ['0', '9', '9007199254740992.1', '9007199254740992.2', '-3', '-20', '10', '0'];
  const spread = texts.map((total, k) => point(total, k));
  const few = thin([...spread, point('0', 4799)]).points();
  expect(few.map(({ total_pnl }) => total_pnl)).toEqual(['0', '9007199254740992.2', '-20', '0']);
});

test('minutes while there are such, hours before; an hour stands at its last minute', async () => {
  write([
    ...[1, 2, 3, 4].map((hour) => row(HOUR, S0 + hour * HOUR, `${hour}`)),
    row(MINUTE, S0 + 3 * HOUR + 30 * MINUTE, '2.5'),
    row(MINUTE, S0 + 4 * HOUR, '4'),
  ]);
  say('7', S0 + 4 * HOUR + MINUTE);
  const { points } = await curve.over('all');
  expect(points.map(({ time, total_pnl }) => [(time - S0) / MINUTE, total_pnl])).toEqual([
    [119, '1'], [179, '2'], [210, '2.5'], [240, '4'], [241, '7'],
  ]);
});

test('a span counts from the newest point, and its fall is its own', async () => {
  longRecord(400, S0 - 100 * DAY - MINUTE);
  say('1', S0);
  const reach = async (span: '24h' | '7d' | '30d' | 'all') => {
    const { points, drawdown } = await curve.over(span);
    expect(points.length).toBeLessThanOrEqual(500);
    expect(points.at(-1)).toMatchObject({ time: S0, total_pnl: '1' });
    return [S0 - (points[0]?.time ?? 0), Number(drawdown?.amount ?? 0) > 50];
  };
  expect(await reach('24h')).toEqual([DAY, false]);
  expect(await reach('7d')).toEqual([7 * DAY - 59 * MINUTE, false]);
  expect((await reach('30d'))[1]).toBe(false);
  expect(await reach('all')).toEqual([400 * DAY - 59 * MINUTE, true]);
  const { points, drawdown } = await curve.over('all');
  expect(points).toContainEqual(expect.objectContaining({ total_pnl: '-50' }));
  expect(drawdown?.to).toBe(new Date((S0 - 100 * DAY - MINUTE) * 1000).toISOString());
});

test('a fall between two points counts where it lies within the span', async () => {
  write([row(HOUR, S0 - 3 * DAY, '1'), row(MINUTE, S0 - DAY, '1')]);
  say('10', S0 + 1);
  say('4', S0 + 20);
  say('9', S0 + 59);
  say('9', S0 + MINUTE);
  const expected = { amount: '6', percent: '3.00', from: '2026-03-01T00:00:01.000Z' };
  expect((await curve.over('24h')).drawdown).toMatchObject(expected);
  say('-2', S0 + 5 * DAY);
  expect((await curve.over('7d')).drawdown).toMatchObject({ amount: '12' });
  // The height of the deepest lies before this day, in which the total only stood still.
  expect((await curve.over('24h')).drawdown).toMatchObject({ amount: '6' });
  mono = 1000;
  expect((await curve.over('24h')).drawdown).toBeNull();
});

test('a fall of the points counts where the record of falls knows only a smaller one', async () => {
  write([row(MINUTE, S0 - 2 * MINUTE, '30'), row(MINUTE, S0 - MINUTE, '10')]);
  say('10', S0);
  say('9', S0 + 1);
  expect((await curve.over('all')).drawdown).toMatchObject({ amount: '21' });
});

test('a long record is read in slices, once for all who ask within a second', async () => {
  longRecord(365, S0 - 50 * DAY);
  const [first, second] = await Promise.all([curve.over('all'), curve.over('all')]);
  expect(second).toBe(first);
  // 8,760 hours less two days of them, and 2,880 minutes: a thousand at a time.
  expect(breaths).toBe(8 + 2);
  mono = 999;
  expect(await curve.over('all')).toBe(first);
  mono = 1000;
  expect(await curve.over('all')).not.toBe(first);
});

test('before the first minute there is nothing to draw', async () => {
  expect(await curve.over('7d')).toEqual({ points: [], run: MINUTE, drawdown: null });
});
