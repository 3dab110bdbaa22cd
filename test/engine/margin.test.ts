/** What a balance carries: the walk to the edges, the sizes that fit, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Market } from '../../src/contract/market.ts';
import { maintenanceMargin, notional, sizeText } from '../../src/contract/market.ts';
import { apr, design, investmentOf } from '../../src/engine/index.ts';
import type { DesignInput, Problem } from '../../src/engine/index.ts';
import type { Exposure } from '../../src/engine/liquidation.ts';
import { markedAt } from '../../src/engine/liquidation.ts';
import {
  atEdge,
  edgeTicks,
  largestSize,
  liquidatedOnTheWay,
  marginShortage,
  openingSides,
} from '../../src/engine/margin.ts';
import type { GridShape } from '../../src/engine/margin.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const one = 10n ** 18n;
const free = testMarket();
const charged = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });
const long = { direction: 'long' as const };

const wish = fc
  .record({
    lower: fc.integer({ min: 200, max: 600 }),
    step: fc.integer({ min: 5, max: 40 }),
    grid_num: fc.integer({ min: 1, max: 9 }),
    order_quantity: fc.integer({ min: 1, max: 6 }),
    direction: fc.constantFrom('neutral' as const, 'long' as const, 'short' as const),
    open_position_at_start: fc.boolean(),
    fence: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    place: fc.integer({ min: -20, max: 120 }),
    balance: fc.integer({ min: 200, max: 20_000 }),
  })
  .map(({ lower, step, fence, place, balance, ...rest }) => {
    const upper = lower + step * rest.grid_num;
    const max = fence === undefined ? {} : { max_position: fence * rest.order_quantity };
    const input = { ...rest, ...max, grid_lower_price: lower, grid_upper_price: upper };
    const ticks = lower + Math.round(((upper - lower) * place) / 100);
    return { input, start: { ticks, balance: BigInt(balance) * one } };
  });

describe('the walk to an edge', () => {
  it('holds what the engine holds there, to the last digit', () => {
    fc.assert(
      fc.property(wish, ({ input, start }) => {
        const plan = planOf(charged, input);
        for (const side of openingSides(plan)) {
          const grid = new Matching(charged, plan, start.ticks).start();
          const far = side === 'buy' ? plan.lines.at(-1) : plan.lines[0];
          // Waiting gaps let their orders rest once the price is beyond their lines.
          const waits = plan.direction !== 'neutral' && !plan.open_position_at_start;
          if (waits) grid.moveTo(Number(far) + (side === 'buy' ? 1 : -1));
          grid.moveTo(edgeTicks(plan, start, side));
          expect(atEdge(charged, plan, start, side)).toEqual({
            lots: grid.position,
            equity: start.balance + grid.figures().total,
            ticks: grid.price,
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is liquidated at the tick at which a walk over every tick is', () => {
    const market = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });
    let met = 0;
    fc.assert(
      fc.property(wish, ({ input, start }) => {
        const plan = planOf(market, { ...input, open_position_at_start: true });
        for (const side of openingSides(plan)) {
          const found = walked(market, plan, start, side);
          expect(liquidatedOnTheWay(market, plan, start, side)).toBe(found);
          if (found !== null) met += 1;
        }
      }),
      { numRuns: 100 },
    );
    expect(met).toBeGreaterThan(30);
  });
});

/** Tick by tick on a real engine: what is at a line fills, then the account is looked at. */
function walked(
  market: Market,
  plan: ReturnType<typeof planOf>,
  start: { ticks: number; balance: bigint },
  side: 'buy' | 'sell',
): number | null {
  const grid = new Matching(market, plan, start.ticks).start();
  const step = side === 'buy' ? -1 : 1;
  const gone = ({ lots, equity, ticks }: Exposure): boolean =>
    lots !== 0 && equity <= maintenanceMargin(market, notional(market, ticks, Math.abs(lots)));
  const seen = (): Exposure => ({
    lots: grid.position,
    equity: start.balance + grid.figures().total,
    ticks: grid.price,
  });
  if (gone(seen())) return grid.price;
  const edge = edgeTicks(plan, start, side);
  while (grid.price !== edge) {
    const before = markedAt(market, seen(), grid.price + step);
    if (gone(before)) return grid.price + step;
    grid.moveTo(grid.price + step);
    if (gone(seen())) return grid.price;
  }
  for (let ticks = edge; ticks > 0 && ticks < 60_000; ticks += step) {
    if (gone(markedAt(market, seen(), ticks))) return ticks;
  }
  return null;
}

