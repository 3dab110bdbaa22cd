/** The worked examples of the grid's specification, each under its own name. */
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();
const one = parseMoney('1') ?? 0n;
const five = { grid_lower_price: 100, grid_upper_price: 500, grid_num: 4 };

function begin(price: number, input: Parameters<typeof planOf>[1], market = free): Matching {
  const grid = new Matching(market, planOf(market, input), price).start();
  grid.check();
  return grid;
}

describe('neutral starts', () => {
  it('rests buys 100..400 and sell 500 when started at 450', () => {
    expect(begin(450, five).book()).toBe('B100 B200 B300 B400 S500');
  });

  it('skips the line it starts on', () => {
    const grid = begin(300, five);
    expect(grid.book()).toBe('B100 B200 S400 S500');
    expect(grid.emptyLine()).toBe(2);
  });

  it('rests only buys at and above the top, only sells at and below the bottom', () => {
    expect(begin(500, five).book()).toBe('B100 B200 B300 B400');
    expect(begin(900, five).book()).toBe('B100 B200 B300 B400');
    expect(begin(100, five).book()).toBe('S200 S300 S400 S500');
    expect(begin(50, five).book()).toBe('S200 S300 S400 S500');
  });

  it('first touch below: the counter order already rests, nothing is placed', () => {
    const grid = begin(350, five);
    expect(grid.book()).toBe('B100 B200 B300 S400 S500');
    const placed = grid.placed.length;
    grid.moveTo(300);
    expect(grid.placed).toHaveLength(placed);
    expect(grid.book()).toBe('B100 B200 S400 S500');
    expect([grid.emptyLine(), grid.position]).toEqual([2, 1]);
    grid.check();
  });

  it('first touch above: the same empty line can mean another position', () => {
    const below = begin(350, five).moveTo(300);
    const above = begin(250, five).moveTo(300);
    expect(below.emptyLine()).toBe(above.emptyLine());
    expect([below.position, above.position]).toEqual([1, -1]);
    above.check();
  });

  it('holds at most one quantity for every line below (above) the start', () => {
    for (const price of [50, 100, 250, 300, 450, 500, 900]) {
      const lines = [100, 200, 300, 400, 500];
      // Outside the range one line has no order: there are no more gaps than four.
      const below = Math.min(4, lines.filter((line) => line < price).length);
      const above = Math.min(4, lines.filter((line) => line > price).length);
      expect(begin(price, five).moveTo(1).position).toBe(below);
      expect(begin(price, five).moveTo(1000).position).toBe(0 - above);
    }
  });

  it('books +100 where the average entry says -50, and both totals agree', () => {
    const grid = begin(450, five).moveTo(50).moveTo(200);
    grid.check();
    const { grid_profit: profit, cycles, total, position_lots: position } = grid.figures(200);
    expect([profit, cycles, position]).toEqual([100n * one, 1, 3]);
    // The venue: 4 bought at an average of 250, one sold at 200, three left at 200.
    expect(total).toBe((-50n + 3n * (200n - 250n)) * one);
  });
});

