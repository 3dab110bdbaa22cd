/**
 * The engine against the oracle: the same grid on the same path must trade the same orders in the
 * same sequence, rest the same ones, and earn the same to the last digit. The long form
 * (`npm run soak -- oracle`) runs 10,000 grids.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MONEY_DECIMALS } from '../../src/contract/decimal.ts';
import type { Market } from '../../src/contract/market.ts';
import { makeMarket, priceText, sizeText } from '../../src/contract/market.ts';
import type { Design } from '../../src/engine/index.ts';
import { auditIdentity, design, figures } from '../../src/engine/index.ts';
import type { OracleGrid } from './oracle.ts';
import { Oracle, isSound, oracleLines, units } from './oracle.ts';
import type { Way } from './tape.ts';
import { Tape } from './tape.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const GRIDS = SOAK ? 10_000 : 1_500;
const SOAK_MS = 30 * 60_000;

/** A random grid in ticks and lots, and what happens to it. */
interface Wish {
  readonly type: 'arithmetic' | 'geometric';
  readonly direction: 'neutral' | 'long' | 'short';
  readonly opens: boolean;
  readonly tick: string;
  readonly lot: string;
  readonly maker: string;
  readonly taker: string;
  readonly fills: 'touch' | 'through';
  readonly lower: number;
  readonly width: number;
  /** Ticks that one of `lower` and `width` stands for: at the largest a float is wrong by ticks. */
  readonly scale: number;
  readonly grids: number;
  readonly lots: number;
  /** Percent of the start order that is executed. */
  readonly share: number;
  readonly start: Spot;
  readonly path: readonly Move[];
}

/** A price: `by` ticks beside a line, or anywhere from one range below to one above the grid. */
type Spot = { readonly line: number; readonly by: number } | { readonly permille: number };

interface Move {
  readonly to: Spot;
  readonly way: Way;
  readonly pieces: readonly number[];
  /** Percent of the rest that is executed of an order the move just reaches. */
  readonly touched: number;
}

const share = fc.oneof({ arbitrary: fc.constant(100), weight: 3 }, fc.integer({ min: 0, max: 99 }));
const spot: fc.Arbitrary<Spot> = fc.oneof(
  fc.record({ line: fc.nat(40), by: fc.constantFrom(0, 0, 0, -1, 1) }),
  fc.record({ permille: fc.integer({ min: -300, max: 1300 }) }),
);
const move: fc.Arbitrary<Move> = fc.record({
  to: spot,
  way: fc.constantFrom('walk', 'jump', 'late'),
  pieces: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  touched: share,
});
const wish: fc.Arbitrary<Wish> = fc.record({
  type: fc.constantFrom('arithmetic', 'geometric'),
  direction: fc.constantFrom('neutral', 'long', 'short'),
  opens: fc.boolean(),
  tick: fc.constantFrom('1', '0.01', '0.5', '0.07', '0.0003', '2.5'),
  lot: fc.constantFrom('1', '0.001', '0.3', '0.07', '25'),
  maker: fc.constantFrom('0', '0.00015', '-0.0001', '0.000375', '-0.00005', '0.002'),
  taker: fc.constantFrom('0', '0.0005', '-0.00002', '0.00047'),
  fills: fc.constantFrom('touch', 'through'),
  lower: fc.integer({ min: 3, max: 5000 }),
  width: fc.integer({ min: 2, max: 3000 }),
  scale: fc.constantFrom(1, 1, 1, 1_000_003, 99_999_999_977),
  grids: fc.integer({ min: 1, max: 16 }),
  lots: fc.integer({ min: 1, max: 9 }),
  share,
  start: spot,
  path: fc.array(move, { minLength: 1, maxLength: 16 }),
});

