/**
 * The truth of the simulated world: an exchange in memory with one account on one symbol. It judges
 * orders, matches them along a straight price move, books fees, funding and position, and never
 * lies; what its clients are told of it, and when, is the business of `venue.ts`. Orders of other
 * clients rest on the same account.
 */
import { applyRate, parseDecimal } from '../../src/contract/decimal.ts';
import type { Money } from '../../src/contract/decimal.ts';
import { lotsOf, notional, ticksOf } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import type { Side } from '../../src/contract/trading.ts';
import { afterTrade, coversMargin } from '../../src/exchange/matching/account.ts';
import type { Account } from '../../src/exchange/matching/account.ts';
import type {
  CancelOutcome,
  OrderRequest,
  RejectReason,
  SubmitOutcome,
} from '../../src/exchange/port.ts';
import type { FaultPlan } from './faults.ts';
import type { TrueFunding, TrueOrder, TrueTrade, VenueTruth } from './truth.ts';

/** How late the venue's listings may be, as it says of itself. */
export const LISTING_LAG_MS = 3000;

/** An order on the exchange. */
export interface ExchangeOrder extends TrueOrder {
  readonly made_ms: number;
  changed_ms: number;
  /** Listings do not show it before this moment. */
  readonly listed_ms: number;
  /** Listings show it as open until this moment although it ended. */
  stale_until_ms: number;
}

/** A trade on the exchange. */
export interface ExchangeTrade extends TrueTrade {
  readonly order: ExchangeOrder;
  readonly maker: boolean;
  readonly listed_ms: number;
}

export interface ExchangeFunding extends TrueFunding {
  readonly at_ms: number;
  readonly listed_ms: number;
}

/** Who is told of everything at once: the stream of the venue and the referees. */
export interface ExchangeWatcher {
  price(): void;
  order(order: ExchangeOrder): void;
  trade(trade: ExchangeTrade): void;
}

export interface ExchangeOptions {
  readonly market: Market;
  readonly ticks: number;
  /** How far the mark price is above the last price, ticks. */
  readonly basis?: number;
  readonly cash: Money;
  /** The venue's clock. */
  readonly now: () => number;
  readonly faults: FaultPlan;
}

export class Exchange implements VenueTruth {
  readonly market: Market;
  readonly orders = new Map<string, ExchangeOrder>();
  readonly trades: ExchangeTrade[] = [];
  readonly fundings: ExchangeFunding[] = [];
  readonly watchers: ExchangeWatcher[] = [];
  /** It takes no orders and answers no questions. */
  maintenance = false;
  /** It refuses every order that would increase the position. */
  noMargin = false;
  /** Most orders that may rest. */
  maxOrders: number;
  /** What others of this account have traded, signed lots. */
  foreignLots = 0;
  readonly #basis: number;
  readonly #now: () => number;
  readonly #faults: FaultPlan;
  readonly #live = new Set<ExchangeOrder>();
  readonly #accounts: { at: number; account: Account }[];
  #ticks: number;
  #account: Account;
  #nextId = 0;

  constructor({ market, ticks, basis = 0, cash, now, faults }: ExchangeOptions) {
    this.market = market;
    this.maxOrders = market.rules.max_orders;
    this.#now = now;
    this.#faults = faults;
    this.#ticks = ticks;
    this.#basis = basis;
    this.#account = { starting: cash, realised: 0n, fees: 0n, funding: 0n, lots: 0, cost: 0n };
    this.#accounts = [{ at: 0, account: this.#account }];
  }

  get ticks(): number {
    return this.#ticks;
  }

  /** The mark price, ticks. */
  get mark(): number {
    return this.#ticks + this.#basis;
  }

  get account(): Account {
    return this.#account;
  }

