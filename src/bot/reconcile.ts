/**
 * Brings store and venue to one truth: at every start (which is the same thing as recovery) and
 * every `interval` seconds. Books missed fills, settles orders whose fate is not known, cancels
 * our strays, compares the position. It cancels nothing that is not in our store.
 */
import { assert } from '../contract/assert.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, sizeText } from '../contract/market.ts';
import { liveOrders } from '../engine/index.ts';
import type { Venue, VenueOrder } from '../exchange/port.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import { clientId, isOurs } from './client-id.ts';
import type { Runner } from './runner.ts';

export interface ReconcileParts {
  readonly runner: Runner;
  readonly venue: Venue;
  readonly books: Books;
  readonly market: Market;
  readonly tag: string;
  readonly log: Logger;
  readonly now: () => number;
}

/** Compares once. Inside a runner task only. */
export async function reconcile(parts: ReconcileParts): Promise<void> {
  const { runner, venue, books } = parts;
  for (const fill of await venue.fillsSince(books.lastTradeId())) await runner.bookFill(fill);
  // What those fills caused is sent first: an order on its way would look like one the venue lost.
  await runner.settle();
  const open = new Map<string, VenueOrder>();
  for (const order of await venue.openOrders()) open.set(order.client_id, order);
  await settleOurs(parts, open);
  await cancelStrays(parts, open);
  await comparePosition(parts);
}

/** Every order the engine believes alive: the venue says whether it is. */
async function settleOurs(
  { runner, venue, tag, now }: ReconcileParts,
  open: ReadonlyMap<string, VenueOrder>,
): Promise<void> {
  for (const { id, status } of [...liveOrders(runner.state)]) {
    const name = clientId(tag, id);
    const resting = open.has(name);
    if (resting && status === 'sent') await runner.apply({ type: 'accepted', id, at_ms: now() });
    // A cancel that was stored but perhaps never sent.
    if (resting && status === 'cancelling') await runner.cancel(id);
    if (resting) continue;
    const order = await venue.orderByClientId(name);
    if (order?.status === 'filled') {
      for (const fill of await venue.fillsSince(null)) await runner.bookFill(fill);
    } else await runner.orderGone(name);
  }
}

/** Orders of our store that the engine no longer wants are cancelled; unknown ones are reported. */
async function cancelStrays(
  { runner, venue, books, tag, log }: ReconcileParts,
  open: ReadonlyMap<string, VenueOrder>,
): Promise<void> {
  const wanted = new Set(liveOrders(runner.state).map(({ id }) => clientId(tag, id)));
  for (const name of open.keys()) {
    if (!isOurs(tag, name) || wanted.has(name)) continue;
    if (books.orderIdOf(name) === null) {
      log.warn({ client_id: name }, 'an order bears our mark but is not in our store: left alone');
      continue;
    }
    log.warn({ client_id: name }, 'cancelling an order of ours that the grid does not want');
    await venue.cancel(name);
  }
}

/** One lot of difference is tolerated; more pauses the grid until the two agree. */
async function comparePosition(parts: ReconcileParts): Promise<void> {
  const { runner, venue, market, now } = parts;
  const theirs = lotsOf(market, (await venue.position()).size);
  assert(theirs !== null, 'the venue reports a position that is not whole lots');
  const ours = runner.figures().position_lots;
  if (Math.abs(theirs - ours) <= 1) {
    runner.setDegraded('position', null);
    return;
  }
  const difference = `venue ${sizeText(market, theirs)}, books ${sizeText(market, ours)}`;
  runner.setDegraded('position', `The position differs: ${difference}. The grid is paused.`);
  if (runner.gridState === 'running') await runner.apply({ type: 'pause', at_ms: now() });
}
