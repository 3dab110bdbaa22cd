/**
 * What Backpack lists of an account: orders that rest, past orders, fills, funding. The history of
 * orders knows neither when an order ended nor which client id it is asked for; so those that ended
 * lately are told by their fills and by what this process saw of them, and a client id is looked
 * for page by page, each page once.
 */
import type { VenueFill, VenueFunding, VenueOrder } from '../port.ts';
import type { Answer } from '../wire/json.ts';
import type { OrderMemory } from './order-memory.ts';
import { fillOf, fundingOf, orderOf } from './parse.ts';
import type { Assets, OrderRow } from './parse.ts';
import type { Params } from './sign.ts';
import type { SignedRest } from './signed-rest.ts';

/** How far back past orders are looked at. */
export const HISTORY_MS = 7 * 24 * 3_600_000;
/** Rows of a page, the most that the venue gives. */
const PAGE = 1000;
/** Rows may be listed late and out of order: so much is looked at again each time. */
const OVERLAP_MS = 60_000;

const ORDERS = '/api/v1/orders';
const HISTORY = '/wapi/v1/history';

export interface ListingParts {
  readonly symbol: string;
  readonly assets: Assets;
  readonly rest: SignedRest;
  readonly memory: OrderMemory;
}

export class Listings {
  readonly #parts: ListingParts;
  /** Orders made until then are in the memory, ms; null: none was looked for. */
  #scannedTo: number | null = null;

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  /** Everything that rests or waits, oldest first. */
  async openOrders(): Promise<readonly VenueOrder[]> {
    const { symbol, rest } = this.#parts;
    const rows = await rest.ask({
      ...{ method: 'GET', path: ORDERS, instruction: 'orderQueryAll', purpose: 'question' },
      params: { symbol },
    });
    return rows.items().map((row) => this.#order(orderOf(row))).sort(byAge);
  }

  /** Orders made, executed or ended since a moment, oldest first. */
  async orderHistory(sinceMs: number): Promise<readonly VenueOrder[]> {
    const { memory, rest } = this.#parts;
    await rest.ready();
    const since = Math.max(sinceMs, rest.public.time.now() - HISTORY_MS);
    const [open, rows, fills] = await Promise.all([
      this.openOrders(),
      this.#pastSince(since),
      this.#fillRows(since),
    ]);
    const touched = new Set([
      ...fills.map(({ venue_order_id }) => venue_order_id),
      ...memory.endedSince(since),
    ]);
    const found = new Map(open.map((order) => [order.venue_order_id, order]));
    // An order that has ended does not rest, whatever an older listing says.
    for (const row of rows) {
      if (row.status !== 'open' || !found.has(row.venue_order_id)) {
        found.set(row.venue_order_id, row);
      }
    }
    for (const id of touched) {
      const order = found.has(id) ? null : await this.#pastById(id);
      if (order !== null) found.set(id, order);
    }
    const wanted = [...found.values()].filter(
      ({ at_ms, venue_order_id }) => at_ms >= since || touched.has(venue_order_id),
    );
    return wanted.sort(byAge);
  }

  /** The order with a client id, resting or past; null when it is not found. */
  async orderByClientId(clientId: string): Promise<VenueOrder | null> {
    const { symbol, rest, memory } = this.#parts;
    const resting = await rest.find({
      ...{ method: 'GET', path: '/api/v1/order', instruction: 'orderQuery', purpose: 'question' },
      params: { symbol, clientId: Number(clientId) },
    });
    if (resting !== null) return this.#order(orderOf(resting));
    const known = memory.idOf(clientId);
    if (known !== null) return this.#pastById(known);
    await this.#scan();
    const id = memory.idOf(clientId);
    return id === null ? null : this.#pastById(id);
  }

  /** Fills since a moment, itself included, oldest first. */
  async fillsSince(sinceMs: number): Promise<readonly VenueFill[]> {
    const fills = await this.#fillRows(sinceMs);
    const named: VenueFill[] = [];
    for (const fill of fills) named.push(await this.#named(fill));
    return named;
  }

  /** Funding of the stamps from a moment on, oldest first. */
  async fundingSince(sinceMs: number): Promise<readonly VenueFunding[]> {
    const rows = await this.#pages('funding', {}, (row) => fundingOf(row), 'Desc', sinceMs);
    const wanted = rows.filter(({ at_ms }) => at_ms >= sinceMs);
    const once = new Map(wanted.map((each) => [each.funding_id, each]));
    return [...once.values()].sort((a, b) => a.at_ms - b.at_ms);
  }

  #order(row: OrderRow): VenueOrder {
    return this.#parts.memory.complete(row, 'dated');
  }

  /** Orders of the pages of the history that reach back to a moment, newest first. */
  #pastSince(sinceMs: number): Promise<VenueOrder[]> {
    return this.#pages('orders', {}, (row) => this.#order(orderOf(row)), 'Desc', sinceMs);
  }

