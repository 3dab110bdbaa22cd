/** Refused and cancelled orders: what each reason waits for, and that no line starves another. */
import { describe, expect, it } from 'vitest';
import { Matching, planOf, testMarket } from './matching.ts';

const fine = testMarket({ tick: '0.1' });

function begin(input: Parameters<typeof planOf>[1] = {}): Matching {
  return new Matching(fine, planOf(fine, input), 1010);
}

/** A grid whose line 94 was refused for `reason`; later the venue would take it. */
function refusedAt94(reason: string): Matching {
  const grid = begin();
  grid.refuse = (order) => (order.ticks === 940 ? reason : null);
  grid.start().check();
  grid.refuse = () => null;
  expect([grid.resting.size, grid.reasons()]).toEqual([10, [reason]]);
  return grid;
}

/** What may lift a refusal; each leaves the price where it was, but `price` and `step`. */
const lifts = {
  price: (grid: Matching) => grid.moveTo(1011),
  step: (grid: Matching) => grid.moveTo(1019).moveTo(999),
  fill: (grid: Matching) => {
    grid.price = 1000;
    grid.fill(grid.at(1000).order.id, 1);
  },
  retry: (grid: Matching) => grid.feed({ type: 'retry' }),
  resume: (grid: Matching) => grid.feed({ type: 'pause' }).feed({ type: 'resume' }),
  adjust: (grid: Matching) => grid.adjust(planOf(fine, { max_position: 100 })),
  start: (grid: Matching) => grid.crash().start(),
} as const;

const everyTime = ['resume', 'adjust', 'start'];
const waits: [string, string[]][] = [
  ['post_only_would_cross', ['price', 'step']],
  ['cancelled', ['price', 'step']],
  ['rate_limited', ['retry']],
  ['maintenance', ['retry']],
  ['wrong_time', ['retry']],
  ['disconnected', ['retry']],
  ['precision', ['step', 'fill']],
  ['min_notional', ['step', 'fill']],
  ['insufficient_margin', ['step', 'fill']],
  ['too_many_orders', ['step', 'fill']],
];

describe.each(waits)('a line refused as %s', (reason, lifted) => {
  it.each(Object.keys(lifts) as (keyof typeof lifts)[])('and then %s', (what) => {
    const grid = refusedAt94(reason).crash();
    lifts[what](grid);
    grid.check();
    const comes = [...everyTime, ...lifted].includes(what);
    expect(grid.book().includes('B940')).toBe(comes);
    if (!comes) expect(grid.reasons()).toContain(reason);
  });
});

describe('refusals', () => {
  it('an order that the venue took away comes back, on every line', () => {
    const grid = begin().start();
    for (const id of [...grid.resting.keys()]) grid.cancelled(id);
    expect([grid.resting.size, new Set(grid.reasons())]).toEqual([0, new Set(['cancelled'])]);
    grid.moveTo(1011).check();
    expect([grid.resting.size, grid.reasons()]).toEqual([11, []]);
  });

  it('a venue that refuses everything ends nothing and is asked boundedly', () => {
    for (const [reason] of waits) {
      const grid = begin();
      grid.refuse = () => reason;
      grid.start();
      expect([grid.word, grid.placed.length]).toEqual(['running', 11]);
      grid.feed({ type: 'price', ticks: 1010 }).check();
      expect(grid.placed).toHaveLength(11);
    }
  });

  it('one line that is always refused leaves the others trading', () => {
    const grid = begin();
    grid.refuse = (order) => (order.ticks === 980 ? 'precision' : null);
    grid.start();
    for (const price of [950, 1050, 950, 1050]) grid.moveTo(price).check();
    expect(grid.figures().cycles).toBeGreaterThanOrEqual(3);
    expect(grid.trades.some(({ ticks }) => ticks === 980)).toBe(false);
  });

  it('a start order that was put off comes at a retry, one that was refused does not', () => {
    const grid = begin({ direction: 'long' });
    grid.refuse = (order) => (order.role === 'start' ? 'disconnected' : null);
    grid.start().check();
    expect([grid.position, grid.word]).toEqual([0, 'running']);
    grid.feed({ type: 'retry' }).check();
    grid.refuse = () => null;
    grid.crash().feed({ type: 'price', ticks: 1010 }).check();
    expect(grid.position).toBe(0);
    grid.feed({ type: 'retry' }).check();
    expect([grid.position, grid.resting.size]).toEqual([4, 10]);

    const poor = begin({ direction: 'long' });
    poor.refuse = (order) => (order.role === 'start' ? 'insufficient_margin' : null);
    poor.start().feed({ type: 'retry' }).check();
    expect(poor.placed.filter(({ role }) => role === 'start')).toHaveLength(1);
  });

  it('a close that is put off takes no attempt and goes on at a retry', () => {
    const grid = begin().start().moveTo(950);
    grid.refuse = (order) => (order.role === 'close' ? 'rate_limited' : null);
    grid.stop('cancel', 'close');
    for (let i = 0; i < 9; i++) grid.feed({ type: 'retry' }).moveTo(950 - i);
    expect(grid.word).toBe('stopping');
    expect(grid.placed.filter(({ role }) => role === 'close')).toHaveLength(10);
    grid.refuse = () => null;
    grid.moveTo(940);
    expect(grid.word).toBe('stopping');
    grid.crash().feed({ type: 'retry' }).check();
    expect([grid.word, grid.position]).toEqual(['stopped', 0]);
  });
});
