/**
 * Lays lines out: which gap waits on which side, where present inventory goes, which orders stay.
 * Start, adjust and trailing use this one path. Invariant: no lot and no cent appears or
 * disappears here.
 */
import { assert } from '../contract/assert.ts';
import type { Side } from '../contract/trading.ts';
import { addParcel, giveToGap, missingEntry, settleMatched, splitLeg } from './book.ts';
import { takeInventory } from './book.ts';
import type { Draft } from './draft.ts';
import type { Gap, Parcel } from './state.ts';
import { EMPTY_LEG, carryLots, flatGap, gapLots, lineOf, remaining, wantedLots } from './state.ts';
import type { GridPlan, Leg, LiveOrder } from './types.ts';

/** Where a layout has its empty line; `open`: the neutral gap that has both its orders, if any. */
export interface Layout {
  readonly line: number;
  readonly open: number | null;
}

/** What a layout left over, in lots, and how many parcels changed their gap. */
export interface LayoutResult {
  readonly moved: number;
  readonly carry_lots: number;
  readonly missing_lots: number;
  /** Lots whose gap survives but had to be left: a parcel stays where it can. */
  readonly displaced_lots: number;
}

interface ExitMove {
  readonly target: number;
  readonly gap: Gap;
}

/** The layout of a fresh start at `ticks` (GRID 2). */
export function layoutAt(plan: Pick<GridPlan, 'lines' | 'direction'>, ticks: number): Layout {
  const { lines, direction } = plan;
  const above = lines.findIndex((line) => line >= ticks);
  const top = lines.length - 1;
  const atOrAbove = above < 0 ? top : above;
  if (direction === 'long') return { line: atOrAbove, open: null };
  const onLine = lines[atOrAbove] === ticks;
  if (direction === 'short') {
    if (above < 0) return { line: top, open: null };
    return { line: onLine ? atOrAbove : Math.max(0, atOrAbove - 1), open: null };
  }
  if (onLine || above <= 0) return { line: atOrAbove, open: null };
  return { line: atOrAbove - 1, open: atOrAbove - 1 };
}

/**
 * Lays `plan` out. `start`: all inventory becomes carry; `adjust`: it is given to the new gaps.
 */
export function layOut(
  draft: Draft,
  plan: GridPlan,
  layout: Layout,
  mode: 'start' | 'adjust',
): LayoutResult {
  const size = plan.lots_per_grid;
  const next = plan.lines.slice(1).map((_, i) => flatGap(openingOf(plan, layout, i), size));
  const exits: ExitMove[] = [];
  const pool: Parcel[] = [];
  let displaced = 0;
  draft.state.gaps.forEach((gap, i) => {
    if (gap.buy.lots === 0 && gap.sell.lots === 0) return;
    if (mode === 'adjust' && keepsPlace(draft, plan, layout, i, next, exits)) return;
    if (survivor(draft, plan, i) !== null) displaced += Math.abs(gapLots(gap));
    const parcel = takeInventory(draft, i);
    if (parcel !== null) pool.push(parcel);
  });
  if (mode === 'adjust') {
    pool.push(...draft.state.carry);
    draft.setCarry([]);
  }
  pool.sort((a, b) => a.since - b.since).forEach((parcel) => addParcel(draft, parcel));
  draft.set({ plan, layout_line: layout.line, generation: draft.state.generation + 1 });
  draft.setGaps(next);
  for (const { target, gap } of exits) moveExit(draft, target, gap);
  const given = mode === 'adjust' ? giveCarry(draft, layout) : 0;
  remapOrders(draft);
  return {
    moved: exits.length + given,
    carry_lots: carryLots(draft.state),
    missing_lots: missingEntry(draft),
    displaced_lots: displaced,
  };
}

function openingOf(plan: GridPlan, layout: Layout, gap: number): Side | null {
  if (plan.direction !== 'neutral') return plan.direction === 'long' ? 'buy' : 'sell';
  if (gap === layout.open) return null;
  return gap < layout.line ? 'buy' : 'sell';
}

