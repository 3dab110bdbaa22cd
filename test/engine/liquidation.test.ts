/** Liquidation prices: the worked example, the closed formula, and a walk over every tick. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Money } from '../../src/contract/decimal.ts';
import { formatDecimal, parseMoney } from '../../src/contract/decimal.ts';
import { rateOf } from '../../src/contract/maintenance.ts';
import type { MaintenanceRules } from '../../src/contract/maintenance.ts';
import type { Market } from '../../src/contract/market.ts';
import {
  maintenanceMargin,
  nearestTicks,
  notional,
  priceText,
} from '../../src/contract/market.ts';
import {
  liquidationTicks,
  liquidations,
  markedAt,
  restingOrders,
} from '../../src/engine/liquidation.ts';
import type { Exposure } from '../../src/engine/liquidation.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const one = 10n ** 18n;
const money = (text: string): Money => parseMoney(text) ?? 0n;

/** ETHUSDT tiers of the venue that the example comes from. */
const ETH: MaintenanceRules = {
  kind: 'tiers',
  tiers: [
    ['0', '0.005', '0'],
    ['10000', '0.0065', '15'],
    ['100000', '0.01', '365'],
    ['500000', '0.02', '5365'],
    ['1000000', '0.05', '35365'],
    ['2000000', '0.1', '135365'],
    ['5000000', '0.125', '260365'],
    ['10000000', '0.15', '510365'],
  ].map(([floor = '', rate = '', amount = '']) => ({ floor, rate, amount })),
};
const eth = testMarket({ tick: '0.01', lot: '0.001', maintenance: ETH });

/** Wallet balance and entry, as venues state them, marked to `mark`. */
function exposure(
  market: Market,
  { wallet, lots, entry, mark }: { wallet: string; lots: number; entry: string; mark: string },
): Exposure {
  const ticks = nearestTicks(market, mark) ?? 0;
  const from = nearestTicks(market, entry) ?? 0;
  return { lots, ticks, equity: money(wallet) + notional(market, ticks - from, lots) };
}

describe('the worked example', () => {
  const example = { wallet: '1535443.01', lots: 3_683_979, entry: '1456.84' };

  it.each(['1200', '1456.84', '1600'])('is liquidated at 1114.78, seen from %s', (mark) => {
    const ticks = liquidationTicks(eth, exposure(eth, { ...example, mark }));
    expect(priceText(eth, ticks ?? 0)).toBe('1114.78');
  });

  it('answers the mark itself once that is beyond', () => {
    const beyond = exposure(eth, { ...example, mark: '1114' });
    expect(priceText(eth, liquidationTicks(eth, beyond) ?? 0)).toBe('1114');
  });

  it('cross: other positions move it by what they add', () => {
    // Less equity by 331,558.11 = Q x (1 - MMR) x 100: a hundred dearer, where the tier is the same.
    const seen = exposure(eth, { ...example, mark: '1456.84' });
    const ticks = liquidationTicks(eth, seen, money('-331558.11'));
    expect(priceText(eth, ticks ?? 0)).toBe('1214.78');
  });
});

describe('no liquidation', () => {
  it('without a position, or for a long that is paid in full', () => {
    expect(liquidationTicks(eth, { lots: 0, equity: 0n, ticks: 100 })).toBeNull();
    const paid = exposure(eth, { wallet: '1000', lots: 1000, entry: '999', mark: '500' });
    expect(liquidationTicks(eth, paid)).toBeNull();
  });

  it('nor for a short so small that no price there is would do', () => {
    const equity = money('1000000000000');
    expect(liquidationTicks(eth, { lots: -1, equity, ticks: 100_000 })).toBeNull();
  });
});

describe('the maintenance rule', () => {
  it('takes the tier that contains the notional, floor included', () => {
    const at = (value: string) => {
      const { digits, scale } = rateOf(eth.maintenance, money(value));
      return [formatDecimal(digits, scale), maintenanceMargin(eth, money(value))];
    };
    expect(at('9999.99')).toEqual(['0.005', money('49.99995')]);
    expect(at('10000')).toEqual(['0.0065', money('50')]);
    expect(at('4000000')).toEqual(['0.1', money('264635')]);
    expect(at('90000000')).toEqual(['0.15', money('12989635')]);
  });

  it('grows with the square root beyond its base, rounded up', () => {
    const maintenance = { kind: 'sqrt', base: '0.0125', factor: '0.00003' } as const;
    const market = testMarket({ maintenance });
    const rate = (value: string) => {
      const { digits, scale } = rateOf(market.maintenance, money(value));
      return formatDecimal(digits, scale);
    };
    expect(rate('100000')).toBe('0.0125');
    expect(rate('1000000')).toBe('0.03');
    expect(rate('2000000')).toBe('0.042426406871192852');
    expect(maintenanceMargin(market, money('100000'))).toBe(money('1250'));
    expect(maintenanceMargin(market, money('1000000'))).toBe(money('30000'));
    expect(maintenanceMargin(market, money('2000000'))).toBe(money('84852.813742385702928102'));
  });

  it.each<[string, MaintenanceRules]>([
    ['begins at 0', { kind: 'tiers', tiers: [] }],
    ['begins at 0', { kind: 'tiers', tiers: [{ floor: '1', rate: '0.1', amount: '0' }] }],
    ['no fraction', { kind: 'tiers', tiers: [{ floor: '0', rate: '1', amount: '0' }] }],
    ['no amount', { kind: 'tiers', tiers: [{ floor: '0', rate: '0.1', amount: '-1' }] }],
    ['no fraction', { kind: 'sqrt', base: 'none', factor: '0.1' }],
    ['no decimal', { kind: 'sqrt', base: '0.1', factor: '-1' }],
    [
      'ascend',
      {
        kind: 'tiers',
        tiers: ['0', '5', '5'].map((floor) => ({ floor, rate: '0.1', amount: '0' })),
      },
    ],
  ])('is refused where it %s', (words, maintenance) => {
    expect(() => testMarket({ maintenance })).toThrow(words);
  });

  it('and a leverage below one is refused', () => {
    expect(() => testMarket({ max_leverage: '0.9' })).toThrow('at least 1');
  });
});

