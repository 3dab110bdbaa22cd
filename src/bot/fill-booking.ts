/**
 * Books executions, whatever told of them: stream, poll, restart, twice or out of order.
 * Invariants: a trade id is booked once; a fill whose order this store never made, that cannot be
 * read or that does not fit its order is reported and never booked.
 */
import type { Market } from '../contract/market.ts';
import { sizeText } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import { liveOrders } from '../engine/index.ts';
import type { EngineEvent, LiveOrder } from '../engine/index.ts';
import type { Venue, VenueFill } from '../exchange/port.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books } from '../store/index.ts';
import type { ClientIds } from './client-id.ts';
import type { GridDoor } from './grid-door.ts';
import { fillNumbers } from './venue-numbers.ts';

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

/** Fills of one listing as events of the engine. */
interface Batch {
  readonly byTrade: Map<string, Extract<EngineEvent, { type: 'fill' }>>;
  /** Lots of each order that these fills execute. */
  readonly byOrder: Map<number, number>;
}

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
    const stored = Number(this.#parts.books.meta(FILLS_SINCE) ?? 0);
    const since = Math.min(stored, this.#latest() ?? stored);
    const overlap = Math.max(OVERLAP_MS, 2 * this.#parts.venue.capabilities.listing_lag_ms);
    return Math.max(0, since - overlap);
  }

  /** Books fills, each once and in a turn of its own, all in one commit. Inside a task only. */
  async book(fills: readonly VenueFill[]): Promise<void> {
    const batch: Batch = { byTrade: new Map(), byOrder: new Map() };
    for (const fill of fills) this.#collect(fill, batch);
    if (batch.byTrade.size === 0) return;
    await this.#parts.grid.applyAll([...batch.byTrade.values()]);
    for (const { trade_id, side, price, size, fee } of fills) {
      if (!batch.byTrade.delete(trade_id)) continue;
      this.#booked += 1;
      this.#parts.log.info({ trade_id, side, price, size, fee }, 'filled');
    }
  }

  #collect(fill: VenueFill, batch: Batch): void {
    const { books, market, grid } = this.#parts;
    const { trade_id, side } = fill;
    if (books.hasFill(fill.trade_id)) return;
    if (batch.byTrade.has(trade_id)) return;
    const id = books.orderIdOf(fill.client_id);
    if (id === null) return this.#report(fill);
    const numbers = fillNumbers(market, fill);
    if (numbers === null) return this.#report(fill, 'has figures that cannot be read');
    const { ticks, lots, fee, whole } = numbers;
    const executed = (batch.byOrder.get(id) ?? 0) + lots;
    if (!this.#fits(id, side, executed)) return this.#report(fill, 'does not fit its order');
    if (!whole) this.#tellPart(fill, sizeText(market, lots));
    const at_ms = Number.isFinite(fill.at_ms) ? Math.round(fill.at_ms) : grid.venueNow();
    batch.byOrder.set(id, executed);
    batch.byTrade.set(trade_id, { type: 'fill', trade_id, id, side, ticks, lots, fee, at_ms });
  }

  /** Whether an order that the engine knows can have executed so much more. */
  #fits(id: number, side: Side, lots: number): boolean {
    const { state } = this.#parts.grid;
    const known = (order: LiveOrder): boolean => order.id === id;
    const order = liveOrders(state).find(known) ?? state.ended.find(known);
    return order === undefined || (order.side === side && order.filled + lots <= order.lots);
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
    await this.book(fills);
    const latest = this.#latest();
    // While the venue's time is not known nothing says that its dates are right.
    if (latest === null) return;
    const known = Number(books.meta(FILLS_SINCE) ?? 0);
    let last = known;
    // A date that is no number is never above another.
    for (const { at_ms } of fills) if (at_ms > last) last = Math.floor(at_ms);
    // Only up to here is everything booked: a stream may have told of a later trade first.
    const reached = Math.min(last, latest);
    if (reached !== known) keep(() => books.setMeta(FILLS_SINCE, String(reached)));
  }

  /**
   * Latest time that a trade of a listing can have by the venue's own clock, ms: what is dated
   * later would hide the trades until then. Null while that clock is not measured.
   */
  #latest(): number | null {
    const { venue, grid } = this.#parts;
    const { lockstep, listing_lag_ms } = venue.capabilities;
    if (lockstep) return Infinity;
    const now = grid.measuredNow();
    return now === null ? null : Math.floor(now - listing_lag_ms);
  }

  /** The user took the venue's position for true: what was reported is settled by that. */
  settled(): void {
    this.#parts.grid.setDegraded('strange_fill', null);
  }

  /** `wrong` with it; else its order is not in our store, and without our mark another's. */
  #report(fill: VenueFill, wrong?: string): void {
    const { ids, log, grid } = this.#parts;
    const ours = ids.isOurs(fill.client_id) ? 'bears our mark but is not in our store' : null;
    const what = wrong ?? ours;
    if (this.#told.has(fill.trade_id)) return;
    if (this.#told.size >= TOLD_KEPT) this.#told.clear();
    this.#told.add(fill.trade_id);
    const whose = what === null ? 'of an order that is not in our store' : `that ${what}`;
    log.warn({ fill }, `a fill ${whose} was left alone`);
    if (what === null) return;
    const text = `Trade ${fill.trade_id} of order ${fill.client_id} ${what}: it is not booked.`;
    grid.setDegraded('strange_fill', text);
  }

  #tellPart({ trade_id, size }: VenueFill, booked: string): void {
    const text = `Trade ${trade_id} has size ${size}, no whole lots: ${booked} is booked.`;
    this.#parts.log.warn(text);
    this.#parts.grid.setDegraded('strange_fill', text);
  }
}
