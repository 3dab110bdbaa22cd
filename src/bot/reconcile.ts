/**
 * Brings store and venue to one truth: at every start (which is the same thing as recovery) and
 * every `interval` seconds. Books missed fills, settles orders whose fate is not known, cancels
 * our strays, compares the position. It cancels nothing that is not in our store.
 */
import { assert } from '../contract/assert.ts';
import type { Market } from '../contract/market.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import { lotsOf, nearestTicks, sizeText } from '../contract/market.ts';
import { figures, liveOrders } from '../engine/index.ts';
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
  const { runner, venue } = parts;
  await runner.bookNewFills();
  // What those fills caused is sent first: an order on its way would look like one the venue lost.
  await runner.settle();
  const open = new Map<string, VenueOrder>();
  for (const order of await venue.openOrders()) open.set(order.client_id, order);
  await settleOurs(parts, open);
  await cancelStrays(parts, open);
  await comparePosition(parts);
  if (!runner.degraded.some((reason) => reason.startsWith(DIFFERS))) await compareMoney(parts);
}

/** Every order the engine believes alive: the venue says whether it is. */
async function settleOurs(
  { runner, venue, tag, now }: ReconcileParts,
  open: ReadonlyMap<string, VenueOrder>,
): Promise<void> {
  for (const ours of [...liveOrders(runner.state)]) {
    const { id, status } = ours;
    const name = clientId(tag, id);
    const resting = open.has(name);
    if (resting && status === 'sent') await runner.apply({ type: 'accepted', id, at_ms: now() });
    // A cancel that was stored but perhaps never sent.
    if (resting && status === 'cancelling') await runner.cancel(id);
    if (resting) continue;
    const order = await venue.orderByClientId(name);
    if (order?.status === 'filled') await runner.bookNewFills();
    // Stored, never sent: the intent still stands, also that of a start order.
    else if (order === null && status === 'sent') await runner.resend(ours);
    else await runner.orderGone(name);
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

const DIFFERS = 'The position differs';
const PAUSED_BY = 'paused_by';

/** One lot of difference is tolerated; more pauses the grid until the two agree. */
async function comparePosition(parts: ReconcileParts): Promise<void> {
  const { runner, venue, books, market, now } = parts;
  const theirs = lotsOf(market, (await venue.position()).size);
  assert(theirs !== null, 'the venue reports a position that is not whole lots');
  const ours = runner.figures().position_lots;
  if (Math.abs(theirs - ours) <= 1) {
    runner.setDegraded('position', null);
    // Only what was paused here goes on by itself; a pause of the user's stays.
    if (books.meta(PAUSED_BY) === 'position' && runner.gridState === 'paused') {
      await runner.apply({ type: 'resume', at_ms: now() }, { meta: { [PAUSED_BY]: '' } });
    }
    return;
  }
  const difference = `venue ${sizeText(market, theirs)}, books ${sizeText(market, ours)}`;
  runner.setDegraded('position', `${DIFFERS}: ${difference}. The grid is paused.`);
  if (runner.gridState !== 'running') return;
  await runner.apply({ type: 'pause', at_ms: now() }, { meta: { [PAUSED_BY]: 'position' } });
}

/** Least difference between two sums of money that is a breach, in quote currency. */
const BREACH = parseMoney('0.00000001') ?? 0n;
const ACCOUNT_BASE = 'account_base';

/**
 * The venue's own account against the books' total at the venue's price: what the account holds
 * besides this grid never changes. Only an embedded venue is ours alone; there a breach is our bug.
 */
async function compareMoney(parts: ReconcileParts): Promise<void> {
  const { runner, venue, books, market } = parts;
  if (!venue.capabilities.lockstep) return;
  const equity = parseMoney((await venue.balance()).equity);
  const mark = nearestTicks(market, (await venue.price()).mark);
  assert(equity !== null && mark !== null, 'the venue reports a balance and a price');
  const base = equity - figures(market, runner.state, mark).total;
  const stored = books.meta(ACCOUNT_BASE);
  if (stored === null) runner.keep(() => books.setMeta(ACCOUNT_BASE, formatMoney(base)));
  const gap = base - (stored === null ? base : (parseMoney(stored) ?? base));
  assert(gap < BREACH && gap > -BREACH, `venue and books differ by ${formatMoney(gap)}`);
}