const rules = fc.oneof(
  fc
    .array(
      fc.record({
        width: fc.integer({ min: 1, max: 4000 }),
        rate: fc.integer({ min: 1, max: 400 }),
        // Amounts that do not join the tiers: the margin jumps up or down at a floor.
        amount: fc.integer({ min: 0, max: 60 }),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts): MaintenanceRules => {
      let floor = 0;
      const tiers = parts.map(({ width, rate, amount }, i) => {
        const tier = { floor: String(floor), rate: `0.${String(rate).padStart(4, '0')}` };
        floor += width;
        return { ...tier, amount: String(i === 0 ? 0 : amount) };
      });
      return { kind: 'tiers', tiers };
    }),
  fc
    .record({ base: fc.integer({ min: 1, max: 500 }), factor: fc.integer({ min: 0, max: 90 }) })
    .map(({ base, factor }): MaintenanceRules => {
      return {
        kind: 'sqrt',
        base: `0.${String(base).padStart(4, '0')}`,
        factor: `0.${String(factor).padStart(5, '0')}`,
      };
    }),
);

/** Equity <= maintenance in whole numbers of its own: quote units scaled by 1e5, never rounded. */
function covers(rule: MaintenanceRules, equity: bigint, value: bigint): boolean {
  if (rule.kind === 'tiers') {
    const tier = rule.tiers.findLast(({ floor }) => BigInt(floor) <= value);
    const rate = BigInt((tier?.rate ?? '0.').slice(2));
    const margin = value * rate - BigInt(tier?.amount ?? '0') * 10_000n;
    return equity * 10_000n > (margin > 0n ? margin : 0n);
  }
  const base = BigInt(rule.base.slice(2));
  const factor = BigInt(rule.factor.slice(2));
  if (equity * 10_000n <= value * base) return false;
  return equity ** 2n * 10n ** 10n > factor ** 2n * value ** 3n;
}

describe('against a walk over every tick', () => {
  it('finds the first tick at which equity no longer exceeds the margin', () => {
    const cases = fc.record({
      maintenance: rules,
      lots: fc.integer({ min: -40, max: 40 }),
      ticks: fc.integer({ min: 1, max: 900 }),
      equity: fc.integer({ min: -50, max: 9000 }),
    });
    fc.assert(
      fc.property(cases, ({ maintenance, lots, ticks, equity }) => {
        const market = testMarket({ maintenance });
        let found: number | null = null;
        // No short of these survives a price beyond 900 + 9,000.
        const end = lots > 0 ? 0 : 10_000;
        for (let at = ticks; lots !== 0 && at !== end; at += lots > 0 ? -1 : 1) {
          const left = BigInt(equity + lots * (at - ticks));
          if (covers(maintenance, left, BigInt(Math.abs(lots) * at))) continue;
          found = at;
          break;
        }
        const exact = { lots, ticks, equity: BigInt(equity) * one };
        expect(liquidationTicks(market, exact)).toBe(found);
      }),
      { numRuns: 1500 },
    );
  });

  it('and agrees with the closed formula of one tier', () => {
    const cases = fc.record({
      wallet: fc.integer({ min: 1, max: 10 ** 9 }),
      lots: fc.integer({ min: -(10 ** 7), max: 10 ** 7 }).filter((lots) => lots !== 0),
      entry: fc.integer({ min: 1, max: 10 ** 6 }),
      rate: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(cases, ({ wallet, lots, entry, rate }) => {
        const text = `0.${String(rate).padStart(4, '0')}`;
        const tiers = [{ floor: '0', rate: text, amount: '0' }];
        const market = testMarket({ maintenance: { kind: 'tiers', tiers } });
        // LP = (WB - side Q EP) / (Q MMR - side Q), all times 10,000; the mark is the entry.
        const [over, under] = [
          10_000n * (BigInt(wallet) - BigInt(lots) * BigInt(entry)),
          BigInt(Math.abs(lots) * rate) - 10_000n * BigInt(lots),
        ];
        const [a, b] = under < 0n ? [-over, -under] : [over, under];
        // Down to the tick for a long, up for a short, and never beyond the mark.
        const root = lots > 0 ? a / b : (a + b - 1n) / b;
        const clamp = lots > 0 ? Math.min : Math.max;
        const expected = a <= 0n ? null : clamp(entry, Number(root));
        const seen = { lots, ticks: entry, equity: BigInt(wallet) * one };
        const found = liquidationTicks(market, seen);
        expect(found).toBe(expected === 0 ? null : expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the three figures', () => {
  const market = testMarket();
  const balance = 200n * one;
  const see = (grid: Matching, held: Money = balance) =>
    liquidations(
      market,
      { lots: grid.position, equity: held + grid.figures().total, ticks: grid.price },
      restingOrders(grid.state),
    );

  it('of a long grid 90..110 started at 100 with 200', () => {
    const grid = new Matching(market, planOf(market, { direction: 'long' }), 100).start();
    // Now 5 lots: 200 + 5 (p - 100) <= 0.025 p. All buys: 10 at 97: 200 + 10 (p - 97) <= 0.05 p.
    expect(see(grid)).toEqual({
      now: 60,
      buys_filled: 77,
      sells_filled: null,
      nearest_percent: '23.00',
      alarm: false,
    });
    // Dearer by the loss: at 90 the full position stands.
    grid.moveTo(90);
    expect(see(grid)).toMatchObject({ now: 77, buys_filled: 77, sells_filled: null });
  });

  it('of a neutral grid: one on each side', () => {
    const grid = new Matching(market, planOf(market, {}), 100).start();
    // Five at 94 on average below, five sold at 106 on average above.
    expect(see(grid, 50n * one)).toEqual({
      now: null,
      buys_filled: 84,
      sells_filled: 116,
      nearest_percent: '16.00',
      alarm: false,
    });
  });

  it('alarms from 3 % on, to the tick', () => {
    const at = (ticks: number) =>
      liquidations(market, { lots: 1000, ticks, equity: BigInt(ticks - 965) * 1000n * one }, []);
    // 1000 lots free of charge at 965: gone at 969 (p - 965 <= 0.005 p).
    expect(at(999)).toMatchObject({ now: 969, nearest_percent: '3.00', alarm: false });
    expect(at(998)).toMatchObject({ now: 969, nearest_percent: '2.90', alarm: true });
    const exact = { lots: -1000, ticks: 1000, equity: 35_150n * one };
    // 35.15 + 1000 - p <= 0.005 p from 1030 on, exactly 3 %.
    expect(liquidations(market, exact, [])).toMatchObject({ now: 1030, alarm: true });
  });

  it('a reduce-only order closes what is there and no more', () => {
    const held = { lots: 2, equity: 5n * one, ticks: 100 };
    const sell = { side: 'sell', lots: 3, ticks: 110, reduce_only: true } as const;
    expect(liquidations(market, held, [sell]).sells_filled).toBeNull();
    const free = { ...sell, reduce_only: false };
    expect(liquidations(market, held, [free]).sells_filled).toBeGreaterThan(110);
  });
});

describe('the figure with all of a side filled', () => {
  const market = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });
  const path = fc.record({
    direction: fc.constantFrom('neutral' as const, 'long' as const, 'short' as const),
    start: fc.integer({ min: 880, max: 1120 }),
    moves: fc.array(fc.integer({ min: 890, max: 1110 }), { maxLength: 5 }),
    balance: fc.integer({ min: 100, max: 9000 }),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    opens: fc.boolean(),
  });

  it('is the one that stands once the engine has booked those fills', () => {
    let compared = 0;
    fc.assert(
      fc.property(path, ({ direction, start, moves, balance, side, opens }) => {
        const input = { grid_lower_price: 900, grid_upper_price: 1100, grid_num: 8 };
        const open = { open_position_at_start: opens, order_quantity: 3 };
        const plan = planOf(market, { ...input, ...open, direction });
        const grid = new Matching(market, plan, start).start();
        for (const move of moves) grid.moveTo(move);
        const seen = (): Exposure => ({
          lots: grid.position,
          equity: BigInt(balance) * one + grid.figures().total,
          ticks: grid.price,
        });
        const before = seen();
        const told = liquidations(market, before, restingOrders(grid.state));
        const figure = side === 'buy' ? told.buys_filled : told.sells_filled;
        for (const id of [...grid.resting.values()].filter(inOrder(side)).sort(nearest).map(idOf)) {
          grid.fill(id, 3);
        }
        const after = markedAt(market, { ...seen() }, before.ticks);
        expect(figure).toBe(liquidationTicks(market, after));
        if (figure !== null) compared += 1;
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  type Rest = Matching['resting'] extends Map<number, infer R> ? R : never;
  const inOrder = (side: string) => (rest: Rest) => rest.order.side === side;
  const nearest = (a: Rest, b: Rest) =>
    (a.order.side === 'buy' ? -1 : 1) * (Number(a.order.ticks) - Number(b.order.ticks));
  const idOf = (rest: Rest) => rest.order.id;
});
