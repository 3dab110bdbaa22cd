/**
 * The one step that compares wanted with live orders and yields place and cancel commands: start,
 * recovery, adjust, refusals, pause and stop all end here. Once a stop was accepted it places
 * nothing but the close order.
 */
import type { Draft } from './draft.ts';
import { addParcel, takeInventory } from './book.ts';
import { rebalance } from './rebalance.ts';
import { turnGap } from './layout.ts';
import type { Gap } from './state.ts';
import { lineOf, remaining, wantedLots } from './state.ts';
import type { Want } from './survey.ts';
import { reducesOnly, survey, worstCase } from './survey.ts';
import type { LiveOrder } from './types.ts';
import type { Side } from '../contract/trading.ts';

/** How often a stop tries to close the position at market before it gives up aloud. */
export const CLOSE_ATTEMPTS = 5;

/** Brings orders toward the plan; `retry`: the world moved, a failed close may be tried again. */
export function converge(draft: Draft, retry: boolean): void {
  draft.set({ settled: false });
  if (draft.state.phase === 'stopping') return convergeStop(draft, retry);
  if (draft.state.phase !== 'running') return;
  cancelUnwanted(draft);
  cancelOverFence(draft, 'buy');
  cancelOverFence(draft, 'sell');
  if (draft.state.paused) return;
  if (draft.state.rebalance) tradeDifference(draft);
  turnSmallRests(draft);
  const wants = survey(draft.market, draft.state, 'missing');
  draft.set({ settled: wants.every((want) => want.reason === null) });
  for (const want of wants) {
    if (want.order === null && want.reason === null) placeWant(draft, want);
  }
  makeRoom(draft, wants, 'buy');
  makeRoom(draft, wants, 'sell');
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
  for (const order of draft.state.orders) {
    if (order.role !== 'line' || order.status === 'cancelling') continue;
    const gap = order.gap === null ? undefined : draft.state.gaps[order.gap];
    if (gap === undefined || wantedLots(gap, order.side) !== remaining(order)) draft.cancel(order);
  }
}

// Only an adjust or late fills can bring the worst case beyond the fence; the farthest orders go.
function cancelOverFence(draft: Draft, side: Side): void {
  const max = draft.plan.max_position_lots;
  if (max === null) return;
  const key = side === 'buy' ? 'long' : 'short';
  let worst = worstCase(draft.state, (order) => order.status === 'cancelling')[key];
  if (worst <= max) return;
  for (const order of farthestFirst(draft, side)) {
    if (worst <= max) return;
    draft.cancel(order);
    worst -= remaining(order);
  }
}

// A line nearer the price goes before a farther one that took its room.
function makeRoom(draft: Draft, wants: readonly Want[], side: Side): void {
  const max = draft.plan.max_position_lots;
  const want = wants.find((held) => held.side === side && held.reason === 'max_position');
  if (max === null || want === undefined) return;
  const key = side === 'buy' ? 'long' : 'short';
  let worst = worstCase(draft.state, (order) => order.status === 'cancelling')[key] + want.lots;
  const farther = farthestFirst(draft, side).filter((order) => {
    const ticks = order.ticks ?? 0;
    return order.filled === 0 && (side === 'buy' ? ticks < want.ticks : ticks > want.ticks);
  });
  if (worst - farther.reduce((sum, order) => sum + remaining(order), 0) > max) return;
  for (const order of farther) {
    if (worst <= max) return;
    draft.cancel(order);
    worst -= remaining(order);
  }
}

function farthestFirst(draft: Draft, side: Side): LiveOrder[] {
  const sign = side === 'buy' ? 1 : -1;
  return draft.state.orders
    .filter((order) => order.side === side && order.role === 'line')
    .filter((order) => order.status !== 'cancelling' && !order.reduce_only)
    .sort((a, b) => sign * ((a.ticks ?? 0) - (b.ticks ?? 0)));
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
  const busy = draft.state.orders.some((order) => {
    if (order.role === 'start' || order.role === 'rebalance') return true;
    return order.gap === index && order.side === side;
  });
  if (lots === 0 || busy) return;
  if (!draft.placeable(draft.line(lineOf(index, side)), lots)) turnGap(draft, index);
}

function convergeStop(draft: Draft, retry: boolean): void {
  const { stopping } = draft.state;
  if (stopping === null) return;
  const close = stopping.on_stop.position === 'close';
  if (close || stopping.on_stop.orders === 'cancel') {
    for (const order of draft.state.orders) if (order.role !== 'close') draft.cancel(order);
    if (draft.state.orders.length > 0) return;
  }
  const position = draft.books.position_lots;
  if (close && position !== 0) {
    const attempts = stopping.close_attempts;
    if (attempts < CLOSE_ATTEMPTS) {
      if (attempts > 0 && !retry) return;
      draft.setStopping({ ...stopping, close_attempts: attempts + 1 });
      const side = position > 0 ? 'sell' : 'buy';
      const lots = Math.abs(position);
      draft.place({ role: 'close', gap: null, side, ticks: null, lots, reduce_only: true });
      return;
    }
    draft.note('close_incomplete', `position not closed after ${CLOSE_ATTEMPTS} attempts`);
  }
  if (close) flatten(draft);
  draft.set({ phase: stopping.final });
  draft.setStopping(null);
  draft.note(stopping.final, stopping.reason);
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
