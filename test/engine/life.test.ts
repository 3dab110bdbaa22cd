/**
 * A run from start to end: trigger, pause, refusals, fence, stop, stop-loss, late fills, small
 * rests.
 */
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { auditIdentity, decide } from '../../src/engine/index.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();

function begin(input: Parameters<typeof planOf>[1] = {}, price = 101, market = free): Matching {
  return new Matching(market, planOf(market, input), price).start();
}

describe('stop', () => {
  it('cancels, keeps the position, continues the same grid', () => {
    const grid = begin().moveTo(95);
    expect(grid.position).toBe(3);
    grid.stop().check();
    expect([grid.word, grid.resting.size, grid.position]).toEqual(['stopped', 0, 3]);
    const placed = grid.placed.length;
    grid.moveTo(93).feed({ type: 'resume' }).feed({ type: 'price', ticks: 95 });
    expect(grid.placed).toHaveLength(placed);
    grid.price = 95;
    grid.start().check();
    expect([grid.word, grid.resting.size, grid.emptyLine()]).toEqual(['running', 10, 3]);
    expect(grid.state.run.number).toBe(1);
  });

  it('keeps orders when asked', () => {
    const grid = begin();
    const book = grid.book();
    grid.stop('keep').check();
    expect([grid.word, grid.book()]).toEqual(['stopped', book]);
    grid.start();
    expect([grid.word, grid.book()]).toEqual(['running', book]);
  });

  it('waits for every cancel before it says stopped, and books what fills meanwhile', () => {
    const grid = begin();
    grid.holdCancels = true;
    grid.stop('cancel', 'close');
    expect(grid.word).toBe('stopping');
    const [first, ...rest] = grid.heldCancels;
    grid.fill(Number(first), 1);
    for (const id of rest) grid.cancelled(id);
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
    expect(grid.placed.filter((order) => order.role === 'close')).toHaveLength(1);
    grid.check();
  });

  it('closes with one reduce-only market order; tries again as the price moves, boundedly', () => {
    const grid = begin().moveTo(95);
    grid.refuse = (order) => (order.role === 'close' ? 'busy' : null);
    grid.stop('cancel', 'close');
    expect(grid.word).toBe('stopping');
    grid.refuse = () => null;
    grid.marketPart = () => 1;
    grid.moveTo(94);
    expect([grid.word, grid.position]).toEqual(['stopping', 2]);
    grid.moveTo(93).moveTo(92).check();
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
    const closes = grid.placed.filter((order) => order.role === 'close');
    expect(closes.map((order) => [order.reduce_only, order.lots])).toEqual([
      [true, 3],
      [true, 3],
      [true, 2],
      [true, 1],
    ]);
  });

  it('goes on with a close as long as a thin market takes a part of it each time', () => {
    const plan = planOf(free, { direction: 'long', order_quantity: 10, stop_loss_price: 80 });
    const grid = new Matching(free, plan, 100).start();
    grid.marketPart = () => 10;
    grid.moveTo(80);
    for (let ticks = 79; ticks > 70; ticks--) grid.moveTo(ticks);
    expect([grid.word, grid.position]).toEqual(['finished', 0]);
    expect(grid.notes).not.toContain('close_incomplete');
  });

  it('gives up a close aloud and keeps the rest as carry', () => {
    const grid = begin().moveTo(95);
    grid.refuse = (order) => (order.role === 'close' ? 'busy' : null);
    grid.stop('cancel', 'close');
    for (const price of [94, 93, 94, 93, 94]) grid.moveTo(price);
    expect([grid.word, grid.position, grid.figures().carry_lots]).toEqual(['stopped', 3, 3]);
    expect(grid.notes).toContain('close_incomplete');
    grid.check();
  });

  it('after a close lays out anew at the price, with the closed result kept', () => {
    const grid = begin().moveTo(95).stop('cancel', 'close');
    const { total } = grid.figures();
    grid.price = 105;
    grid.start().check();
    expect([grid.resting.size, grid.position, grid.state.run.number]).toEqual([11, 0, 1]);
    expect(grid.figures().total).toBe(total);
  });

  it('ends a run, and a later start begins a new one with the position as carry', () => {
    const grid = begin().moveTo(95);
    const onStop = { orders: 'cancel', position: 'keep' } as const;
    grid.feed({ type: 'end', on_stop: onStop, reason: 'duration' });
    expect(grid.word).toBe('finished');
    grid.start().check();
    expect([grid.state.run.number, grid.figures().carry_lots]).toEqual([2, 3]);
    expect(grid.resting.size).toBe(11);
  });

  it('forgets at a new run what an adjust before it still had to trade', () => {
    const plan = planOf(free, { direction: 'long', open_position_at_start: false });
    const grid = new Matching(free, plan, 100).start().feed({ type: 'pause' });
    const larger = { ...plan, lots_per_grid: 2 };
    grid.adjust(larger, 'rebalance').feed({ type: 'source_ended' });
    grid.start().moveTo(99).check();
    expect([grid.word, grid.trades]).toEqual(['running', []]);
  });

  it('leaves everything as it is when the price source ends', () => {
    const grid = begin();
    const book = grid.book();
    grid.feed({ type: 'source_ended' });
    expect([grid.word, grid.book()]).toEqual(['finished', book]);
    grid.stop().check();
    expect([grid.word, grid.resting.size]).toEqual(['finished', 0]);
  });
});

