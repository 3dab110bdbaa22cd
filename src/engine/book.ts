/**
 * Books executions. Invariants: the position is the sum of the fills; every lot booked lies in one
 * gap or one carry parcel; moving inventory never changes grid profit + unpaired.
 */
import { assert } from '../contract/assert.ts';
import type { Money } from '../contract/decimal.ts';
import type { Side } from '../contract/trading.ts';
import type { Draft } from './draft.ts';
import type { Gap, Parcel } from './state.ts';
import { EMPTY_LEG, flatGap, gapLots, opposite, remaining, wantedLots } from './state.ts';
import type { EngineEvent, Leg } from './types.ts';

type FillEvent = Extract<EngineEvent, { type: 'fill' }>;

/** `lots` of a leg split off; the two parts add up to the leg exactly. */
export function splitLeg(leg: Leg, lots: number): { part: Leg; rest: Leg } {
  if (lots === leg.lots) return { part: leg, rest: EMPTY_LEG };
  const share = (money: Money): Money => (money * BigInt(lots)) / BigInt(leg.lots);
  const part = { lots, quote: share(leg.quote), fee: share(leg.fee) };
  return {
    part,
    rest: { lots: leg.lots - lots, quote: leg.quote - part.quote, fee: leg.fee - part.fee },
  };
}

/** Books one execution of one of our orders; true when it completed the order. */
export function bookFill(draft: Draft, event: FillEvent): boolean {
  const live = draft.order(event.id);
  const order = live ?? draft.state.ended.find((ended) => ended.id === event.id);
  const { lots, side } = event;
  assert(Number.isSafeInteger(lots) && lots > 0, `fill ${event.trade_id} has whole lots`);
  if (order !== undefined) {
    assert(order.side === side, `fill ${event.trade_id} is on the side of order ${order.id}`);
    assert(lots <= remaining(order), `fill ${event.trade_id} fits order ${order.id}`);
  }
  const leg = { lots, quote: draft.notional(event.ticks, lots), fee: event.fee };
  countCash(draft, side, leg);
  const role = order?.role ?? 'line';
  if (role === 'line') bookToGap(draft, order?.gap ?? null, side, leg);
  else if (role === 'close' || role === 'stop_loss') bookClose(draft, side, leg);
  else if (role === 'carry') addCarry(draft, side, leg);
  else bookEntry(draft, side, leg);
  if (order === undefined) {
    draft.note('unknown_order', `fill ${event.trade_id} of order ${event.id}: kept as carry`);
    return false;
  }
  const filled = { ...order, filled: order.filled + lots };
  if (live === undefined) {
    draft.setEnded(draft.state.ended.map((ended) => (ended.id === order.id ? filled : ended)));
  } else if (filled.filled === filled.lots) {
    draft.dropOrder(order.id);
  } else {
    draft.setOrder(filled);
  }
  return remaining(filled) === 0;
}

function countCash(draft: Draft, side: Side, leg: Leg): void {
  const { books } = draft;
  books.position_lots += side === 'buy' ? leg.lots : -leg.lots;
  books.cash += (side === 'buy' ? -leg.quote : leg.quote) - leg.fee;
  books.fees += leg.fee;
}

function bookToGap(draft: Draft, index: number | null, side: Side, leg: Leg): void {
  const gap = index === null ? undefined : draft.state.gaps[index];
  const wanted = gap === undefined ? 0 : Math.min(wantedLots(gap, side), leg.lots);
  if (index === null || wanted === 0) return addCarry(draft, side, leg);
  const { part, rest } = splitLeg(leg, wanted);
  addToLeg(draft, index, side, part);
  if (rest.lots > 0) addCarry(draft, side, rest);
}

