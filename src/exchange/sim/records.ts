/**
 * All that a loopback venue knows: accounts, markets, the ids it gave, and what changed since the
 * last commit. A change is told only after it was stored; without a store it is told at once.
 */
import { assert } from '../../contract/assert.ts';
import type { SimAccount } from './account.ts';
import type { SimMarket } from './market.ts';
import type { OrderChange, SimFill, SimOrder, SimPayment, WorldEvent } from './orders.ts';

/** What a commit stores. */
export interface Changes {
  readonly orders: ReadonlyMap<number, SimOrder>;
  readonly fills: readonly SimFill[];
  readonly payments: readonly SimPayment[];
  readonly accounts: ReadonlySet<string>;
  readonly markets: ReadonlySet<string>;
}

/** The last ids given, and the latest moment at which anything is dated. */
export interface Counters {
  order: number;
  trade: number;
  payment: number;
  dated_ms: number;
  /** Time that was let pass by hand. */
  passed_ms: number;
}

export class Records {
  readonly accounts = new Map<string, SimAccount>();
  readonly markets: ReadonlyMap<string, SimMarket>;
  readonly counters: Counters;
  /** Symbols on which any account ever had an order: the only ones that are walked. */
  readonly busy = new Set<string>();
  readonly #events: WorldEvent[] = [];
  #orders = new Map<number, SimOrder>();
  #fills: SimFill[] = [];
  #payments: SimPayment[] = [];
  #accounts = new Set<string>();
  #markets = new Set<string>();

  constructor(markets: readonly SimMarket[], counters: Counters) {
    this.markets = new Map(markets.map((each) => [each.symbol, each]));
    this.counters = counters;
  }

  market(symbol: string): SimMarket {
    const found = this.markets.get(symbol);
    assert(found !== undefined, `${symbol} is a market`);
    return found;
  }

  account(name: string): SimAccount {
    const found = this.accounts.get(name);
    assert(found !== undefined, `${name} is an account`);
    return found;
  }

  /** A date for something that happens at `now_ms`: dates never go back. */
  date(now_ms: number): number {
    this.counters.dated_ms = Math.max(this.counters.dated_ms, Math.floor(now_ms));
    return this.counters.dated_ms;
  }

  /** Records an order as it is now, with the fill that made it so. */
  order(order: SimOrder, change: OrderChange, fill: SimFill | null = null): void {
    const sim = this.market(order.symbol);
    this.busy.add(order.symbol);
    this.account(order.account).keep(order, sim.market, sim.premium);
    this.#orders.set(order.id, order);
    this.#markets.add(order.symbol);
    if (fill !== null) {
      this.account(fill.account).fills.push(fill);
      this.#fills.push(fill);
      this.#accounts.add(fill.account);
    }
    this.#events.push({ type: 'order', change, order, fill });
    if (fill === null) return;
    this.#events.push({ type: 'position', account: fill.account, symbol: fill.symbol });
  }

  payment(payment: SimPayment): void {
    this.account(payment.account).payments.push(payment);
    this.#payments.push(payment);
    this.#accounts.add(payment.account);
    this.#markets.add(payment.symbol);
    this.#events.push({ type: 'funding', payment });
  }

  price(symbol: string): void {
    this.#events.push({ type: 'price', symbol });
  }

  touchAccount(name: string): void {
    this.#accounts.add(name);
  }

  touchMarket(symbol: string): void {
    this.#markets.add(symbol);
  }

  /** What is to be stored now; null: nothing changed. */
  takeChanges(): Changes | null {
    const changes = {
      orders: this.#orders,
      fills: this.#fills,
      payments: this.#payments,
      accounts: this.#accounts,
      markets: this.#markets,
    };
    const nothing = this.#orders.size + this.#accounts.size + this.#markets.size === 0;
    if (nothing) return null;
    this.#orders = new Map();
    this.#fills = [];
    this.#payments = [];
    this.#accounts = new Set();
    this.#markets = new Set();
    return changes;
  }

  /** What is to be told now, in order. */
  takeEvents(): readonly WorldEvent[] {
    return this.#events.splice(0);
  }
}