  /** Orders that rest now. */
  get live(): readonly ExchangeOrder[] {
    return [...this.#live];
  }

  /** The account as it was at this moment. */
  accountAt(ms: number): Account {
    const past = this.#accounts.findLast(({ at }) => at <= ms);
    return past?.account ?? this.#account;
  }

  submit(request: OrderRequest, foreign = false): SubmitOutcome {
    const reason = this.#refusal(request);
    if (reason !== null) return { status: 'rejected', reason, message: `refused: ${reason}` };
    const order = this.#makeOrder(request, foreign);
    this.orders.set(order.client_id, order);
    this.#live.add(order);
    this.#tellOrder(order);
    if (order.ticks === null || this.#crosses(order.side, order.ticks)) this.#takeNow(order);
    return { status: 'accepted', venue_order_id: order.venue_order_id };
  }

  cancel(clientId: string): CancelOutcome {
    const order = this.orders.get(clientId);
    if (order === undefined || order.status !== 'open') return { status: 'gone' };
    this.end(order);
    return { status: 'cancelled' };
  }

  /** Takes an order out of the book: a client's cancel, or the venue's own. */
  end(order: ExchangeOrder): void {
    this.#finish(order, 'cancelled');
  }

  /** Moves the price in a straight line and fills what it passes, in price order. */
  moveTo(target: number): void {
    const up = target > this.#ticks;
    for (;;) {
      const order = this.#nextOnTheWay(target, up);
      if (order === null || order.ticks === null) break;
      this.#ticks = order.ticks;
      this.#fillResting(order);
    }
    this.#ticks = target;
    // The end of the move may touch orders without passing them: a part of them may trade.
    for (const order of this.live) {
      if (order.ticks !== target || order.lots - order.filled < 2) continue;
      const dice = this.#faults.strikes('part_fill');
      if (dice === null) continue;
      const part = dice.whole(1, order.lots - order.filled - 1);
      if (this.#room(order) >= part) this.#trade(order, target, part, true);
    }
    for (const watcher of this.watchers) watcher.price();
  }

  /** A funding stamp: longs pay when `rate` is above zero. */
  fund(rate: string): void {
    const fraction = parseDecimal(rate);
    if (fraction === null) throw new Error(`the funding rate is "${rate}"`);
    const amount = -applyRate(notional(this.market, this.#ticks, this.#account.lots), fraction);
    if (amount === 0n) return;
    this.#setAccount({ ...this.#account, funding: this.#account.funding + amount });
    const at_ms = this.#now();
    this.#nextId += 1;
    const listed_ms = at_ms + this.#lag('late_listing_trade');
    this.fundings.push({ funding_id: `f${this.#nextId}`, amount, at_ms, listed_ms });
  }

  #refusal(request: OrderRequest): RejectReason | null {
    const { market } = this;
    if (this.maintenance) return 'maintenance';
    if (request.client_id.length === 0 || request.client_id.length > 36) return 'bad_client_id';
    if (this.orders.has(request.client_id)) return 'duplicate_client_id';
    const ticks = request.price === null ? null : ticksOf(market, request.price);
    if (request.price !== null && (ticks === null || ticks <= 0)) return 'price_not_on_tick';
    if (request.post_only && ticks === null) return 'post_only_without_price';
    const lots = lotsOf(market, request.size);
    if (lots === null || lots <= 0) return 'size_not_on_lot';
    if (lots < market.min_lots) return 'below_min_quantity';
    const value = notional(market, ticks ?? this.#ticks, lots);
    if (value < market.min_notional && !request.reduce_only) return 'below_min_notional';
    const { side } = request;
    if (request.reduce_only && this.#reducible(side) < 1) return 'reduce_only_would_increase';
    if (request.post_only && ticks !== null && this.#crosses(side, ticks)) {
      return 'post_only_would_cross';
    }
    if (this.#live.size >= this.maxOrders) return 'max_orders';
    if (request.reduce_only) return null;
    const increases = this.#reducible(side) < lots;
    if (this.noMargin && increases) return 'insufficient_margin';
    const resting = this.live
      .filter((order) => order.side === side && !order.reduce_only)
      .reduce((sum, { ticks: at, lots: all, filled }) => {
        return sum + notional(market, at ?? this.#ticks, all - filled);
      }, value);
    const covered = coversMargin(market, this.#account, side, resting, this.#ticks);
    return covered ? null : 'insufficient_margin';
  }

  #makeOrder(request: OrderRequest, foreign: boolean): ExchangeOrder {
    const { market } = this;
    const now = this.#now();
    this.#nextId += 1;
    return {
      client_id: request.client_id,
      venue_order_id: String(this.#nextId),
      foreign,
      side: request.side,
      ticks: request.price === null ? null : ticksOf(market, request.price),
      lots: lotsOf(market, request.size) ?? 0,
      reduce_only: request.reduce_only,
      made_ms: now,
      filled: 0,
      status: 'open',
      changed_ms: now,
      listed_ms: now + (foreign ? 0 : this.#lag('late_listing_order')),
      stale_until_ms: 0,
    };
  }

  // Bid and ask are the last price: an order at it trades at once.
  #crosses(side: Side, ticks: number): boolean {
    return side === 'buy' ? ticks >= this.#ticks : ticks <= this.#ticks;
  }

  #takeNow(order: ExchangeOrder): void {
    const thin = order.lots > 1 ? this.#faults.strikes('thin_market') : null;
    const wanted = thin === null ? order.lots : thin.whole(1, order.lots - 1);
    const lots = Math.min(wanted, this.#room(order));
    if (lots > 0) this.#trade(order, this.#ticks, lots, false);
    if (order.status === 'open') this.#finish(order, 'cancelled');
  }

  #nextOnTheWay(target: number, up: boolean): ExchangeOrder | null {
    let next: ExchangeOrder | null = null;
    for (const order of this.#live) {
      if (order.ticks === null || order.side !== (up ? 'sell' : 'buy')) continue;
      if (up ? order.ticks >= target : order.ticks <= target) continue;
      const nearer = next?.ticks ?? (up ? Infinity : -Infinity);
      if (up ? order.ticks < nearer : order.ticks > nearer) next = order;
    }
    return next;
  }

  // Whole, or in several trades.
  #fillResting(order: ExchangeOrder): void {
    const dice = order.lots - order.filled > 1 ? this.#faults.strikes('part_fill') : null;
    while (order.status === 'open') {
      const left = order.lots - order.filled;
      const part = dice === null || left < 2 ? left : dice.whole(1, left);
      const lots = Math.min(part, this.#room(order));
      if (lots > 0) this.#trade(order, order.ticks ?? this.#ticks, lots, true);
      // A reduce-only order with nothing left to reduce is taken out by the venue.
      if (lots < part) this.#finish(order, 'cancelled');
    }
  }

  /** Lots that an order may still execute. */
  #room(order: ExchangeOrder): number {
    const left = order.lots - order.filled;
    return order.reduce_only ? Math.min(left, Math.max(0, this.#reducible(order.side))) : left;
  }

  #reducible(side: Side): number {
    return side === 'sell' ? this.#account.lots : -this.#account.lots;
  }

  #trade(order: ExchangeOrder, ticks: number, lots: number, maker: boolean): void {
    const { market } = this;
    const rate = maker ? market.maker_fee : market.taker_fee;
    const fee = applyRate(notional(market, ticks, lots), rate);
    const { side } = order;
    this.#setAccount(afterTrade(market, this.#account, { side, ticks, lots, fee }));
    if (order.foreign) this.foreignLots += side === 'buy' ? lots : -lots;
    order.filled += lots;
    const at_ms = this.#now();
    order.changed_ms = at_ms;
    this.#nextId += 1;
    const trade: ExchangeTrade = {
      trade_id: `t${this.#nextId}`,
      order,
      ...{ ticks, lots, fee, maker, at_ms },
      listed_ms: at_ms + this.#lag('late_listing_trade'),
    };
    this.trades.push(trade);
    for (const watcher of this.watchers) watcher.trade(trade);
    if (order.filled === order.lots) this.#finish(order, 'filled');
  }

  #finish(order: ExchangeOrder, status: 'filled' | 'cancelled'): void {
    order.status = status;
    order.changed_ms = this.#now();
    this.#live.delete(order);
    order.stale_until_ms = order.changed_ms + this.#lag('stale_listing');
    this.#tellOrder(order);
  }

  #lag(name: 'late_listing_order' | 'late_listing_trade' | 'stale_listing'): number {
    return this.#faults.strikes(name)?.whole(50, LISTING_LAG_MS) ?? 0;
  }

  #setAccount(account: Account): void {
    this.#account = account;
    this.#accounts.push({ at: this.#now(), account });
    if (this.#accounts.length > 100) this.#accounts.splice(0, 50);
  }

  #tellOrder(order: ExchangeOrder): void {
    for (const watcher of this.watchers) watcher.order(order);
  }
}