  async #pastById(orderId: string): Promise<VenueOrder | null> {
    const rows = await this.#page('orders', { orderId });
    const orders = rows.items().map((row) => this.#order(orderOf(row)));
    return orders.find(({ venue_order_id }) => venue_order_id === orderId) ?? null;
  }

  /** Brings every order of the history into the memory, each page once. */
  async #scan(): Promise<void> {
    const { time } = this.#parts.rest.public;
    const now = time.now();
    const from = Math.max(now - HISTORY_MS, (this.#scannedTo ?? 0) - OVERLAP_MS);
    await this.#pastSince(from);
    this.#scannedTo = now;
  }

  async #fillRows(sinceMs: number): Promise<VenueFill[]> {
    const { assets } = this.#parts;
    // Whether the venue counts the first moment in is not documented.
    const from = Math.max(0, Math.floor(sinceMs) - 1);
    const read = (row: Answer) => fillOf(row, assets);
    const rows = await this.#pages('fills', { from }, read, 'Asc', null);
    const wanted = rows.filter(({ at_ms }) => at_ms >= sinceMs);
    const once = new Map(wanted.map((fill) => [fill.trade_id, fill]));
    return [...once.values()].sort(
      (a, b) => a.at_ms - b.at_ms || byNumber(a.trade_id, b.trade_id),
    );
  }

  /** A fill without a client id is given that of its order, where it has one. */
  async #named(fill: VenueFill): Promise<VenueFill> {
    if (fill.client_id !== '') return fill;
    const { memory } = this.#parts;
    const { venue_order_id: id } = fill;
    const client_id = memory.clientIdOf(id) ?? (await this.#pastById(id))?.client_id ?? '';
    return { ...fill, client_id };
  }

  /**
   * Every row of a listing; with `untilMs` newest first, and no page older than that. Rows that
   * come while it is read move the others to later pages: some are met twice, none is missed.
   */
  async #pages<T extends { readonly at_ms: number }>(
    kind: 'orders' | 'fills' | 'funding',
    params: Params,
    read: (row: Answer) => T,
    sortDirection: 'Asc' | 'Desc',
    untilMs: number | null,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const rows = await this.#page(kind, { ...params, limit: PAGE, offset, sortDirection });
      const page = rows.items().map(read);
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return found;
      if (untilMs !== null && last.at_ms < untilMs) return found;
    }
  }

  #page(kind: 'orders' | 'fills' | 'funding', params: Params): Promise<Answer> {
    const { symbol, rest } = this.#parts;
    const instructions = {
      orders: 'orderHistoryQueryAll',
      fills: 'fillHistoryQueryAll',
      funding: 'fundingHistoryQueryAll',
    };
    return rest.ask({
      ...{ method: 'GET', path: `${HISTORY}/${kind}`, instruction: instructions[kind] },
      ...{ purpose: 'question', params: { ...params, symbol } },
    });
  }
}

function byAge(a: VenueOrder, b: VenueOrder): number {
  return a.at_ms - b.at_ms || byNumber(a.venue_order_id, b.venue_order_id);
}

/** Ids are numbers of any length, mostly. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
