/** The stored form: no digit is lost, and what an older gridd stored is still read. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { decide, decodeState, encodeState } from '../../src/engine/index.ts';
import { Matching, planOf, testMarket } from './matching.ts';

const free = testMarket();

describe('the stored state', () => {
  it('keeps every fence, trip, dispute and trade under way', () => {
    const fences = {
      max_loss: '20.000000000000000001',
      max_order_notional: 250,
      max_open_orders: 8,
      price_collar_percent: '12.5',
      max_orders_per_minute: 60,
    };
    const plan = planOf(free, { direction: 'long', trigger_by: 'mark', ...fences });
    expect(plan.fences).toEqual({
      max_loss: parseMoney('20.000000000000000001'),
      max_order_notional: parseMoney('250'),
      max_open_orders: 8,
      price_collar: 125_000,
      max_orders_per_minute: 60,
    });
    const grid = new Matching(free, plan, 100);
    grid.lose = () => true;
    grid.start().feed({ type: 'position', venue_lots: 2, agrees: false });
    grid.feed({ type: 'trip', reason: 'x', text: 'y' });
    const { state } = grid;
    expect([state.pending.length, state.mismatch, state.tripped]).toEqual([
      1,
      { venue_lots: 2 },
      { reason: 'x', text: 'y' },
    ]);
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('of the first version, stored before fences were, is read and goes on', () => {
    const text = readFileSync('test/fixtures/engine-state-1.json', 'utf8');
    let state = decodeState(text);
    expect(state).toMatchObject({
      mark: 94,
      mismatch: null,
      tripped: null,
      loss_base: 0n,
      pending: [],
      generation: 0,
      plan: { trigger_by: 'last', fences: { max_loss: null, max_open_orders: null } },
      stopping: { close_attempts: 0, waits: null },
      books: { position_lots: 3, fees: 7n },
    });
    expect(decodeState(encodeState(state))).toEqual(state);
    for (const id of [3, 4]) ({ state } = decide(free, state, { type: 'cancelled', id, at_ms: 9 }));
    expect(state.orders).toMatchObject([{ role: 'close', side: 'sell', lots: 3 }]);
  });

  it('of another version is refused', () => {
    const text = readFileSync('test/fixtures/engine-state-1.json', 'utf8');
    const other = text.replace('"version":1', '"version":2');
    expect(() => decodeState(other)).toThrow(/version 2, not 1/);
  });
});
