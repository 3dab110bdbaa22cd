/**
 * The first start on books that were put back from a backup: the bot traded on after it, so every
 * order of ours that the venue shows and the books lack is taken over. Invariants: what of them
 * rests is cancelled before a line gets an order; what was executed of them is booked by the usual
 * way, once, as carry; none of their numbers comes again. Cut off, it begins anew.
 */
import { VenueFault } from '../exchange/port.ts';
import type { Venue, VenueFill, VenueOrder } from '../exchange/port.ts';
import { isoTime } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books, RestoredMark, TakenOver } from '../store/index.ts';
import { clientIds } from './client-id.ts';
import type { ClientIds } from './client-id.ts';
import { askPatiently } from './patience.ts';
import type { PatienceParts } from './patience.ts';

export interface RestoredParts {
  readonly venue: Venue;
  readonly books: Books;
  readonly log: Logger;
  /** Our mark in client ids. */
  readonly tag: string;
}

/** How far the clock that dated the books may be from the venue's. */
const SKEW_MS = 600_000;
/** Numbers after the last known one that are ours: half of all that there are before they recur. */
const WINDOW = 2 ** 21;
/** Numbers left out after the last one seen: not every venue lists what ended unexecuted. */
const LEAP = 2 ** 16;

/** Takes over what restored books lack; answers what the user should know, if anything. */
export async function takeOverRestored(
  parts: RestoredParts,
  patience: PatienceParts,
): Promise<readonly string[]> {
  const { books, venue, log } = parts;
  const mark = books.restored();
  if (mark === null) return [];
  const cancelled = new Set<string>();
  await askPatiently(patience, async () => {
    const resting = await takeOverShown(parts, mark, patience);
    if (resting.length === 0) return;
    for (const name of resting) cancelled.add(name);
    await cancelAll(venue, resting);
    const text = `${resting.length} orders of ours from after the backup may still rest`;
    throw new VenueFault('unreachable', text, venue.capabilities.listing_lag_ms);
  });
  const last = books.lastOrder();
  books.reserveIds(Math.max(books.reservedIds, mark.reserved, last) + LEAP);
  books.clearRestored();
  const known = isoTime(mark.since_ms);
  const text =
    `These books were restored and knew nothing after ${known}: of our orders since then ` +
    `${cancelled.size} rested and were cancelled; what was executed of them is carry.`;
  log.warn({ cancelled: [...cancelled], known }, text);
  return [text];
}

/** One look: stores what the books lack; answers the client ids of it that rest. */
async function takeOverShown(
  { venue, books, tag }: RestoredParts,
  mark: RestoredMark,
  patience: PatienceParts,
): Promise<readonly string[]> {
  const ids = clientIds(venue.capabilities.client_id.form, tag);
  const since = Math.max(0, mark.since_ms - SKEW_MS);
  // Each for itself: on a small share the first would use up what the others wait for. What rests
  // comes first: what ends meanwhile is in the listings after it.
  const open = await askPatiently(patience, () => venue.openOrders());
  const history = await askPatiently(patience, () => venue.orderHistory(since));
  const fills = await askPatiently(patience, () => venue.fillsSince(since));
  const found = new Map<string, TakenOver>();
  for (const row of [...history, ...open, ...ordersOf(fills)]) {
    const { client_id: name, at_ms } = row;
    const id = numberOf(ids, name, mark);
    if (id === null || found.has(name) || books.orderIdOf(name) !== null) continue;
    const { side, price, size } = row;
    found.set(name, { id, client_id: name, side, price, size, at_ms });
  }
  books.takeOver([...found.values()]);
  const isNew = (id: number | null) => id !== null && id > mark.last_order;
  return open.map((order) => order.client_id).filter((name) => isNew(books.orderIdOf(name)));
}

/** What fills alone tell of their orders. */
function ordersOf(fills: readonly VenueFill[]): Omit<VenueOrder, 'filled' | 'status'>[] {
  return fills.map((fill) => ({ ...fill, reduce_only: false }));
}

/** PURE. Number of an order of ours that was sent after the mark; null: it is none. */
export function numberOf(
  ids: ClientIds,
  clientId: string,
  { last_order: last }: Pick<RestoredMark, 'last_order'>,
): number | null {
  const sequence = ids.sequenceOf(clientId);
  if (sequence === null) return null;
  // Where numbers come again it is the next after the last one with this client id.
  const { span } = ids;
  const ahead = span === null ? sequence - last : (((sequence - last) % span) + span) % span;
  return ahead > 0 && ahead <= WINDOW ? last + ahead : null;
}

async function cancelAll(venue: Venue, names: readonly string[]): Promise<void> {
  const most = Math.max(1, venue.capabilities.batch.cancel);
  for (let from = 0; from < names.length; from += most) {
    const outcomes = await venue.cancelBatch(names.slice(from, from + most));
    // Whether they are gone shows the next look; a silent venue is not asked for all of them.
    if (outcomes.every(({ status }) => status === 'unknown')) return;
  }
}
