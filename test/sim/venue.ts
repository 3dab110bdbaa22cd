/**
 * The exchange as one process sees it through a bad network: the port with latency, lost, doubled
 * and late requests, answers and events, errors of the server, limits, disconnects, silence, and
 * listings that lag. It invents nothing: whatever it says was true at some moment, except that a
 * look-up by client id may find nothing.
 */
import { InvariantError } from '../../src/contract/assert.ts';
import { formatMoney } from '../../src/contract/decimal.ts';
import { priceText, sizeText } from '../../src/contract/market.ts';
import { entryPrice, equityOf, cashOf } from '../../src/exchange/paper/account.ts';
import { VenueFault } from '../../src/exchange/port.ts';
import type {
  CancelOutcome,
  OrderRequest,
  SubmitOutcome,
  Venue,
  VenueAccount,
  VenueCapabilities,
  VenueEvent,
  VenueFill,
  VenueListener,
  VenueOrder,
  VenuePosition,
} from '../../src/exchange/port.ts';
import { EPOCH_MS } from './clock.ts';
import type { Life } from './clock.ts';
import { LISTING_LAG_MS } from './exchange.ts';
import type { Exchange, ExchangeOrder, ExchangeTrade, ExchangeWatcher } from './exchange.ts';
import type { FaultName, FaultPlan } from './faults.ts';
import type { Dice } from './random.ts';

/** After so long a client gives a request up. */
const TIMEOUT_MS = 5000;
/** A request that was given up may still arrive for so long. */
const LATE_MS = 1000;
const BATCH = 10;
const SILENCE_MS = 15_000;
/** Requests that the venue takes in a minute; more are refused until the minute is over. */
export const REQUESTS_PER_MINUTE = 1200;

/** What connects all clients with the venue. */
export interface Network {
  up: boolean;
  /** The stream says nothing between these moments. */
  mutedFrom: number;
  mutedUntil: number;
  /** Moments of the last requests, for the limit. */
  readonly requests: number[];
}

/** Told of each request at the moment it leaves the process. */
export interface RequestWatcher {
  submits(order: OrderRequest): void;
  cancels(clientId: string): void;
  asks(what: string): void;
}

export interface SimVenueOptions {
  readonly exchange: Exchange;
  readonly network: Network;
  readonly life: Life;
  readonly faults: FaultPlan;
  readonly dice: Dice;
  readonly watcher: RequestWatcher;
  /** Client ids are numbers. */
  readonly numbers?: boolean;
  /** Without latency: answers and events come at once. */
  readonly instant?: boolean;
}

type Answered<T> = { readonly value: T } | { readonly fault: VenueFault };

export class SimVenue implements Venue {
  readonly name = 'sim';
  readonly capabilities: VenueCapabilities = {
    client_id: { form: 'text', max_length: 36 },
    batch: { submit: BATCH, cancel: BATCH },
    amend: false,
    cancel_by_client_id: true,
    post_only: true,
    reduce_only: true,
    trigger_orders: false,
    dead_man_switch: false,
    leverage: 'none',
    silence_ms: SILENCE_MS,
    listing_lag_ms: LISTING_LAG_MS + LATE_MS,
    history_ms: 30 * 86_400_000,
    requests_per_minute: REQUESTS_PER_MINUTE,
    lockstep: false,
  };
  readonly #options: SimVenueOptions;
  readonly #watcher: ExchangeWatcher;
  #listener: VenueListener | null = null;
  #lastDelivery = 0;