// True when the gap's inventory stays: its gap survives, or its part-filled order does.
function keepsPlace(
  draft: Draft,
  plan: GridPlan,
  layout: Layout,
  index: number,
  next: Gap[],
  exits: ExitMove[],
): boolean {
  if (draft.plan.lots_per_grid !== plan.lots_per_grid) return false;
  const gap = draft.gap(index);
  const low = survivor(draft, plan, index);
  if (low !== null && sideFits(plan, layout, gap, low)) {
    const opening = low === layout.open && isEntering(gap) ? null : gap.opening;
    next[low] = { ...gap, opening, buy_hold: null, sell_hold: null };
    return true;
  }
  const order = draft.state.orders.find(
    (live) => live.gap === index && live.role === 'line' && live.status !== 'cancelling',
  );
  if (order === undefined || order.ticks === null || gap.opening === null) return false;
  const line = plan.lines.indexOf(order.ticks);
  const target = order.side === 'buy' ? line : line - 1;
  if (line < 0 || gap[order.side].lots === 0 || gap.size !== plan.lots_per_grid) return false;
  const free = next[target];
  if (free === undefined || gapTaken(free, target, exits) || target === layout.open) return false;
  if (!sideFits(plan, layout, gap, target)) return false;
  if (isEntering(gap)) next[target] = { ...gap, buy_hold: null, sell_hold: null };
  else exits.push({ target, gap });
  return true;
}

// Index of the gap in `plan` with the same two lines and size, else null.
function survivor(draft: Draft, plan: GridPlan, index: number): number | null {
  if (draft.plan.lots_per_grid !== plan.lots_per_grid) return null;
  const low = plan.lines.indexOf(draft.line(index));
  return low >= 0 && plan.lines[low + 1] === draft.line(index + 1) ? low : null;
}

function gapTaken(gap: Gap, index: number, exits: readonly ExitMove[]): boolean {
  return gap.buy.lots > 0 || gap.sell.lots > 0 || exits.some((move) => move.target === index);
}

function isEntering(gap: Gap): boolean {
  return gap.opening === null || gap[gap.opening].lots < gap.size;
}

// Below the empty line a gap waits to buy, above it to sell; a long or short gap may wait
// anywhere.
function sideFits(plan: GridPlan, layout: Layout, gap: Gap, target: number): boolean {
  if (target === layout.open) return true;
  if (gap.opening === null) return false;
  if (isEntering(gap) && plan.direction !== 'neutral') return true;
  const waitsToBuy = isEntering(gap) === (gap.opening === 'buy');
  return waitsToBuy === target < layout.line;
}

// The parcel enters its new gap virtually, what its kept order sold (bought) already goes with it.
function moveExit(draft: Draft, target: number, gap: Gap): void {
  assert(gap.opening !== null, 'an exit has an entry side');
  const exit = gap.opening === 'buy' ? 'sell' : 'buy';
  draft.setGap(target, { ...gap, [gap.opening]: EMPTY_LEG, buy_hold: null, sell_hold: null });
  const since = gap.since;
  giveToGap(draft, target, gap.opening, gap[gap.opening]);
  draft.setGap(target, { since });
  assert(draft.gap(target)[exit].lots === gap[exit].lots, 'the executed exit stays');
}

// Carry is cut into parcels of the grid's size and given to free gaps, nearest the price first.
function giveCarry(draft: Draft, layout: Layout): number {
  const { plan } = draft;
  const size = plan.lots_per_grid;
  const total = carryLots(draft.state);
  const side: Side = total > 0 ? 'buy' : 'sell';
  if (plan.direction === 'long' && side === 'sell') return 0;
  if (plan.direction === 'short' && side === 'buy') return 0;
  const free = freeGaps(draft, layout, side);
  const count = Math.min(Math.floor(Math.abs(total) / size), free.length);
  for (const index of free.slice(0, count)) {
    const { leg, since } = takeCarry(draft, size);
    draft.setGap(index, { opening: side });
    giveToGap(draft, index, side, leg);
    draft.setGap(index, { since });
  }
  return count;
}

