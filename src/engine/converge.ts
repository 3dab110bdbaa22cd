/**
 * The one step that compares wanted with live orders and yields place and cancel commands: start,
 * recovery, adjust, refusals, pause and stop all end here. Once a stop was accepted it places
 * nothing but the close order.
 */
import { say } from '../contract/sentences.ts';
import type { Side } from '../contract/trading.ts';
import type { Draft } from './draft.ts';
import { addParcel, takeInventory } from './book.ts';
import { beyondCollar, largestOrder, marketPiece } from './fences.ts';
import { turnGap } from './layout.ts';
import { sendPending } from './market-orders.ts';
import { cancelIncreasing } from './mismatch.ts';
import { rebalance } from './rebalance.ts';
import { cancelOverFence, makeRoom } from './room.ts';
import type { Gap } from './state.ts';
import { lineOf, liveOrders, remaining, wantedLots } from './state.ts';
import type { Want } from './survey.ts';
import { reducesOnly, survey } from './survey.ts';
import type { LiveOrder } from './types.ts';
import { keepStop } from './venue-stop.ts';

// How often a stop tries to close the position at market before it gives up aloud.
const CLOSE_ATTEMPTS = 5;

/** Brings orders toward the plan. */
export function converge(draft: Draft): void {
  draft.set({ settled: false });
  const { phase } = draft.state;
  if (phase === 'stopping') return convergeStop(draft);
  convergeLines(draft);
  // After the lines: a counter order waits for nothing.
  if (phase === 'running' || phase === 'waiting') keepStop(draft);
}

function convergeLines(draft: Draft): void {
  const { phase, paused, tripped, mismatch } = draft.state;
  cancelIncreasing(draft);
  if (tripped !== null) cancelGrowing(draft);
  if (phase === 'running') cancelUnwanted(draft);
  cancelOverFence(draft);
  if (phase !== 'running') return sendPending(draft);
  const places = !paused && tripped === null && mismatch === null;
  if (places && draft.state.rebalance) tradeDifference(draft);
  sendPending(draft);
  if (!places) return;
  turnSmallRests(draft);
  const wants = survey(draft.market, draft.state, 'missing');
  draft.set({ settled: wants.every((want) => want.reason === null) });
  for (const want of wants) {
    if (want.order === null && want.reason === null) placeWant(draft, want);
  }
  makeRoom(draft, wants);
}

// A tripped grid keeps its position: only orders that can do nothing but reduce it stay.
function cancelGrowing(draft: Draft): void {
  for (const order of draft.state.orders) {
    if (order.role === 'line' && !order.reduce_only) draft.cancel(order);
  }
}

// Orders being cancelled may still fill: only without them is the difference known.
function tradeDifference(draft: Draft): void {
  const busy = draft.state.orders.some((order) => {
    return order.status === 'cancelling' || order.role !== 'line';
  });
  if (busy) return;
  draft.set({ rebalance: false });
  rebalance(draft);
}

function placeWant(draft: Draft, want: Want): void {
  const { gap, side, ticks, lots } = want;
  const key = side === 'buy' ? 'buy_hold' : 'sell_hold';
  if (draft.gap(gap)[key] !== null) draft.setGap(gap, { [key]: null });
  const reduceOnly = reducesOnly(draft.state, side);
  draft.place({ role: 'line', gap, side, ticks, lots, reduce_only: reduceOnly });
}

function cancelUnwanted(draft: Draft): void {
  const { mark } = draft.state;
  const largest = largestOrder(draft.market, draft.plan);
  for (const order of draft.state.orders) {
    if (order.role !== 'line' || order.status === 'cancelling') continue;
    const { gap: index, ticks } = order;
    const gap = index === null ? undefined : draft.state.gaps[index];
    if (gap === undefined || wantedLots(gap, order.side) !== remaining(order)) {
      draft.cancel(order);
    } else if (ticks !== null && beyondCollar(draft.plan, mark, ticks)) {
      draft.cancel(order);
      holdLine(draft, order, 'price_collar');
    } else if ((ticks ?? 0) * remaining(order) > largest) {
      draft.cancel(order);
    }
  }
}

/** Keeps a line without its order, for `reason`, until something lifts that. */
export function holdLine(draft: Draft, order: LiveOrder, reason: string): void {
  if (order.gap === null || order.gap >= draft.state.gaps.length) return;
  const key = order.side === 'buy' ? 'buy_hold' : 'sell_hold';
  draft.setGap(order.gap, { [key]: { reason, ticks: draft.state.ticks ?? 0 } });
}

// The rest of a cancelled order may be too small for the venue: such a gap turns (GRID 3).
function turnSmallRests(draft: Draft): void {
  const { gaps } = draft.state;
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i];
    if (gap === undefined) continue;
    if (isPart(gap, 'buy')) turnIfSmall(draft, i, 'buy');
    if (isPart(draft.state.gaps[i] ?? gap, 'sell')) turnIfSmall(draft, i, 'sell');
  }
}

function isPart(gap: Gap, side: Side): boolean {
  const { lots } = side === 'buy' ? gap.buy : gap.sell;
  return lots > 0 && lots < gap.size;
}

function turnIfSmall(draft: Draft, index: number, side: Side): void {
  const lots = wantedLots(draft.gap(index), side);
  if (draft.state.rebalance) return;
  if (draft.state.pending.some(({ role }) => role !== 'carry')) return;
  const busy = draft.state.orders.some((order) => {
    if (order.role === 'start' || order.role === 'rebalance') return true;
    return order.gap === index && order.side === side;
  });
  if (lots === 0 || busy) return;
  if (!draft.placeable(draft.line(lineOf(index, side)), lots)) turnGap(draft, index);
}

function convergeStop(draft: Draft): void {
  const { stopping } = draft.state;
  if (stopping === null) return;
  const close = stopping.on_stop.position === 'close';
  if (close || stopping.on_stop.orders === 'cancel') {
    cancelAll(draft, close);
    if (liveOrders(draft.state).length > 0) return;
  }
  const position = draft.books.position_lots;
  if (close && position !== 0) {
    const attempts = stopping.close_attempts;
    if (attempts < CLOSE_ATTEMPTS) {
      if (stopping.waits !== null) return;
      draft.setStopping({ ...stopping, close_attempts: attempts + 1 });
      const side = position > 0 ? 'sell' : 'buy';
      const lots = marketPiece(draft, Math.abs(position));
      draft.place({ role: 'close', gap: null, side, ticks: null, lots, reduce_only: true });
      return;
    }
    draft.note('close_incomplete', say('left_open', { attempts: CLOSE_ATTEMPTS }));
  }
  if (close) flatten(draft);
  draft.set({ phase: stopping.final });
  draft.setStopping(null);
  draft.note(stopping.final, stopping.reason);
}

// A stop order only reduces: it watches a position that is to be closed until nothing else rests,
// which may take long. Then it goes as well: two orders that close might close more than is ours.
function cancelAll(draft: Draft, closes: boolean): void {
  const { orders, stops } = draft.state;
  const others = orders.filter(({ role }) => role !== 'close');
  for (const order of others) draft.cancel(order);
  const watches = closes && draft.books.position_lots !== 0 && others.length > 0;
  for (const stop of stops) if (!watches || stop.status !== 'open') draft.cancel(stop);
}

// After a close the gaps are empty: what could not be closed is carry, and the next start lays out
// anew.
function flatten(draft: Draft): void {
  for (let i = 0; i < draft.state.gaps.length; i++) {
    const parcel = takeInventory(draft, i);
    if (parcel !== null) addParcel(draft, parcel);
  }
  draft.setGaps([]);
}
