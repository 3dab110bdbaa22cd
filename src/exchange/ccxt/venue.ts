/**
 * Any exchange of ccxt behind the port. Comparing by REST is what counts here: the stream only
 * hints. What ccxt throws becomes a refusal only where the venue certainly did nothing. No batches
 * (ccxt has no outcome per order in them), no stop orders, no dead man's switch.
 */
import { createHash } from 'node:crypto';
import { assert } from '../../contract/assert.ts';
import { makeMarket } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { VenueFault } from '../port.ts';
import type {
  CancelOutcome,
  OrderRequest,
  RejectReason,
  SubmitOutcome,
  Venue,
  VenueAccount,
  VenueBalance,
  VenueCapabilities,
  VenueFill,
  VenueFunding,
  VenueListener,
  VenueOrder,
  VenuePosition,
  VenueUsage,
} from '../port.ts';
import type { VenueOptions } from '../venue-kind.ts';
import { correctionsOf } from './corrections.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder, CcxtPosition } from './exchange.ts';
import type { CcxtTrade, Listing } from './exchange.ts';
import { classesOf, faultOf, messageOf, rejectionOf } from './faults.ts';
import { listingInSpans } from './listing.ts';
import type { Lane } from './lane.ts';
import type { IdForm } from './names.ts';
import { orderFault } from './order-check.ts';
import { OrderIds } from './order-ids.ts';
import { contractsOf, decimalText, isTradable, marketRules, priceOf } from './parse.ts';
import { venueFill, venueOrder, venuePosition } from './parse.ts';
import { CcxtStream } from './stream.ts';

export interface CcxtVenueParts {
  readonly name: string;
  readonly exchange: CcxtExchange;
  readonly capabilities: VenueCapabilities;
  readonly form: IdForm;
  readonly lane: Lane;
  readonly options: VenueOptions;
}

const ORDERS = {
  key: (order: CcxtOrder) => order.id ?? '',
  at: (order: CcxtOrder) => order.timestamp ?? 0,
};
const TRADES = {
  key: (trade: CcxtTrade) => trade.id ?? '',
  at: (trade: CcxtTrade) => trade.timestamp ?? 0,
};

export class CcxtVenue implements Venue {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  readonly #parts: CcxtVenueParts;
  readonly #exchange: CcxtExchange;
  readonly #ids = new OrderIds();
  #market: Promise<CcxtMarket> | null = null;
  #stream: CcxtStream | null = null;

  constructor(parts: CcxtVenueParts) {
    this.#parts = parts;
    this.#exchange = parts.exchange;
    this.name = parts.name;
    this.capabilities = parts.capabilities;
  }

  async market(): Promise<MarketRules> {
    return marketRules(await this.#loaded(), this.#parts.options.symbol);
  }

  async price(): Promise<{ last: string; mark: string; at_ms: number }> {
    const { symbol } = await this.#loaded();
    const ticker = await this.#ask(() => this.#exchange.fetchTicker(symbol));
    return priceOf(ticker, this.#parts.options.clock.now());
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const market = await this.#loaded().catch(() => null);
    if (market === null) return refusal('other', 'the market could not be read');
    const { symbol } = this.#parts.options;
    const rules = makeMarket(marketRules(market, symbol));
    const fault = orderFault(rules, this.capabilities.client_id, order);
    if (fault !== null) return fault;
    if (this.#ids.venueId(order.client_id) !== null) {
      return refusal('duplicate_client_id', `${order.client_id} was sent before`);
    }
    const amount = contractsOf(market, order.size);
    if (amount === null) return refusal('size_not_on_lot', `${order.size} is no contracts`);
    const price = order.price === null ? undefined : Number(order.price);
    if (price !== undefined && decimalText(price, 'price') !== order.price) {
      return refusal('price_not_on_tick', `${order.price} has more digits than ccxt keeps`);
    }
    const type = price === undefined ? 'market' : 'limit';
    try {
      const { lane } = this.#parts;
      const params = this.#params(order);
      const made = await lane.run(() =>
        this.#exchange.createOrder(market.symbol, type, order.side, amount, price, params),
      );
      return this.#submitted(order, made);
    } catch (error) {
      return rejectionOf(error) ?? { status: 'unknown', message: messageOf(error) };
    }
  }

  #params({ client_id, post_only, reduce_only }: OrderRequest): Record<string, unknown> {
    return {
      clientOrderId: this.#parts.form.write(client_id),
      ...(post_only ? { postOnly: true } : {}),
      ...(reduce_only ? { reduceOnly: true } : {}),
    };
  }

  #submitted(order: OrderRequest, { id, status, filled }: CcxtOrder): SubmitOutcome {
    if (id === undefined) return { status: 'unknown', message: 'the answer names no order' };
    this.#ids.learn(order.client_id, id);
    const ended = status === 'canceled' || status === 'expired' || status === 'rejected';
    if (ended && order.post_only && (filled ?? 0) === 0) {
      return refusal('post_only_would_cross', `the order ended at once: ${status}`);
    }
    return { status: 'accepted', venue_order_id: id };
  }

