/**
 * Trigger, stop-loss and take-profit that are edited while the grid waits or runs: they are met
 * from where the price is at the edit, not from where the run began.
 */
import { describe, expect, it } from 'vitest';
import { Matching, planOf, testMarket } from './matching.ts';

const market = testMarket();
const wide = { grid_lower_price: 50, grid_upper_price: 150, grid_num: 10 };

describe('a level edited by an adjust', () => {
  it('stop-loss of a neutral grid, between the start and the price: does not end it at once', () => {
    const grid = new Matching(market, planOf(market, wide), 101).start().moveTo(77);
    grid.adjust({ ...grid.state.plan, stop_loss_ticks: 85 }).moveTo(78);
    expect(grid.word).toBe('running');
    grid.crash().moveTo(84);
    expect(grid.word).toBe('running');
    grid.moveTo(86);
    expect([grid.word, grid.position]).toEqual(['finished', 0]);
  });

  it('take-profit alike, and the level that was not edited keeps its side', () => {
    const plan = planOf(market, { ...wide, stop_loss_price: 60 });
    const grid = new Matching(market, plan, 101).start().moveTo(77);
    grid.adjust({ ...grid.state.plan, take_profit_ticks: 85 }).moveTo(78);
    expect(grid.word).toBe('running');
    grid.moveTo(60);
    expect(grid.notes.slice(-1)).toEqual(['finished']);
    expect(grid.position).toBe(0);
  });

  it('is met from the start again in the next run', () => {
    const grid = new Matching(market, planOf(market, wide), 101).start().moveTo(77);
    grid.adjust({ ...grid.state.plan, stop_loss_ticks: 85 }).moveTo(86);
    grid.moveTo(101).start().moveTo(90);
    expect(grid.word).toBe('running');
    grid.moveTo(85);
    expect(grid.word).toBe('finished');
  });

  it('trigger between where the wait began and the price: waits for the price to come to it', () => {
    const grid = new Matching(market, planOf(market, { trigger_price: 120 }), 100).start();
    grid.moveTo(110).adjust({ ...grid.state.plan, trigger_ticks: 105 }).crash().moveTo(109);
    expect([grid.word, grid.placed]).toEqual(['waiting', []]);
    grid.moveTo(104);
    expect(grid.word).toBe('running');
  });

  it('trigger that is taken away: begins with the next price', () => {
    const grid = new Matching(market, planOf(market, { trigger_price: 120 }), 100).start();
    grid.adjust({ ...grid.state.plan, trigger_ticks: null }).moveTo(101);
    expect(grid.word).toBe('running');
  });
});

it('a stop before the first start leaves a first run to begin, with its trigger', () => {
  const grid = new Matching(market, planOf(market, { trigger_price: 120 }), 100).stop();
  expect(grid.word).toBe('stopped');
  grid.start();
  expect([grid.word, grid.state.run.number]).toEqual(['waiting', 1]);
  grid.moveTo(119).moveTo(121);
  expect(grid.word).toBe('running');
});
