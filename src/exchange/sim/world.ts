/**
 * A loopback venue without its protocol: markets that move, accounts that trade, time. Everything
 * that happens goes through `act`, which first does what time made due, then acts, then stores, and
 * only then tells; what a face answers after `act` returned is therefore stored.
 */
import { assert } from '../../contract/assert.ts';
import { ticksOf } from '../../contract/market.ts';
import type { Cancel, Clock } from '../../platform/clock.ts';
import { nextStamp, paymentsDue } from '../matching/funding.ts';
import type { FillRule } from '../matching/order-book.ts';
import type { PartialFill } from '../matching/part-plan.ts';
import { hash32 } from '../matching/seeded-hash.ts';
import { SimAccount } from './account.ts';
import type { AccountFacts } from './account.ts';
import { SimDesk, isAlive } from './desk.ts';
import { marginOfAccount } from './margin.ts';
import type { MarginState } from './margin.ts';
import { SimMarket, firstState } from './market.ts';
import type { SimOrder, WorldEvent } from './orders.ts';
import { Records } from './records.ts';
import type { Counters } from './records.ts';
import type { SimStore, StoredWorld } from './store.ts';
import type { SymbolSpec } from './symbols.ts';
import { PriceWalk } from './walk.ts';

/** What a world is made of. */
export interface WorldOptions {
  readonly specs: readonly SymbolSpec[];
  readonly clock: Clock;
  readonly seed: number;
  /** Market time to clock time; 0: prices stand still until they are moved by hand. */
  readonly speed: number;
  readonly fill: FillRule;
  readonly split: PartialFill;
  /** Keeps everything over restarts; null: memory only. */
  readonly store: SimStore | null;
}

/** What is not right with the venue as a whole, set by hand. */
export interface Troubles {
  maintenance: boolean;
  /** Nothing reaches it, and no stream stands. */
  offline: boolean;
  /** Orders that would increase a position are refused for want of margin. */
  no_margin: boolean;
  /** Orders and fills are missing in listings for so long. */
  listing_lag_ms: number;
  /** Listings of open orders show one as it was for so long after its end. */
  stale_listing_ms: number;
  /** A cancel is only taken note of, and done so much later; 0: at once. */
  slow_cancel_ms: number;
  /** Streams are open and say nothing. */
  mute: boolean;
}

/** A venue on a good day. */
export const NO_TROUBLES: Troubles = {
  maintenance: false,
  offline: false,
  no_margin: false,
  listing_lag_ms: 0,
  stale_listing_ms: 0,
  slow_cancel_ms: 0,
  mute: false,
};

const NOTHING_YET: Counters = { order: 0, trade: 0, payment: 0, dated_ms: 0, passed_ms: 0 };
/** How often a running world looks at its clock. */
const BEAT_MS = 100;

export class World {
  readonly records: Records;
  readonly desk: SimDesk;
  readonly troubles: Troubles = { ...NO_TROUBLES };
  readonly seed: number;
  readonly #options: WorldOptions;
  readonly #walk: PriceWalk;
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  /** Symbols whose price is told although nobody trades them. */
  readonly #watched = new Map<string, number>();
  /** The venue's clock less the platform's: set by hand, or passed by hand. */
  #offset_ms = 0;
  #passed_ms = 0;
  #acting = false;
  #stopBeat: Cancel = () => undefined;
  readonly #pending = new Set<Cancel>();

