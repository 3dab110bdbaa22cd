/** Adjust while running: what stays, what moves, what is left over. */
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { previewAdjust } from '../../src/engine/index.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();
const fees = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });
const one = parseMoney('1') ?? 0n;

function begin(input: Parameters<typeof planOf>[1], price: number, market = free): Matching {
  return new Matching(market, planOf(market, input), price).start();
}

/** Adjusts after comparing the dry run with what then happens. */
function adjusted(
  grid: Matching,
  input: Parameters<typeof planOf>[1],
  position: 'carry' | 'rebalance' = 'carry',
) {
  const plan = planOf(grid.market, { direction: grid.state.plan.direction, ...input });
  const diff = previewAdjust(grid.market, grid.state, plan, position);
  const before = { total: grid.figures().total, ids: [...grid.resting.keys()] };
  const placed = grid.placed.length;
  const traded = grid.trades.length;
  grid.adjust(plan, position).check();
  const lines = grid.placed.slice(placed).filter((order) => order.role === 'line');
  const now = [...grid.resting.keys()];
  expect([...diff.kept].sort()).toEqual(before.ids.filter((id) => now.includes(id)).sort());
  expect([...diff.cancelled].sort()).toEqual(before.ids.filter((id) => !now.includes(id)).sort());
  if (grid.trades.length === traded) {
    expect(grid.figures().total).toBe(before.total);
    const key = (order: { side: string; ticks: number | null }): string =>
      `${order.side}${order.ticks}`;
    expect(diff.placed.map(key).sort()).toEqual(lines.map(key).sort());
    expect(diff.carry_lots).toBe(grid.figures().carry_lots);
  }
  return diff;
}

