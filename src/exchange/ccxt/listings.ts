/**
 * What a ccxt exchange lists of one market: orders, trades and payments, each to its end, with our
 * client ids. What is learned of ids on the way is kept.
 */
import { VenueFault } from '../port.ts';
import type { VenueFill, VenueFunding, VenueOrder } from '../port.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder, CcxtTrade, Listed } from './exchange.ts';
import { correctionsOf } from './corrections.ts';
import { firstSpan, listingInSpans } from './listing.ts';
import { answersOf } from './markets.ts';
import type { OrderIds } from './order-ids.ts';
import { decimalText, textOf, timeOf, venueFill, venueOrder } from './parse.ts';
import type { ReadId } from './parse.ts';

export interface ListingParts {
  readonly exchange: CcxtExchange;
  readonly ids: OrderIds;
  readonly read: ReadId;
  readonly now: () => number;
  readonly market: () => Promise<CcxtMarket>;
  /** Asks; rejects with a `VenueFault`, `OrderUnknown` where it is an order that is not found. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T>;
}

const ORDERS = {
  key: (order: CcxtOrder) => textOf(order.id, 'order.id'),
  at: (order: CcxtOrder) => timeOf(order.timestamp, 'order.timestamp'),
};
const TRADES = {
  key: (trade: CcxtTrade) => textOf(trade.id, 'trade.id'),
  at: (trade: CcxtTrade) => timeOf(trade.timestamp, 'trade.timestamp'),
};

const NO_FILLS: Promise<readonly VenueFill[]> = Promise.resolve([]);

type OrderListing = Exclude<Listed, 'fetchMyTrades' | 'fetchFundingHistory'>;
const ALL: readonly OrderListing[] = ['fetchOrders'];
/** Where no listing has all of them. */
const BY_END: readonly OrderListing[] = ['fetchClosedOrders', 'fetchCanceledOrders'];

/** Venues list orders by when they were made: what ended lately may be so much older. */
const ORDERS_BEFORE_MS = 6 * 24 * 3_600_000;

/**
 * Whether an order was made, executed or ended since then. Some venues date no end: then it may
 * have been, unless it is known to have been before.
 */
function mayHaveChanged(order: CcxtOrder, sinceMs: number, endedAtMs: number | null): boolean {
  const { timestamp = 0, lastTradeTimestamp, lastUpdateTimestamp, status, filled = 0 } = order;
  const dated = Math.max(lastTradeTimestamp ?? 0, lastUpdateTimestamp ?? 0);
  if (timestamp >= sinceMs || dated >= sinceMs) return true;
  if (dated > 0) return false;
  if (status === 'open') return filled > 0;
  return endedAtMs === null || endedAtMs >= sinceMs;
}

/** The venue does not find an order: an answer, not a fault. */
export class OrderUnknown extends VenueFault {
  constructor(message: string) {
    super('refused', message);
  }
}

export class CcxtListings {
  readonly #parts: ListingParts;
  #openAsked: Promise<readonly VenueOrder[]> | null = null;
  #fillsAsked: { since: number; readonly fills: Promise<readonly VenueFill[]> } | null = null;

  constructor(parts: ListingParts) {
    this.#parts = parts;
  }

  async orderByClientId(clientId: string): Promise<VenueOrder | null> {
    const open = await this.openOrders();
    const resting = open.find((order) => order.client_id === clientId);
    const id = this.#parts.ids.venueId(clientId);
    if (resting !== undefined || id === null) return resting ?? null;
    return this.order(id);
  }

  /** An order by the venue's id, where the venue can be asked so; null when it does not find it. */
  async order(id: string): Promise<VenueOrder | null> {
    return (await this.ordersOf([id])).get(id) ?? null;
  }

