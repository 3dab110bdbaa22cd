/**
 * Any exchange of ccxt behind the port. Comparing by REST is what counts here: the stream only
 * hints. What ccxt throws becomes a refusal only where the venue certainly did nothing. Orders are
 * placed one by one (ccxt has no outcome per order of a batch); no stop orders, no dead man's
 * switch.
 */
import { createHash } from 'node:crypto';
import { assert } from '../../contract/assert.ts';
import { makeMarket } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { VenueFault } from '../port.ts';
import type {
  OrderRequest,
  SubmitOutcome,
  Venue,
  VenueAccount,
  VenueBalance,
  VenueCapabilities,
  VenueListener,
  VenuePosition,
  VenueUsage,
} from '../port.ts';
import type { VenueOptions } from '../venue-kind.ts';
import { CcxtCancels } from './cancels.ts';
import { correctionsOf, venueTime } from './corrections.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder, CcxtPosition } from './exchange.ts';
import { classesOf, faultOf, messageOf, rejectionOf } from './faults.ts';
import { CcxtListings, OrderUnknown } from './listings.ts';
import type { Lane } from './lane.ts';
import { loadedMarkets } from './markets.ts';
import type { IdForm } from './names.ts';
import { changedByCcxt, orderFault, refusal } from './order-check.ts';
import { OrderIds } from './order-ids.ts';
import type { Pace } from './pace.ts';
import { contractsOf, decimalText, isTradable, marketRules } from './parse.ts';
import { priceOf, sumText, venuePosition } from './parse.ts';
import { CcxtStream } from './stream.ts';

export interface CcxtVenueParts {
  readonly name: string;
  readonly exchange: CcxtExchange;
  readonly capabilities: VenueCapabilities;
  readonly form: IdForm;
  readonly lane: Lane;
  readonly pace: Pace;
  readonly options: VenueOptions;
}

/** Longest wait for sockets to close: what is left of them ends with the process. */
const CLOSE_MS = 1000;

export class CcxtVenue implements Venue {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  readonly #parts: CcxtVenueParts;
  readonly #exchange: CcxtExchange;
  readonly #ids = new OrderIds();
  readonly #listings: CcxtListings;
  readonly #cancels: CcxtCancels;
  #market: Promise<CcxtMarket> | null = null;
  #stream: CcxtStream | null = null;
  /** How far the venue's clock is ahead of ours at most; null: it was not asked. */
  #ahead_ms: number | null = null;

