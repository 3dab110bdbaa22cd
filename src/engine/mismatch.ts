/**
 * A position that the venue and our books disagree on (GRID 10). Until they agree, or the user
 * takes the venue's for true, nothing is placed and no resting order may increase the venue's.
 */
import { priceText, sizeText } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import type { Side } from '../contract/trading.ts';
import { bookAdjustment } from './book.ts';
import type { Draft } from './draft.ts';
import { remaining } from './state.ts';

/** Takes the result of a comparison; the user's own pause is not touched. */
export function comparePosition(draft: Draft, venueLots: number, agrees: boolean): void {
  const { mismatch } = draft.state;
  if (agrees) {
    if (mismatch === null) return;
    draft.set({ mismatch: null });
    const position = sizeText(draft.market, venueLots);
    return draft.note('position_agrees', say('both_hold', { position }));
  }
  draft.set({ mismatch: { venue_lots: venueLots } });
  if (mismatch?.venue_lots === venueLots) return;
  draft.note('position_differs', figuresOf(draft, venueLots));
}

/** Books the difference to the venue's position as carry at `ticks`, without a fee. */
export function acceptPosition(draft: Draft, venueLots: number, ticks: number): void {
  const lots = venueLots - draft.books.position_lots;
  const figures = figuresOf(draft, venueLots);
  const booked = say('difference_booked', { figures, price: priceText(draft.market, ticks) });
  draft.set({ mismatch: null });
  if (lots !== 0) draft.note('position_accepted', booked);
  bookAdjustment(draft, ticks, lots);
}

function figuresOf({ market, books }: Draft, venueLots: number): Said {
  const ours = books.position_lots;
  const difference = sizeText(market, venueLots - ours);
  const sizes = { venue: sizeText(market, venueLots), books: sizeText(market, ours) };
  return say('they_differ', { ...sizes, difference });
}

/** Cancels the resting orders that could increase the venue's position. */
export function cancelIncreasing(draft: Draft): void {
  const { mismatch } = draft.state;
  if (mismatch === null) return;
  cancelBeyond(draft, 'buy', Math.max(0, -mismatch.venue_lots));
  cancelBeyond(draft, 'sell', Math.max(0, mismatch.venue_lots));
}

// Those nearest the price stay that together do no more than close the venue's position.
function cancelBeyond(draft: Draft, side: Side, closable: number): void {
  const sign = side === 'buy' ? -1 : 1;
  const resting = draft.state.orders
    .filter((order) => order.role === 'line' && order.side === side && !order.reduce_only)
    .sort((a, b) => sign * ((a.ticks ?? 0) - (b.ticks ?? 0)));
  let left = closable;
  for (const order of resting) {
    left -= remaining(order);
    if (left < 0) draft.cancel(order);
  }
}