  /** Orders by the venue's ids, as far as it finds them; where only a history has them, in one. */
  async ordersOf(ids: readonly string[]): Promise<ReadonlyMap<string, VenueOrder>> {
    if (this.#parts.exchange.has['fetchOrder'] !== true) return this.#inHistory(ids);
    const found = new Map<string, VenueOrder>();
    for (const id of ids) {
      const order = await this.#asked(id);
      if (order !== null) found.set(id, order);
    }
    return found;
  }

  async #asked(id: string): Promise<VenueOrder | null> {
    const market = await this.#parts.market();
    try {
      const order = await this.#parts.ask(() => this.#parts.exchange.fetchOrder(id, market.symbol));
      return this.#learned(venueOrder(market, order, this.#parts.read));
    } catch (error) {
      if (error instanceof OrderUnknown) return null;
      throw error;
    }
  }

  /** Orders that can be found in a history alone. */
  async #inHistory(ids: readonly string[]): Promise<ReadonlyMap<string, VenueOrder>> {
    const { exchange, now } = this.#parts;
    if (exchange.has['fetchOrders'] !== true) return new Map();
    const since = now() - ORDERS_BEFORE_MS;
    const listed = await this.#listed('fetchOrders', since);
    const asked = listed.filter(({ venue_order_id }) => ids.includes(venue_order_id));
    return new Map(asked.map((order) => [order.venue_order_id, order]));
  }

  /** Who asks while a question still waits for its turn shares its answer. */
  openOrders(): Promise<readonly VenueOrder[]> {
    if (this.#openAsked !== null) return this.#openAsked;
    const asked = this.#askOpen().finally(() => {
      if (this.#openAsked === asked) this.#openAsked = null;
    });
    this.#openAsked = asked;
    return asked;
  }

