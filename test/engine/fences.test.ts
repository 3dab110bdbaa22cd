/** The risk fences: what trips the grid, what is held back, and how the user gets it going. */
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();
const fine = testMarket({ tick: '0.1' });

function begin(input: Parameters<typeof planOf>[1] = {}, price = 101, market = free): Matching {
  return new Matching(market, planOf(market, input), price).start();
}

const trip = { type: 'trip', reason: 'max_orders_per_minute', text: 'too many' } as const;

describe('a tripped grid', () => {
  it('cancels what could increase its position, keeps the position, waits for resume', () => {
    const grid = begin().moveTo(95).feed(trip);
    grid.check();
    expect([grid.word, grid.position, grid.resting.size]).toEqual(['tripped', 3, 0]);
    expect(grid.state.tripped).toEqual({ reason: trip.reason, text: trip.text });
    expect(new Set(grid.reasons())).toEqual(new Set(['tripped']));
    const placed = grid.placed.length;
    grid.moveTo(93).moveTo(95).feed({ type: 'retry' }).crash().start().check();
    expect([grid.word, grid.placed.length]).toEqual(['tripped', placed]);
    grid.feed({ type: 'resume' }).check();
    expect([grid.word, grid.resting.size, grid.state.tripped]).toEqual(['running', 10, null]);
    expect(grid.notes.filter((code) => code === 'tripped')).toHaveLength(1);
  });

  it('keeps reduce-only orders working', () => {
    const grid = begin({ direction: 'long' }, 100).feed(trip);
    expect(grid.book()).toBe('S102 S104 S106 S108 S110');
    grid.moveTo(105).check();
    expect([grid.position, grid.resting.size]).toEqual([3, 3]);
  });

  it('keeps the first reason, and the pause that the user had set ends with it', () => {
    const grid = begin().feed({ type: 'pause' }).feed(trip);
    grid.feed({ type: 'trip', reason: 'other', text: 'later' }).feed({ type: 'pause' });
    expect([grid.word, grid.state.tripped?.reason]).toEqual(['tripped', trip.reason]);
    grid.feed({ type: 'resume' }).check();
    expect(grid.word).toBe('running');
  });

  it('can be stopped, closed, continued; only resume or a new run lifts the trip', () => {
    const grid = begin().moveTo(95).feed(trip).stop('cancel', 'close');
    grid.check();
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
    grid.start().check();
    expect([grid.word, grid.resting.size]).toEqual(['tripped', 0]);
    grid.feed({
      type: 'end',
      on_stop: { orders: 'cancel', position: 'keep' },
      reason: 'duration',
    });
    expect(grid.start().word).toBe('running');
    grid.check();
  });

  it('takes an adjust, shows it, and places it at resume', () => {
    const grid = begin().feed(trip);
    grid.adjust(planOf(free, { grid_lower_price: 80, grid_num: 15 })).check();
    expect([grid.word, grid.resting.size]).toEqual(['tripped', 0]);
    expect(grid.reasons()).toEqual(Array(16).fill('tripped'));
    grid.feed({ type: 'resume' }).check();
    expect(grid.resting.size).toBe(16);
  });

  it('does not begin at its trigger', () => {
    const grid = begin({ trigger_price: 96 }).feed(trip).moveTo(95);
    expect([grid.word, grid.placed.length]).toEqual(['tripped', 0]);
    expect(grid.feed({ type: 'resume' }).word).toBe('running');
  });

  it('still obeys its stop-loss', () => {
    const grid = begin({ stop_loss_price: 85 }).moveTo(95).feed(trip).moveTo(85);
    expect([grid.word, grid.position]).toEqual(['finished', 0]);
  });
});