  constructor(options: SimVenueOptions) {
    this.#options = options;
    if (options.numbers === true) {
      this.capabilities = { ...this.capabilities, client_id: { form: 'uint32', max_length: 10 } };
    }
    const market = options.exchange.market;
    this.#watcher = {
      price: () => this.#tell({ type: 'price', ...this.#price() }),
      order: (order) => {
        if (!order.foreign) this.#tell({ type: 'order', order: orderView(options, order, 'true') });
      },
      trade: (trade) => {
        this.#tell({ type: 'fill', fill: fillView(market, trade) });
        const { lots } = options.exchange.account;
        const flat = { entry_price: null, liquidation_price: null };
        this.#tell({ type: 'position', position: { size: sizeText(market, lots), ...flat } });
      },
    };
  }

  market() {
    return this.#ask('market', () => this.#options.exchange.market.rules);
  }

  price() {
    return this.#ask('price', () => this.#price());
  }

  connect(listener: VenueListener): Promise<void> {
    const { exchange, life } = this.#options;
    if (!life.alive) return never();
    this.#listener = listener;
    exchange.watchers.push(this.#watcher);
    if (this.#options.network.up) this.connection({ type: 'connected' });
    this.#tell({ type: 'price', ...this.#price() });
    this.#beat();
    return Promise.resolve();
  }

  async submit(order: OrderRequest): Promise<SubmitOutcome> {
    const [outcome] = await this.submitBatch([order]);
    return outcome ?? { status: 'unknown', message: 'no outcome' };
  }

  submitBatch(orders: readonly OrderRequest[]): Promise<readonly SubmitOutcome[]> {
    const { exchange, watcher, life } = this.#options;
    if (!life.alive) return never();
    if (orders.length === 0) return Promise.resolve([]);
    if (orders.length > BATCH) return Promise.reject(tooMany(orders.length));
    for (const order of orders) watcher.submits(order);
    return this.#send(orders.length, () => orders.map((order) => exchange.submit(order)));
  }

  async cancel(clientId: string): Promise<CancelOutcome> {
    const [outcome] = await this.cancelBatch([clientId]);
    return outcome ?? { status: 'unknown', message: 'no outcome' };
  }

  cancelBatch(clientIds: readonly string[]): Promise<readonly CancelOutcome[]> {
    const { exchange, watcher, life } = this.#options;
    if (!life.alive) return never();
    if (clientIds.length === 0) return Promise.resolve([]);
    if (clientIds.length > BATCH) return Promise.reject(tooMany(clientIds.length));
    for (const id of clientIds) watcher.cancels(id);
    return this.#send(clientIds.length, () => clientIds.map((id) => exchange.cancel(id)));
  }

  orderByClientId(clientId: string): Promise<VenueOrder | null> {
    const { exchange, faults } = this.#options;
    return this.#ask('order', () => {
      const order = exchange.orders.get(clientId);
      if (order === undefined || order.listed_ms > this.#now) return null;
      if (faults.strikes('null_lookup') !== null) return null;
      return orderView(this.#options, order);
    });
  }

  openOrders(): Promise<readonly VenueOrder[]> {
    return this.#ask('open orders', () =>
      this.#listed()
        .map((order) => orderView(this.#options, order))
        .filter(({ status }) => status === 'open'),
    );
  }

  orderHistory(sinceMs: number): Promise<readonly VenueOrder[]> {
    return this.#ask('order history', () =>
      this.#listed()
        .filter((order) => order.changed_ms >= sinceMs || order.made_ms >= sinceMs)
        .map((order) => orderView(this.#options, order)),
    );
  }

  fillsSince(sinceMs: number): Promise<readonly VenueFill[]> {
    const { exchange } = this.#options;
    return this.#ask('fills', () =>
      exchange.trades
        .filter(({ at_ms, listed_ms }) => at_ms >= sinceMs && listed_ms <= this.#now)
        .map((trade) => fillView(exchange.market, trade)),
    );
  }

  fundingSince(sinceMs: number) {
    const { exchange } = this.#options;
    return this.#ask('funding', () =>
      exchange.fundings
        .filter(({ at_ms, listed_ms }) => at_ms >= sinceMs && listed_ms <= this.#now)
        .map(({ funding_id, amount, at_ms }) => {
          return { funding_id, amount: formatMoney(amount), at_ms };
        }),
    );
  }

  position(): Promise<VenuePosition> {
    const { exchange, faults } = this.#options;
    return this.#ask('position', () => {
      const stale = faults.strikes('stale_position');
      const at = this.#now - (stale?.whole(50, LISTING_LAG_MS) ?? 0);
      const account = exchange.accountAt(at);
      const entry_price = entryPrice(exchange.market, account);
      const size = sizeText(exchange.market, account.lots);
      return { size, entry_price, liquidation_price: null };
    });
  }

  balance() {
    const { exchange } = this.#options;
    return this.#ask('balance', () => {
      const { account, market, ticks } = exchange;
      const equity = formatMoney(equityOf(market, account, ticks));
      return { cash: formatMoney(cashOf(account)), equity };
    });
  }

  serverTime(): Promise<number> {
    return this.#ask('time', () => this.#now);
  }

  submitTrigger(): Promise<SubmitOutcome> {
    const message = 'this venue has no stop orders';
    return Promise.resolve({ status: 'rejected', reason: 'other', message });
  }

  account(): Promise<VenueAccount> {
    const { maker_fee, taker_fee } = this.#options.exchange.market.rules;
    const open = { leverage: null, position_mode: 'one_way', can_trade: true } as const;
    return this.#ask('account', () => ({ account_id: 'sim', maker_fee, taker_fee, ...open }));
  }

  setLeverage(): Promise<void> {
    return Promise.reject(new VenueFault('refused', 'this venue has no leverage'));
  }

  usage(): null {
    return null;
  }

  grant(): void {}

  windDeadMan(): Promise<void> {
    return Promise.reject(new VenueFault('refused', 'this venue has no such timer'));
  }

  close(): Promise<void> {
    const { watchers } = this.#options.exchange;
    this.#listener = null;
    const at = watchers.indexOf(this.#watcher);
    if (at >= 0) watchers.splice(at, 1);
    return Promise.resolve();
  }

  /** The connection of the stream broke, or is back. */
  connection(event: VenueEvent & { type: 'connected' | 'disconnected' | 'gap' }): void {
    const { instant, life } = this.#options;
    if (instant === true) void this.#listener?.(event);
    else this.#deliver(event, life.schedule.time);
  }

  get #now(): number {
    return EPOCH_MS + this.#options.life.schedule.time;
  }

  #price(): { last: string; mark: string; at_ms: number } {
    const { market, ticks, mark } = this.#options.exchange;
    return { last: priceText(market, ticks), mark: priceText(market, mark), at_ms: this.#now };
  }

  #listed(): ExchangeOrder[] {
    return [...this.#options.exchange.orders.values()].filter(
      ({ listed_ms }) => listed_ms <= this.#now,
    );
  }

  /** A sign of life every five seconds. */
  #beat(): void {
    this.#options.life.at(this.#options.life.schedule.time + 5000, () => {
      if (this.#listener === null) return;
      this.#tell({ type: 'alive' });
      this.#beat();
    });
  }

  #tell(event: VenueEvent): void {
    const { life, network, faults, dice, instant } = this.#options;
    const { time } = life.schedule;
    if (!life.alive || this.#listener === null) return;
    if (instant === true) return void this.#listener(event);
    const lost = faults.strikes('dropped_event') !== null;
    if (lost || !network.up || time < network.mutedUntil) return;
    const late = faults.strikes('late_event');
    if (late !== null) return this.#deliver(event, time + late.whole(100, 8000));
    this.#lastDelivery = Math.max(this.#lastDelivery, time + dice.whole(1, 25));
    this.#deliver(event, this.#lastDelivery);
    const doubled = faults.strikes('doubled_event');
    if (doubled !== null) this.#deliver(event, this.#lastDelivery + doubled.whole(1, 5000));
  }

  #deliver(event: VenueEvent, at: number): void {
    this.#options.life.at(at, () => {
      // What the listener could not do is told to the process by other ways.
      this.#listener?.(event).catch(() => undefined);
    });
  }

  #ask<T>(what: string, answer: () => T): Promise<T> {
    const { life, watcher, exchange } = this.#options;
    if (!life.alive) return never();
    watcher.asks(what);
    const judged = (): Answered<T> =>
      exchange.maintenance
        ? { fault: new VenueFault('maintenance', 'maintenance', 3000) }
        : { value: answer() };
    return new Promise((resolve, reject) => {
      this.#request(judged, (reached, retry) => {
        if (retry === undefined) return { fault: new VenueFault('unreachable', reached) };
        return { fault: new VenueFault('rate_limited', reached, retry) };
      }, (answered) => {
        if ('value' in answered) resolve(answered.value);
        else reject(answered.fault);
      });
    });
  }

  #send<T extends SubmitOutcome | CancelOutcome>(
    count: number,
    act: () => readonly T[],
  ): Promise<readonly T[]> {
    type Outcomes = readonly (T | ReturnType<typeof failed>)[];
    return new Promise((resolve) => {
      this.#request<Outcomes>(
        act,
        (why, retry) => Array.from({ length: count }, () => failed(why, retry)),
        (outcomes) => resolve(outcomes as readonly T[]),
        true,
      );
    });
  }

  /** One request on its way: `act` at the venue, `told` in this process. */
  #request<T>(
    act: () => T,
    fail: (why: string, retryAfterMs?: number) => T,
    told: (answer: T) => void,
    deadly = false,
  ): void {
    const { life, network, faults, dice, instant } = this.#options;
    const { schedule } = life;
    if (instant === true) return told(network.up ? act() : fail('the network is down'));
    const strikes = (name: FaultName) => faults.strikes(name);
    const kill = (name: FaultName): boolean => deadly && strikes(name) !== null;
    if (kill('kill_before_send')) return life.end('before a request was sent');
    const sent = schedule.time;
    const answer = (ms: number, value: T): void => {
      life.at(sent + ms, () => {
        if (kill('kill_before_answer')) return life.end('before an answer was heard');
        told(value);
      });
    };
    const retry = this.#limited();
    if (!network.up) return answer(dice.whole(5, 200), fail('the network is down'));
    if (retry !== null) return answer(20, fail('too many requests', retry));
    if (strikes('lost_request') !== null) return answer(TIMEOUT_MS, fail('timeout'));
    if (strikes('server_error_before') !== null) return answer(60, fail('status 502'));
    const late = strikes('late_execution');
    const up = late === null ? dice.whole(1, 20) : TIMEOUT_MS + late.whole(1, LATE_MS);
    const lost = strikes('lost_answer') !== null;
    const error = strikes('server_error_after') !== null;
    const twice = strikes('doubled_request') !== null;
    const down = (strikes('slow_answer')?.whole(200, 4000) ?? 0) + dice.whole(1, 20);
    schedule.at(sent + up, () => {
      const first = act();
      const value = twice ? act() : first;
      if (kill('kill_after_execution')) return life.end('after the venue did it');
      if (lost || late !== null) return;
      answer(Math.min(up + down, TIMEOUT_MS), error ? fail('status 504') : value);
    });
    if (lost || late !== null) answer(TIMEOUT_MS, fail('timeout'));
  }

  /** Milliseconds to wait when a request is one too many. */
  #limited(): number | null {
    const { network, life, faults } = this.#options;
    const { time } = life.schedule;
    const { requests } = network;
    while ((requests[0] ?? Infinity) <= time - 60_000) requests.shift();
    if (requests.length >= REQUESTS_PER_MINUTE) return 60_000 - (time - (requests[0] ?? time));
    requests.push(time);
    return faults.strikes('rate_limited')?.whole(500, 5000) ?? null;
  }
}

