/**
 * A second opinion, written from the rules alone with decimals in plain integers: one little
 * machine per gap of a neutral arithmetic grid, filled line by line. The engine must agree on
 * every trade and cent.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MONEY_DECIMALS } from '../../src/contract/decimal.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const FEE_PER_MILLION = 150n;
/** The oracle counts in millionths of the quote currency. */
const MONEY_PER_MILLIONTH = 10n ** BigInt(MONEY_DECIMALS - 6);

/** Waits to buy at `low`, to sell at `high`, or (holding the start price) for either. */
interface Machine {
  readonly low: number;
  readonly high: number;
  waits: 'buy' | 'sell' | 'either';
  opened: 'buy' | 'sell' | null;
}

class Oracle {
  readonly machines: Machine[] = [];
  readonly size: number;
  price: number;
  position = 0;
  cycles = 0;
  /** In millionths of the quote. */
  profit = 0n;
  cash = 0n;
  readonly trades: string[] = [];

  constructor(lower: number, step: number, grids: number, size: number, start: number) {
    this.size = size;
    this.price = start;
    for (let i = 0; i < grids; i++) {
      const low = lower + i * step;
      const high = low + step;
      const waits = high <= start ? 'buy' : low >= start ? 'sell' : 'either';
      this.machines.push({ low, high, waits, opened: waits === 'either' ? null : waits });
    }
  }

  move(target: number): void {
    if (target < this.price) {
      const hit = this.machines.filter((m) => m.low >= target && m.waits !== 'sell');
      for (const machine of hit.sort((a, b) => b.low - a.low)) this.#trade(machine, 'buy');
    } else {
      const hit = this.machines.filter((m) => m.high <= target && m.waits !== 'buy');
      for (const machine of hit.sort((a, b) => a.high - b.high)) this.#trade(machine, 'sell');
    }
    this.price = target;
  }

  #trade(machine: Machine, side: 'buy' | 'sell'): void {
    const price = side === 'buy' ? machine.low : machine.high;
    const value = BigInt(price * this.size);
    this.cash += (side === 'buy' ? -value : value) * 1_000_000n - value * FEE_PER_MILLION;
    this.position += side === 'buy' ? this.size : -this.size;
    machine.opened ??= side;
    machine.waits = side === 'buy' ? 'sell' : 'buy';
    this.trades.push(`${side} ${price}`);
    if (machine.opened === side) return;
    this.cycles += 1;
    const bought = BigInt(machine.low * this.size);
    const sold = BigInt(machine.high * this.size);
    this.profit += (sold - bought) * 1_000_000n - (sold + bought) * FEE_PER_MILLION;
  }
}

it('agrees with the machines on trades, position, cycles, profit and cash', () => {
  const market = testMarket({ maker_fee: '0.00015' });
  const grid = fc.record({
    lower: fc.integer({ min: 50, max: 500 }),
    step: fc.integer({ min: 2, max: 25 }),
    grids: fc.integer({ min: 1, max: 15 }),
    size: fc.integer({ min: 1, max: 5 }),
    start: fc.integer({ min: 20, max: 900 }),
    path: fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 20 }),
  });
  fc.assert(
    fc.property(grid, ({ lower, step, grids, size, start, path }) => {
      const input = {
        grid_lower_price: lower,
        grid_upper_price: lower + step * grids,
        grid_num: grids,
        order_quantity: size,
      };
      const oracle = new Oracle(lower, step, grids, size, start);
      const engine = new Matching(market, planOf(market, input), start).start();
      for (const target of path) {
        oracle.move(target);
        engine.moveTo(target);
        const { position_lots: position, cycles, grid_profit: profit } = engine.figures();
        expect([position, cycles]).toEqual([oracle.position, oracle.cycles]);
        expect(profit).toBe(oracle.profit * MONEY_PER_MILLIONTH);
        expect(engine.state.books.cash).toBe(oracle.cash * MONEY_PER_MILLIONTH);
      }
      const trades = engine.trades.map((trade) => `${trade.side} ${trade.ticks}`);
      expect(trades).toEqual(oracle.trades);
    }),
    { numRuns: 300 },
  );
});
