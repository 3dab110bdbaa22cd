/**
 * The engine's one door: (state, event) -> (state, commands). Every event has an answer in every
 * phase; the books follow from the events alone, the orders from converge.
 */
import { assertNever } from '../contract/assert.ts';
import type { Market } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import { applyAdjust } from './adjust.ts';
import { bookFill } from './book.ts';
import { converge, holdLine } from './converge.ts';
import { Draft } from './draft.ts';
import { beyondCollar, clearTrip, trip, watchFences } from './fences.ts';
import { askAgain, closeCarry, drop, retryPending } from './market-orders.ts';
import { acceptPosition, comparePosition } from './mismatch.ts';
import { levelsChanged, release, startRun, stopRun, watchPrice } from './run.ts';
import type { GridState, Stopping } from './state.ts';
import { liveOrders, remaining } from './state.ts';
import { waitsForChange, waitsForPrice, waitsForRetry } from './survey.ts';
import type { EngineCommand, EngineEvent, LiveOrder } from './types.ts';
import { holdStop, stopFired } from './venue-stop.ts';

/** The new state and what to do about it. */
export interface Decision {
  readonly state: GridState;
  readonly commands: EngineCommand[];
}

/** Applies one event; never changes `state`. Throws `InvariantError` on a fact that cannot be. */
export function decide(market: Market, state: GridState, event: EngineEvent): Decision {
  const draft = new Draft(market, state, event.at_ms);
  apply(draft, event);
  watchFences(draft, state);
  if (!isSettled(draft, state, event)) converge(draft);
  return { state: draft.done(), commands: draft.commands };
}

// Most events: an order confirmed, or a price at which everything wanted rests already.
function isSettled(draft: Draft, before: GridState, event: EngineEvent): boolean {
  const { phase, plan, gaps, settled, tripped, mark } = draft.state;
  if (tripped !== before.tripped) return false;
  // A stop order takes the place of another once it rests.
  if (event.type === 'accepted') return !draft.state.stops.some(({ id }) => id === event.id);
  if (event.type !== 'price' || !settled || phase !== 'running') return false;
  if (plan !== before.plan || gaps !== before.gaps) return false;
  const [lowest = 0, highest = 0] = [plan.lines[0], plan.lines[plan.lines.length - 1]];
  return !beyondCollar(plan, mark, lowest) && !beyondCollar(plan, mark, highest);
}

function apply(draft: Draft, event: EngineEvent): void {
  switch (event.type) {
    case 'start':
      takePrice(draft, event);
      liftClose(draft, 'price', 'retry');
      draft.set({ venue_stops: event.venue_stops ?? false, stop_hold: null });
      return startRun(draft, event.ticks);
    case 'venue_stops':
      return draft.set({ venue_stops: event.on, stop_hold: null });
    case 'price':
      if (event.ticks !== draft.state.ticks) release(draft, waitsForPrice);
      takePrice(draft, event);
      liftClose(draft, 'price');
      return watchPrice(draft);
    case 'accepted':
    case 'rejected':
    case 'cancelled':
    case 'absent':
    case 'fill':
      return applyOrder(draft, event);
    case 'funding':
      draft.books.cash += event.amount;
      draft.books.funding += event.amount;
      return;
    case 'adjust': {
      const old = draft.plan;
      applyAdjust(draft, event.plan, event.position);
      levelsChanged(draft, old);
      draft.set({ stop_hold: null });
      return release(draft, () => true);
    }
    case 'close_carry':
      return closeCarry(draft);
    case 'position':
      return comparePosition(draft, event.venue_lots, event.agrees);
    case 'accept_position':
      return acceptPosition(draft, event.venue_lots, event.ticks);
    default:
      return applyControl(draft, event);
  }
}

type OrderEvent = Extract<
  EngineEvent,
  { type: 'accepted' | 'rejected' | 'cancelled' | 'absent' | 'fill' }
>;

function applyOrder(draft: Draft, event: OrderEvent): void {
  if (event.type === 'fill') return fill(draft, event);
  const order = draft.order(event.id);
  if (order === undefined) return;
  switch (event.type) {
    case 'accepted':
      if (order.status === 'sent') draft.setOrder({ ...order, status: 'open' });
      return;
    case 'rejected':
      return reject(draft, order, event.reason);
    case 'cancelled':
      return forgetCancelled(draft, order);
    case 'absent':
      draft.endOrder(order);
      if (order.role === 'close') return uncountClose(draft, null);
      if (order.status !== 'cancelling') askAgain(draft, order, false);
      return;
    default:
      return assertNever(event);
  }
}

