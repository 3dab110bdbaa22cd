/** Venue and books disagree on the position: nothing grows until they agree or the user decides. */
import { describe, expect, it } from 'vitest';
import { Matching, planOf, testMarket } from './matching.ts';

const fees = testMarket({ maker_fee: '0.0002', taker_fee: '0.0005' });

function begin(input: Parameters<typeof planOf>[1] = {}, price = 101): Matching {
  return new Matching(fees, planOf(fees, input), price).start();
}

function differs(grid: Matching, venueLots: number): Matching {
  return grid.feed({ type: 'position', venue_lots: venueLots, agrees: false });
}

describe('a position that differs', () => {
  it.each([
    ['long', 3, 'S100 S102 S104'],
    ['short', -2, 'B92 B94'],
    ['flat', 0, ''],
  ] as const)('venue %s: only orders that reduce it stay', (_word, venueLots, book) => {
    const grid = begin().moveTo(95).moveTo(95);
    expect(grid.book()).toBe('B90 B92 B94 S98 S100 S102 S104 S106 S108 S110');
    differs(grid, venueLots).check();
    expect(grid.book()).toBe(venueLots === 3 ? 'S98 S100 S102' : book);
    expect([grid.word, grid.state.mismatch]).toEqual(['running', { venue_lots: venueLots }]);
    expect(grid.reasons()).toContain('position_differs');
  });

  it('keeps reduce-only orders, and places nothing at a fill', () => {
    const grid = begin({ direction: 'long' }, 100);
    differs(grid, 0).check();
    expect(grid.book()).toBe('S102 S104 S106 S108 S110');
    const placed = grid.placed.length;
    grid.moveTo(105).check();
    expect([grid.position, grid.placed.length]).toEqual([3, placed]);
  });

  it('goes on by itself when the two agree, over a crash, but not past a pause', () => {
    const grid = differs(begin().moveTo(95), 0).crash();
    grid.feed({ type: 'position', venue_lots: 3, agrees: true }).check();
    expect([grid.resting.size, grid.reasons()]).toEqual([10, []]);
    expect(grid.notes.filter((code) => code.startsWith('position'))).toEqual([
      'position_differs',
      'position_agrees',
    ]);

    const paused = differs(begin().moveTo(95), 0).feed({ type: 'pause' });
    paused.feed({ type: 'position', venue_lots: 3, agrees: true }).check();
    expect([paused.word, paused.resting.size]).toEqual(['paused', 0]);
    differs(paused, 0).feed({ type: 'resume' }).check();
    expect([paused.word, paused.resting.size]).toEqual(['running', 0]);
  });

  it('does not hold up a stop or a stop-loss', () => {
    const stopped = differs(begin().moveTo(95), 9).stop('cancel', 'close');
    stopped.check();
    expect([stopped.word, stopped.position]).toEqual(['stopped', 0]);
    const loss = differs(begin({ stop_loss_price: 85 }).moveTo(95), 9).moveTo(85);
    expect([loss.word, loss.position]).toEqual(['finished', 0]);
  });

  it('holds the start order of a long grid back, and sends it then', () => {
    const grid = new Matching(fees, planOf(fees, { direction: 'long' }), 100);
    differs(grid, 4).start().check();
    expect([grid.position, grid.placed.length]).toEqual([0, 0]);
    grid.crash().feed({ type: 'position', venue_lots: 0, agrees: true }).check();
    expect([grid.position, grid.resting.size]).toEqual([5, 10]);
  });
});

describe('accept_position', () => {
  it.each([7, 1, 0, -4])('books a venue position of %i as carry at the price', (venueLots) => {
    const grid = differs(begin().moveTo(95), venueLots);
    const { books } = grid.state;
    const gaps = grid.state.gaps.map((gap) => gap.buy.lots - gap.sell.lots);
    const lots = venueLots - 3;
    // The market's own ledger: as if they had been traded at 95 without a fee.
    grid.acceptPosition(venueLots).check();
    expect([grid.state.mismatch, grid.figures().carry_lots]).toEqual([null, lots]);
    expect(grid.state.gaps.map((gap) => gap.buy.lots - gap.sell.lots)).toEqual(gaps);
    expect([grid.state.books.fees, grid.state.books.cycles]).toEqual([books.fees, books.cycles]);
    expect(grid.notes).toContain('position_accepted');
    expect([grid.resting.size, grid.reasons()]).toEqual([10, []]);
    grid.feed({ type: 'close_carry' }).check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([3, 0]);
  });

  it('closes carry of the other sign into the closed result', () => {
    const grid = begin().moveTo(91);
    grid.adjust(planOf(fees, { grid_lower_price: 70, grid_upper_price: 90 }));
    expect(grid.figures().carry_lots).toBe(5);
    grid.acceptPosition(0).check();
    expect([grid.figures().carry_lots, grid.state.books.position_lots]).toEqual([0, 0]);
    expect(grid.state.books.closed_result).toBeLessThan(0n);
  });

  it('of the same position only ends the dispute', () => {
    const grid = differs(begin().moveTo(95), 0);
    grid.acceptPosition(3).check();
    expect([grid.state.mismatch, grid.state.carry, grid.resting.size]).toEqual([null, [], 10]);
  });
});
