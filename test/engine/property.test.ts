/**
 * Random grids on random paths. A calm market checks the laws of position and lines; a rough one,
 * with refusals, cancels, pauses, adjusts and stops, checks that books, fence and orders never
 * break.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ladder } from '../../src/engine/index.ts';
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

type Step =
  | { do: 'move'; to: number; pieces: number[] }
  | { do: 'near'; by: number; pieces: number[] }
  | { do: 'part' | 'cancel' | 'late'; pick: number }
  | { do: 'pause' | 'resume' | 'start' | 'end' | 'hold' | 'let' }
  | { do: 'stop'; orders: 'cancel' | 'keep'; position: 'keep' | 'close' }
  | { do: 'funding'; amount: bigint }
  | { do: 'refuse'; every: number }
  | { do: 'adjust'; wish: DesignInput; position: 'carry' | 'rebalance' };

const by = fc.integer({ min: -60, max: 60 });
const near = fc.record({ do: fc.constant('near' as const), by, pieces });
const move = fc.record({ do: fc.constant('move' as const), to: price, pieces });
const part = fc.record({ do: fc.constant('part' as const), pick: fc.nat(50) });
const adjust = fc.record({
  do: fc.constant('adjust' as const),
  wish,
  position: fc.constantFrom('carry' as const, 'rebalance' as const),
});
const rough: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: near, weight: 8 },
  { arbitrary: move, weight: 3 },
  part,
  fc.record({ do: fc.constantFrom('cancel' as const, 'late' as const), pick: fc.nat(50) }),
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'start' as const) }),
  fc.record({ do: fc.constantFrom('start' as const, 'end' as const) }),
  fc.record({ do: fc.constantFrom('hold' as const, 'let' as const) }),
  fc.record({
    do: fc.constant('stop' as const),
    orders: fc.constantFrom('cancel' as const, 'keep' as const),
    position: fc.constantFrom('keep' as const, 'close' as const),
  }),
  fc.record({ do: fc.constant('funding' as const), amount: fc.bigInt(-(10n ** 15n), 10n ** 15n) }),
  fc.record({ do: fc.constant('refuse' as const), every: fc.integer({ min: 0, max: 4 }) }),
  adjust,
);

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

describe('a rough market', () => {
  it('never loses a lot or a cent, never doubles a line, never passes the fence', () => {
    fc.assert(
      fc.property(wish, price, fc.array(rough, { maxLength: 30 }), (input, start, steps) => {
        const grid = begin(input, start)?.start();
        fc.pre(grid !== undefined);
        const fence = new Fence(grid);
        for (const step of steps) {
          perform(grid, step, fence);
          grid.check();
          fence.check();
          if (['stopped', 'finished'].includes(grid.word)) expect(grid.state.stopping).toBeNull();
          for (const line of ladder(market, grid.state)) {
            if (line.side !== null && line.order_id === null) expect(line.reason).not.toBeNull();
          }
        }
        grid.refuse = () => null;
        grid.marketPart = (lots) => lots;
        let seen = 0;
        grid.holdCancels = false;
        for (const id of grid.heldCancels.splice(0)) if (grid.resting.has(id)) grid.cancelled(id);
        grid.stop('cancel', 'close');
        while (grid.word === 'stopping' && seen++ < 10) grid.moveTo(grid.price + 1);
        grid.check();
        expect(['stopped', 'finished']).toContain(grid.word);
        expect(grid.resting.size).toBe(0);
        expect(grid.position).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  /**
   * The fence holds whenever it was never set below what was already there, and no late fill came.
   */
  class Fence {
    readonly grid: Matching;
    broken = false;

    constructor(grid: Matching) {
      this.grid = grid;
    }

    check(): void {
      const max = this.grid.state.plan.max_position_lots;
      if (max === null || this.broken) return;
      const rest = (side: string): number => {
        const orders = [...this.grid.resting.values()].filter(({ order }) => order.side === side);
        return orders.reduce((sum, { order, left }) => sum + (order.reduce_only ? 0 : left), 0);
      };
      expect(this.grid.position + rest('buy')).toBeLessThanOrEqual(max);
      expect(rest('sell') - this.grid.position).toBeLessThanOrEqual(max);
    }
  }

  function perform(grid: Matching, step: Step, fence: Fence): void {
    switch (step.do) {
      case 'move':
      case 'near':
        return void grid.moveTo(target(grid, step), cut(step.pieces));
      case 'part': {
        const [id, resting] = [...grid.resting][step.pick % (grid.resting.size || 1)] ?? [];
        if (id !== undefined && resting !== undefined) grid.fill(id, Math.ceil(resting.left / 2));
        return;
      }
      case 'cancel': {
        const id = [...grid.resting.keys()][step.pick % (grid.resting.size || 1)];
        if (id !== undefined) grid.cancelled(id);
        return;
      }
      case 'late': {
        const [id, resting] = [...grid.resting][step.pick % (grid.resting.size || 1)] ?? [];
        if (id === undefined || resting === undefined) return;
        grid.cancelled(id);
        fence.broken = true;
        return grid.execute(resting.order, Number(resting.order.ticks), resting.left);
      }
      case 'pause':
      case 'resume':
        return void grid.feed({ type: step.do });
      case 'start':
        return void grid.start();
      case 'end':
        return void grid.feed({
          type: 'end',
          on_stop: { orders: 'cancel', position: 'keep' },
          reason: 'duration',
        });
      case 'hold':
        grid.holdCancels = true;
        return;
      case 'let':
        grid.holdCancels = false;
        for (const id of grid.heldCancels.splice(0)) if (grid.resting.has(id)) grid.cancelled(id);
        return;
      case 'stop':
        return void grid.stop(step.orders, step.position);
      case 'funding':
        return void grid.funding(step.amount);
      case 'refuse': {
        let count = 0;
        grid.refuse = () => (step.every > 0 && ++count % (step.every + 1) === 0 ? 'busy' : null);
        grid.marketPart = (lots) => (step.every % 2 === 0 ? lots : Math.ceil(lots / 2));
        return;
      }
      case 'adjust': {
        const { direction } = grid.state.plan;
        const result = design(market, { ...step.wish, direction });
        if ('problems' in result) return;
        const { max_position_lots: max } = result.plan;
        const old = grid.state.plan.max_position_lots;
        // A lower fence takes effect as cancels arrive; it is tested on its own.
        if (max !== null && (old === null || max < old)) fence.broken = true;
        return void grid.adjust(result.plan, step.position);
      }
    }
  }
});