type ControlEvent = Extract<
  EngineEvent,
  { type: 'retry' | 'trip' | 'pause' | 'resume' | 'stop' | 'end' | 'source_ended' }
>;

function applyControl(draft: Draft, event: ControlEvent): void {
  switch (event.type) {
    case 'retry':
      release(draft, waitsForRetry);
      if (waitsForRetry(draft.state.stop_hold?.reason ?? '')) draft.set({ stop_hold: null });
      retryPending(draft);
      return liftClose(draft, 'retry');
    case 'trip':
      return trip(draft, event.reason, event.text);
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
      liftClose(draft, 'price', 'retry');
      return endSource(draft);
    default:
      return assertNever(event);
  }
}

function takePrice(draft: Draft, event: { ticks: number; mark_ticks?: number }): void {
  draft.set({ ticks: event.ticks, mark: event.mark_ticks ?? event.ticks });
}

function reject(draft: Draft, order: LiveOrder, reason: string): void {
  draft.endOrder(order);
  if (order.role === 'line') return holdLine(draft, order, reason);
  if (order.role === 'stop_loss') return holdStop(draft, reason);
  const putOff = waitsForRetry(reason);
  draft.note('order_rejected', say('order_refused', { role: order.role, refusal: reason }));
  if (order.role === 'close') {
    return putOff ? uncountClose(draft, 'retry') : waitClose(draft, 'price');
  }
  if (putOff) askAgain(draft, order, true);
  else drop(draft, order.role);
}

function forgetCancelled(draft: Draft, order: LiveOrder): void {
  draft.endOrder(order);
  if (order.role === 'close') waitClose(draft, 'price');
  if (order.status === 'cancelling') return;
  if (order.role === 'line') return holdLine(draft, order, 'cancelled');
  if (order.role === 'stop_loss') return holdStop(draft, 'cancelled');
  const rest = { role: order.role, lots: remaining(order) };
  draft.note('order_cancelled', say('order_left', rest));
  if (order.role !== 'close') drop(draft, order.role);
}

function waitClose(draft: Draft, waits: Stopping['waits']): void {
  const { stopping } = draft.state;
  if (stopping !== null) draft.setStopping({ ...stopping, waits });
}

// A close order that never reached the venue's book is no attempt.
function uncountClose(draft: Draft, waits: Stopping['waits']): void {
  const { stopping } = draft.state;
  if (stopping === null) return;
  const attempts = Math.max(0, stopping.close_attempts - 1);
  draft.setStopping({ ...stopping, close_attempts: attempts, waits });
}

function liftClose(draft: Draft, ...lifted: readonly Stopping['waits'][]): void {
  const { stopping } = draft.state;
  if (stopping === null || stopping.waits === null || !lifted.includes(stopping.waits)) return;
  draft.setStopping({ ...stopping, waits: null });
}

function fill(draft: Draft, event: Extract<EngineEvent, { type: 'fill' }>): void {
  const live = draft.order(event.id);
  const order = live ?? draft.state.ended.find(({ id }) => id === event.id);
  const role = order?.role;
  const complete = bookFill(draft, event);
  // The market was at the line: what waits for the price must not look at an older one.
  if (live?.role === 'line') draft.set({ ticks: event.ticks });
  if ((complete && role === 'line') || role === 'start') draft.setRun({ touched: true });
  // A fill frees margin and position; a line that would cross still waits for its price.
  if (complete) release(draft, waitsForChange);
  if (role === 'stop_loss') stopFired(draft);
  const { stopping } = draft.state;
  // In a thin market a close gets on in parts: none of them is a failure.
  if (role === 'close' && stopping !== null) {
    draft.setStopping({ ...stopping, close_attempts: 0 });
  }
}

function pause(draft: Draft): void {
  const { phase } = draft.state;
  if (phase === 'running' || phase === 'waiting') draft.set({ paused: true });
}

function resume(draft: Draft): void {
  draft.set({ paused: false, stop_hold: null });
  clearTrip(draft);
  release(draft, () => true);
  watchPrice(draft);
}

function stop(draft: Draft, event: Extract<EngineEvent, { type: 'stop' }>): void {
  const { phase, books } = draft.state;
  const stays = event.on_stop.position === 'keep' || books.position_lots === 0;
  const nothingLeft = liveOrders(draft.state).length === 0 && stays;
  if (phase === 'finished' && nothingLeft) return;
  stopRun(draft, event.on_stop, event.reason, 'stopped');
}

function endSource(draft: Draft): void {
  const { phase } = draft.state;
  if (phase !== 'running' && phase !== 'waiting') return;
  draft.set({ phase: 'finished', paused: false });
  draft.note('finished', say('source_ended'));
}