// Adds executed lots to a gap's leg and completes the cycle when both legs are whole.
function addToLeg(draft: Draft, index: number, side: Side, part: Leg): void {
  const gap = draft.gap(index);
  const old = gap[side];
  const leg = {
    lots: old.lots + part.lots,
    quote: old.quote + part.quote,
    fee: old.fee + part.fee,
  };
  const since = gapLots(gap) === 0 ? draft.state.turn : gap.since;
  const opening = gap.opening ?? (leg.lots === gap.size ? side : null);
  draft.setGap(index, { [side]: leg, since, opening });
  const changed = draft.gap(index);
  if (changed.buy.lots === changed.size && changed.sell.lots === changed.size) {
    draft.books.grid_profit += matched(changed.buy, changed.sell);
    draft.books.cycles += 1;
    draft.setGap(index, emptied(draft, changed));
  }
}

function matched(buy: Leg, sell: Leg): Money {
  return sell.quote - buy.quote - buy.fee - sell.fee;
}

function emptied(draft: Draft, gap: Gap): Gap {
  return { ...flatGap(gap.opening, draft.plan.lots_per_grid), since: draft.state.turn };
}

/**
 * Takes out what a gap has bought and sold already: to grid profit as a smaller cycle, or to the
 * closed result. Afterwards only one leg, the open inventory, is left.
 */
export function settleMatched(draft: Draft, index: number, as: 'cycle' | 'closed'): void {
  const gap = draft.gap(index);
  const lots = Math.min(gap.buy.lots, gap.sell.lots);
  if (lots === 0) return;
  const buy = splitLeg(gap.buy, lots);
  const sell = splitLeg(gap.sell, lots);
  const result = matched(buy.part, sell.part);
  if (as === 'cycle') {
    draft.books.grid_profit += result;
    draft.books.cycles += 1;
  } else {
    draft.books.closed_result += result;
  }
  draft.setGap(index, { buy: buy.rest, sell: sell.rest });
}

/**
 * Empties a gap and answers its open inventory, if any; what was matched becomes closed result.
 */
export function takeInventory(draft: Draft, index: number): Parcel | null {
  settleMatched(draft, index, 'closed');
  const gap = draft.gap(index);
  const lots = gapLots(gap);
  draft.setGap(index, emptied(draft, gap));
  if (lots === 0) return null;
  const leg = lots > 0 ? gap.buy : gap.sell;
  return { lots, quote: leg.quote, fee: leg.fee, since: gap.since };
}

/**
 * Adds a parcel to the carry; what meets carry of the other sign closes it, first in first out.
 */
export function addParcel(draft: Draft, parcel: Parcel): void {
  const side = parcel.lots > 0 ? 'buy' : 'sell';
  const leg = { lots: Math.abs(parcel.lots), quote: parcel.quote, fee: parcel.fee };
  const rest = closeCarry(draft, side, leg);
  if (rest.lots === 0) return;
  const lots = side === 'buy' ? rest.lots : -rest.lots;
  const added = { lots, quote: rest.quote, fee: rest.fee, since: parcel.since };
  const carry = [...draft.state.carry, added];
  draft.setCarry(carry.sort((a, b) => a.since - b.since));
}

function addCarry(draft: Draft, side: Side, leg: Leg): void {
  const lots = side === 'buy' ? leg.lots : -leg.lots;
  addParcel(draft, { lots, quote: leg.quote, fee: leg.fee, since: draft.state.turn });
}

function closeCarry(draft: Draft, side: Side, leg: Leg): Leg {
  let rest = leg;
  const kept: Parcel[] = [];
  for (const parcel of draft.state.carry) {
    const closes = parcel.lots > 0 === (side === 'sell');
    const lots = closes ? Math.min(Math.abs(parcel.lots), rest.lots) : 0;
    if (lots === 0) {
      kept.push(parcel);
      continue;
    }
    const open = splitLeg({ ...parcel, lots: Math.abs(parcel.lots) }, lots);
    const close = splitLeg(rest, lots);
    rest = close.rest;
    draft.books.closed_result +=
      side === 'sell' ? matched(open.part, close.part) : matched(close.part, open.part);
    if (open.rest.lots > 0) {
      const left = parcel.lots > 0 ? open.rest.lots : -open.rest.lots;
      kept.push({ ...open.rest, lots: left, since: parcel.since });
    }
  }
  if (rest.lots !== leg.lots) draft.setCarry(kept);
  return rest;
}

