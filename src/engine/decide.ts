/**
 * The engine's one door: (state, event) -> (state, commands). Every event has an answer in every
 * phase; the books follow from the events alone, the orders from converge.
 */
import { assertNever } from '../contract/assert.ts';
import type { Market } from '../contract/market.ts';
import { applyAdjust } from './adjust.ts';
import { bookFill } from './book.ts';
import { converge } from './converge.ts';
import { Draft } from './draft.ts';
import { release, startRun, stopRun, watchPrice } from './run.ts';
import type { GridState } from './state.ts';
import { remaining } from './state.ts';
import { waitsForPrice } from './survey.ts';
import type { EngineCommand, EngineEvent, LiveOrder } from './types.ts';

/** The new state and what to do about it. */
export interface Decision {
  readonly state: GridState;
  readonly commands: EngineCommand[];
}

/** Applies one event; never changes `state`. Throws `InvariantError` on a fact that cannot be. */
export function decide(market: Market, state: GridState, event: EngineEvent): Decision {
  const draft = new Draft(market, state, event.at_ms);
  apply(draft, event);
  if (isSettled(draft, state, event)) return { state: draft.done(), commands: draft.commands };
  const moved = event.type === 'price' || event.type === 'start' || event.type === 'source_ended';
  converge(draft, moved);
  return { state: draft.done(), commands: draft.commands };
}

// Most events: an order confirmed, or a price at which everything wanted rests already.
function isSettled(draft: Draft, before: GridState, event: EngineEvent): boolean {
  if (event.type === 'accepted') return true;
  const { phase, plan, gaps, settled } = draft.state;
  if (event.type !== 'price' || !settled || phase !== 'running') return false;
  return plan === before.plan && gaps === before.gaps;
}

function apply(draft: Draft, event: EngineEvent): void {
  switch (event.type) {
    case 'start':
      return startRun(draft, event.ticks);
    case 'price':
      if (event.ticks !== draft.state.ticks) release(draft, waitsForPrice);
      draft.set({ ticks: event.ticks });
      return watchPrice(draft);
    case 'accepted':
      return accept(draft, event.id);
    case 'rejected':
      return reject(draft, event.id, event.reason);
    case 'cancelled':
      return forgetCancelled(draft, event.id);
    case 'fill':
      return fill(draft, event);
    case 'funding':
      draft.books.cash += event.amount;
      draft.books.funding += event.amount;
      return;
    case 'adjust':
      applyAdjust(draft, event.plan, event.position);
      return release(draft, () => true);
    case 'pause':
      return pause(draft);
    case 'resume':
      return resume(draft);
    case 'stop':
      return stop(draft, event);
    case 'end':
      if (draft.state.phase === 'finished') return;
      return stopRun(draft, event.on_stop, event.reason, 'finished');
    case 'source_ended':
      return endSource(draft);
    default:
      return assertNever(event);
  }
}

function accept(draft: Draft, id: number): void {
  const order = draft.order(id);
  if (order?.status === 'sent') draft.setOrder({ ...order, status: 'open' });
}

function reject(draft: Draft, id: number, reason: string): void {
  const order = draft.order(id);
  if (order === undefined) return;
  draft.endOrder(order);
  if (order.role === 'line') return hold(draft, order, reason);
  draft.note('order_rejected', `${order.role} order refused: ${reason}`);
}

function forgetCancelled(draft: Draft, id: number): void {
  const order = draft.order(id);
  if (order === undefined) return;
  draft.endOrder(order);
  if (order.status === 'cancelling') return;
  if (order.role === 'line') return hold(draft, order, 'cancelled');
  draft.note('order_cancelled', `${order.role} order left ${remaining(order)} lots unfilled`);
}

function hold(draft: Draft, order: LiveOrder, reason: string): void {
  if (order.gap === null || order.gap >= draft.state.gaps.length) return;
  const key = order.side === 'buy' ? 'buy_hold' : 'sell_hold';
  draft.setGap(order.gap, { [key]: { reason, ticks: draft.state.ticks ?? 0 } });
}

function fill(draft: Draft, event: Extract<EngineEvent, { type: 'fill' }>): void {
  const resting = draft.order(event.id)?.role === 'line';
  const opens = draft.order(event.id)?.role === 'start';
  const complete = bookFill(draft, event);
  // The market was at the line: what waits for the price must not look at an older one.
  if (resting) draft.set({ ticks: event.ticks });
  if (complete || opens) draft.setRun({ touched: true });
  // A fill frees margin and position; a line that would cross still waits for its price.
  if (complete) release(draft, (held) => !waitsForPrice(held));
}

function pause(draft: Draft): void {
  const { phase } = draft.state;
  if (phase === 'running' || phase === 'waiting') draft.set({ paused: true });
}

function resume(draft: Draft): void {
  draft.set({ paused: false });
  release(draft, () => true);
  watchPrice(draft);
}

function stop(draft: Draft, event: Extract<EngineEvent, { type: 'stop' }>): void {
  const { phase, orders, books } = draft.state;
  const nothingLeft =
    orders.length === 0 && (event.on_stop.position === 'keep' || books.position_lots === 0);
  if (phase === 'finished' && nothingLeft) return;
  stopRun(draft, event.on_stop, event.reason, 'stopped');
}

function endSource(draft: Draft): void {
  const { phase } = draft.state;
  if (phase !== 'running' && phase !== 'waiting') return;
  draft.set({ phase: 'finished', paused: false });
  draft.note('finished', 'the price source has ended');
}
