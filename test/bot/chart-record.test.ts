/** Candles, points and the deepest fall: what is recorded, kept, resumed, and lost to a full disk. */
import { beforeEach, expect, test } from 'vitest';
import { ChartRecord } from '../../src/bot/chart-record.ts';
import { drawdownOf } from '../../src/bot/total-curve.ts';
import { parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket } from '../../src/contract/market.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books, readCandles, readPoints } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';

const market = makeMarket(paperMarket('SOL_USDC_PERP'));
const T0 = Date.parse('2026-03-01T10:00:00Z');
const S0 = T0 / 1000;
let books: Books;
let mono = 0;
const clock: Clock = Object.assign(Object.create(systemClock) as Clock, { monotonic: () => mono });

beforeEach(() => {
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  books = new Books(db);
  mono = 0;
});

const record = () => new ChartRecord({ market, books, clock });
const money = (text: string) => parseMoney(text) ?? 0n;
const sums = (total: string, cycles = 0) => {
  return { equity: money('100') + money(total), grid_profit: 0n, total: money(total), cycles };
};
const stored = (step: number) => readCandles(books.db, step, 0, Number.MAX_SAFE_INTEGER);

test('prices become candles of 1, 5 and 60 minutes; minutes without a price have none', () => {
  const charts = record();
  for (const [second, ticks] of [[1, 100], [20, 130], [59, 90], [185, 95], [400, 99]] as const) {
    charts.price(ticks, T0 + second * 1000);
  }
  const all = (interval: '1m' | '5m' | '1h') => charts.over(interval, [], 0, Infinity);
  const ohlc = { open: '1', high: '1.3', low: '0.9' };
  expect(all('1m')).toMatchObject([
    { time: S0, ...ohlc, close: '0.9' },
    { time: S0 + 180, open: '0.95', close: '0.95' },
    { time: S0 + 360, open: '0.99' },
  ]);
  expect(all('5m')).toMatchObject([
    { time: S0, ...ohlc, close: '0.95' },
    { time: S0 + 300, close: '0.99' },
  ]);
  expect(all('1h')).toMatchObject([{ time: S0, ...ohlc, close: '0.99' }]);
  expect(charts.mark).toBe(3);
});

test('written at most once a minute; the next process goes on with the present minute', () => {
  const charts = record();
  charts.price(100, T0);
  charts.keep();
  expect(stored(60)).toEqual([]);
  mono = 60_000;
  charts.keep();
  charts.price(120, T0 + 5000);
  charts.keep();
  expect(stored(60)).toMatchObject([{ high: '1' }]);
  charts.write();
  const next = record();
  next.price(80, T0 + 10_000);
  next.write();
  const candle = { time: S0, open: '1', high: '1.2', low: '0.8', close: '0.8' };
  expect(stored(60)).toMatchObject([candle]);
  expect(stored(3600)).toMatchObject([candle]);
});

test('a clock that was set back a little folds into the candle, one set back far begins anew', () => {
  const charts = record();
  charts.price(100, T0 + 61_000);
  charts.price(140, T0 + 59_000);
  expect(charts.over('1m', [], 0, Infinity)).toMatchObject([{ time: S0 + 60, high: '1.4' }]);
  charts.price(90, T0 - 7_200_000);
  expect(charts.over('1m', [], 0, Infinity)).toHaveLength(2);
});

test('minutes stay for 7 days, five minutes for 60, hours for ever; points for 2 and for ever', () => {
  const charts = record();
  const day = 86_400_000;
  for (const age of [61, 59, 8, 6, 3, 1, 0]) {
    charts.price(100, T0 - age * day);
    charts.sums(sums('0'), T0 - age * day);
  }
  charts.write();
  const ages = (step: number) => stored(step).map(({ time }) => (S0 - time) / 86_400);
  expect(ages(60)).toEqual([6, 3, 1, 0]);
  expect(ages(300)).toEqual([59, 8, 6, 3, 1, 0]);
  expect(ages(3600)).toEqual([61, 59, 8, 6, 3, 1, 0]);
  const points = (step: number) => readPoints(books.db, step, 0).map(({ time }) => time);
  expect(points(60)).toEqual([S0 - 86_400, S0]);
  expect(points(3600)).toHaveLength(7);
});

test('a full disk loses no price that is still in memory, and throws nothing', () => {
  const charts = record();
  charts.price(100, T0);
  const pages = Number(books.db.pragma('page_count', { simple: true }));
  books.db.pragma(`max_page_count = ${pages}`);
  const fill = books.db.prepare("INSERT INTO events (at_ms, code, text) VALUES (1, 'x', ?)");
  // What room is left in the pages that are there already is used up first.
  expect(() => {
    for (;;) fill.run('x'.repeat(200));
  }).toThrow(/full/);
  for (let minute = 0; minute < 200; minute += 1) charts.price(100, T0 + minute * 60_000);
  charts.write();
  expect(stored(60).length).toBeLessThan(200);
  books.db.pragma('max_page_count = 100000');
  charts.write();
  expect(stored(60)).toHaveLength(200);
});

test('a point holds the sums at its end; a day before is the last that had ended by then', () => {
  const charts = record();
  charts.sums(sums('1', 1), T0);
  charts.sums(sums('2', 2), T0 + 30_000);
  charts.sums(sums('5', 3), T0 + 120_000);
  charts.write();
  expect(readPoints(books.db, 60, 0)).toMatchObject([
    { time: S0, total_pnl: '2', equity: '102', cycles: 2 },
    { time: S0 + 120, total_pnl: '5', cycles: 3 },
  ]);
  const day = 86_400_000;
  expect(charts.dayBefore(T0 + day + 60_000)).toMatchObject({ total_pnl: '2' });
  expect(charts.dayBefore(T0 + day + 180_000)).toMatchObject({ total_pnl: '5' });
  expect(charts.dayBefore(T0)).toBeNull();
});

test('the deepest fall of the total below an earlier height, over restarts', () => {
  let charts = record();
  const totals = ['0', '10', '4', '12', '-3'];
  totals.forEach((total, k) => charts.sums(sums(total), T0 + k * 1000));
  expect(charts.fall).toEqual({ amount: money('15'), from: T0 + 3000, to: T0 + 4000 });
  charts.write();
  charts = record();
  charts.sums(sums('-8'), T0 + 9000);
  charts.sums(sums('11'), T0 + 10_000);
  charts.sums(sums('-7'), T0 + 11_000);
  expect(charts.fall).toEqual({ amount: money('20'), from: T0 + 3000, to: T0 + 9000 });
  const shown = drawdownOf({ amount: money('20'), from: T0, to: T0 }, money('300'));
  expect(shown).toMatchObject({ amount: '20', percent: '6.67', from: '2026-03-01T10:00:00.000Z' });
});