describe('max_loss', () => {
  const loss = { max_loss: 20 };

  it('trips at the mark price, not at the last, and names the figures', () => {
    // Bought at 100, 98, 96: 294 for three; at a mark of 92 the total is -18, at 91 -21.
    const grid = begin(loss).moveTo(95).priceAt(91, 92);
    expect(grid.word).toBe('running');
    grid.priceAt(95, 91).check();
    expect([grid.word, grid.state.tripped?.reason]).toEqual(['tripped', 'max_loss']);
    expect(grid.state.tripped?.text).toBe('total -21 is max_loss 20 below 0');
  });

  it('counts from the total at the resume, so that it does not trip again at once', () => {
    const grid = begin(loss).moveTo(95).priceAt(95, 91);
    grid.crash().feed({ type: 'resume' }).priceAt(95, 90).check();
    expect(grid.word).toBe('running');
    // -21 - 20: three lots at 84.33.
    grid.priceAt(95, 85);
    expect(grid.word).toBe('running');
    grid.priceAt(95, 84);
    expect(grid.word).toBe('tripped');
  });

  it('is not moved by a pause, nor by a resume from another trip', () => {
    const grid = begin(loss).moveTo(95).priceAt(95, 92);
    grid.feed({ type: 'pause' }).feed({ type: 'resume' });
    grid.feed(trip).feed({ type: 'resume' });
    expect(grid.word).toBe('running');
    expect(grid.priceAt(95, 91).word).toBe('tripped');
  });

  it('trips by funding, while paused, and at once where an adjust brings it below', () => {
    const paid = begin(loss);
    paid.funding(-(parseMoney('20') ?? 0n));
    expect(paid.word).toBe('tripped');
    const paused = begin(loss).moveTo(95).feed({ type: 'pause' }).priceAt(95, 91);
    expect([paused.word, paused.resting.size]).toEqual(['tripped', 0]);
    const adjusted = begin().moveTo(91);
    expect(adjusted.word).toBe('running');
    adjusted.adjust(planOf(free, { max_loss: 10 })).check();
    expect(adjusted.word).toBe('tripped');
  });

  it('begins a new run from the total it has then', () => {
    const grid = begin(loss).moveTo(95).priceAt(95, 91);
    const onStop = { orders: 'cancel', position: 'close' } as const;
    grid.feed({ type: 'end', on_stop: onStop, reason: 'duration' });
    grid.start().check();
    expect([grid.word, grid.state.loss_base]).toEqual(['running', grid.figures().total]);
  });
});

describe('max_position', () => {
  it('trips when a late fill brings the position beyond it', () => {
    const grid = begin({ max_position: 2 });
    const order = grid.at(98).order;
    grid.cancelled(order.id).feed({ type: 'resume' }).moveTo(95).check();
    expect([grid.position, grid.word]).toEqual([2, 'running']);
    grid.execute(order, 98, 1);
    grid.check();
    expect([grid.position, grid.word]).toEqual([3, 'tripped']);
    expect(grid.state.tripped?.text).toBe('position 3 is beyond max_position 2');
    // Above the fence, but not growing: the grid may go on and works its way back.
    grid.feed({ type: 'resume' }).check();
    expect([grid.word, grid.book().includes('B')]).toEqual(['running', false]);
  });
});

describe('max_open_orders', () => {
  it('rests those nearest the price, on both sides, and follows the price', () => {
    const grid = begin({ max_open_orders: 4 });
    expect(grid.book()).toBe('B98 B100 S102 S104');
    expect(grid.reasons()).toEqual(Array(7).fill('max_open_orders'));
    grid.moveTo(93).check();
    expect(grid.resting.size).toBe(4);
    expect(grid.book()).toBe('B90 B92 S96 S98');
  });

  it('does not churn orders while the price trembles between two lines', () => {
    const grid = begin({ max_open_orders: 4 }, 1010, fine);
    for (let i = 0; i < 40; i++) grid.moveTo(i % 2 === 0 ? 1001 : 1019);
    expect(grid.placed).toHaveLength(4);
  });

  it('acts at once when an adjust narrows, widens or removes it', () => {
    const grid = begin();
    const ids = new Map([...grid.resting].map(([id, { order }]) => [order.ticks, id]));
    grid.adjust(planOf(free, { max_open_orders: 4 })).check();
    expect(grid.book()).toBe('B98 B100 S102 S104');
    for (const [id, { order }] of grid.resting) expect(ids.get(order.ticks)).toBe(id);
    grid.adjust(planOf(free, { max_open_orders: 6 })).check();
    expect(grid.book()).toBe('B96 B98 B100 S102 S104 S106');
    grid.adjust(planOf(free, {})).check();
    expect(grid.resting.size).toBe(11);
  });

  it('together with max_position holds both and comes to rest', () => {
    const grid = begin({ max_open_orders: 5, max_position: 2 });
    expect(grid.book()).toBe('B98 B100 S102 S104');
    for (const price of [97, 93, 103, 109, 91, 101]) {
      const { length } = grid.placed;
      grid.moveTo(price).check();
      expect(grid.placed.length - length).toBeLessThan(12);
      expect(grid.resting.size).toBeLessThanOrEqual(5);
    }
  });
});

