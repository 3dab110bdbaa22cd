/**
 * Trades at market: the start of a long or short grid, the difference of an adjust, the carry.
 * What is asked for waits as `pending` and goes out as one order after another, each within
 * `max_order_notional`, and only while the grid may place orders at all.
 */
import { say } from '../contract/sentences.ts';
import type { Side } from '../contract/trading.ts';
import { entrySide, missingEntry } from './book.ts';
import type { Draft } from './draft.ts';
import { marketPiece } from './fences.ts';
import type { GridState, Pending } from './state.ts';
import { carryLots, remaining } from './state.ts';
import { worstCase } from './survey.ts';
import type { LiveOrder } from './types.ts';

/** Asks for a trade at market; `sendPending` sends it when nothing stands against it. */
export function ask(draft: Draft, trade: Omit<Pending, 'waits'>, waits = false): void {
  const same = (other: Pending): boolean =>
    other.role === trade.role && other.side === trade.side;
  const { pending } = draft.state;
  const lots = pending.filter(same).reduce((sum, other) => sum + other.lots, trade.lots);
  draft.set({ pending: [...pending.filter((other) => !same(other)), { ...trade, lots, waits }] });
}

/** Asks again for what an order at market did not execute. */
export function askAgain(draft: Draft, order: LiveOrder, waits: boolean): void {
  const { role, side } = order;
  if (role === 'line' || role === 'close' || role === 'stop_loss') return;
  ask(draft, { role, side, lots: remaining(order) }, waits);
}

/** Forgets what was asked for in these roles. */
export function drop(draft: Draft, ...roles: readonly Pending['role'][]): void {
  const { pending } = draft.state;
  if (pending.length === 0) return;
  draft.set({ pending: pending.filter(({ role }) => !roles.includes(role)) });
}

/** Lets trades go out again that the venue had put off. */
export function retryPending(draft: Draft): void {
  const { pending } = draft.state;
  if (!pending.some(({ waits }) => waits)) return;
  draft.set({ pending: pending.map((trade) => ({ ...trade, waits: false })) });
}

/** Why the carry may not be closed now; null: it may. */
export function carryRefusal({ phase, tripped, mismatch }: GridState): string | null {
  if (phase === 'new') return 'the grid was never started';
  if (phase === 'stopping') return 'the grid is being stopped';
  if (tripped !== null) return `the grid is tripped: ${tripped.text}`;
  return mismatch === null ? null : 'the position differs from that of the venue';
}

/** Asks for one trade of the whole carry; a second wish while one is under way does nothing. */
export function closeCarry(draft: Draft): void {
  const { pending, orders } = draft.state;
  const refusal = carryRefusal(draft.state);
  if (refusal !== null) return draft.note('close_carry_refused', refusal);
  const underWay = [...pending, ...orders].some(({ role }) => role === 'carry');
  const carry = carryLots(draft.state);
  if (underWay || carry === 0) return;
  ask(draft, { role: 'carry', side: carry > 0 ? 'sell' : 'buy', lots: Math.abs(carry) });
}

/** Sends the next piece of what was asked for, one order at market at a time. */
export function sendPending(draft: Draft): void {
  const { tripped, mismatch, phase, paused } = draft.state;
  if (tripped !== null || mismatch !== null) return;
  const places = phase === 'running' && !paused;
  for (const trade of draft.state.pending) {
    if (draft.state.orders.some(({ role }) => role !== 'line')) return;
    if (trade.waits || (trade.role !== 'carry' && !places)) continue;
    send(draft, trade);
  }
}

function send(draft: Draft, trade: Pending): void {
  const { role, side } = trade;
  const { pending } = draft.state;
  const others = pending.filter((other) => other !== trade);
  draft.set({ pending: others });
  // What the trade was asked for may have gone meanwhile, by a late fill or an adjust.
  const missing = role !== 'carry' && side === entrySide(draft) ? missingEntry(draft) : 0;
  const carry = carryLots(draft.state);
  const closing = carry > 0 === (side === 'sell') ? Math.abs(carry) : 0;
  const wanted = Math.min(trade.lots, missing > 0 ? missing : closing);
  const lots = Math.min(wanted, roomAtMarket(draft, side));
  if (lots < wanted) {
    // Resting orders on the way of a close are being taken back; it goes out after them.
    if (missing === 0 && hasLines(draft, side)) return draft.set({ pending });
    draft.note('max_position', say('order_cut', { role }));
  }
  if (lots === 0) return;
  const piece = marketPiece(draft, lots);
  if (piece < lots) draft.set({ pending: [{ ...trade, lots: lots - piece }, ...others] });
  const { position_lots: position } = draft.books;
  const reduces = missing === 0 && (side === 'sell' ? position : -position) >= piece;
  draft.place({ role, gap: null, side, ticks: null, lots: piece, reduce_only: reduces });
}

function roomAtMarket(draft: Draft, side: Side): number {
  const max = draft.plan.max_position_lots;
  if (max === null) return Infinity;
  return Math.max(0, max - worstCase(draft.state, () => false)[side === 'buy' ? 'long' : 'short']);
}

function hasLines(draft: Draft, side: Side): boolean {
  return draft.state.orders.some((order) => order.side === side && !order.reduce_only);
}