it(
  `agrees with the oracle on ${GRIDS} random grids, to the last digit`,
  () => {
    const kinds = new Map<string, number>();
    const seen = { run: 0, refused: 0, trades: 0, cycles: 0 };
    fc.assert(
      fc.property(wish, (wanted) => {
        const market = marketOf(wanted);
        const grid = gridOf(wanted, market);
        const result = design(market, {
          grid_lower_price: grid.lower,
          grid_upper_price: grid.upper,
          grid_num: grid.grids,
          grid_type: grid.type,
          direction: grid.direction,
          order_quantity: grid.quantity,
          open_position_at_start: grid.opens,
        });
        expect('problems' in result, 'refused').toBe(!isSound(grid));
        if ('problems' in result) seen.refused += 1;
        fc.pre(!('problems' in result));
        const { trades, cycles } = race(wanted, market, grid, result);
        const { type, direction, opens, fills } = grid;
        const kind = `${type} ${direction} ${fills} ${opens ? 'opens' : 'waits'}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        seen.run += 1;
        seen.trades += trades;
        seen.cycles += cycles;
      }),
      { numRuns: GRIDS, maxSkipsPerRun: 10 },
    );
    // A test of empty paths would agree as well.
    expect(seen.run).toBeGreaterThanOrEqual(GRIDS);
    expect(seen.refused).toBeGreaterThan(GRIDS / 20);
    expect(seen.trades).toBeGreaterThan(GRIDS * 10);
    expect(seen.cycles).toBeGreaterThan(GRIDS * 2);
    expect(kinds.size).toBe(24);
    expect(Math.min(...kinds.values())).toBeGreaterThan(GRIDS / 50);
    if (SOAK) console.log(seen);
  },
  SOAK ? SOAK_MS : undefined,
);

/** Runs engine and oracle side by side and compares them after every move. */
function race(
  wanted: Wish,
  market: Market,
  grid: OracleGrid,
  { plan }: Design,
): { trades: number; cycles: number } {
  const price = (ticks: number): bigint => units(priceText(market, ticks));
  const lot = units(wanted.lot);
  const scaled = (percent: number) => (size: bigint) => 
    (((size / lot) * BigInt(percent)) / 100n) * lot;
  const whole = (percent: number) => (lots: number) => Math.floor((lots * percent) / 100);
  expect(plan.lines.map(price), 'lines').toEqual(oracleLines(grid));

  const start = ticksAt(wanted.start, plan.lines);
  const oracle = new Oracle(grid, price(start), scaled(wanted.share));
  const tape = new Tape(market, plan, start, wanted.fills, whole(wanted.share));
  compare();
  for (const { to, way, pieces, touched } of wanted.path) {
    const target = ticksAt(to, plan.lines);
    oracle.move(price(target), scaled(touched));
    tape.move(target, way, (lots) => cut(lots, pieces), whole(touched));
    compare();
  }
  return { trades: oracle.trades.length, cycles: oracle.cycles };

  function compare(): void {
    const text = (side: string, ticks: number, lots: number): string =>
      `${side} ${price(ticks)} x ${BigInt(lots) * lot}`;
    const traded = tape.executions.map(({ side, ticks, lots }) => text(side, ticks, lots));
    expect(traded, 'trades').toEqual(oracle.trades);
    const resting = [...tape.resting.values()]
      .sort((a, b) => Number(a.order.ticks) - Number(b.order.ticks))
      .map(({ order, left }) => {
        const rests = text(order.side, Number(order.ticks), left);
        return order.reduce_only ? `${rests} reduce-only` : rests;
      });
    expect(resting, 'resting orders').toEqual(oracle.orders());
    expect(tape.refused, 'refused by the market').toEqual([]);
    expect(tape.cancelled, 'cancelled').toEqual([]);
    for (const ticks of [tape.price, 1, 977]) {
      const { position_lots: lots, ...sums } = figures(market, tape.state, ticks);
      const mark = price(ticks);
      expect(BigInt(lots) * lot, 'position').toBe(oracle.position);
      expect(sums.grid_profit, 'grid profit').toBe(oracle.profit);
      expect(sums.unpaired, 'unpaired').toBe(oracle.unpaired(mark));
      expect(sums.total, 'total').toBe(oracle.total(mark));
      expect(sums.fees, 'fees').toBe(oracle.fees);
      expect(sums.cycles, 'cycles').toBe(oracle.cycles);
      expect(auditIdentity(market, tape.state, ticks)).toBeNull();
    }
  }
}

function marketOf(wanted: Wish): Market {
  return makeMarket({
    symbol: 'TEST',
    base: 'T',
    quote: 'USD',
    tick: wanted.tick,
    lot: wanted.lot,
    min_quantity: wanted.lot,
    min_notional: '0',
    max_orders: 1000,
    maker_fee: wanted.maker,
    taker_fee: wanted.taker,
    max_leverage: '50',
    maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.005', amount: '0' }] },
  });
}

function gridOf(wanted: Wish, market: Market): OracleGrid {
  const { type, direction, grids, opens, tick, maker, taker, fills } = wanted;
  return {
    ...{ type, direction, grids, opens, tick, maker, taker, fills },
    lower: priceText(market, wanted.lower * wanted.scale),
    upper: priceText(market, (wanted.lower + wanted.width) * wanted.scale),
    quantity: sizeText(market, wanted.lots),
  };
}

function ticksAt(at: Spot, lines: readonly number[]): number {
  const [lower = 1, upper = 1] = [lines[0], lines[lines.length - 1]];
  if ('line' in at) return Math.max(1, (lines[at.line % lines.length] ?? lower) + at.by);
  return Math.max(1, lower + Math.round(((upper - lower) * at.permille) / 1000));
}

function cut(lots: number, sizes: readonly number[]): number[] {
  const out: number[] = [];
  let left = lots;
  for (const size of sizes) {
    if (size >= left) break;
    out.push(size);
    left -= size;
  }
  return left === 0 ? out : [...out, left];
}

it('counts money in the same unit as the engine', () => {
  expect(units('1') * units('1')).toBe(10n ** BigInt(MONEY_DECIMALS));
});