function failed(why: string, retryAfterMs?: number) {
  if (retryAfterMs === undefined) return { status: 'unknown', message: why } as const;
  const refusal = { status: 'rejected', reason: 'rate_limited', message: why } as const;
  return { ...refusal, retry_after_ms: retryAfterMs };
}

function tooMany(count: number): InvariantError {
  return new InvariantError(`${count} in a batch of at most ${BATCH}`);
}

/** The promise of a dead process. */
function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

function orderView(
  { exchange, life }: SimVenueOptions,
  order: ExchangeOrder,
  as: 'listed' | 'true' = 'listed',
): VenueOrder {
  const { market } = exchange;
  const stale = as === 'listed' && order.stale_until_ms > EPOCH_MS + life.schedule.time;
  const filled = stale && order.filled === order.lots ? 0 : order.filled;
  return {
    client_id: order.client_id,
    venue_order_id: order.venue_order_id,
    side: order.side,
    price: order.ticks === null ? null : priceText(market, order.ticks),
    size: sizeText(market, order.lots),
    filled: sizeText(market, filled),
    status: stale ? 'open' : order.status,
    reduce_only: order.reduce_only,
    at_ms: order.changed_ms,
  };
}

function fillView(market: Exchange['market'], trade: ExchangeTrade): VenueFill {
  const { order } = trade;
  return {
    trade_id: trade.trade_id,
    client_id: order.client_id,
    venue_order_id: order.venue_order_id,
    side: order.side,
    price: priceText(market, trade.ticks),
    size: sizeText(market, trade.lots),
    fee: formatMoney(trade.fee),
    maker: trade.maker,
    at_ms: trade.at_ms,
  };
}