describe('levels', () => {
  it('waits for its trigger, from either side, also while paused', () => {
    const grid = begin({ trigger_price: 96 });
    expect([grid.word, grid.resting.size]).toEqual(['waiting', 0]);
    grid.moveTo(97);
    expect(grid.word).toBe('waiting');
    grid.feed({ type: 'pause' }).moveTo(95);
    expect([grid.word, grid.resting.size]).toEqual(['paused', 0]);
    grid.feed({ type: 'resume' });
    expect([grid.word, grid.book()]).toEqual([
      'running',
      'B90 B92 B94 S96 S98 S100 S102 S104 S106 S108 S110',
    ]);
    const above = begin({ trigger_price: 104 }).moveTo(104);
    expect(above.word).toBe('running');
  });

  it('a stop while waiting keeps waiting at the next start', () => {
    const grid = begin({ trigger_price: 96 }).stop();
    expect(grid.word).toBe('stopped');
    expect(grid.start().word).toBe('waiting');
    expect(grid.moveTo(95).word).toBe('running');
  });

  it.each([
    ['long', 'stop_loss_price', 85, 85],
    ['long', 'take_profit_price', 115, 116],
    ['short', 'stop_loss_price', 115, 115],
    ['short', 'take_profit_price', 85, 80],
    ['neutral', 'stop_loss_price', 85, 85],
    ['neutral', 'take_profit_price', 115, 120],
  ] as const)('%s %s %i closes everything at %i', (direction, key, level, price) => {
    const grid = begin({ direction, [key]: level }, 100).moveTo(price);
    grid.check();
    expect([grid.word, grid.position, grid.resting.size]).toEqual(['finished', 0, 0]);
    expect(grid.state.run.number).toBe(1);
    const placed = grid.placed.length;
    grid.moveTo(100);
    expect(grid.placed).toHaveLength(placed);
  });

  it('out of range: hold rests, stop keeps the position, close closes it', () => {
    expect(begin({}).moveTo(85).word).toBe('running');
    const stop = begin({ out_of_range: 'stop' }).moveTo(85);
    expect([stop.word, stop.position, stop.resting.size]).toEqual(['finished', 6, 0]);
    const close = begin({ out_of_range: 'close' }).moveTo(115);
    expect([close.word, close.position]).toEqual(['finished', 0]);
    const outside = begin({ out_of_range: 'stop' }, 120);
    expect(outside.word).toBe('running');
    expect(outside.moveTo(100).moveTo(111).word).toBe('finished');
  });
});

