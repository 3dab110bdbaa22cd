/**
 * The risk fences: what trips the grid, how far from the mark an order may rest, how large it may
 * be. A tripped grid places nothing until the user resumes it; its position is left alone.
 */
import { formatMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional, sizeText } from '../contract/market.ts';
import { say, textOf } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import type { Draft } from './draft.ts';
import type { GridState } from './state.ts';
import type { GridPlan } from './types.ts';

/** Trips the grid with a stable reason and a sentence for the user; the first reason stays. */
export function trip(draft: Draft, reason: string, told: Telling): void {
  if (draft.state.tripped !== null) return;
  const text = textOf(told);
  draft.set({ tripped: { reason, text } });
  draft.note('tripped', text);
}

/** Trips a grid that has met `max_loss`, or whose position grew beyond `max_position`. */
export function watchFences(draft: Draft, before: GridState): void {
  const { phase, tripped, loss_base: base } = draft.state;
  if (tripped !== null || (phase !== 'running' && phase !== 'waiting')) return;
  const { max_position_lots: most, fences } = draft.plan;
  const held = Math.abs(draft.books.position_lots);
  if (most !== null && held > most && held > Math.abs(before.books.position_lots)) {
    const position = sizeText(draft.market, draft.books.position_lots);
    const limit = sizeText(draft.market, most);
    return trip(draft, 'max_position', say('position_beyond', { position, limit }));
  }
  const total = fences.max_loss === null ? null : totalAtMark(draft);
  if (fences.max_loss === null || total === null || base - total < fences.max_loss) return;
  const limit = formatMoney(fences.max_loss);
  const figures = { total: formatMoney(total), limit, base: formatMoney(base) };
  trip(draft, 'max_loss', say('loss_met', figures));
}

/** Lifts a trip; the loss that tripped the grid is taken as the new base. */
export function clearTrip(draft: Draft): void {
  if (draft.state.tripped?.reason === 'max_loss') rebaseLoss(draft);
  draft.set({ tripped: null });
}

/** Lets `max_loss` count from the present total. */
export function rebaseLoss(draft: Draft): void {
  draft.set({ loss_base: totalAtMark(draft) ?? draft.state.loss_base });
}

function totalAtMark(draft: Draft): bigint | null {
  const { mark } = draft.state;
  return mark === null ? null : draft.books.cash + draft.notional(mark, draft.books.position_lots);
}

const MILLION = 1_000_000;
/** A line that was taken back returns when it is this much nearer than the collar. */
const COLLAR_RETURN = 0.9;

/** True when an order at `ticks` would rest farther from the mark than the collar allows. */
export function beyondCollar(plan: GridPlan, mark: number | null, ticks: number): boolean {
  return isFarther(plan, mark, ticks, 1);
}

/** The same with the margin that a price trembling at the collar does not overcome. */
export function nearCollar(plan: GridPlan, mark: number | null, ticks: number): boolean {
  return isFarther(plan, mark, ticks, COLLAR_RETURN);
}

function isFarther(plan: GridPlan, mark: number | null, ticks: number, part: number): boolean {
  const { price_collar: collar } = plan.fences;
  if (collar === null || mark === null) return false;
  return Math.abs(ticks - mark) * MILLION > collar * mark * part;
}

/** Largest ticks x lots that one order may have; Infinity without `max_order_notional`. */
export function largestOrder(market: Market, plan: GridPlan): number {
  const { max_order_notional: most } = plan.fences;
  return most === null ? Infinity : Number(most / market.quantum);
}

/**
 * Lots of the next order when `lots` are to be traded at market: at most `max_order_notional`,
 * never so that the rest would be too small for the venue.
 */
export function marketPiece(draft: Draft, lots: number): number {
  const { max_order_notional: most } = draft.plan.fences;
  const { ticks } = draft.state;
  if (most === null || ticks === null || draft.notional(ticks, lots) <= most) return lots;
  const least = leastLots(draft.market, ticks);
  const piece = Math.max(least, Number(most / draft.notional(ticks, 1)));
  if (lots - piece >= least) return piece;
  // The rest would be dust: a smaller piece now, or where that is dust as well all at once.
  return lots - least >= least ? lots - least : lots;
}

function leastLots(market: Market, ticks: number): number {
  const perLot = notional(market, ticks, 1);
  return Math.max(market.min_lots, Number((market.min_notional + perLot - 1n) / perLot));
}
