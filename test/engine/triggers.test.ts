/**
 * What a price sets off: each level once per run, on the last or the mark price, also when the
 * process dies in the middle; and trailing by whole steps.
 */
import { describe, expect, it } from 'vitest';
import type { DesignInput } from '../../src/engine/index.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();

function begin(input: Partial<DesignInput> = {}, price = 101): Matching {
  return new Matching(free, planOf(free, input), price).start();
}

/** Tells a price on one of the two, while the other stays at 100. */
function tell(grid: Matching, by: 'last' | 'mark', level: number): void {
  if (by === 'mark') grid.priceAt(100, level);
  else grid.priceAt(level, 100);
  grid.price = by === 'mark' ? 100 : level;
}

type Level = 'trigger_price' | 'stop_loss_price' | 'take_profit_price';
const levels: [Level, 'neutral' | 'long' | 'short', number, number, string][] = [
  ['trigger_price', 'neutral', 96, 97, 'running'],
  ['trigger_price', 'long', 104, 103, 'running'],
  ['trigger_price', 'short', 96, 97, 'running'],
  ['stop_loss_price', 'neutral', 85, 86, 'finished'],
  ['stop_loss_price', 'long', 85, 86, 'finished'],
  ['stop_loss_price', 'short', 115, 114, 'finished'],
  ['take_profit_price', 'neutral', 115, 114, 'finished'],
  ['take_profit_price', 'long', 115, 114, 'finished'],
  ['take_profit_price', 'short', 85, 86, 'finished'],
];

describe.each(['last', 'mark'] as const)('on the %s price', (by) => {
  const other = by === 'last' ? 'mark' : 'last';

  it.each(levels)('%s of a %s grid at %i', (key, direction, level, before, after) => {
    const grid = begin({ direction, [key]: level, trigger_by: by }, 100);
    const waiting = grid.word;
    tell(grid, other, level);
    tell(grid, by, before);
    grid.crash();
    expect([grid.word, grid.notes]).toEqual([waiting, []]);
    tell(grid, by, level);
    expect(grid.word).toBe(after);
    const { placed, notes, state } = grid;
    const counts = [placed.length, notes.length, state.run.number];
    grid.crash();
    // A second time the level does nothing, nor does a recovery at that price.
    for (const price of [before, level]) tell(grid, by, price);
    if (after === 'running') grid.start();
    expect(grid.notes.length).toBe(counts[1]);
    expect([grid.word, grid.state.run.number]).toEqual([after, counts[2]]);
    if (after === 'finished') {
      expect([grid.position, grid.placed.length]).toEqual([0, counts[0]]);
      // The next run has it armed again.
      grid.price = 100;
      grid.priceAt(100, 100).start();
      tell(grid, by, level);
      expect([grid.word, grid.state.run.number]).toEqual(['finished', 2]);
    }
    grid.check();
  });
});

describe('a crash in the middle of a level', () => {
  it('stop-loss: the close goes on with what is left, once', () => {
    const grid = begin({ stop_loss_price: 85 }).moveTo(95);
    grid.holdCancels = true;
    grid.moveTo(85);
    expect([grid.word, grid.heldCancels.length > 0]).toEqual(['stopping', true]);
    grid.crash().start();
    grid.holdCancels = false;
    for (const id of grid.heldCancels.splice(0)) if (grid.resting.has(id)) grid.cancelled(id);
    grid.check();
    expect([grid.word, grid.position]).toEqual(['finished', 0]);
    expect(grid.placed.filter(({ role }) => role === 'close')).toHaveLength(1);
  });
});