describe('pause', () => {
  it('keeps orders, books fills, places nothing until resume', () => {
    const grid = begin().feed({ type: 'pause' });
    const placed = grid.placed.length;
    grid.moveTo(95).check();
    expect([grid.word, grid.position]).toEqual(['paused', 3]);
    expect(grid.placed).toHaveLength(placed);
    expect(grid.reasons()).toContain('paused');
    grid.start();
    expect(grid.word).toBe('paused');
    grid.feed({ type: 'resume' }).check();
    expect([grid.word, grid.resting.size, grid.emptyLine()]).toEqual(['running', 10, 3]);
  });
});

describe('refusals', () => {
  const fine = testMarket({ tick: '0.1' });

  it('shows the reason and tries again only when something changed', () => {
    const grid = new Matching(fine, planOf(fine, {}), 1010);
    let refused = 0;
    grid.refuse = (order) => {
      if (order.ticks !== 940) return null;
      refused += 1;
      return 'insufficient_margin';
    };
    grid.start();
    expect([refused, grid.reasons()]).toEqual([1, ['insufficient_margin']]);
    grid.moveTo(1011).moveTo(1019).moveTo(1001);
    expect(refused).toBe(1);
    grid.moveTo(1000);
    expect(refused).toBe(2);
    grid.refuse = () => null;
    grid.feed({ type: 'resume' });
    expect(grid.reasons()).toEqual([]);
    grid.check();
  });

  it('a line that would cross waits until the price is on its right side', () => {
    const grid = begin({}, 1010, fine);
    const crossing = [...grid.resting.values()].find(({ order }) => order.ticks === 1000);
    grid.resting.delete(Number(crossing?.order.id));
    grid.price = 999;
    const id = Number(crossing?.order.id);
    grid.feed({ type: 'rejected', id, reason: 'post_only_would_cross' });
    grid.moveTo(998);
    expect(grid.reasons()).toEqual(['post_only_would_cross']);
    grid.moveTo(1010);
    expect(grid.reasons()).toEqual([]);
    expect(grid.book()).toContain('B1000');
    grid.check();
  });

  it('an order the venue took away comes back when the price moves, not at once', () => {
    const grid = begin({}, 1010, fine);
    const [first] = grid.resting.keys();
    grid.cancelled(Number(first));
    expect([grid.resting.size, grid.reasons()]).toEqual([10, ['cancelled']]);
    grid.moveTo(1012);
    expect(grid.resting.size).toBe(11);
    expect(grid.reasons()).toEqual([]);
  });

  it('books a late fill of a cancelled order to its gap and takes the spare order back', () => {
    const grid = begin({}, 1010, fine);
    const resting = [...grid.resting.values()].find(({ order }) => order.ticks === 1000);
    if (resting === undefined) throw new Error('line 100 rests');
    grid.cancelled(resting.order.id).moveTo(1012);
    expect(grid.book()).toContain('B1000');
    grid.execute(resting.order, 1000, 1);
    grid.check();
    expect(grid.position).toBe(1);
    expect([...grid.resting.values()].filter(({ order }) => order.ticks === 1000)).toEqual([]);
  });

  it('refuses to believe a fill larger than its order', () => {
    const grid = begin({}, 1010, fine);
    const resting = [...grid.resting.values()][0];
    if (resting === undefined) throw new Error('something rests');
    const { id, side, ticks } = resting.order;
    const fill = { trade_id: 'x', id, side, ticks: Number(ticks), lots: 2, fee: 0n, at_ms: 1 };
    expect(() => decide(fine, grid.state, { type: 'fill', ...fill })).toThrow(/fits order/);
  });
});

