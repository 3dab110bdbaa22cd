/**
 * Books executions, whatever told of them: stream, poll, restart, twice or out of order.
 * Invariants: a trade id is booked once; a fill whose order this store never made is reported and
 * never booked.
 */
import { assert } from '../contract/assert.ts';
import { parseMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, ticksOf } from '../contract/market.ts';
import type { Venue, VenueFill } from '../exchange/port.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { ClientIds } from './client-id.ts';
import type { GridDoor } from './grid-door.ts';

export interface FillParts {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly ids: ClientIds;
  readonly log: Logger;
  readonly grid: GridDoor;
  /** Stores something that may be stored again later. */
  readonly keep: (write: () => void) => void;
  /** Stores what nothing may go on without. */
  readonly store: (write: () => void) => Promise<void>;
}

/** Venue time of the last trade of the last listing that was booked to its end. */
const FILLS_SINCE = 'fills_since_ms';
/** Trades may be listed late and out of order: so much is asked for again each time. */
const OVERLAP_MS = 60_000;
/** Foreign trades that were told of, so that each is told once. */
const TOLD_KEPT = 1000;

export class FillBooking {
  readonly #parts: FillParts;
  readonly #told = new Set<string>();
  #booked = 0;

  constructor(parts: FillParts) {
    this.#parts = parts;
  }

  /** Fills booked by this process: whether one came between two looks. */
  get booked(): number {
    return this.#booked;
  }

  /** Venue time from which a listing shows everything not booked yet, ms. */
  get since(): number {
    const since = Number(this.#parts.books.meta(FILLS_SINCE) ?? 0);
    const overlap = Math.max(OVERLAP_MS, 2 * this.#parts.venue.capabilities.listing_lag_ms);
    return Math.max(0, since - overlap);
  }

  /** Books a fill once. Inside a task only. */
  async book(fill: VenueFill): Promise<void> {
    const { books, market, log, grid } = this.#parts;
    if (books.hasFill(fill.trade_id)) return;
    const id = books.orderIdOf(fill.client_id);
    if (id === null) return this.#report(fill);
    const ticks = ticksOf(market, fill.price);
    const lots = lotsOf(market, fill.size);
    const fee = parseMoney(fill.fee);
    assert(ticks !== null && lots !== null && fee !== null, `unreadable fill ${fill.trade_id}`);
    const { trade_id, side, at_ms } = fill;
    await grid.apply({ type: 'fill', trade_id, id, side, ticks, lots, fee, at_ms });
    this.#booked += 1;
    const { price, size } = fill;
    log.info({ trade_id, side, price, size, fee: fill.fee }, 'filled');
  }

  /** Books what the venue executed since this was asked last; may throw a `VenueFault`. */
  async bookNew(): Promise<void> {
    const { books, venue, keep, store } = this.#parts;
    if (books.meta(FILLS_SINCE) === null && !venue.capabilities.lockstep) {
      // What the account did before these books began is not asked for.
      const began = String(await venue.serverTime());
      await store(() => books.setMeta(FILLS_SINCE, began));
    }
    const fills = await venue.fillsSince(this.since);
    for (const fill of fills) await this.book(fill);
    const last = fills.reduce((latest, { at_ms }) => Math.max(latest, at_ms), 0);
    // Only up to here is everything booked: a stream may have told of a later trade first.
    if (last <= Number(books.meta(FILLS_SINCE) ?? 0)) return;
    keep(() => books.setMeta(FILLS_SINCE, String(last)));
  }

  /** The user took the venue's position for true: what was reported is settled by that. */
  settled(): void {
    this.#parts.grid.setDegraded('strange_fill', null);
  }

  #report(fill: VenueFill): void {
    const { ids, log, grid } = this.#parts;
    if (this.#told.has(fill.trade_id)) return;
    if (this.#told.size >= TOLD_KEPT) this.#told.clear();
    this.#told.add(fill.trade_id);
    log.warn({ fill }, 'a fill of an order that is not in our store was left alone');
    if (!ids.isOurs(fill.client_id)) return;
    const text =
      `Trade ${fill.trade_id} belongs to order ${fill.client_id}, which bears our mark but is ` +
      'not in our store: it is not booked.';
    grid.setDegraded('strange_fill', text);
  }
}