describe('price_collar', () => {
  const collar = { price_collar_percent: 5 };

  it('holds lines back that are farther from the mark, on either side', () => {
    const grid = begin(collar, 1000, fine);
    expect(grid.book()).toBe('B960 B980 S1020 S1040');
    expect(grid.reasons()).toEqual(Array(6).fill('price_collar'));
    // The last price may be elsewhere: only the mark counts.
    grid.priceAt(1000, 980).check();
    expect(grid.book()).toBe('B940 B960 B980 S1020');
  });

  it('takes back what drifts beyond, and returns it only when well inside', () => {
    const grid = begin(collar, 1000, fine);
    const placed = () => grid.placed.length;
    grid.priceAt(1000, 1011).check();
    expect(grid.book()).toBe('B980 S1020 S1040 S1060');
    const before = placed();
    // 960 is 5.06 % away at 1011.2 and 4.95 % at 1010: trembling there moves nothing.
    for (let i = 0; i < 20; i++) grid.priceAt(1000, i % 2 === 0 ? 1010 : 1012);
    expect(placed()).toBe(before);
    grid.crash().priceAt(1000, 1004).check();
    expect(grid.book()).toContain('B960');
  });

  it('settled and unsettled alike: every price looks at the outermost lines', () => {
    const wide = { price_collar_percent: 12, grid_num: 10 };
    const grid = begin(wide, 1000, fine);
    expect([grid.resting.size, grid.state.settled]).toEqual([10, true]);
    grid.priceAt(1000, 1030).check();
    expect(grid.book()).not.toContain('B900');
  });

  it('acts at once when removed', () => {
    const grid = begin(collar, 1000, fine).priceAt(1000, 1011);
    grid.adjust(planOf(fine, {})).check();
    expect([grid.resting.size, grid.reasons()]).toEqual([10, []]);
  });
});

describe('max_order_notional', () => {
  it('holds lines back whose order is worth more, and takes resting ones back', () => {
    const grid = begin({ max_order_notional: 104 });
    expect(grid.book()).toBe('B90 B92 B94 B96 B98 B100 S102 S104');
    expect(grid.reasons()).toEqual(Array(3).fill('max_order_notional'));
    grid.adjust(planOf(free, { max_order_notional: 98 })).check();
    expect(grid.book()).toBe('B90 B92 B94 B96 B98');
    grid.adjust(planOf(free, {})).check();
    expect(grid.resting.size).toBe(11);
  });

  it('cuts the start order and repeats it until the gaps hold what they should', () => {
    const grid = begin({ direction: 'long', max_order_notional: 250 }, 100);
    grid.check();
    const starts = grid.placed.filter(({ role }) => role === 'start');
    expect(starts.map(({ lots }) => lots)).toEqual([2, 2, 1]);
    expect([grid.position, grid.resting.size]).toEqual([5, 10]);
  });

  it('stays within max_position while the start is under way', () => {
    const fence = { max_order_notional: 250, max_position: 4 };
    const grid = new Matching(free, planOf(free, { direction: 'long', ...fence }), 100);
    grid.lose = (order) => order.role === 'start';
    grid.start();
    const [order] = grid.unanswered.values();
    if (order === undefined) throw new Error('the first piece is on its way');
    expect([order.lots, grid.book()]).toEqual([2, '']);
    grid.lose = () => false;
    grid.unanswered.delete(order.id);
    grid.execute(order, 100, 2);
    grid.check();
    expect(grid.position).toBe(4);
  });

  it('cuts a close, which still ends flat, without waiting for the price', () => {
    const grid = begin({ max_order_notional: 200 }).moveTo(91);
    grid.stop('cancel', 'close').check();
    const closes = grid.placed.filter(({ role }) => role === 'close');
    expect(closes.map(({ lots }) => lots)).toEqual([2, 2, 1]);
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
  });

  it('leaves no piece too small for the venue', () => {
    const market = testMarket({ min_quantity: '4' });
    const input = { order_quantity: 5, max_order_notional: 900 };
    const grid = begin(input, 101, market).moveTo(99);
    grid.moveTo(97).check();
    expect(grid.position).toBe(10);
    grid.stop('cancel', 'close').check();
    const closes = grid.placed.filter(({ role }) => role === 'close');
    expect(closes.map(({ lots }) => lots)).toEqual([6, 4]);
  });

  it('cuts the carry and the rebalance, and the dry run shows the whole trade', () => {
    const market = testMarket();
    const grid = begin({ max_order_notional: 200 }, 101, market).moveTo(91);
    const fence = { max_order_notional: 200 };
    grid.adjust(planOf(market, { grid_lower_price: 70, grid_upper_price: 90, ...fence }));
    grid.feed({ type: 'close_carry' }).check();
    const carry = grid.placed.filter(({ role }) => role === 'carry');
    expect([carry.map(({ lots }) => lots), grid.position]).toEqual([[2, 2, 1], 0]);
    const long = begin({ direction: 'long', max_order_notional: 250 }, 100, market);
    const wider = { direction: 'long' as const, grid_upper_price: 120, grid_num: 15 };
    const plan = planOf(market, { ...wider, max_order_notional: 250 });
    expect(long.preview(plan, 'rebalance').market_lots).toBe(5);
    long.adjust(plan, 'rebalance').check();
    expect(long.position).toBe(10);
  });
});
