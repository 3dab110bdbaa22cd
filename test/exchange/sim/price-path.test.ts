/** Prices as a function of time, and the candles, tickers and trades made from them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeMarket } from '../../../src/contract/market.ts';
import {
  candleBounds,
  candlesOf,
  dayOf,
  tradesOf,
} from '../../../src/exchange/sim/candles.ts';
import { depthAround } from '../../../src/exchange/sim/depth.ts';
import { PricePath } from '../../../src/exchange/sim/price-path.ts';
import { coins } from '../../../src/exchange/sim/symbols.ts';
import { spec } from './sim-world.ts';

const START = Date.UTC(2026, 0, 1, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function running(seed: number, speed = 1): PricePath {
  return new PricePath(seed, 0.04, [{ from_ms: START, ticks: 15_000, speed }]);
}

describe('path', () => {
  test('a seed gives the same prices in whatever order they are asked for', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: -9e9, max: 9e9 })), (seed, moments) => {
        const one = running(seed);
        const other = running(seed);
        const there = moments.map((ms) => one.at(START + ms));
        const back = moments.toReversed().map((ms) => other.at(START + ms));
        expect(back.toReversed()).toEqual(there);
        expect(there.every((ticks) => ticks >= 1 && ticks < 75_000)).toBe(true);
      }),
    );
  });

  test('it has no gap: not at its start, not in a run, not where it was set', () => {
    const path = running(3, 60);
    expect(path.at(START)).toBe(15_000);
    expect(Math.abs(path.at(START - 1) - 15_000)).toBeLessThan(5);
    for (let ms = 0; ms < 10_000; ms += 100) {
      expect(Math.abs(path.at(START + ms + 100) - path.at(START + ms))).toBeLessThan(400);
    }
    path.set(START + 10_000, 14_000);
    expect(path.at(START + HOUR_MS)).toBe(14_000);
    path.run(START + HOUR_MS, 60);
    expect(path.at(START + HOUR_MS)).toBe(14_000);
    expect(path.at(START + 9999)).not.toBe(14_000);
    expect(path.at(START + 2 * HOUR_MS)).not.toBe(14_000);
  });

  test('a faster path is the same path sooner', () => {
    const slow = running(5, 1);
    const fast = running(5, 10);
    for (const ms of [1000, 50_000, 3_000_000]) {
      expect(fast.at(START + ms)).toBe(slow.at(START + 10 * ms));
    }
  });
});

describe('candles', () => {
  const market = makeMarket(spec('SOL', '150').rules);
  const source = { market, path: running(11), seed: 11 };
  const range = { from_ms: START - 5 * HOUR_MS, to_ms: START + HOUR_MS + 1, now_ms: START + HOUR_MS };

  test('long candles hold exactly what their short ones hold', () => {
    const minutes = candlesOf(source, '1m', range, 1000);
    const hours = candlesOf(source, '1h', range, 1000);
    expect([minutes.length, hours.length]).toEqual([361, 7]);
    for (const hour of hours.slice(0, 6)) {
      const inside = minutes.filter(
        ({ start_ms }) => start_ms >= hour.start_ms && start_ms < hour.end_ms,
      );
      expect(inside).toHaveLength(60);
      expect(inside[0]?.open).toBe(hour.open);
      expect(inside.at(-1)?.close).toBe(hour.close);
      expect(Math.max(...inside.map(({ high }) => high))).toBe(hour.high);
      expect(Math.min(...inside.map(({ low }) => low))).toBe(hour.low);
      expect(inside.reduce((sum, each) => sum + each.volume, 0)).toBe(hour.volume);
    }
  });

  test('each begins where the last ended; none is of the future, none beyond the limit', () => {
    const found = candlesOf(source, '5m', range, 1000);
    found.forEach((candle, index) => {
      const next = found[index + 1];
      if (next === undefined) return;
      expect([candle.end_ms, candle.close]).toEqual([next.start_ms, next.open]);
    });
    expect(found.at(-1)?.start_ms).toBe(range.now_ms);
    expect(candlesOf(source, '5m', range, 7)).toEqual(found.slice(0, 7));
    expect(candlesOf(source, '5m', { ...range, from_ms: range.now_ms + 1 }, 7)).toEqual([]);
  });

  test('a move by hand within a minute is in its candle', () => {
    const path = new PricePath(1, 0.04, [{ from_ms: START, ticks: 100, speed: 0 }]);
    path.set(START + 10_000, 150);
    path.set(START + 20_000, 90);
    const still = { market, path, seed: 1 };
    const whole = { from_ms: START, to_ms: START + 1, now_ms: START + MINUTE_MS };
    expect(candlesOf(still, '1m', whole, 1)[0]).toMatchObject(
      { open: 100, high: 150, low: 90, close: 90 },
    );
  });

  test('weeks begin on Monday, months on the first', () => {
    const monday = Date.UTC(2025, 11, 29);
    expect(candleBounds('1w', START)).toEqual({ start: monday, end: monday + 7 * 24 * HOUR_MS });
    const month = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 1, 1) };
    expect(candleBounds('1month', START)).toEqual(month);
    expect(candleBounds('1M', START)).toEqual(month);
    expect(candleBounds('0m', START)).toBeNull();
    expect(candleBounds('soon', START)).toBeNull();
  });

  test('the day holds the present price, trades come one a second', () => {
    const day = dayOf(source, START + HOUR_MS);
    expect(day.close).toBe(source.path.at(START + HOUR_MS));
    expect(day.high).toBeGreaterThanOrEqual(day.close);
    const trades = tradesOf(source, START + 5500, 3);
    expect(trades.map(({ at_ms }) => at_ms - START)).toEqual([3000, 4000, 5000]);
    expect(trades.every(({ lots }) => lots > 0)).toBe(true);
  });

  test('the book stands about the price, best first, never below one tick', () => {
    const { bids, asks } = depthAround(market, 1, 3, 20, START);
    expect(bids.map(({ ticks }) => ticks)).toEqual([2, 1]);
    expect(asks[0]?.ticks).toBe(4);
    expect(asks).toHaveLength(20);
    expect([...bids, ...asks].every(({ lots }) => lots >= market.min_lots)).toBe(true);
  });
});

test('every invented coin has a price on its tick and a name of its own', () => {
  const found = coins(500, 9);
  expect(new Set(found.map(({ base }) => base)).size).toBe(500);
  for (const { base, price, tick, lot } of found) {
    const rules = { ...spec(base, price).rules, tick, lot, min_quantity: lot };
    const market = makeMarket(rules);
    expect(Number(price) / Number(market.rules.tick), base).toBeGreaterThan(9000);
  }
  expect(coins(500, 9, ['XRP', 'ADA']).map(({ base }) => base)).toEqual(
    ['BTC', 'ETH', 'SOL', 'XRP', 'ADA'],
  );
});