  constructor(parts: CcxtVenueParts) {
    this.#parts = parts;
    this.#exchange = parts.exchange;
    this.name = parts.name;
    this.capabilities = parts.capabilities;
    this.#listings = new CcxtListings({
      exchange: parts.exchange,
      ids: this.#ids,
      read: parts.form.read,
      now: () => this.#now(),
      market: () => this.#loaded(),
      ask: (question) => this.#ask(question),
    });
    this.#cancels = new CcxtCancels({
      exchange: parts.exchange,
      lane: parts.lane,
      ids: this.#ids,
      most: parts.capabilities.batch.cancel,
      market: () => this.#loaded(),
      openOrders: () => this.#listings.openOrders(),
      ended: (id) => this.#learnEnd(id),
    });
  }

  async market(): Promise<MarketRules> {
    return marketRules(await this.#loaded(), this.#parts.options.symbol);
  }

  async price(): Promise<{ last: string; mark: string; at_ms: number }> {
    const { symbol } = await this.#loaded();
    const ticker = await this.#ask(() => this.#exchange.fetchTicker(symbol));
    return priceOf(ticker, this.#now());
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
    const contracts = contractsOf(market, order.size);
    if (contracts === null) return refusal('size_not_on_lot', `${order.size} is no contracts`);
    const amount = Number(contracts);
    const price = order.price === null ? undefined : Number(order.price);
    const type = price === undefined ? 'market' : 'limit';
    try {
      const changed = changedByCcxt(this.#exchange, market, order, contracts);
      if (changed !== null) return changed;
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

  cancel: Venue['cancel'] = (clientId) => this.#cancels.cancel(clientId);
  cancelBatch: Venue['cancelBatch'] = (clientIds) => this.#cancels.cancelBatch(clientIds);
  orderByClientId: Venue['orderByClientId'] = (clientId) =>
    this.#listings.orderByClientId(clientId);
  openOrders: Venue['openOrders'] = () => this.#listings.openOrders();
  orderHistory: Venue['orderHistory'] = (sinceMs) => this.#listings.orderHistory(sinceMs);
  fillsSince: Venue['fillsSince'] = (sinceMs) => this.#listings.fillsSince(sinceMs);
  fundingSince: Venue['fundingSince'] = (sinceMs) => this.#listings.fundingSince(sinceMs);

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
    const { total_is_equity = false } = correctionsOf(this.#exchange.id);
    if (total_is_equity) return { cash, equity: cash };
    // Those that are settled in another currency are no part of this balance.
    const settled = (await this.#positions()).filter(
      ({ symbol }) => symbol?.split(':')[1]?.split('-')[0] === quote,
    );
    return { cash, equity: sumText([cash, ...settled.map((each) => each.unrealizedPnl ?? 0)]) };
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
      position_mode: (await this.#isHedged(market, positions)) ? 'hedge' : 'one_way',
      can_trade: null,
    };
  }

  /** Asked for where the venue tells it: an account without a position shows no mode otherwise. */
  async #isHedged({ symbol }: CcxtMarket, positions: readonly CcxtPosition[]): Promise<boolean> {
    if (positions.some(({ hedged }) => hedged === true)) return true;
    if (this.#exchange.has['fetchPositionMode'] !== true) return false;
    try {
      const { hedged } = await this.#ask(() => this.#exchange.fetchPositionMode(symbol));
      return hedged === true;
    } catch (error) {
      // A key may trade and not ask this: then a position alone tells it.
      if (!(error instanceof VenueFault) || error.because !== 'permission') throw error;
      return false;
    }
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

  /** What was cancelled ended by now at the latest, by the venue's clock. */
  #learnEnd(venueId: string): void {
    if (this.#ahead_ms !== null) this.#ids.learnEnd(venueId, this.#now() + this.#ahead_ms);
  }

  #now(): number {
    return this.#parts.options.clock.now();
  }

  async serverTime(): Promise<number> {
    if (this.#exchange.has['fetchTime'] !== true) return this.#now();
    const asked = this.#now();
    const time = await this.#ask(() => venueTime(this.#exchange));
    // From when it was asked: rather too far ahead by the way than too little.
    this.#ahead_ms = time - asked;
    return time;
  }

  submitTrigger(): Promise<SubmitOutcome> {
    return Promise.resolve(refusal('other', 'stop orders through ccxt are not supported'));
  }

  windDeadMan(): Promise<void> {
    return Promise.reject(lacks("a dead man's switch"));
  }

  usage(): VenueUsage {
    return this.#parts.pace.usage();
  }

  grant(share: number): void {
    this.#parts.pace.grant(share);
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
      orders: (ids) => this.#listings.ordersOf(ids),
      isCancelled: (id) => this.#ids.isCancelled(id),
      listener,
    });
    this.#stream.begin();
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    // Sockets that were never opened make some classes throw here; a venue that hangs does not
    // answer the closing of one.
    const closed = this.#exchange.close().catch(() => undefined);
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.options.clock.after(CLOSE_MS, resolve);
      void closed.then(cancel).then(resolve);
    });
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
    const markets = Object.values(await this.#ask(() => loadedMarkets(this.#exchange)));
    const named = markets.filter((market) => market.symbol === symbol || market.id === symbol);
    const market = named.find(isTradable);
    if (market !== undefined) return market;
    const what = named.length === 0 ? 'is not known here' : 'is no linear perpetual that is open';
    throw new VenueFault('refused', `the symbol ${symbol} ${what}`, null, 'symbol');
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

function lacks(what: string): VenueFault {
  return new VenueFault('refused', `this venue has not ${what}`, null, 'capability');
}
