/**
 * Which orders the gaps want now, which of them rest, and why the others do not. Pure: converge
 * acts on it, the ladder shows it. Invariant: what is free to be placed keeps |position| within
 * max_position whatever rests is filled.
 */
import type { Market } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import { beyondCollar, largestOrder, nearCollar } from './fences.ts';
import type { Gap, GridState, Hold } from './state.ts';
import { lineOf, remaining, wantedLots } from './state.ts';
import type { GridPlan, LiveOrder } from './types.ts';

/** An order a gap wants. `reason` null: it rests (`order`) or is to be placed now. */
export interface Want {
  readonly gap: number;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly order: LiveOrder | null;
  readonly reason: string | null;
}

/** Signed worst cases: the position if everything resting on one side were filled, in lots. */
export interface WorstCase {
  long: number;
  short: number;
}

interface Book {
  readonly buys: (LiveOrder | undefined)[];
  readonly sells: (LiveOrder | undefined)[];
  /** Ticks of resting orders that belong to no gap any more. */
  readonly strays: number[];
  /** A start or rebalance order is on its way. */
  entering: boolean;
  readonly worst: WorstCase;
  count: number;
}

/**
 * Wanted orders, `all` or only those that do not rest: buys from the top down, then sells from the
 * bottom up, so that those nearest the price come first on either side.
 */
