/** Orders that are proved never to have reached the venue: what each role makes of it. */
import { describe, expect, it } from 'vitest';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();

function prepared(input: Parameters<typeof planOf>[1] = {}, price = 101): Matching {
  return new Matching(free, planOf(free, input), price);
}

function lost(grid: Matching, role: string): number {
  const found = [...grid.unanswered.values()].find((order) => order.role === role);
  if (found === undefined) throw new Error(`a ${role} order got lost`);
  return found.id;
}

describe('an absent order', () => {
  it('of a line frees its line at once, under a new id and without a hold', () => {
    const grid = prepared();
    grid.lose = (order) => order.ticks === 98;
    grid.start().check();
    const id = lost(grid, 'line');
    grid.absent(id).check();
    expect(grid.at(98).order.id).toBeGreaterThan(id);
    expect(grid.reasons()).toEqual([]);
  });

  it('of a line that was executed all the same: the late fill finds its gap', () => {
    const grid = prepared();
    grid.lose = (order) => order.ticks === 100;
    grid.start();
    const order = grid.unanswered.get(lost(grid, 'line'));
    if (order === undefined) throw new Error('the order got lost');
    grid.absent(order.id).execute(order, 100, 1);
    grid.check();
    expect([grid.position, grid.figures().carry_lots]).toEqual([1, 0]);
    // Its new order was one too many and is taken back; the counter order rested already.
    expect(grid.book()).toBe('B90 B92 B94 B96 B98 S102 S104 S106 S108 S110');
  });

  it.each(['long', 'short'] as const)('at the start of a %s grid: placed anew', (direction) => {
    const grid = prepared({ direction }, 100);
    grid.lose = (order) => order.role === 'start';
    grid.start().check();
    expect([grid.position, grid.resting.size]).toEqual([0, 5]);
    expect(new Set(grid.reasons())).toEqual(new Set(['start_order']));
    const id = lost(grid, 'start');
    grid.crash().absent(id).check();
    expect(Math.abs(grid.position)).toBe(5);
    expect([grid.resting.size, grid.reasons()]).toEqual([10, []]);
  });

  it('at the start is placed only after a pause, and never after a stop', () => {
    const paused = prepared({ direction: 'long' }, 100);
    paused.lose = (order) => order.role === 'start';
    paused.start().feed({ type: 'pause' });
    paused.absent(lost(paused, 'start')).check();
    expect(paused.position).toBe(0);
    paused.crash().feed({ type: 'resume' }).check();
    expect(paused.position).toBe(5);

    const stopped = prepared({ direction: 'long' }, 100);
    stopped.lose = (order) => order.role === 'start';
    stopped.start().stop();
    expect(stopped.word).toBe('stopping');
    stopped.absent(lost(stopped, 'start')).check();
    expect([stopped.word, stopped.position, stopped.placed.length]).toEqual(['stopped', 0, 6]);
    stopped.start().check();
    // The parcels were never bought: those gaps wait for their own lines.
    expect([stopped.position, stopped.resting.size]).toEqual([0, 5]);
  });

  it('of a rebalance: what is missing is traded under a new id', () => {
    const grid = prepared({ direction: 'long' }, 100).start();
    grid.lose = (order) => order.role === 'rebalance';
    const wider = { grid_upper_price: 120, grid_num: 15, direction: 'long' as const };
    grid.adjust(planOf(free, wider), 'rebalance').check();
    grid.absent(lost(grid, 'rebalance')).check();
    expect([grid.position, grid.resting.size]).toEqual([10, 15]);
  });

  it('of a close: sent again at once, as no attempt of the bounded ones', () => {
    const grid = prepared().start().moveTo(95);
    grid.lose = (order) => order.role === 'close';
    grid.stop('cancel', 'close');
    for (let time = 0; time < 8; time++) {
      const id = lost(grid, 'close');
      grid.lose = () => true;
      grid.unanswered.delete(id);
      grid.crash().feed({ type: 'absent', id }).check();
      expect(grid.word).toBe('stopping');
    }
    grid.absent(lost(grid, 'close')).check();
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
    expect(grid.placed.filter((order) => order.role === 'close')).toHaveLength(10);
  });

  it('that is being cancelled, ended or unknown changes nothing but the list of orders', () => {
    const grid = prepared();
    grid.lose = (order) => order.ticks === 98;
    grid.start().stop();
    const id = lost(grid, 'line');
    const placed = grid.placed.length;
    grid.absent(id).check();
    expect([grid.word, grid.placed.length]).toEqual(['stopped', placed]);
    grid.feed({ type: 'absent', id }).feed({ type: 'absent', id: 999 }).check();
    expect(grid.placed).toHaveLength(placed);
  });
});