describe('long 90..110, ten grids, started at 100', () => {
  const long = { direction: 'long' as const };

  it('holds 5 with 10 orders and line 100 empty', () => {
    const grid = begin(100, long);
    expect(grid.position).toBe(5);
    expect(grid.resting.size).toBe(10);
    expect(grid.emptyLine()).toBe(5);
  });

  it('at 90: 10 long at an average of 97, total -70; at 85 the same orders, -120', () => {
    const grid = begin(100, long).moveTo(90);
    expect(grid.position).toBe(10);
    expect(-grid.cash).toBe(970n * one);
    expect(grid.figures().total).toBe(-70n * one);
    const book = grid.book();
    grid.moveTo(85).check();
    expect(grid.book()).toBe(book);
    expect(grid.figures().total).toBe(-120n * one);
  });

  it('at 110 directly: flat, +30 = 10 grid profit + 20 unpaired', () => {
    const grid = begin(100, long).moveTo(110);
    grid.check();
    const { position_lots: position, total, grid_profit: profit, unpaired } = grid.figures();
    expect([position, total, profit, unpaired]).toEqual([0, 30n * one, 10n * one, 20n * one]);
  });

  it('at 95 (7 parcels), stop with close: grid profit 0, unpaired -29', () => {
    const grid = begin(100, long).moveTo(95);
    expect(grid.position).toBe(7);
    grid.stop('cancel', 'close').check();
    const { position_lots: position, grid_profit: profit, unpaired } = grid.figures();
    expect([position, profit, unpaired]).toEqual([0, 0n, -29n * one]);
    expect(grid.word).toBe('stopped');
    expect(grid.resting.size).toBe(0);
  });

  it('marks every sell reduce-only and no buy', () => {
    const grid = begin(100, long);
    for (const { order } of grid.resting.values()) {
      expect(order.reduce_only).toBe(order.side === 'sell');
    }
  });

  it('mirrors as a short grid', () => {
    const grid = begin(100, { direction: 'short' });
    expect([grid.position, grid.emptyLine(), grid.resting.size]).toEqual([-5, 5, 10]);
    for (const { order } of grid.resting.values()) {
      expect(order.reduce_only).toBe(order.side === 'buy');
    }
    grid.moveTo(90).check();
    const { position_lots: position, total, grid_profit: profit, unpaired } = grid.figures();
    expect([position, total, profit, unpaired]).toEqual([0, 30n * one, 10n * one, 20n * one]);
  });

  it('starts in a gap: the line above (long) or below (short) is empty', () => {
    const grid = begin(99, long);
    expect([grid.position, grid.emptyLine()]).toEqual([5, 5]);
    const short = begin(99, { direction: 'short' });
    expect([short.position, short.emptyLine()]).toEqual([-4, 4]);
  });

  it('starts outside: above the top nothing is bought, below the bottom all of it', () => {
    const top = begin(120, long);
    expect([top.position, top.emptyLine(), top.resting.size]).toEqual([0, 10, 10]);
    const bottom = begin(80, long);
    expect([bottom.position, bottom.emptyLine()]).toEqual([10, 0]);
    expect(bottom.figures(80).unpaired).toBe(0n);
    const short = begin(80, { direction: 'short' });
    expect([short.position, short.emptyLine()]).toEqual([0, 0]);
  });

  it('without an opening position each gap waits for a price strictly beyond its line', () => {
    const grid = begin(100, { ...long, open_position_at_start: false });
    expect(grid.book()).toBe('B90 B92 B94 B96 B98');
    expect(grid.reasons()).toEqual(Array(5).fill('entry_waits'));
    grid.moveTo(102);
    expect(grid.book()).toBe('B90 B92 B94 B96 B98 B100');
    grid.moveTo(103);
    expect(grid.book()).toBe('B90 B92 B94 B96 B98 B100 B102');
    grid.moveTo(100);
    expect(grid.position).toBe(2);
    grid.check();
  });

  it('a start order filled in part gives the gaps nearest the price their parcels first', () => {
    const grid = new Matching(free, planOf(free, { ...long, order_quantity: 10 }), 100);
    grid.marketPart = () => 25;
    grid.start().check();
    expect(grid.position).toBe(25);
    expect(grid.book()).toBe('B90 B92 B94 B96 B98 S102 S104');
    // Gaps 104, 106 and 108 wait; line 104 shows the sell that rests there.
    expect(grid.reasons()).toEqual(Array(2).fill('entry_waits'));
    grid.moveTo(105).check();
    const waiting = [...grid.resting.values()].find(({ order }) => order.ticks === 104);
    expect([waiting?.order.side, waiting?.left]).toEqual(['buy', 5]);
  });
});

describe('a cycle', () => {
  it('of 0.152 from 18,000 to 22,000 at 0.06 % earns 604.352 net', () => {
    const market = testMarket({ lot: '0.001', min_quantity: '0.001', maker_fee: '0.0006' });
    const input = { grid_lower_price: 18000, grid_upper_price: 22000, grid_num: 1 };
    const grid = begin(20000, { ...input, order_quantity: '0.152' }, market);
    grid.moveTo(18000).moveTo(22000).check();
    expect(grid.figures().grid_profit).toBe(parseMoney('604.352'));
    expect(grid.figures().fees).toBe(parseMoney('3.648'));
    expect(grid.figures().cycles).toBe(1);
  });
});

describe('trailing', () => {
  const trail = { out_of_range: 'trail' as const, trail_upper_price: 130 };
  const range = (grid: Matching): number[] => [
    grid.state.plan.lines[0] ?? 0,
    grid.state.plan.lines[10] ?? 0,
  ];

  it.each([
    [112, [90, 110]],
    [113, [94, 114]],
    [120, [100, 120]],
    [135, [110, 130]],
  ])('price %i moves [90,110] with step 2 and cap 130 to %j', (price, expected) => {
    const grid = begin(100, trail).moveTo(price);
    expect(range(grid)).toEqual(expected);
    expect(grid.resting.size).toBe(10);
    grid.emptyLine();
    grid.check();
  });

  it('keeps the rounded lines of a geometric grid and comes back to the same ones', () => {
    const market = testMarket({ tick: '0.01', maker_fee: '0.0002' });
    const input = { grid_type: 'geometric' as const, out_of_range: 'trail' as const };
    const grid = begin(10000, input, market);
    const { lines } = grid.state.plan;
    grid.moveTo(11600).check();
    const shift = grid.state.plan.base.offset;
    expect(shift).toBeGreaterThan(0);
    expect(grid.state.plan.lines.slice(0, 11 - shift)).toEqual(lines.slice(shift));
    grid.moveTo(9300).check();
    const back = grid.state.plan.base.offset;
    expect(back).toBeLessThan(shift);
    const shared = grid.state.plan.lines.filter((line) => lines.includes(line));
    expect(shared).toHaveLength(11 - Math.abs(back));
  });
});

describe('adjust', () => {
  it('the same numbers change nothing: long, dip to 97.5, price 99', () => {
    const market = testMarket({ tick: '0.5' });
    const plan = planOf(market, { direction: 'long' });
    const grid = new Matching(market, plan, 200).start().moveTo(195);
    expect([grid.position, grid.emptyLine()]).toEqual([6, 4]);
    grid.moveTo(198);
    const { orders, gaps } = grid.state;
    const before = { orders, gaps, placed: grid.placed.length };
    grid.adjust(planOf(market, { direction: 'long' })).check();
    expect(grid.state.orders).toEqual(before.orders);
    expect(grid.state.gaps).toEqual(before.gaps);
    expect(grid.placed).toHaveLength(before.placed);
  });
});
