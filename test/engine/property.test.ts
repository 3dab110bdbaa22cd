/**
 * Random grids on random paths in a calm market: the laws of position and lines. What a rough one
 * does is in storm.test.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesignInput } from '../../src/engine/index.ts';
import { design } from '../../src/engine/index.ts';
import { Matching, testMarket } from './matching.ts';

const market = testMarket({
  maker_fee: '0.00011',
  taker_fee: '0.00047',
  lot: '0.001',
  min_quantity: '0.001',
});

const wish = fc
  .record({
    lower: fc.integer({ min: 200, max: 900 }),
    step: fc.integer({ min: 3, max: 30 }),
    grids: fc.integer({ min: 1, max: 12 }),
    lots: fc.integer({ min: 1, max: 9 }),
    direction: fc.constantFrom('neutral', 'neutral', 'long', 'short'),
    type: fc.constantFrom('arithmetic', 'geometric'),
    opens: fc.boolean(),
    trail: fc.boolean(),
    fence: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
  })
  .map(({ lower, step, grids, lots, direction, type, opens, trail, fence }): DesignInput => ({
    grid_lower_price: lower,
    grid_upper_price: lower + step * grids,
    grid_num: grids,
    order_quantity: `0.00${lots}`,
    grid_type: type as 'arithmetic',
    direction: direction as 'neutral',
    open_position_at_start: opens,
    out_of_range: trail ? 'trail' : 'hold',
    ...(fence === undefined ? {} : { max_position: ((fence * lots) / 1000).toFixed(3) }),
  }));

const price = fc.integer({ min: 150, max: 1400 });
const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 });

const by = fc.integer({ min: -60, max: 60 });
const near = fc.record({ do: fc.constant('near' as const), by, pieces });
const move = fc.record({ do: fc.constant('move' as const), to: price, pieces });
const part = fc.record({ do: fc.constant('part' as const), pick: fc.nat(50) });
function begin(input: DesignInput, start: number): Matching | null {
  const result = design(market, input);
  return 'problems' in result ? null : new Matching(market, result.plan, start);
}

/** Cuts an order's rest into the given pieces; what they leave executes last. */
const cut =
  (sizes: number[]) =>
  (lots: number): number[] => {
    const out: number[] = [];
    let left = lots;
    for (const size of sizes) {
      if (size >= left) break;
      out.push(size);
      left -= size;
    }
    return [...out, left];
  };

/** Lots executed in orders that are not complete yet, signed. */
function executedParts(grid: Matching): number {
  return grid.state.orders.reduce((sum, order) => {
    return sum + (order.side === 'buy' ? order.filled : -order.filled);
  }, 0);
}

function target(grid: Matching, step: { to: number } | { by: number }): number {
  return 'to' in step ? step.to : Math.max(1, grid.price + step.by);
}

describe('a calm market', () => {
  const calm = fc.array(fc.oneof({ arbitrary: near, weight: 4 }, move, part), { maxLength: 25 });

  it('keeps N orders and one empty line, and the position law', () => {
    const noFence = wish.map((input): DesignInput => {
      const { max_position: _fence, ...rest } = input;
      return { ...rest, open_position_at_start: true, out_of_range: 'hold' };
    });
    fc.assert(
      fc.property(noFence, price, calm, (input, start, steps) => {
        const grid = begin(input, start)?.start();
        fc.pre(grid !== undefined);
        const grids = input.grid_num;
        const size = grid.state.plan.lots_per_grid;
        let fixed: number | null = null;
        for (const step of steps) {
          if (step.do === 'part') touchInPart(grid, step.pick);
          else grid.moveTo(target(grid, step), cut(step.pieces));
          grid.check();
          const open = grid.state.gaps.some((gap) => gap.opening === null);
          expect(grid.resting.size).toBe(open ? grids + 1 : grids);
          if (open) continue;
          const empty = grid.emptyLine();
          const held = grid.position - executedParts(grid);
          if (input.direction === 'long') expect(held).toBe(size * (grids - empty));
          else if (input.direction === 'short') expect(held).toBe(0 - size * empty);
          else {
            fixed ??= held / size + empty;
            expect(held).toBe(size * (fixed - empty));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  /** Fills a part of the order nearest the price, which stops exactly at its line. */
  function touchInPart(grid: Matching, pick: number): void {
    const sides = [...grid.resting.values()].filter(({ order }) => {
      return order.side === (pick % 2 === 0 ? 'buy' : 'sell');
    });
    const sign = pick % 2 === 0 ? -1 : 1;
    const next = sides.sort((a, b) => sign * (Number(a.order.ticks) - Number(b.order.ticks)))[0];
    if (next === undefined || next.left < 2) return;
    grid.price = Number(next.order.ticks);
    grid.fill(next.order.id, 1 + (pick % (next.left - 1)));
    grid.feed({ type: 'price', ticks: grid.price });
  }
});
