/**
 * In which parts a resting order executes when the venue splits executions: a draw of seed and
 * order id, so that a restart in the middle goes on with the same parts. Pure.
 */
import type { BookOrder } from './order-book.ts';
import { hash32 } from './seeded-hash.ts';

/** `none`: an order executes whole; `split`: in one to three parts, each in a move of its own. */
export type PartialFill = 'none' | 'split';

const MOST_PARTS = 3;

/** Lots of the next part of an order that rests. */
export function nextPart(
  rule: PartialFill,
  seed: number,
  order: Pick<BookOrder, 'id' | 'lots' | 'filled'>,
): number {
  const { id, lots, filled } = order;
  const parts = rule === 'none' ? 1 : 1 + (hash32(seed, id, 1) % MOST_PARTS);
  let end = lots;
  for (let part = 1; part < parts && lots > 1; part += 1) {
    const cut = 1 + (hash32(seed, id, 1 + part) % (lots - 1));
    if (cut > filled) end = Math.min(end, cut);
  }
  return end - filled;
}
