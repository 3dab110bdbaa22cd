/** Closing the carry on request: one trade, never through a gap, whatever happens meanwhile. */
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const fees = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });
const one = parseMoney('1') ?? 0n;

/** Five bought at 100, 98 .. 92, all of it carry of a grid below. */
function withCarry(market = fees): Matching {
  const grid = new Matching(market, planOf(market, {}), 101).start().moveTo(91);
  grid.adjust(planOf(market, { grid_lower_price: 70, grid_upper_price: 90 })).check();
  expect([grid.position, grid.figures().carry_lots]).toEqual([5, 5]);
  return grid;
}

const carryOrders = (grid: Matching) => grid.placed.filter(({ role }) => role === 'carry');

describe('close_carry', () => {
  it('closes all of it with one reduce-only order; the result with fees is closed result', () => {
    const grid = withCarry();
    const before = grid.state.books;
    const gaps = grid.state.gaps;
    grid.feed({ type: 'close_carry' }).check();
    expect(carryOrders(grid)).toMatchObject([
      { side: 'sell', lots: 5, ticks: null, reduce_only: true, gap: null },
    ]);
    expect([grid.position, grid.figures().carry_lots, grid.state.gaps]).toEqual([0, 0, gaps]);
    const { closed_result: closed, cycles } = grid.state.books;
    const gross = 5n * 91n - (100n + 98n + 96n + 94n + 92n);
    const paid = ((100n + 98n + 96n + 94n + 92n) * 2n * one + 5n * 91n * 5n * one) / 10_000n;
    const taker = (5n * 91n * 5n * one) / 10_000n;
    const maker = ((100n + 98n + 96n + 94n + 92n) * 2n * one) / 10_000n;
    expect(paid).toBe(maker + taker);
    expect(closed - before.closed_result).toBe(gross * one - maker - taker);
    expect(cycles).toBe(before.cycles);
  });

  it.each(['pause', 'stop'] as const)('works after %s, for the carry alone', (how) => {
    const grid = withCarry();
    if (how === 'pause') grid.feed({ type: 'pause' });
    else grid.stop();
    grid.feed({ type: 'close_carry' }).check();
    expect([grid.position, carryOrders(grid).length]).toEqual([0, 1]);
    expect(grid.word).toBe(how === 'pause' ? 'paused' : 'stopped');
  });

  it('does nothing a second time while one is under way, also over a crash', () => {
    const grid = withCarry();
    grid.lose = () => true;
    grid.feed({ type: 'close_carry' }).crash().feed({ type: 'close_carry' }).check();
    expect(carryOrders(grid)).toHaveLength(1);
    const [id] = grid.unanswered.keys();
    grid.absent(Number(id)).check();
    expect([carryOrders(grid).length, grid.position]).toEqual([2, 0]);
  });

  it('books what carry has gone meanwhile as carry of the other sign, never to a gap', () => {
    const grid = withCarry();
    grid.lose = (order) => order.role === 'carry';
    grid.feed({ type: 'close_carry' });
    const [order] = grid.unanswered.values();
    if (order === undefined) throw new Error('the carry order is on its way');
    // The range moves back: the gaps take their parcels out of the carry.
    grid.adjust(planOf(fees, {})).check();
    expect(grid.figures().carry_lots).toBe(0);
    const held = grid.state.gaps.map((gap) => gap.buy.lots);
    grid.unanswered.delete(order.id);
    grid.execute(order, 91, 5);
    grid.check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([0, -5]);
    expect(grid.state.gaps.map((gap) => gap.buy.lots)).toEqual(held);
    expect(carryOrders(grid)).toHaveLength(1);
  });

  it('leaves what the venue did not execute, and may be asked again', () => {
    const grid = withCarry();
    grid.marketPart = () => 2;
    grid.feed({ type: 'close_carry' }).check();
    expect([grid.position, carryOrders(grid).length, grid.state.pending]).toEqual([3, 1, []]);
    grid.refuse = () => 'insufficient_margin';
    grid.feed({ type: 'close_carry' }).check();
    expect([grid.position, grid.state.pending]).toEqual([3, []]);
    expect(grid.notes).toContain('order_rejected');
    grid.refuse = () => null;
    grid.marketPart = (lots) => lots;
    grid.feed({ type: 'close_carry' }).check();
    expect(grid.position).toBe(0);
  });

  it('waits for the venue where it was put off', () => {
    const grid = withCarry();
    grid.refuse = (order) => (order.role === 'carry' ? 'rate_limited' : null);
    grid.feed({ type: 'close_carry' });
    grid.refuse = () => null;
    grid.moveTo(90).moveTo(91);
    expect(grid.position).toBe(5);
    grid.crash().feed({ type: 'retry' }).check();
    expect(grid.position).toBe(0);
  });

  it('is refused aloud before the first start, while stopping, tripped or in dispute', () => {
    const never = new Matching(fees, planOf(fees, {}), 101).feed({ type: 'close_carry' });
    const stopping = withCarry();
    stopping.holdCancels = true;
    stopping.stop().feed({ type: 'close_carry' });
    const tripped = withCarry().feed({ type: 'trip', reason: 'x', text: 'x' });
    tripped.feed({ type: 'close_carry' });
    const disputed = withCarry().feed({ type: 'position', venue_lots: 9, agrees: false });
    disputed.feed({ type: 'close_carry' });
    for (const grid of [never, stopping, tripped, disputed]) {
      expect(grid.notes).toContain('close_carry_refused');
      expect(carryOrders(grid)).toEqual([]);
    }
  });

  it('stays within max_position where the gaps hold the other side', () => {
    const plan = planOf(fees, { max_position: 3 });
    const grid = new Matching(fees, plan, 100).start();
    // Three of somebody else's make up for three that the gaps have sold.
    grid.moveTo(107).acceptPosition(1).check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([1, 4]);
    grid.feed({ type: 'close_carry' }).check();
    // The sells at 108 and 110 make way, and come back only as the fence lets them.
    expect([grid.position, grid.figures().carry_lots]).toEqual([-3, 0]);
    grid.moveTo(120).check();
    expect(grid.position).toBe(-3);
  });

  it('is cut where even then max_position leaves no room, and says so', () => {
    const grid = new Matching(fees, planOf(fees, { max_position: 3 }), 100).start();
    grid.moveTo(107).acceptPosition(3).check();
    expect(grid.figures().carry_lots).toBe(6);
    grid.adjust(planOf(fees, { max_position: 2 }));
    grid.feed({ type: 'close_carry' }).check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([-2, 1]);
    expect(grid.notes).toContain('max_position');
  });
});