  async submitBatch(orders: readonly OrderRequest[]): Promise<readonly SubmitOutcome[]> {
    assert(orders.length <= 1, 'this venue takes no batches');
    return Promise.all(orders.map((order) => this.submit(order)));
  }

  async cancel(clientId: string): Promise<CancelOutcome> {
    try {
      const { symbol } = await this.#loaded();
      const id = this.#ids.venueId(clientId) ?? (await this.#openId(clientId));
      if (id === null) return { status: 'gone' };
      await this.#parts.lane.run(() => this.#exchange.cancelOrder(id, symbol), URGENT);
      return { status: 'cancelled' };
    } catch (error) {
      const gone = classesOf(error).some((name) => /^Order(NotFound|NotCached)$/.test(name));
      if (gone) return { status: 'gone' };
      return rejectionOf(error) ?? { status: 'unknown', message: messageOf(error) };
    }
  }

  async #openId(clientId: string): Promise<string | null> {
    const open = await this.openOrders();
    return open.find((order) => order.client_id === clientId)?.venue_order_id ?? null;
  }

  async cancelBatch(clientIds: readonly string[]): Promise<readonly CancelOutcome[]> {
    assert(clientIds.length <= 1, 'this venue takes no batches');
    return Promise.all(clientIds.map((id) => this.cancel(id)));
  }

  async orderByClientId(clientId: string): Promise<VenueOrder | null> {
    const open = await this.openOrders();
    const resting = open.find((order) => order.client_id === clientId);
    const id = this.#ids.venueId(clientId);
    if (resting !== undefined || id === null) return resting ?? null;
    return this.#order(id);
  }

  /** An order by the venue's id, where the venue can be asked so; null when it does not find it. */
  async #order(id: string): Promise<VenueOrder | null> {
    if (this.#exchange.has['fetchOrder'] !== true) return null;
    const market = await this.#loaded();
    try {
      const order = await this.#ask(() => this.#exchange.fetchOrder(id, market.symbol));
      return this.#learned(venueOrder(market, order, this.#parts.form.read));
    } catch (error) {
      if (error instanceof OrderUnknown) return null;
      throw error;
    }
  }

  async openOrders(): Promise<readonly VenueOrder[]> {
    const market = await this.#loaded();
    const orders = await this.#ask(() => this.#exchange.fetchOpenOrders(market.symbol));
    return this.#read(market, orders).sort((a, b) => a.at_ms - b.at_ms);
  }

  /** Of orders made more than six days before `sinceMs` only the open are found. */
  async orderHistory(sinceMs: number): Promise<readonly VenueOrder[]> {
    const { has } = this.#exchange;
    const open = (await this.openOrders()).filter(
      ({ at_ms, filled }) => at_ms >= sinceMs || filled !== '0',
    );
    const listings: Listing<readonly CcxtOrder[]>[] = [];
    const from = this.#exchange;
    if (has['fetchOrders'] === true) listings.push(from.fetchOrders.bind(from));
    else {
      if (has['fetchClosedOrders'] === true) listings.push(from.fetchClosedOrders.bind(from));
      if (has['fetchCanceledOrders'] === true) listings.push(from.fetchCanceledOrders.bind(from));
    }
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
    listing: Listing<readonly CcxtOrder[]>,
    sinceMs: number,
  ): Promise<readonly VenueOrder[]> {
    const market = await this.#loaded();
    const page = (since: number, until: number | null) => {
      const params = until === null ? {} : { until };
      return this.#ask(() => listing(market.symbol, since, undefined, params));
    };
    const orders = await listingInSpans(page, ORDERS, sinceMs - ORDERS_BEFORE_MS, this.#now);
    const changed = orders.filter((order) => changedAt(order) >= sinceMs);
    return this.#read(market, changed);
  }

  #read(market: CcxtMarket, orders: readonly CcxtOrder[]): VenueOrder[] {
    return orders.map((order) => this.#learned(venueOrder(market, order, this.#parts.form.read)));
  }

  #learned(order: VenueOrder): VenueOrder {
    if (order.client_id !== '') this.#ids.learn(order.client_id, order.venue_order_id);
    return order;
  }

  async fillsSince(sinceMs: number): Promise<readonly VenueFill[]> {
    const market = await this.#loaded();
    const page = (since: number, until: number | null) => {
      const params = until === null ? {} : { until };
            return this.#ask(() =>
        this.#exchange.fetchMyTrades(market.symbol, since, undefined, params),
      );
    };
    const trades = await listingInSpans(page, TRADES, sinceMs, this.#now);
    const names = await this.#namesOf(trades);
    return trades.map((trade) => venueFill(market, trade, names.get(trade.order ?? '') ?? ''));
  }

  /** Client ids of the orders of these trades, which trades seldom name; '' of foreign ones. */
  async #namesOf(trades: readonly CcxtTrade[]): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const asked = new Set<string>();
    const known = (id: string) => this.#ids.clientId(id);
    for (const { order: id = '' } of trades) {
      if (known(id) !== null) names.set(id, known(id) ?? '');
      else asked.add(id);
    }
    if (asked.size === 0) return names;
    await this.orderHistory(Math.min(...trades.map(TRADES.at)));
    for (const id of asked) {
      if (known(id) === null) this.#ids.learn((await this.#order(id))?.client_id ?? '', id);
      names.set(id, known(id) ?? '');
    }
    return names;
  }

  async fundingSince(sinceMs: number): Promise<readonly VenueFunding[]> {
    if (this.#exchange.has['fetchFundingHistory'] !== true) return [];
    const { symbol } = await this.#loaded();
    const page = async (since: number, until: number | null): Promise<readonly VenueFunding[]> => {
      const params = until === null ? {} : { until };
            const paid = await this.#ask(() =>
        this.#exchange.fetchFundingHistory(symbol, since, undefined, params),
      );
      return paid.map(({ amount, timestamp }) => ({
        // One payment a stamp: its moment is the key that every listing gives alike.
        funding_id: String(timestamp),
        amount: decimalText(amount, 'funding.amount'),
        at_ms: timestamp ?? 0,
      }));
    };
    const entry = { key: (f: VenueFunding) => f.funding_id, at: (f: VenueFunding) => f.at_ms };
    return listingInSpans(page, entry, sinceMs, this.#now);
  }

  async position(): Promise<VenuePosition> {
    const market = await this.#loaded();
    return venuePosition(market, await this.#positions([market.symbol]));
  }

  async #positions(symbols?: readonly string[]) {
    const { position = (same) => same } = correctionsOf(this.#exchange.id);
    const found = await this.#ask(() => this.#exchange.fetchPositions(symbols));
    return found.map(position);
  }

  async balance(): Promise<VenueBalance> {
    const { quote } = await this.#loaded();
    const balances = await this.#ask(() => this.#exchange.fetchBalance());
    const cash = decimalText(balances[quote]?.total ?? 0, `balance.${quote}.total`);
    const positions = await this.#positions();
    const unrealised = positions.reduce((sum, each) => sum + (each.unrealizedPnl ?? 0), 0);
    return { cash, equity: decimalText(Number((Number(cash) + unrealised).toFixed(8)), 'equity') };
  }

  async account(): Promise<VenueAccount> {
    const market = await this.#loaded();
    const { api_key, account_address, private_key } = this.#parts.options.credentials;
    const key = api_key ?? account_address ?? private_key ?? '';
    const has = this.#exchange.has['fetchTradingFee'] === true;
    const fee = has ? await this.#ask(() => this.#exchange.fetchTradingFee(market.symbol)) : {};
    const rules = marketRules(
      { ...market, maker: fee.maker ?? market.maker, taker: fee.taker ?? market.taker },
      market.symbol,
    );
    const positions = await this.#positions([market.symbol]);
    return {
      account_id: createHash('sha256').update(`${this.name}\0${key}`).digest('hex').slice(0, 16),
      maker_fee: rules.maker_fee,
      taker_fee: rules.taker_fee,
      leverage: await this.#leverage(market, positions),
      position_mode: positions.some(({ hedged }) => hedged === true) ? 'hedge' : 'one_way',
      can_trade: null,
    };
  }

  /** Of the position where there is one: not every venue tells it apart from that. */
  async #leverage(
    { symbol }: CcxtMarket,
    positions: readonly CcxtPosition[],
  ): Promise<string | null> {
    const held = positions.find((position) => position.symbol === symbol)?.leverage;
    if (held !== undefined) return decimalText(held, 'position.leverage');
    const { fetchLeverage = false } = this.#exchange.has;
    if (fetchLeverage === false) return null;
    const { longLeverage } = await this.#ask(() => this.#exchange.fetchLeverage(symbol));
    return longLeverage === undefined ? null : decimalText(longLeverage, 'leverage');
  }

  async setLeverage(leverage: number): Promise<void> {
    if (this.capabilities.leverage !== 'symbol') throw lacks('leverage per symbol');
    const { symbol } = await this.#loaded();
    await this.#ask(() => this.#exchange.setLeverage(leverage, symbol));
  }

  async serverTime(): Promise<number> {
    if (this.#exchange.has['fetchTime'] !== true) return this.#parts.options.clock.now();
    const time = await this.#ask(() => this.#exchange.fetchTime());
    if (time === undefined) throw lacks('a clock');
    return Math.floor(time);
  }

  submitTrigger(): Promise<SubmitOutcome> {
    return Promise.resolve(refusal('other', 'stop orders through ccxt are not supported'));
  }

  windDeadMan(): Promise<void> {
    return Promise.reject(lacks("a dead man's switch"));
  }

  usage(): VenueUsage {
    return this.#parts.lane.usage();
  }

  grant(share: number): void {
    this.#parts.lane.grant(share);
    const { throttler, rateLimit } = this.#exchange;
    if (throttler !== undefined) throttler.config.refillRate = share / rateLimit;
  }

  async connect(listener: VenueListener): Promise<void> {
    const market = await this.#loaded();
    const { options } = this.#parts;
    this.#stream = new CcxtStream({
      exchange: this.#exchange,
      market,
      options,
      price: () => this.price(),
      fillsSince: (since) => this.fillsSince(since),
      order: (id) => this.#order(id),
      listener,
    });
    this.#stream.begin();
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    // Sockets that were never opened make some classes throw here.
    await this.#exchange.close().catch(() => undefined);
  }

  /** The market, asked for until it was answered once. */
  #loaded(): Promise<CcxtMarket> {
    this.#market ??= this.#load().catch((error: unknown) => {
      this.#market = null;
      throw error;
    });
    return this.#market;
  }

  async #load(): Promise<CcxtMarket> {
    const { symbol } = this.#parts.options;
    if (this.#parts.options.ws_url.startsWith('ws:')) await this.#exchange.loadHttpProxyAgent();
    const markets = Object.values(await this.#ask(() => this.#exchange.loadMarkets()));
    const named = markets.filter((market) => market.symbol === symbol || market.id === symbol);
    const market = named.find(isTradable);
    if (market !== undefined) return market;
    const what = named.length === 0 ? 'is not known here' : 'is no linear perpetual that is open';
    throw new VenueFault('refused', `the symbol ${symbol} ${what}`, null, 'symbol');
  }

  get #now(): number {
    return this.#parts.options.clock.now();
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await this.#parts.lane.run(question);
    } catch (error) {
      if (classesOf(error).includes('OrderNotFound')) throw new OrderUnknown(messageOf(error));
      throw faultOf(error);
    }
  }
}

const URGENT = true;
/** Venues list orders by when they were made: what ended lately may be so much older. */
const ORDERS_BEFORE_MS = 6 * 24 * 3_600_000;

function changedAt({ timestamp, lastTradeTimestamp, lastUpdateTimestamp }: CcxtOrder): number {
  return Math.max(timestamp ?? 0, lastTradeTimestamp ?? 0, lastUpdateTimestamp ?? 0);
}

/** The venue does not find an order: an answer, not a fault. */
class OrderUnknown extends VenueFault {
  constructor(message: string) {
    super('refused', message);
  }
}

function refusal(reason: RejectReason, message: string): SubmitOutcome {
  return { status: 'rejected', reason, message };
}

function lacks(what: string): VenueFault {
  return new VenueFault('refused', `this venue has not ${what}`, null, 'capability');
}
