/**
 * One account of a loopback venue: one balance over all symbols, what it holds and what it asked
 * for on each. It records and answers; `desk.ts` decides what happens to it.
 */
import { assert } from '../../contract/assert.ts';
import type { Decimal, Money } from '../../contract/decimal.ts';
import type { Market } from '../../contract/market.ts';
import type { Account as Sums } from '../matching/account.ts';
import { OrderBook } from '../matching/order-book.ts';
import type { FillRule, Resting } from '../matching/order-book.ts';
import { StopBook } from '../matching/stop-book.ts';
import type { SimFill, SimOrder, SimPayment } from './orders.ts';

/** The secrets of an account, as its face reads them; texts that only the face understands. */
export type SimKeys = Readonly<Record<string, string>>;

/** What is fixed or set by hand on an account. */
export interface AccountFacts {
  readonly name: string;
  /** Counts from 1. */
  readonly number: number;
  readonly keys: SimKeys;
  readonly starting: Money;
  /** Fees of this account; null: those of the market. */
  readonly maker_fee: Decimal | null;
  readonly taker_fee: Decimal | null;
  /** Leverage where no symbol has its own; null: what the market allows. */
  readonly leverage: number | null;
  /** Leverage by symbol. */
  readonly leverages: Readonly<Record<string, number>>;
  /** Moments at which what rests is cancelled: by symbol, `*` for all. */
  readonly dead_men: Readonly<Record<string, number>>;
  readonly can_trade: boolean;
}

/** A stop as its book counts it: in last prices, by the way it waits for. */
export interface StopEntry {
  readonly id: number;
  readonly client_id: string;
  /** `sell`: fires when the price has fallen to it. */
  readonly side: SimOrder['side'];
  readonly ticks: null;
  readonly lots: number;
  readonly filled: number;
  readonly stop_ticks: number;
}

/** What an account has on one symbol. */
export interface Holding {
  readonly market: Market;
  /** Its own sums: `starting` is always 0, the account's cash is over all symbols. */
  sums: Sums;
  readonly book: OrderBook<SimOrder>;
  readonly stops: StopBook<StopEntry>;
}

const NOTHING: Sums = { starting: 0n, realised: 0n, fees: 0n, funding: 0n, lots: 0, cost: 0n };

export class SimAccount {
  facts: AccountFacts;
  readonly holdings = new Map<string, Holding>();
  /** Every order it ever had, by id, oldest first. */
  readonly orders = new Map<number, SimOrder>();
  readonly fills: SimFill[] = [];
  readonly payments: SimPayment[] = [];
  readonly #byClientId = new Map<string, number>();
  readonly #rule: FillRule;

  constructor(facts: AccountFacts, rule: FillRule) {
    this.facts = facts;
    this.#rule = rule;
  }

  get name(): string {
    return this.facts.name;
  }

  /** Start, realised profit, fees and funding of all symbols. */
  get cash(): Money {
    let cash = this.facts.starting;
    for (const { sums } of this.holdings.values()) {
      cash += sums.realised - sums.fees + sums.funding;
    }
    return cash;
  }

  holding(market: Market): Holding {
    const { symbol } = market.rules;
    const known = this.holdings.get(symbol);
    if (known !== undefined) return known;
    const book = new OrderBook<SimOrder>(market, this.#rule);
    const made: Holding = { market, sums: NOTHING, book, stops: new StopBook() };
    this.holdings.set(symbol, made);
    return made;
  }

  /** The order a client named so, whatever became of it. */
  named(clientId: string): SimOrder | null {
    const id = this.#byClientId.get(clientId);
    return id === undefined ? null : (this.orders.get(id) ?? null);
  }

  /** Orders that rest or wait, oldest first. */
  alive(symbol: string | null): readonly SimOrder[] {
    const found: SimOrder[] = [];
    for (const [name, { book, stops }] of this.holdings) {
      if (symbol !== null && name !== symbol) continue;
      found.push(...book.all(), ...stops.all().map(({ id }) => this.order(id)));
    }
    return found.sort((a, b) => a.id - b.id);
  }

  order(id: number): SimOrder {
    const order = this.orders.get(id);
    assert(order !== undefined, `order ${id} of ${this.name} is recorded`);
    return order;
  }

  /** Records an order as it is now and lets it rest, wait or go accordingly. */
  keep(order: SimOrder, market: Market, premium: number): void {
    const { book, stops } = this.holding(market);
    const known = this.orders.get(order.id);
    this.orders.set(order.id, order);
    this.#byClientId.set(order.client_id, order.id);
    if (known?.status === 'waiting') stops.remove(stopOf(known, premium));
    if (order.status === 'waiting') stops.add(stopOf(order, premium));
    const rested = known === undefined ? null : restingOf(known);
    const rests = restingOf(order);
    // In part executed, it had its part of the present move.
    if (rested !== null && rests !== null && rested.filled !== rests.filled) book.hold(rests);
    else {
      if (rested !== null) book.remove(rested);
      if (rests !== null) book.add(rests);
    }
  }

  /** The mark has moved against the last price: stops that watch it wait elsewhere. */
  rewatch(market: Market, before: number, premium: number): void {
    const { stops } = this.holding(market);
    for (const order of stops.all().map(({ id }) => this.order(id))) {
      stops.remove(stopOf(order, before));
      stops.add(stopOf(order, premium));
    }
  }
}

/** The order as it rests; null: it does not. */
function restingOf(order: SimOrder): Resting<SimOrder> | null {
  const { ticks, status } = order;
  return status === 'open' && ticks !== null ? { ...order, ticks } : null;
}

function stopOf(order: SimOrder, premium: number): StopEntry {
  const { id, client_id, lots, filled, trigger } = order;
  assert(trigger !== null, 'a waiting order has a trigger');
  const stop_ticks = trigger.by === 'mark' ? trigger.ticks - premium : trigger.ticks;
  const side = trigger.falls ? 'sell' : 'buy';
  return { id, client_id, side, ticks: null, lots, filled, stop_ticks };
}