describe('the fence', () => {
  it('holds back what could take the position beyond max_position, nearest lines first', () => {
    const grid = begin({ max_position: 3 }, 100);
    expect(grid.book()).toBe('B94 B96 B98 S102 S104 S106');
    expect(grid.reasons()).toEqual(Array(4).fill('max_position'));
    grid.moveTo(80).check();
    expect(grid.position).toBe(3);
    grid.moveTo(120).check();
    expect(grid.position).toBe(-3);
  });

  it('limits the start order', () => {
    const grid = begin({ direction: 'long', max_position: 3 }, 100);
    expect(grid.position).toBe(3);
    expect(grid.book()).toBe('S102 S104 S106');
    grid.check();
  });

  it('a lower fence by adjust takes the farthest orders away', () => {
    const grid = begin({}, 100);
    grid.adjust(planOf(free, { max_position: 2 })).check();
    expect(grid.book()).toBe('B96 B98 S102 S104');
  });
});

describe('small rests', () => {
  const market = testMarket({ min_quantity: '4', min_notional: '0' });
  const ten = { order_quantity: 10, grid_lower_price: 90, grid_upper_price: 110 };
  const part = (held: number): Matching => {
    const grid = begin(ten, 101, market);
    const buy = [...grid.resting.values()].find(({ order }) => order.ticks === 100);
    const id = Number(buy?.order.id);
    grid.moveTo(101);
    grid.fill(id, held);
    grid.cancelled(id);
    grid.moveTo(101);
    grid.check();
    return grid;
  };
  const at = (grid: Matching, ticks: number): string | undefined => {
    const resting = [...grid.resting.values()].find(({ order }) => order.ticks === ticks);
    return resting && `${resting.order.side} ${resting.left}`;
  };

  it('buys what is missing where the venue takes it', () => {
    expect(at(part(5), 100)).toBe('buy 5');
  });

  it('turns and sells what it holds where the missing part is too small', () => {
    const grid = part(8);
    expect(at(grid, 102)).toBe('sell 8');
    grid.moveTo(102).check();
    expect([grid.figures().cycles, grid.position]).toEqual([1, 0]);
    expect(at(grid, 100)).toBe('buy 10');
  });

  it('keeps as dust what can be neither completed nor sold, and a stop closes it', () => {
    const market7 = testMarket({ min_quantity: '7' });
    const grid = begin({ ...ten }, 101, market7);
    const buy = [...grid.resting.values()].find(({ order }) => order.ticks === 100);
    grid.fill(Number(buy?.order.id), 5);
    grid.cancelled(Number(buy?.order.id)).moveTo(101).check();
    expect([grid.figures().carry_lots, grid.position]).toEqual([5, 5]);
    expect(at(grid, 100)).toBe('buy 10');
    grid.stop('cancel', 'close').check();
    expect(grid.position).toBe(0);
  });
});

describe('books', () => {
  it('a changed figure in any of the three sums is noticed', () => {
    const market = testMarket({ maker_fee: '0.0001', taker_fee: '0.0005' });
    const grid = begin({ direction: 'long' }, 100, market).moveTo(95).moveTo(99);
    grid.funding(-(parseMoney('0.123') ?? 0n)).check();
    const { state } = grid;
    const audit = (change: Partial<typeof state>): string | null =>
      auditIdentity(market, { ...state, ...change }, 99);
    expect(audit({})).toBeNull();
    const sums = ['cash', 'grid_profit', 'differences', 'closed_result', 'funding'] as const;
    for (const key of sums) {
      expect(audit({ books: { ...state.books, [key]: state.books[key] + 1n } })).toMatch(/is not/);
    }
    const gaps = state.gaps.map((gap, i) =>
      i === 9 ? { ...gap, buy: { ...gap.buy, quote: gap.buy.quote + 1n } } : gap,
    );
    expect(audit({ gaps })).toMatch(/is not/);
    const books = { ...state.books, position_lots: state.books.position_lots + 1 };
    expect(audit({ books })).toMatch(/position/);
  });
});
