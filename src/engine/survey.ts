/**
 * Which orders the gaps want now, which of them rest, and why the others do not. Pure: converge
 * acts on it, the ladder shows it. Invariant: what is free to be placed keeps |position| within
 * max_position whatever rests is filled.
 */
import type { Market } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import type { Gap, GridState, Hold } from './state.ts';
import { lineOf, remaining, wantedLots } from './state.ts';
import type { LiveOrder } from './types.ts';

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
 * bottom up, so that those nearest the price come first.
 */
export function survey(market: Market, state: GridState, which: 'all' | 'missing'): Want[] {
  const book = bookOf(state);
  const wants: Want[] = [];
  for (let gap = state.gaps.length - 1; gap >= 0; gap--) see(gap, 'buy');
  for (let gap = 0; gap < state.gaps.length; gap++) see(gap, 'sell');
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
    const blocker = blocked(state, book, gap, index, side, ticks);
    const reason = blocker ?? takeRoom(side, lots);
    wants.push({ gap: index, side, ticks, lots, order, reason });
  }

  function takeRoom(side: Side, lots: number): string | null {
    if (book.count >= market.rules.max_orders) return 'max_orders';
    if (!reducesOnly(state, side)) {
      const max = state.plan.max_position_lots;
      const key = side === 'buy' ? 'long' : 'short';
      if (max !== null && book.worst[key] + lots > max) return 'max_position';
      book.worst[key] += lots;
    }
    book.count += 1;
    return null;
  }
}

/**
 * The position if all resting buys (sells) were filled and nothing else; short is counted
 * positive.
 */
export function worstCase(state: GridState, without: (order: LiveOrder) => boolean): WorstCase {
  let long = state.books.position_lots;
  let short = -long;
  for (const order of state.orders) {
    if (order.reduce_only || without(order)) continue;
    if (order.side === 'buy') long += remaining(order);
    else short += remaining(order);
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
    entering: state.rebalance,
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
  if (state.phase !== 'running') return state.phase;
  if (state.paused) return 'paused';
  const hold = side === 'buy' ? gap.buy_hold : gap.sell_hold;
  const price = state.ticks ?? 0;
  const rightSide = side === 'buy' ? price > ticks : price < ticks;
  if (hold !== null && holds(state, hold, index, price)) return hold.reason;
  const other = side === 'buy' ? book.sells[index - 1] : book.buys[index + 1];
  if (other !== undefined || book.strays.includes(ticks)) return 'line_taken';
  const { direction } = state.plan;
  const entry = direction !== 'neutral' && gap.opening === side;
  if (entry && book.entering && isHolder(state, index)) return 'start_order';
  if (rightSide) return null;
  return entry ? 'entry_waits' : 'post_only_would_cross';
}

function isHolder(state: GridState, index: number): boolean {
  return state.plan.direction === 'long' ? index >= state.layout_line : index < state.layout_line;
}

// A refusal is looked at again only when something changed: never a tight loop with the venue.
// What would cross, or was taken away, waits for another price (which drops the hold).
function holds(state: GridState, hold: Hold, index: number, price: number): boolean {
  if (waitsForPrice(hold)) return true;
  const { lines } = state.plan;
  const step = (lines[index + 1] ?? 0) - (lines[index] ?? 0);
  return Math.abs(price - hold.ticks) < step;
}

/**
 * True for refusals that the next other price may lift; all others need a fill, a step or a
 * resume.
 */
export function waitsForPrice(hold: Hold): boolean {
  return hold.reason === 'post_only_would_cross' || hold.reason === 'cancelled';
}