// A close is no gap's own order: carry goes first, then the gaps from the bottom up.
function bookClose(draft: Draft, side: Side, leg: Leg): void {
  let rest = closeCarry(draft, side, leg);
  for (let i = 0; i < draft.state.gaps.length && rest.lots > 0; i++) {
    const held = gapLots(draft.gap(i));
    if (held === 0 || held > 0 !== (side === 'sell')) continue;
    settleMatched(draft, i, 'closed');
    const gap = draft.gap(i);
    const openSide = opposite(side);
    const open = splitLeg(gap[openSide], Math.min(Math.abs(held), rest.lots));
    const close = splitLeg(rest, open.part.lots);
    rest = close.rest;
    draft.books.closed_result +=
      side === 'sell' ? matched(open.part, close.part) : matched(close.part, open.part);
    if (open.rest.lots === 0) draft.setGap(i, emptied(draft, gap));
    else draft.setGap(i, { [openSide]: open.rest });
  }
  if (rest.lots > 0) addCarry(draft, side, rest);
}

/** Gaps that the layout wants to hold a parcel, those nearest its empty line first. */
export function holders(draft: Draft): number[] {
  const { layout_line: line, gaps } = draft.state;
  if (draft.plan.direction === 'long') return range(line, gaps.length);
  return draft.plan.direction === 'short' ? range(0, line).reverse() : [];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

// Start and rebalance orders fill the waiting gaps nearest the price; what no gap wants is carry.
function bookEntry(draft: Draft, side: Side, leg: Leg): void {
  let rest = leg;
  const { orders } = draft.state;
  if (side === entrySide(draft)) {
    for (const index of holders(draft)) {
      if (rest.lots === 0) return;
      if (orders.some((order) => order.role === 'line' && order.gap === index)) continue;
      const room = draft.gap(index).size - draft.gap(index)[side].lots;
      const { part, rest: left } = splitLeg(rest, Math.min(room, rest.lots));
      if (part.lots > 0) giveToGap(draft, index, side, part);
      rest = left;
    }
  }
  if (rest.lots > 0) addCarry(draft, side, rest);
}

/** The side that opens the gaps of a long or short grid; null for neutral. */
export function entrySide(draft: Draft): Side | null {
  const { direction } = draft.plan;
  return direction === 'neutral' ? null : direction === 'long' ? 'buy' : 'sell';
}

/** Lots that the layout wants its gaps to hold and that they do not; 0 for neutral. */
export function missingEntry(draft: Draft): number {
  const side = entrySide(draft);
  if (side === null) return 0;
  return holders(draft).reduce((sum, index) => {
    const gap = draft.gap(index);
    return sum + gap.size - gap[side].lots;
  }, 0);
}

/** Books `lots` (> 0 long) that no order of ours brought as carry at `ticks`, without a fee. */
export function bookAdjustment(draft: Draft, ticks: number, lots: number): void {
  if (lots === 0) return;
  const side = lots > 0 ? 'buy' : 'sell';
  const leg = { lots: Math.abs(lots), quote: draft.notional(ticks, Math.abs(lots)), fee: 0n };
  countCash(draft, side, leg);
  addCarry(draft, side, leg);
}

/**
 * Gives a gap inventory that it did not trade at its own line: it enters at the gap's virtual
 * entry with the maker fee, the difference to the real entry goes to the differences.
 */
export function giveToGap(draft: Draft, index: number, side: Side, real: Leg): void {
  const quote = draft.notional(draft.line(side === 'buy' ? index : index + 1), real.lots);
  const virtual = { lots: real.lots, quote, fee: draft.makerFee(quote) };
  const sign = side === 'buy' ? 1n : -1n;
  draft.books.differences += sign * (virtual.quote - real.quote) + virtual.fee - real.fee;
  addToLeg(draft, index, side, virtual);
}