function freeGaps(draft: Draft, layout: Layout, side: Side): number[] {
  const free: number[] = [];
  draft.state.gaps.forEach((gap, i) => {
    if (i === layout.open || gap.buy.lots > 0 || gap.sell.lots > 0) return;
    if (side === 'buy' ? i >= layout.line : i < layout.line) free.push(i);
  });
  return side === 'buy' ? free : free.reverse();
}

/** Takes `lots` (> 0) out of the carry, oldest first; all carry has one sign. */
export function takeCarry(draft: Draft, lots: number): { leg: Leg; since: number } {
  let leg: Leg = EMPTY_LEG;
  const carry: Parcel[] = [];
  const since = draft.state.carry[0]?.since ?? 0;
  for (const parcel of draft.state.carry) {
    const size = Math.abs(parcel.lots);
    const taken = Math.min(size, lots - leg.lots);
    if (taken === 0) {
      carry.push(parcel);
      continue;
    }
    const { part, rest } = splitLeg({ lots: size, quote: parcel.quote, fee: parcel.fee }, taken);
    leg = { lots: leg.lots + part.lots, quote: leg.quote + part.quote, fee: leg.fee + part.fee };
    const left = parcel.lots > 0 ? rest.lots : -rest.lots;
    if (left !== 0) carry.push({ ...rest, lots: left, since: parcel.since });
  }
  draft.setCarry(carry);
  return { leg, since };
}

// Orders whose line, side and size the new gaps still want stay; the others are cancelled.
function remapOrders(draft: Draft): void {
  for (const order of draft.state.orders) {
    if (order.role !== 'line') continue;
    const gap = gapOnLine(draft, order);
    const lots = gap === null ? 0 : wantedLots(draft.gap(gap), order.side);
    draft.setOrder({ ...order, gap });
    if (lots !== remaining(order)) draft.cancel({ ...order, gap });
  }
  draft.setEnded(
    draft.state.ended.map((order) =>
      order.role === 'line' ? { ...order, gap: gapOnLine(draft, order) } : order,
    ),
  );
}

function gapOnLine(draft: Draft, order: LiveOrder): number | null {
  const line = order.ticks === null ? -1 : draft.plan.lines.indexOf(order.ticks);
  const gap = order.side === 'buy' ? line : line - 1;
  return line >= 0 && gap >= 0 && gap < draft.state.gaps.length ? gap : null;
}

/** The line on which no gap waits to buy or to sell; the first such, null when there is none. */
export function emptyLine(plan: GridPlan, gaps: readonly Gap[]): number | null {
  for (let line = 0; line < plan.lines.length; line++) {
    const above = gaps[line];
    const below = gaps[line - 1];
    const buys = above !== undefined && wantedLots(above, 'buy') > 0;
    const sells = below !== undefined && wantedLots(below, 'sell') > 0;
    if (!buys && !sells) return line;
  }
  return null;
}

/**
 * Turns a gap whose missing part the venue would not take: it rests its counter order for what it
 * holds, or, when that is too small as well, leaves it as carry (dust).
 */
export function turnGap(draft: Draft, index: number): void {
  const entering = isEntering(draft.gap(index));
  const full = draft.plan.lots_per_grid;
  settleMatched(draft, index, 'cycle');
  const gap = draft.gap(index);
  const held = gapLots(gap);
  if (held === 0) return draft.setGap(index, flatGap(gap.opening, full));
  const opening: Side = held > 0 ? 'buy' : 'sell';
  const exit: Side = held > 0 ? 'sell' : 'buy';
  const missing = full - Math.abs(held);
  if (!entering && draft.placeable(draft.line(lineOf(index, opening)), missing)) {
    return draft.setGap(index, { opening, size: full });
  }
  if (draft.placeable(draft.line(lineOf(index, exit)), Math.abs(held))) {
    return draft.setGap(index, { opening, size: Math.abs(held) });
  }
  const dust = takeInventory(draft, index);
  if (dust !== null) addParcel(draft, dust);
}