export function survey(market: Market, state: GridState, which: 'all' | 'missing'): Want[] {
  const book = bookOf(state);
  const wants: Writable<Want>[] = [];
  const free: Writable<Want>[] = [];
  const largest = largestOrder(market, state.plan);
  for (let gap = state.gaps.length - 1; gap >= 0; gap--) see(gap, 'buy');
  for (let gap = 0; gap < state.gaps.length; gap++) see(gap, 'sell');
  const limit = orderLimit(market, state.plan);
  if (book.count + free.length > limit.orders) {
    const far = (want: Want): number => Math.abs(want.ticks - (state.ticks ?? 0));
    free.sort((a, b) => far(a) - far(b));
  }
  for (const want of free) want.reason = takeRoom(want);
  return wants;

  function see(index: number, side: Side): void {
    const order = (side === 'buy' ? book.buys : book.sells)[index] ?? null;
    // Most lines of most surveys: this is on the path of every fill.
    if (order !== null && which === 'missing') return;
    const gap = state.gaps[index];
    const ticks = state.plan.lines[lineOf(index, side)];
    if (gap === undefined || ticks === undefined) return;
    const lots = wantedLots(gap, side);
    if (lots === 0) return;
    if (order !== null) {
      wants.push({ gap: index, side, ticks, lots, order, reason: null });
      return;
    }
    const tooLarge = ticks * lots > largest ? 'max_order_notional' : null;
    const reason = blocked(state, book, gap, index, side, ticks) ?? tooLarge;
    const want = { gap: index, side, ticks, lots, order, reason };
    wants.push(want);
    if (reason === null) free.push(want);
  }

  function takeRoom({ side, lots }: Want): string | null {
    const max = state.plan.max_position_lots;
    const grows = !reducesOnly(state, side);
    const key = side === 'buy' ? 'long' : 'short';
    if (grows && max !== null && book.worst[key] + lots > max) return 'max_position';
    if (book.count >= limit.orders) return limit.reason;
    if (grows) book.worst[key] += lots;
    book.count += 1;
    return null;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function orderLimit(market: Market, plan: GridPlan): { orders: number; reason: string } {
  const own = plan.fences.max_open_orders ?? Infinity;
  const { max_orders: venue } = market.rules;
  if (own < venue) return { orders: own, reason: 'max_open_orders' };
  return { orders: venue, reason: 'max_orders' };
}

/**
 * The position if all resting buys (sells), and what is still to be traded at market on that side,
 * were filled and nothing else; short is counted positive.
 */
export function worstCase(state: GridState, without: (order: LiveOrder) => boolean): WorstCase {
  let long = state.books.position_lots;
  let short = -long;
  for (const order of state.orders) {
    // Reduce-only lines cannot turn the position; a close at market makes way for the others.
    if ((order.reduce_only && order.ticks !== null) || without(order)) continue;
    if (order.side === 'buy') long += remaining(order);
    else short += remaining(order);
  }
  for (const { side, lots } of state.pending) {
    if (side === 'buy') long += lots;
    else short += lots;
  }
  return { long, short };
}

/** True for the exits of long and short grids: they may only reduce the position. */
export function reducesOnly(state: GridState, side: Side): boolean {
  const { direction } = state.plan;
  return (direction === 'long' && side === 'sell') || (direction === 'short' && side === 'buy');
}

function bookOf(state: GridState): Book {
  const book: Book = {
    buys: new Array<undefined>(state.gaps.length).fill(undefined),
    sells: new Array<undefined>(state.gaps.length).fill(undefined),
    strays: [],
    entering: state.rebalance || state.pending.some(({ role }) => role !== 'carry'),
    worst: worstCase(state, () => false),
    count: state.orders.length,
  };
  for (const order of state.orders) {
    if (order.role === 'start' || order.role === 'rebalance') book.entering = true;
    if (order.role !== 'line' || order.ticks === null) continue;
    const slots = order.side === 'buy' ? book.buys : book.sells;
    if (order.gap === null || slots[order.gap] !== undefined) book.strays.push(order.ticks);
    else slots[order.gap] = order;
  }
  return book;
}

function blocked(
  state: GridState,
  book: Book,
  gap: Gap,
  index: number,
  side: Side,
  ticks: number,
): string | null {
  const { plan, phase, mark } = state;
  if (phase !== 'running') return phase;
  if (state.tripped !== null) return 'tripped';
  if (state.paused) return 'paused';
  if (state.mismatch !== null) return 'position_differs';
  const hold = side === 'buy' ? gap.buy_hold : gap.sell_hold;
  const price = state.ticks ?? 0;
  const rightSide = side === 'buy' ? price > ticks : price < ticks;
  if (hold !== null && holds(state, hold, index, price, ticks)) return hold.reason;
  if (beyondCollar(plan, mark, ticks)) return 'price_collar';
  const other = side === 'buy' ? book.sells[index - 1] : book.buys[index + 1];
  if (other !== undefined || book.strays.includes(ticks)) return 'line_taken';
  const entry = plan.direction !== 'neutral' && gap.opening === side;
  if (entry && book.entering && isHolder(state, index)) return 'start_order';
  if (rightSide) return null;
  return entry ? 'entry_waits' : 'post_only_would_cross';
}

function isHolder(state: GridState, index: number): boolean {
  return state.plan.direction === 'long' ? index >= state.layout_line : index < state.layout_line;
}

// A refusal is looked at again only when something changed: never a tight loop with the venue.
// What would cross, or was taken away, waits for another price (which drops the hold).
function holds(
  state: GridState,
  hold: Hold,
  index: number,
  price: number,
  ticks: number,
): boolean {
  if (hold.reason === 'price_collar') return nearCollar(state.plan, state.mark, ticks);
  if (waitsForPrice(hold.reason) || waitsForRetry(hold.reason)) return true;
  const { lines } = state.plan;
  const step = (lines[index + 1] ?? 0) - (lines[index] ?? 0);
  return Math.abs(price - hold.ticks) < step;
}

/** True for refusals that the next other price may lift. */
export function waitsForPrice(reason: string): boolean {
  return reason === 'post_only_would_cross' || reason === 'cancelled';
}

/** True for refusals that say nothing of the order: the venue must be well again first. */
export function waitsForRetry(reason: string): boolean {
  return ['rate_limited', 'maintenance', 'wrong_time', 'disconnected'].includes(reason);
}

/** True for all other refusals: a fill, a step of the price, resume or adjust may lift them. */
export function waitsForChange(reason: string): boolean {
  return !waitsForPrice(reason) && !waitsForRetry(reason) && reason !== 'price_collar';
}