describe('adjust', () => {
  it('keeps the ids of orders on the same price, side and size', () => {
    const grid = begin({}, 100);
    const ids = new Map([...grid.resting].map(([id, { order }]) => [order.ticks, id]));
    adjusted(grid, { grid_lower_price: 80, grid_upper_price: 120, grid_num: 20 });
    for (const [id, { order }] of grid.resting) {
      expect(id).toBe(ids.get(order.ticks) ?? id);
    }
    expect(grid.resting.size).toBe(20);
    expect([...ids.values()].every((id) => grid.resting.has(id))).toBe(true);
  });

  it('a parcel whose gap survives stays, others enter virtually, nothing is lost', () => {
    const grid = begin({}, 101, fees).moveTo(93);
    expect(grid.position).toBe(4);
    const diff = adjusted(grid, { grid_lower_price: 84, grid_upper_price: 104, grid_num: 10 });
    expect([diff.parcels_moved, diff.carry_lots, grid.position]).toEqual([0, 0, 4]);
    const moved = adjusted(grid, { grid_lower_price: 80, grid_upper_price: 120, grid_num: 8 });
    expect([moved.parcels_moved, moved.carry_lots]).toEqual([4, 0]);
    expect(grid.resting.size).toBe(8);
    grid.moveTo(125).check();
    expect(grid.figures(125).unpaired).not.toBe(0n);
  });

  it('cuts parcels of a new size, first in first out; the rest is carry', () => {
    const grid = begin({ order_quantity: 2 }, 101).moveTo(95);
    expect(grid.position).toBe(6);
    const diff = adjusted(grid, { order_quantity: 4 });
    expect([diff.parcels_moved, diff.carry_lots, diff.kept]).toEqual([1, 2, []]);
    // First in: the parcels bought at 100 and 98; line 96 empty, the new one enters at 96.
    expect(grid.state.books.differences).toBe((4n * 96n - 2n * 100n - 2n * 98n) * one);
    expect(grid.state.carry.map((parcel) => parcel.quote)).toEqual([2n * 96n * one]);
    grid.stop('cancel', 'close').check();
    expect(grid.position).toBe(0);
  });

  it('a smaller size alone: more parcels than gaps to hold them leave carry', () => {
    const grid = begin({ order_quantity: 4 }, 101, fees).moveTo(95);
    expect(grid.position).toBe(12);
    const { cycles, grid_profit: profit } = grid.state.books;
    const diff = adjusted(grid, { order_quantity: 1 });
    // Of lines 94 and 96 the lower leaves less carry: the eight gaps above it hold one each.
    expect([diff.parcels_moved, diff.carry_lots, diff.kept]).toEqual([8, 4, []]);
    expect(grid.emptyLine()).toBe(2);
    expect([grid.state.books.cycles, grid.state.books.grid_profit]).toEqual([cycles, profit]);
    grid.moveTo(112).check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([4, 4]);
    adjusted(grid, { order_quantity: 4 });
    grid.feed({ type: 'close_carry' }).check();
    expect(grid.figures().carry_lots).toBe(0);
  });

  it('what no gap can hold is carry and counts for the fence', () => {
    const grid = begin({}, 101).moveTo(91);
    expect(grid.position).toBe(5);
    const diff = adjusted(grid, { grid_lower_price: 70, grid_upper_price: 90, max_position: 7 });
    expect([diff.carry_lots, diff.market_lots, grid.position]).toEqual([5, 0, 5]);
    expect(grid.book()).toBe('B86 B88');
    adjusted(grid, { grid_lower_price: 72, grid_upper_price: 92, max_position: 7 }, 'rebalance');
    expect(grid.figures().carry_lots).toBe(0);
  });

  it('never moves a parcel out of a gap that survives just to miss fewer', () => {
    const market = testMarket({ tick: '0.5' });
    const grid = begin({ direction: 'long' }, 200, market).moveTo(195).moveTo(198);
    const diff = adjusted(grid, { grid_upper_price: 120, grid_num: 15 });
    expect([diff.parcels_moved, diff.carry_lots, diff.cancelled]).toEqual([0, 0, []]);
    expect(grid.book()).toBe('B180 B184 B188 B192 S200 S204 S208 S212 S216 S220');
  });

  it('before the first fill a neutral grid is laid out as at start', () => {
    const grid = begin({}, 101).moveTo(101);
    adjusted(grid, { grid_lower_price: 91, grid_upper_price: 111, grid_num: 5 });
    expect(grid.book()).toBe('B91 B95 B99 S103 S107 S111');
  });

  it('the executed part of a kept order stays with it, of a cancelled one is inventory', () => {
    const grid = begin({ order_quantity: 4 }, 101).moveTo(99);
    const at = (ticks: number) =>
      [...grid.resting.values()].find(({ order }) => order.ticks === ticks);
    const kept = at(98);
    grid.price = 98;
    grid.fill(Number(kept?.order.id), 1);
    grid.check();
    adjusted(grid, { order_quantity: 4, grid_lower_price: 88, grid_num: 11 });
    expect(at(98)).toBe(kept);
    expect(grid.figures().carry_lots).toBe(0);
    const shifted = { grid_lower_price: 87, grid_upper_price: 111, grid_num: 12 };
    adjusted(grid, { order_quantity: 4, ...shifted });
    expect(grid.figures().carry_lots).toBe(1);
  });

  it('a part-sold exit keeps its order when its line stays', () => {
    const grid = begin({ order_quantity: 4, direction: 'long' }, 101, fees).moveTo(101);
    const exit = [...grid.resting.values()].find(({ order }) => order.ticks === 110);
    grid.price = 110;
    grid.fill(Number(exit?.order.id), 1);
    grid.price = 101;
    grid.feed({ type: 'price', ticks: 101 });
    adjusted(grid, { order_quantity: 4, grid_num: 5 });
    expect(grid.resting.get(Number(exit?.order.id))?.left).toBe(3);
    grid.moveTo(112).check();
    expect(grid.figures().position_lots - grid.figures().carry_lots).toBe(0);
  });

  it('a long grid leaves missing parcels waiting, or trades the difference', () => {
    const grid = begin({ direction: 'long' }, 100);
    const wider = { grid_lower_price: 90, grid_upper_price: 120, grid_num: 15 };
    const diff = adjusted(grid, wider);
    expect([diff.market_lots, grid.position, grid.resting.size]).toEqual([0, 5, 10]);
    // The five gaps from 110 up wait; line 110 shows the sell that rests there.
    expect(grid.reasons()).toEqual(Array(4).fill('entry_waits'));
    const again = begin({ direction: 'long' }, 100);
    const traded = adjusted(again, wider, 'rebalance');
    expect([traded.market_lots, again.position, again.resting.size]).toEqual([5, 10, 15]);
    again.moveTo(120).check();
    expect(again.position).toBe(0);
  });

  it('of the type alone, after trailing: goes on trailing from the lines as they are', () => {
    const grid = begin({ grid_num: 1, out_of_range: 'trail' }, 100).moveTo(185);
    const { lines } = grid.state.plan;
    const [lower = 0, upper = 0] = lines;
    const range = { grid_lower_price: lower, grid_upper_price: upper, grid_num: 1 };
    adjusted(grid, { ...range, grid_type: 'geometric', out_of_range: 'trail' });
    expect(grid.state.plan.lines).toEqual(lines);
    grid.moveTo(300);
    expect(grid.state.plan.lines.at(-1)).toBeGreaterThanOrEqual(300);
  });

  it('of a lower fence alone: the dry run tells the orders that it takes back', () => {
    const grid = begin({}, 101);
    const diff = adjusted(grid, { max_position: 2 });
    expect([diff.unchanged, diff.kept.length, diff.cancelled.length]).toEqual([true, 4, 7]);
  });

  it('a neutral grid that only traded its carry is laid out as at start', () => {
    const grid = begin({}, 101).acceptPosition(3).feed({ type: 'close_carry' });
    expect(grid.position).toBe(0);
    adjusted(grid, { grid_lower_price: 92, grid_upper_price: 112 });
    expect(grid.resting.size).toBe(11);
  });

  it('an order still being cancelled blocks its line, and its late fill is not lost', () => {
    const grid = begin({}, 101);
    grid.holdCancels = true;
    grid.adjust(planOf(free, { order_quantity: 2 }));
    expect(grid.resting.size).toBe(11);
    const [first] = grid.heldCancels;
    const late = grid.resting.get(Number(first));
    grid.price = Number(late?.order.ticks);
    grid.fill(Number(first), 1);
    grid.check();
    for (const id of grid.heldCancels.slice(1)) grid.cancelled(id);
    grid.price = 101;
    grid.feed({ type: 'price', ticks: 101 }).check();
    expect(Math.abs(grid.position)).toBe(1);
    expect(grid.resting.size).toBe(11);
  });
});
