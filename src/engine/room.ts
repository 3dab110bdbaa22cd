/**
 * Which resting orders have to go so that a fence holds, and so that lines nearer the price get
 * their order before farther ones. A price that trembles between two lines moves nothing.
 */
import type { Side } from '../contract/trading.ts';
import type { Draft } from './draft.ts';
import { remaining } from './state.ts';
import type { Want } from './survey.ts';
import { worstCase } from './survey.ts';
import type { LiveOrder } from './types.ts';

/** Cancels what rests beyond `max_position` and `max_open_orders`, the farthest first. */
export function cancelOverFence(draft: Draft): void {
  cancelOverPosition(draft, 'buy');
  cancelOverPosition(draft, 'sell');
  const most = draft.plan.fences.max_open_orders;
  if (most === null) return;
  const staying = draft.state.orders.filter(({ status }) => status !== 'cancelling').length;
  for (const order of fromFarthest(draft).slice(0, Math.max(0, staying - most))) {
    draft.cancel(order);
  }
}

/** Takes farther orders back for the wanted lines that a fence holds off. */
export function makeRoom(draft: Draft, wants: readonly Want[]): void {
  makePositionRoom(draft, wants, 'buy');
  makePositionRoom(draft, wants, 'sell');
  makeOrderRoom(draft, wants);
}

// Only an adjust or late fills can bring the worst case beyond the fence; the farthest orders go.
function cancelOverPosition(draft: Draft, side: Side): void {
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
function makePositionRoom(draft: Draft, wants: readonly Want[], side: Side): void {
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

// The farthest resting order goes for the nearest held line when it is more than a grid farther.
function makeOrderRoom(draft: Draft, wants: readonly Want[]): void {
  const most = draft.plan.fences.max_open_orders;
  const { orders, ticks } = draft.state;
  if (most === null || ticks === null) return;
  const far = (price: number | null): number => Math.abs((price ?? ticks) - ticks);
  const staying = orders.filter(({ status }) => status !== 'cancelling').length;
  // Lines for which a cancel is under way already.
  const served = Math.max(0, most - staying);
  const held = wants
    .filter((want) => want.reason === 'max_open_orders')
    .sort((a, b) => far(a.ticks) - far(b.ticks))
    .slice(served);
  const farthest = fromFarthest(draft).filter((order) => order.filled === 0);
  held.forEach((want, i) => {
    const order = farthest[i];
    const step = draft.line(want.gap + 1) - draft.line(want.gap);
    if (order !== undefined && far(order.ticks) - far(want.ticks) > step) draft.cancel(order);
  });
}

function fromFarthest(draft: Draft): LiveOrder[] {
  const { ticks, orders } = draft.state;
  const far = (order: LiveOrder): number => Math.abs((order.ticks ?? 0) - (ticks ?? 0));
  return orders
    .filter((order) => order.role === 'line' && order.status !== 'cancelling')
    .sort((a, b) => far(b) - far(a));
}