describe('out of range', () => {
  const cases = [
    ['hold', 'running', 6],
    ['stop', 'finished', 6],
    ['close', 'finished', 0],
  ] as const;

  it.each(cases)('%s: once, by the last price, over a crash', (policy, word, position) => {
    const grid = begin({ out_of_range: policy, trigger_by: 'mark' });
    grid.moveTo(95).priceAt(95, 80).crash();
    expect(grid.word).toBe('running');
    grid.moveTo(85).crash().check();
    expect([grid.word, grid.position]).toEqual([word, position]);
    const { length } = grid.placed;
    grid.priceAt(101, 101).priceAt(85, 85);
    grid.price = 85;
    expect([grid.word, grid.placed.length]).toEqual([word, length]);
  });

  it('hold goes on where it was when the price comes back', () => {
    const grid = begin({ out_of_range: 'hold' }).moveTo(85);
    const book = grid.book();
    grid.moveTo(80).crash().moveTo(89).check();
    expect([grid.book(), grid.word]).toEqual([book, 'running']);
  });
});

describe('trailing', () => {
  const trail = { out_of_range: 'trail' as const, trail_upper_price: 130, trail_lower_price: 70 };
  const range = (grid: Matching): [number | undefined, number | undefined] => {
    const { lines } = grid.state.plan;
    return [lines[0], lines[lines.length - 1]];
  };

  it.each([
    [111, 90, 110],
    [112, 90, 110],
    [113, 94, 114],
    [120, 100, 120],
    [135, 110, 130],
    [89, 90, 110],
    [88, 90, 110],
    [87, 86, 106],
    [80, 80, 100],
    [65, 70, 90],
  ])('at %i the range is %i to %i', (price, lower, upper) => {
    const grid = begin(trail);
    grid.moveTo(price).check();
    expect(range(grid)).toEqual([lower, upper]);
    grid.crash().start().check();
    const { length } = grid.placed;
    grid.feed({ type: 'price', ticks: price }).check();
    expect([range(grid), grid.placed.length]).toEqual([[lower, upper], length]);
  });

  it('goes on to the cap over many moves, then down again, and never beyond', () => {
    const grid = begin(trail);
    for (const price of [113, 117, 125, 140, 150]) grid.moveTo(price).crash().check();
    expect(range(grid)).toEqual([110, 130]);
    for (const price of [107, 95, 85, 60]) grid.moveTo(price).crash().check();
    expect(range(grid)).toEqual([70, 90]);
  });

  it.each(['long', 'short', 'neutral'] as const)(
    'keeps at least 80 %% of the order ids when a %s range moves by one step',
    (direction) => {
      for (const by of [2, -2]) {
        const grid = begin({ direction }, 101);
        const before = [...grid.resting.keys()];
        const [lower, upper] = range(grid);
        const low = { grid_lower_price: Number(lower) + by };
        const high = { grid_upper_price: Number(upper) + by };
        grid.adjust(planOf(free, { direction, ...low, ...high })).check();
        const kept = before.filter((id) => grid.resting.has(id)).length;
        expect(kept / before.length).toBeGreaterThanOrEqual(0.8);
      }
      const up = direction === 'short' ? 87 : 113;
      const trailing = begin({ ...trail, direction }, 101).moveTo(up > 100 ? 112 : 88);
      const before = [...trailing.resting.keys()];
      trailing.moveTo(up).check();
      const kept = before.filter((id) => trailing.resting.has(id)).length;
      // Two steps of ten at once: the price left by more than one.
      expect(kept / before.length).toBeGreaterThanOrEqual(0.8);
    },
  );

  it('waits while paused, tripped or in dispute, and follows then', () => {
    const paused = begin(trail).feed({ type: 'pause' }).moveTo(120);
    const tripped = begin(trail).feed({ type: 'trip', reason: 'x', text: 'x' }).moveTo(120);
    const disputed = begin(trail);
    disputed.feed({ type: 'position', venue_lots: 1, agrees: false }).moveTo(120);
    for (const grid of [paused, tripped, disputed]) expect(range(grid)).toEqual([90, 110]);
    paused.feed({ type: 'resume' });
    tripped.feed({ type: 'resume' });
    const { position } = disputed;
    disputed.feed({ type: 'position', venue_lots: position, agrees: true }).moveTo(120);
    for (const grid of [paused, tripped, disputed]) {
      expect(range(grid)).toEqual([100, 120]);
      grid.check();
    }
  });
});
