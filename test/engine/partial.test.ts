/**
 * Orders executed in part, 1 to 99 %, and then cancelled, adjusted away, stopped or cut off by a
 * crash: what was executed is closed or carried, and dust is never forgotten (GRID 3).
 */
import { describe, expect, it } from 'vitest';
import type { DesignInput } from '../../src/engine/index.ts';
import { gapLots } from '../../src/engine/state.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const market = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005', min_quantity: '10' });
const hundred = { order_quantity: 100 };
const parts = [1, 9, 10, 50, 90, 91, 99];

type Place = 'entry' | 'exit';
type Direction = NonNullable<DesignInput['direction']>;

/** A grid with `lots` executed of one order: an entry nearest the price, or an exit. */
function partly(direction: Direction, place: Place, lots: number): Matching {
  const grid = new Matching(market, planOf(market, { ...hundred, direction }), 101).start();
  const side = (direction === 'short') === (place === 'entry') ? 'sell' : 'buy';
  if (direction === 'neutral' && place === 'exit') grid.moveTo(97);
  const exit = place === 'exit' && direction === 'neutral';
  const wanted = exit ? 'sell' : side;
  const sign = wanted === 'buy' ? -1 : 1;
  const next = [...grid.resting.values()]
    .filter(({ order }) => order.side === wanted)
    .sort((a, b) => sign * (Number(a.order.ticks) - Number(b.order.ticks)))[0];
  if (next === undefined) throw new Error('an order rests');
  grid.price = Number(next.order.ticks);
  grid.fill(next.order.id, lots);
  grid.feed({ type: 'price', ticks: grid.price });
  grid.check();
  return grid;
}

/** Every lot lies in a gap or in the carry; nothing but dust is without an order that closes it. */
function accounted(grid: Matching): void {
  grid.check();
  const inGaps = grid.state.gaps.reduce((sum, gap) => sum + gapLots(gap), 0);
  expect(inGaps + grid.figures().carry_lots).toBe(grid.position);
}

function flat(grid: Matching): void {
  grid.stop('cancel', 'close');
  accounted(grid);
  expect([grid.word, grid.position, grid.figures().carry_lots]).toEqual(['stopped', 0, 0]);
}

const cases = (['neutral', 'long', 'short'] as const).flatMap((direction) =>
  (['entry', 'exit'] as const).flatMap((place) =>
    parts.map((lots) => [direction, place, lots] as const),
  ),
);

describe.each(cases)('%s: %s executed to %i %%, then', (direction, place, lots) => {
  const partial = () => partly(direction, place, lots);
  const live = (grid: Matching) => {
    const found = [...grid.resting.values()].find(({ order, left }) => left < order.lots);
    if (found === undefined) throw new Error('the part-filled order rests');
    return found;
  };

  it('cancelled by the venue', () => {
    const grid = partial();
    const { position } = grid;
    const { order } = live(grid);
    grid.cancelled(order.id).crash();
    const nudge = order.side === 'buy' ? 1 : -1;
    grid.moveTo(grid.price + nudge);
    accounted(grid);
    expect(grid.position).toBe(position);
    const carry = Math.abs(grid.figures().carry_lots);
    // What could be neither completed nor closed by an order is dust: less than the minimum.
    expect(carry).toBeLessThan(10);
    if (carry > 0) {
      grid.feed({ type: 'close_carry' });
      const last = grid.placed.at(-1);
      expect(last).toMatchObject({ role: 'carry', lots: carry, ticks: null });
      accounted(grid);
      expect(grid.figures().carry_lots).toBe(0);
    }
    flat(grid);
  });

  it('adjusted away', () => {
    const grid = partial();
    const { position } = grid;
    const shifted = { grid_lower_price: 91, grid_upper_price: 111, order_quantity: 60 };
    grid.adjust(planOf(market, { direction, ...shifted })).crash();
    accounted(grid);
    expect(grid.position).toBe(position);
    grid.feed({ type: 'close_carry' });
    accounted(grid);
    expect(grid.figures().carry_lots).toBe(0);
    flat(grid);
  });

  it('stopped and started again', () => {
    const grid = partial();
    const { position } = grid;
    grid.stop().crash();
    accounted(grid);
    expect([grid.word, grid.position, grid.resting.size]).toEqual(['stopped', position, 0]);
    grid.start();
    accounted(grid);
    grid.moveTo(101);
    accounted(grid);
    flat(grid);
  });

  it('stopped with a close', () => {
    const grid = partial();
    flat(grid.crash());
    const closes = grid.placed.filter(({ role }) => role === 'close');
    expect(closes.every((order) => order.reduce_only)).toBe(true);
  });

  it('cut off by a crash, and completed after it', () => {
    const grid = partial().crash();
    const { order, left } = live(grid);
    const cycles = grid.figures().cycles;
    grid.start().fill(order.id, left);
    accounted(grid);
    expect(grid.figures().cycles).toBe(cycles + (place === 'exit' ? 1 : 0));
    flat(grid);
  });

  it('cancelled by our stop while the rest fills late', () => {
    const grid = partial();
    const { order, left } = live(grid);
    grid.holdCancels = true;
    grid.stop();
    for (const id of grid.heldCancels.splice(0)) if (id !== order.id) grid.cancelled(id);
    grid.fill(order.id, Math.max(1, left - 1));
    if (left > 1) grid.cancelled(order.id);
    accounted(grid.crash());
    expect(grid.word).toBe('stopped');
    grid.holdCancels = false;
    grid.start();
    flat(grid);
  });
});