describe('the largest size', () => {
  it('fits, and one lot more does not', () => {
    fc.assert(
      fc.property(wish, fc.integer({ min: 1, max: 20 }), ({ input, start }, leverage) => {
        const { max_position: _fence, ...sized } = input as Partial<DesignInput>;
        const plan = planOf(charged, { ...sized, order_quantity: 500 });
        const rate = { digits: BigInt(leverage), scale: 0 };
        const holds = (shape: GridShape) =>
          openingSides(shape).every(
            (side) => marginShortage(charged, atEdge(charged, shape, start, side), rate) === 0n,
          );
        const lots = largestSize(plan, holds);
        if (lots > 0) expect(holds({ ...plan, lots_per_grid: lots })).toBe(true);
        if (lots < 500) expect(holds({ ...plan, lots_per_grid: lots + 1 })).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

function judge(input: Partial<DesignInput>, market = free) {
  const range = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10, price: 100 };
  const result = design(market, { ...range, order_quantity: 1, ...input });
  const none: Problem[] = [];
  return 'problems' in result
    ? { problems: result.problems, warnings: none }
    : { problems: none, warnings: result.warnings };
}

describe('margin at design', () => {
  // Long 90..110 from 100: at 90 ten lots of 900, equity balance - 70. Leverage 2 needs 450.
  it.each([
    ['520', 1, 'nothing'],
    ['519.99', 1, 'short by 0.01 USD: no size fits this balance'],
  ])('with %s says %s %s', (balance, quantity, words) => {
    const { problems, warnings } = judge({
      ...long,
      balance,
      leverage: 2,
      order_quantity: quantity,
    });
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message).join() || 'nothing').toContain(words);
  });

  it('shows the size that fits: paper warns, live refuses', () => {
    const input = { ...long, balance: '1700', leverage: 2, order_quantity: 4 };
    const short = {
      path: 'order_quantity',
      message:
        'with every order filled at 90 the initial margin is short by 380.00 USD: ' +
        'at most 3 per grid',
      allowed: 'at most 3 per grid',
      rule: 'margin_short',
    };
    expect(judge(input)).toMatchObject({ problems: [], warnings: [short] });
    expect(judge({ ...input, margin_check: 'refuse' })).toMatchObject({
      problems: [short],
      warnings: [],
    });
    expect(judge({ ...input, order_quantity: 3 }).warnings).toEqual([]);
  });

  it('takes the lower of the leverage wanted and the leverage granted', () => {
    const granted = testMarket({ max_leverage: '2' });
    const input = { ...long, balance: '519.99', leverage: 20 };
    expect(judge(input, free).warnings).toEqual([]);
    expect(judge(input, granted).warnings).toHaveLength(1);
  });

  it('asks for fees, too', () => {
    // 5 at 100 as taker, 2.5 x 0.1 %; lines 98..90 as makers, 470 x 0.02 %: 0.5 + 0.094.
    const market = testMarket({ maker_fee: '0.0002', taker_fee: '0.001' });
    const input = { ...long, leverage: 2, order_quantity: 1 };
    expect(judge({ ...input, balance: '520.594' }, market).warnings).toEqual([]);
    expect(judge({ ...input, balance: '520.593' }, market).warnings).toHaveLength(1);
  });

  it('looks at the dearer edge of a neutral grid and names the key that sized it', () => {
    // At 110: five sold at 106, equity 500 - 20, margin 550 / 1.
    const { warnings } = judge({ balance: '500', order_quantity: undefined, investment: 530 });
    expect(warnings).toMatchObject([{ path: 'investment' }]);
    expect(warnings[0]?.message).toContain('at 110 the initial margin is short by 70.00');
  });

  it('stops at the fence: what is held back needs no margin', () => {
    // Of five sells only two rest, at 102 and 104: 500 - 14 - 220 at 110.
    const input = { balance: '250', max_position: 2 };
    expect(judge(input).warnings.map(({ path }) => path)).toEqual(['max_position']);
    expect(judge({ balance: '250' }).warnings).toHaveLength(1);
  });

  it('says nothing without a balance, and refuses one that is none', () => {
    expect(judge({ ...long, leverage: 100 })).toEqual({ problems: [], warnings: [] });
    expect(judge({ balance: 'much' }).problems).toMatchObject([{ path: 'balance' }]);
  });
});

describe('liquidation at design', () => {
  it('inside the range is refused, with the price and the size that fits', () => {
    // Twos: 160 + 20 (p - 97) <= 0.1 p at 89. Threes: 24 stand at 92, where 4 of equity are left.
    const input = { ...long, balance: '160', leverage: 100 };
    expect(judge({ ...input, order_quantity: 2 }).problems).toEqual([]);
    const { problems } = judge({ ...input, order_quantity: 3 });
    expect(problems).toMatchObject([
      {
        path: 'order_quantity',
        message:
          'a straight fall from 100 would liquidate the position at 92, ' +
          'before every line is filled',
        allowed: 'at most 2 per grid',
        rule: 'liquidated_in_range',
      },
    ]);
  });

  it('is refused on both sides of a neutral grid, beside every other problem', () => {
    const { problems } = judge({ balance: '10', trail_upper_price: 95 });
    expect(problems.map(({ path }) => path)).toEqual([
      'trail_upper_price',
      'order_quantity',
      'order_quantity',
    ]);
    expect(problems.map(({ message }) => message).slice(1)).toEqual([
      expect.stringContaining('a straight fall from 100'),
      expect.stringContaining('a straight rise from 100'),
    ]);
  });

  it('counts what waits for its line as if the price came back from the top', () => {
    const input = { ...long, leverage: 100, open_position_at_start: false };
    // Ten lots at 99 on average: at 90 equity 160 - 90; five fewer losses than at the start price.
    expect(judge({ ...input, balance: '95' }).problems).toEqual([]);
    expect(judge({ ...input, balance: '94' }).problems).toHaveLength(1);
  });

  it('before the stop-loss is refused with the price and the allowed range', () => {
    // 200 + 10 (p - 97) <= 0.05 p: 77.
    const input = { ...long, balance: '200', leverage: 100 };
    expect(judge({ ...input, stop_loss_price: 78 }).problems).toEqual([]);
    expect(judge({ ...input, stop_loss_price: 77 }).problems).toMatchObject([
      {
        path: 'stop_loss_price',
        message: 'the position would be liquidated at 77, before the stop-loss',
        allowed: 'above 77, below 100',
        rule: 'liquidated_first',
      },
    ]);
    const short = { ...input, direction: 'short' as const };
    expect(judge({ ...short, stop_loss_price: 121 }).problems).toEqual([]);
    expect(judge({ ...short, stop_loss_price: 123 }).problems).toMatchObject([
      { path: 'stop_loss_price', allowed: 'below 123, above 100' },
    ]);
  });

  it('a neutral grid is judged on the side of its stop-loss', () => {
    const input = { balance: '50', leverage: 100 };
    expect(judge({ ...input, stop_loss_price: 85 }).problems).toEqual([]);
    expect(judge({ ...input, stop_loss_price: 84 }).problems).toMatchObject([
      { path: 'stop_loss_price', allowed: 'above 84, below 100' },
    ]);
    expect(judge({ ...input, stop_loss_price: 116 }).problems).toMatchObject([
      { path: 'stop_loss_price', allowed: 'below 116, above 100' },
    ]);
  });
});

describe('the rate on an investment', () => {
  const day = 86_400_000;

  it('is profit / investment / days x 365', () => {
    expect(apr(10n * one, 1000n * one, 10 * day)).toBe('36.50');
    expect(apr(-one, 365n * one, 2 * day)).toBe('-50.00');
    expect(apr(one, 3n * one, 365 * day)).toBe('33.33');
  });

  it('is not told of the first hour, nor of no money', () => {
    expect(apr(one, 100n * one, 3_599_999)).toBeNull();
    expect(apr(one, 87_600n * one, 3_600_000)).toBe('10.00');
    expect(apr(one, 0n, day)).toBeNull();
    expect(apr(one, one, Number.NaN)).toBeNull();
  });

  it('takes the investment as configured, else what the dearer side costs', () => {
    const market = testMarket({ lot: '0.01', min_quantity: '0.01' });
    const plan = planOf(market, { ...long, order_quantity: 2 });
    expect(sizeText(market, plan.lots_per_grid)).toBe('2');
    expect(investmentOf(market, plan, { investment: '1234.5', leverage: 3 }, 100)).toBe(
      12345n * 10n ** 17n,
    );
    // Five parcels at 100 and buys at 98..90: 500 + 470, twice, over leverage.
    expect(investmentOf(market, plan, {}, 100)).toBe(1940n * one);
    expect(investmentOf(market, plan, { leverage: 5 }, 100)).toBe(388n * one);
    // Neutral: sells 102..110 are dearer.
    const neutral = planOf(market, { order_quantity: 2 });
    expect(investmentOf(market, neutral, { leverage: '2.5' }, 100)).toBe(424n * one);
  });
});