  constructor(options: WorldOptions) {
    const { specs, seed, speed, fill, split, store } = options;
    this.#options = options;
    this.seed = seed;
    const stored = store?.load() ?? null;
    const counters = stored?.counters ?? NOTHING_YET;
    this.#passed_ms = counters.passed_ms;
    const now = Math.max(this.#time(), counters.dated_ms);
    const markets = specs.map((spec, index) => {
      const state = stored?.markets.get(spec.rules.symbol) ?? firstState(spec, now, speed);
      return new SimMarket(spec, hash32(seed, index, 31), state);
    });
    this.records = new Records(markets, { ...counters });
    const marginless = () => this.troubles.no_margin;
    this.desk = new SimDesk(this.records, { now: () => this.now(), split, seed, marginless });
    this.#walk = new PriceWalk(this.desk);
    if (stored !== null) this.#restore(stored, fill);
    for (const sim of markets) {
      // A price that was set by hand stays as it is.
      const isRunning = sim.path.speed > 0 && sim.path.speed !== speed;
      if (isRunning) sim.path.run(Math.max(now, sim.walked_ms), speed);
      if (stored === null) this.records.touchMarket(sim.symbol);
    }
  }

  /** The venue's clock as it tells and judges time, milliseconds. */
  now(): number {
    return this.#time() + this.#offset_ms;
  }

  /** The time of its markets: a clock that is set off moves no price. */
  #time(): number {
    return Math.floor(this.#options.clock.now()) + this.#passed_ms;
  }

  /** The clock without what a test let pass by hand: by it, too, requests may be signed. */
  unpassed(): number {
    return this.now() - this.#passed_ms;
  }

  /** Begins to look at the clock by itself. */
  start(): void {
    this.#stopBeat = this.#options.clock.every(BEAT_MS, () => this.act(() => undefined));
  }

  stop(): void {
    this.#stopBeat();
    for (const cancel of this.#pending) cancel();
    this.act(() => {
      for (const symbol of this.records.busy) this.records.touchMarket(symbol);
    });
    this.#options.store?.close();
  }

  /** Hears everything that happens, after it was stored. */
  subscribe(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Prices of the symbol are told until the function it returns is called. */
  watch(symbol: string): () => void {
    this.#watched.set(symbol, (this.#watched.get(symbol) ?? 0) + 1);
    return () => {
      const left = (this.#watched.get(symbol) ?? 1) - 1;
      if (left === 0) this.#watched.delete(symbol);
      else this.#watched.set(symbol, left);
    };
  }

  /**
   * Does, stores and tells what is due, then what is asked. An action that throws must not have
   * changed anything.
   */
  act<T>(action: () => T): T {
    this.#step(() => this.#keepTime());
    return this.#step(action);
  }

  #step<T>(action: () => T): T {
    assert(!this.#acting, 'one thing happens after the other');
    this.#acting = true;
    let result: T;
    try {
      result = action();
      const changes = this.records.takeChanges();
      if (changes !== null) this.#options.store?.commit(changes, this.records);
    } finally {
      this.#acting = false;
    }
    for (const event of this.records.takeEvents()) {
      for (const listener of this.#listeners) listener(event);
    }
    return result;
  }

  /** A market with its price of now; null: there is none. */
  market(symbol: string): SimMarket | null {
    const sim = this.records.markets.get(symbol);
    if (sim === undefined) return null;
    if (!this.records.busy.has(symbol)) this.#idle(sim, this.#time());
    return sim;
  }

  /** All markets with their prices of now. */
  markets(): readonly SimMarket[] {
    const now = this.#time();
    return [...this.records.markets.values()].map((sim) => {
      if (!this.records.busy.has(sim.symbol)) this.#idle(sim, now);
      return sim;
    });
  }

  /** Open orders as a listing shows them now, oldest first; `symbol` null: of all. */
  listedAlive(account: SimAccount, symbol: string | null): readonly SimOrder[] {
    const { listing_lag_ms, stale_listing_ms } = this.troubles;
    const now = this.now();
    const seen = account
      .alive(symbol)
      .filter(({ at_ms }) => listing_lag_ms === 0 || at_ms <= now - listing_lag_ms);
    if (stale_listing_ms === 0) return seen;
    const ended = [...account.orders.values()].filter((order) => {
      const rested = order.ticks !== null && !isAlive(order) && order.reason === null;
      const isMeant = symbol === null || order.symbol === symbol;
      return rested && isMeant && order.updated_ms > now - stale_listing_ms;
    });
    const open = ended.map((order): SimOrder => {
      const filled = order.filled === order.lots ? 0 : order.filled;
      return { ...order, status: 'open', filled };
    });
    return [...seen, ...open].sort((a, b) => a.id - b.id);
  }

  addAccount(facts: AccountFacts): SimAccount {
    const known = this.records.accounts.get(facts.name);
    if (known !== undefined) return known;
    const account = new SimAccount(facts, this.#options.fill);
    this.records.accounts.set(facts.name, account);
    this.act(() => this.records.touchAccount(facts.name));
    return account;
  }

  /** Changes what is fixed on an account. */
  setFacts(account: SimAccount, more: Partial<AccountFacts>): void {
    account.facts = { ...account.facts, ...more };
    this.records.touchAccount(account.name);
  }

  /** Moves a price through every price between; afterwards it stands. */
  moveTo(symbol: string, price: string): void {
    const sim = this.records.market(symbol);
    const ticks = ticksOf(sim.market, price);
    assert(ticks !== null && ticks > 0, `${price} is a price of ${symbol}`);
    this.act(() => {
      this.market(symbol);
      sim.path.set(this.#time(), ticks);
      this.records.touchMarket(symbol);
      this.#walk.moveTo(sim, ticks);
      this.records.price(symbol);
    });
  }

  /** Sets how far the mark is from the last price, ticks. */
  setPremium(symbol: string, ticks: number): void {
    const sim = this.records.market(symbol);
    const before = sim.premium;
    sim.premium = ticks;
    for (const account of this.records.accounts.values()) {
      account.rewatch(sim.market, before, ticks);
    }
    this.records.touchMarket(symbol);
    this.records.price(symbol);
  }

  /** Does something later by the platform's clock, unless the venue was stopped by then. */
  later(ms: number, action: () => void): void {
    const { clock } = this.#options;
    const cancel = clock.after(ms, () => {
      this.#pending.delete(cancel);
      this.act(action);
    });
    this.#pending.add(cancel);
  }

  /** Lets a price run from where it is; 0: it stands. */
  run(symbol: string, speed: number): void {
    this.act(() => {
      this.market(symbol)?.path.run(this.#time(), speed);
      this.records.touchMarket(symbol);
    });
  }

  /** Lets time go by at once, step by step where prices run. */
  pass(ms: number): void {
    this.#passed_ms += ms;
    this.act(() => {
      this.records.counters.passed_ms = this.#passed_ms;
      for (const name of this.records.accounts.keys()) this.records.touchAccount(name);
    });
  }

  /** Sets the venue's clock so far from the platform's. */
  setOffset(ms: number): void {
    this.#offset_ms = ms;
    this.act(() => undefined);
  }

  /** Lets every position of a symbol pay funding now, as of the next stamp. */
  nextFunding(symbol: string): void {
    const sim = this.records.market(symbol);
    const now = this.#time();
    const stamp = nextStamp(Math.max(sim.funded_ms, now), sim.spec.funding_interval_ms);
    this.pass(stamp - now);
  }

  margin(account: SimAccount): MarginState {
    return marginOfAccount(account, (symbol) => this.records.market(symbol));
  }

  #keepTime(): void {
    const now = this.#time();
    for (const symbol of this.records.busy) {
      const sim = this.records.market(symbol);
      const before = sim.present;
      this.#walk.advance(sim, now, (at_ms) => this.#fund(sim, at_ms));
      if (sim.present !== before) this.records.price(symbol);
    }
    for (const symbol of this.#watched.keys()) {
      if (this.records.busy.has(symbol)) continue;
      const sim = this.records.market(symbol);
      const before = sim.present;
      this.#idle(sim, now);
      if (sim.present !== before) this.records.price(symbol);
    }
    for (const account of this.records.accounts.values()) this.#missDeadMen(account, this.now());
  }

  /** A market in which nobody has anything: nothing is missed by not walking it. */
  #idle(sim: SimMarket, now: number): void {
    sim.present = sim.path.at(now);
    sim.walked_ms = now;
    sim.funded_ms = Math.max(sim.funded_ms, now);
  }

  #fund(sim: SimMarket, now: number): void {
    const { market, fundingRate, fundingRateText: rate, mark, symbol, funded_ms } = sim;
    if (now <= funded_ms) return;
    const every = sim.spec.funding_interval_ms;
    for (const account of this.records.accounts.values()) {
      const holding = account.holdings.get(symbol);
      if (holding === undefined) continue;
      const { lots } = holding.sums;
      const position = { lots, ticks: mark };
      for (const due of paymentsDue(market, position, fundingRate, funded_ms, now, every)) {
        const { amount, at_ms } = due;
        holding.sums = { ...holding.sums, funding: holding.sums.funding + amount };
        this.records.counters.payment += 1;
        const id = this.records.counters.payment;
        this.records.payment({ id, account: account.name, symbol, amount, rate, lots, at_ms });
      }
    }
    sim.funded_ms = now;
  }

  #missDeadMen(account: SimAccount, now: number): void {
    const due = Object.entries(account.facts.dead_men).filter(([, at_ms]) => at_ms <= now);
    if (due.length === 0) return;
    const left = Object.entries(account.facts.dead_men).filter(([, at_ms]) => at_ms > now);
    this.setFacts(account, { dead_men: Object.fromEntries(left) });
    for (const [symbol] of due) {
      const orders: readonly SimOrder[] = account.alive(symbol === '*' ? null : symbol);
      for (const order of orders) this.desk.cancel(account, order, 'dead_man');
    }
  }

  #restore(stored: StoredWorld, fill: FillRule): void {
    for (const facts of stored.accounts) {
      this.records.accounts.set(facts.name, new SimAccount(facts, fill));
    }
    for (const order of stored.orders) {
      const sim = this.records.market(order.symbol);
      this.records.account(order.account).keep(order, sim.market, sim.premium);
      this.records.busy.add(order.symbol);
    }
    for (const { account, symbol, sums } of stored.sums) {
      this.records.account(account).holding(this.records.market(symbol).market).sums = sums;
    }
    for (const fill of stored.fills) this.records.account(fill.account).fills.push(fill);
    for (const each of stored.payments) this.records.account(each.account).payments.push(each);
  }
}