  async #askOpen(): Promise<readonly VenueOrder[]> {
    const market = await this.#parts.market();
    const orders = await this.#parts.ask(() => {
      // Sent now: who asks from here on may know of more than this will tell.
      this.#openAsked = null;
      return this.#parts.exchange.fetchOpenOrders(market.symbol);
    });
    return this.#read(market, orders).sort((a, b) => a.at_ms - b.at_ms);
  }

  /** Of orders made more than six days before `sinceMs` only the open are found. */
  async orderHistory(sinceMs: number): Promise<readonly VenueOrder[]> {
    const { has } = this.#parts.exchange;
    const open = (await this.openOrders()).filter(
      ({ at_ms, filled }) => at_ms >= sinceMs || filled !== '0',
    );
    const all = has['fetchOrders'] === true ? ALL : BY_END;
    const listings = all.filter((name) => has[name] === true);
    const found = new Map(open.map((order) => [order.venue_order_id, order]));
    for (const listing of listings) {
      for (const order of await this.#listed(listing, sinceMs)) {
        // What the history still calls open may be an older picture of the same order.
        const known = found.get(order.venue_order_id);
        if (known === undefined || order.status !== 'open') found.set(order.venue_order_id, order);
      }
    }
    return [...found.values()].sort((a, b) => a.at_ms - b.at_ms);
  }

  async #listed(
    listing: OrderListing,
    sinceMs: number,
  ): Promise<readonly VenueOrder[]> {
    const market = await this.#parts.market();
    const { exchange, ask } = this.#parts;
    const { history_limit } = correctionsOf(exchange.id);
    const answers = answersOf(exchange, listing);
    const limit = history_limit ?? answers.most ?? undefined;
    const page = (since: number, until: number | null) => {
      const params = this.#upTo(until);
      return ask(() => exchange[listing](market.symbol, since, limit, params));
    };
    const from = sinceMs - ORDERS_BEFORE_MS;
    // Where it knows no moments it has one answer, however it is asked.
    const orders =
      history_limit === undefined
        ? await listingInSpans(page, ORDERS, from, this.#parts.now(), answers)
        : await page(from, null);
    const ended = ({ id }: CcxtOrder) => this.#parts.ids.endedAt(id ?? '');
    const changed = orders.filter((order) => mayHaveChanged(order, sinceMs, ended(order)));
    return this.#read(market, changed);
  }

  #read(market: CcxtMarket, orders: readonly CcxtOrder[]): VenueOrder[] {
    return orders.map((order) => this.#learned(venueOrder(market, order, this.#parts.read)));
  }

  #learned(order: VenueOrder): VenueOrder {
    if (order.client_id !== '') this.#parts.ids.learn(order.client_id, order.venue_order_id);
    return order;
  }

  /** The end of a question; null: it has none. */
  #upTo(until: number | null): { readonly until?: number } {
    const { until_step_ms: step = 1 } = correctionsOf(this.#parts.exchange.id);
    return until === null ? {} : { until: Math.ceil(until / step) * step };
  }

  /** Who asks while a question still waits for its turn shares its answer, which begins earlier. */
  async fillsSince(sinceMs: number): Promise<readonly VenueFill[]> {
    const waiting = this.#fillsAsked;
    if (waiting !== null) waiting.since = Math.min(waiting.since, sinceMs);
    const fills = await (waiting?.fills ?? this.#askFills(sinceMs));
    return fills.filter(({ at_ms }) => at_ms >= sinceMs);
  }

  #askFills(sinceMs: number): Promise<readonly VenueFill[]> {
    const asked = { since: sinceMs, fills: NO_FILLS };
    const sent = (): number => {
      if (this.#fillsAsked === asked) this.#fillsAsked = null;
      return asked.since;
    };
    this.#fillsAsked = asked;
    asked.fills = this.#readFills(sent).finally(sent);
    return asked.fills;
  }

  /** `sent`: called when the first question is sent; gives the moment to begin at. */
  async #readFills(sent: () => number): Promise<readonly VenueFill[]> {
    const market = await this.#parts.market();
    const { exchange, ask, now } = this.#parts;
    const answers = answersOf(exchange, 'fetchMyTrades');
    const send = (since: number, until: number | null) => {
      const params = this.#upTo(until);
      return exchange.fetchMyTrades(market.symbol, since, answers.most ?? undefined, params);
    };
    let since = 0;
    let began = 0;
    let first: readonly CcxtTrade[] | null = await ask(() => {
      [since, began] = [sent(), now()];
      const { from, end } = firstSpan(since, began, answers);
      return send(from, end);
    });
    const page = async (from: number, until: number | null) => {
      const known = first;
      first = null;
      return known ?? ask(() => send(from, until));
    };
    const trades = await listingInSpans(page, TRADES, since, began, answers);
    const names = await this.#namesOf(trades);
    return trades.map((trade) => venueFill(market, trade, names.get(trade.order ?? '') ?? ''));
  }

  /** Client ids of the orders of these trades, which trades seldom name; '' of foreign ones. */
  async #namesOf(trades: readonly CcxtTrade[]): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const asked = new Set<string>();
    const known = (id: string) => this.#parts.ids.clientId(id);
    for (const { order: id = '' } of trades) {
      if (known(id) !== null) names.set(id, known(id) ?? '');
      else asked.add(id);
    }
    if (asked.size === 0) return names;
    await this.orderHistory(Math.min(...trades.map(TRADES.at)));
    const unknown = [...asked].filter((id) => known(id) === null);
    const found = unknown.length === 0 ? null : await this.ordersOf(unknown);
    for (const id of unknown) this.#parts.ids.learn(found?.get(id)?.client_id ?? '', id);
    for (const id of asked) names.set(id, known(id) ?? '');
    return names;
  }

  async fundingSince(sinceMs: number): Promise<readonly VenueFunding[]> {
    if (this.#parts.exchange.has['fetchFundingHistory'] !== true) return [];
    const { symbol } = await this.#parts.market();
    const page = async (since: number, until: number | null): Promise<readonly VenueFunding[]> => {
      const params = this.#upTo(until);
      const paid = await this.#parts.ask(() =>
        this.#parts.exchange.fetchFundingHistory(symbol, since, undefined, params),
      );
      return paid.map(({ amount, timestamp }) => ({
        // One payment a stamp: its moment is the key that every listing gives alike.
        funding_id: String(timestamp),
        amount: decimalText(amount, 'funding.amount'),
        at_ms: timeOf(timestamp, 'funding.timestamp'),
      }));
    };
    const entry = { key: (f: VenueFunding) => f.funding_id, at: (f: VenueFunding) => f.at_ms };
    const answers = answersOf(this.#parts.exchange, 'fetchFundingHistory');
    return listingInSpans(page, entry, sinceMs, this.#parts.now(), answers);
  }
}
