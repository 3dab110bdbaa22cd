import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceText } from '../../src/contract/market.ts';
import { profitRange } from '../../src/engine/index.ts';
import { lineTicks, makeLines } from '../../src/engine/lines.ts';
import { testMarket } from './matching.ts';

describe('lines', () => {
  it('rounds the geometric example to the cent', () => {
    const market = testMarket({ tick: '0.01' });
    const lines = makeLines('geometric', 2_000_000, 3_000_000, 5);
    const texts = lines.map((ticks) => priceText(market, ticks));
    expect(texts).toEqual(['20000', '21689.44', '23521.58', '25508.49', '27663.24', '30000']);
  });

  it('spaces the arithmetic example evenly', () => {
    expect(makeLines('arithmetic', 8000, 12000, 4)).toEqual([8000, 9000, 10000, 11000, 12000]);
  });

  it('rounds a half tick up', () => {
    expect(makeLines('arithmetic', 1, 4, 2)).toEqual([1, 3, 4]);
  });

  it('shows the profit per grid of the example', () => {
    const market = testMarket({ tick: '0.01', maker_fee: '0.0005' });
    const lines = makeLines('arithmetic', 2_000_000, 3_000_000, 5);
    expect(profitRange(market, lines)).toEqual({ min: '7.0393', max: '9.8950' });
  });

  it('computes thousands of geometric lines at once, exactly', () => {
    const [lower, upper, grids] = [2_000_000, 3_000_000, 4999];
    const lines = makeLines('geometric', lower, upper, grids);
    expect(lines).toHaveLength(5000);
    const root = BigInt(grids);
    for (const index of [1, 1234, 2500, 4998]) {
      const twice = 2n ** root * BigInt(lower) ** (root - BigInt(index)) * BigInt(upper) ** BigInt(index);
      const line = BigInt(lines[index] ?? 0);
      expect((2n * line - 1n) ** root <= twice).toBe(true);
      expect((2n * line + 1n) ** root > twice).toBe(true);
      expect(lineTicks('geometric', lower, upper, grids, index)).toBe(lines[index]);
    }
  });

  it('decides exact halves and exact ticks by the powers themselves', () => {
    // 4 * (9/4)^(1/2) is 6, 4 * (6/4)^2 is 9, and 2 * (3/2)^2 is 4.5, which goes up.
    expect(makeLines('geometric', 1, 9, 2)).toEqual([1, 3, 9]);
    expect(lineTicks('geometric', 4, 9, 2, 1)).toBe(6);
    expect(lineTicks('geometric', 4, 6, 1, 2)).toBe(9);
    expect(lineTicks('geometric', 4, 6, 1, -1)).toBe(3);
    expect(lineTicks('geometric', 2, 3, 1, 2)).toBe(5);
    expect(lineTicks('geometric', 1, 4, 2, 200)).toBe(Infinity);
  });

  it('takes the nearest tick of the exact geometric line, also beyond the edges', () => {
    const range = fc.record({
      lower: fc.integer({ min: 2, max: 5_000_000 }),
      width: fc.integer({ min: 1, max: 5_000_000 }),
      grids: fc.integer({ min: 1, max: 60 }),
      index: fc.integer({ min: -20, max: 80 }),
    });
    fc.assert(
      fc.property(range, ({ lower, width, grids, index }) => {
        fc.pre(Math.abs(index) <= 2 * grids && width <= 20 * lower);
        const upper = lower + width;
        // Independent of the code: an N-th root by bisection on a value scaled by 2^16.
        const scale = 1n << 16n;
        const n = BigInt(grids);
        const i = BigInt(index);
        const power = (base: number, exponent: bigint): bigint =>
          exponent > 0n ? BigInt(base) ** exponent : 1n;
        const over = power(lower, n - i) * power(upper, i) * scale ** n;
        const under = power(lower, i - n) * power(upper, -i);
        let low = 0n;
        let high = 1n << 80n;
        while (high - low > 1n) {
          const middle = (low + high) / 2n;
          if (middle ** n * under <= over) low = middle;
          else high = middle;
        }
        // `low` is at most the scaled line and less than one below it, so half up is decided by
        // it.
        const expected = Number((low + scale / 2n) / scale);
        expect(lineTicks('geometric', lower, upper, grids, index)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('continues the arithmetic series exactly on both sides', () => {
    const range = fc.record({
      lower: fc.integer({ min: 1, max: 10_000_000 }),
      width: fc.integer({ min: 1, max: 10_000_000 }),
      grids: fc.integer({ min: 1, max: 300 }),
      index: fc.integer({ min: -300, max: 600 }),
    });
    fc.assert(
      fc.property(range, ({ lower, width, grids, index }) => {
        const line = lineTicks('arithmetic', lower, lower + width, grids, index);
        // 2*grids*(line - exact) lies in (-grids, grids].
        const error = 2 * grids * (line - lower) - 2 * index * width;
        expect(error > -grids && error <= grids).toBe(true);
      }),
    );
  });
});
