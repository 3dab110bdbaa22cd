/**
 * A tiny market for engine tests: it rests, fills and refuses what the engine sends, and keeps a
 * ledger of its own to compare with. It is no venue: everything is answered at once unless a test
 * holds it back.
 */
import { expect } from 'vitest';
import type { Money } from '../../src/contract/decimal.ts';
import { applyRate } from '../../src/contract/decimal.ts';
import type { Market, MarketRules } from '../../src/contract/market.ts';
import { makeMarket, notional } from '../../src/contract/market.ts';
import type { DesignInput, EngineCommand, EngineEvent, GridPlan } from '../../src/engine/index.ts';
import {
  auditIdentity,
  decide,
  decodeState,
  design,
  encodeState,
  figures,
  gridState,
  initialState,
  ladder,
  liveOrders,
  previewAdjust,
} from '../../src/engine/index.ts';
import type { AdjustDiff, GridState } from '../../src/engine/index.ts';

type Place = Extract<EngineCommand, { type: 'place' }>;
type NoTime<T> = T extends unknown ? Omit<T, 'at_ms'> : never;

/** An order resting on the test market. */
export interface Resting {
  readonly order: Place;
  left: number;
}

/** A market with tick 1, lot 1 and no fees unless told otherwise. */
export function testMarket(rules: Partial<MarketRules> = {}): Market {
  return makeMarket({
    symbol: 'TEST',
    base: 'T',
    quote: 'USD',
    tick: '1',
    lot: '1',
    min_quantity: '1',
    min_notional: '0',
    max_orders: 1000,
    maker_fee: '0',
    taker_fee: '0',
    max_leverage: '100',
    maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.005', amount: '0' }] },
    ...rules,
  });
}

/** The plan of a wish that must be sound. */
export function planOf(market: Market, input: Partial<DesignInput>): GridPlan {
  const tens = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10 };
  const result = design(market, { ...tens, order_quantity: 1, ...input });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

/** One engine and the market it trades on. */
export class Matching {
  readonly market: Market;
  state: GridState;
  price: number;
  readonly resting = new Map<number, Resting>();
  readonly placed: Place[] = [];
  readonly notes: string[] = [];
  readonly trades: { id: number; side: string; ticks: number; lots: number }[] = [];
  position = 0;
  cash: Money = 0n;
  /** Lots of the next market order that execute; the rest is cancelled. */
  marketPart: (lots: number) => number = (lots) => lots;
  /** A reason to refuse an order, or null. */
  refuse: (order: Place) => string | null = () => null;
  /** While true, cancels wait in `heldCancels`. */
  holdCancels = false;
  readonly heldCancels: number[] = [];
  /** Orders that get lost on the way: no answer comes until a test says what became of them. */
  lose: (order: Place) => boolean = () => false;
  readonly unanswered = new Map<number, Place>();
  /** Orders that are over for the engine but not executed: what is left of them may fill late. */
  readonly gone: Resting[] = [];
  /** Commands in the order in which they were decided. */
  readonly #queue: EngineCommand[] = [];
  #busy = false;
  #now = 0;
  #trade = 0;

  constructor(market: Market, plan: GridPlan, price: number) {
    this.market = market;
    this.state = initialState(plan);
    this.price = price;
  }

  start(): this {
    return this.feed({ type: 'start', ticks: this.price });
  }

  /** Feeds one event and everything that follows from it. */
  feed(event: NoTime<EngineEvent>): this {
    this.#now += 1;
    const before = plainText(this.state);
    const old = this.state;
    const timed = { ...event, at_ms: this.#now } as EngineEvent;
    const { state, commands } = decide(this.market, old, timed);
    expect(plainText(old)).toBe(before);
    this.state = state;
    for (const command of commands) if (command.type === 'place') this.#sees(command);
    this.#queue.push(...commands);
    if (this.#busy) return this;
    this.#busy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#perform(next);
    this.#busy = false;
    return this;
  }

  /** Moves the price in a straight line and fills what it touches, in price order. */
  moveTo(target: number, split: (lots: number) => number[] = (lots) => [lots]): this {
    const up = target > this.price;
    for (;;) {
      const side = up ? 'sell' : 'buy';
      const next = [...this.resting.values()]
        .filter(({ order }) => order.side === side && order.ticks !== null)
        .filter(({ order }) => (up ? 1 : -1) * (target - Number(order.ticks)) >= 0)
        .sort((a, b) => (up ? 1 : -1) * (Number(a.order.ticks) - Number(b.order.ticks)))[0];
      if (next === undefined) break;
      const ticks = Number(next.order.ticks);
      this.price = up ? Math.max(this.price, ticks) : Math.min(this.price, ticks);
      for (const lots of split(next.left)) this.fill(next.order.id, lots);
      if (this.resting.get(next.order.id) === next && ticks === target) break;
      if (this.resting.get(next.order.id) === next) this.fill(next.order.id, next.left);
    }
    this.price = target;
    return this.feed({ type: 'price', ticks: target });
  }

  /** Executes part of a resting order at its line. */
  fill(id: number, lots: number): void {
    const resting = this.resting.get(id);
    if (resting === undefined || lots === 0) return;
    const size = Math.min(lots, resting.left);
    resting.left -= size;
    if (resting.left === 0) this.resting.delete(id);
    this.execute(resting.order, Number(resting.order.ticks), size);
  }

  /** The venue takes an order away, or one of our held cancels arrives. */
  cancelled(id: number): this {
    const resting = this.resting.get(id);
    if (resting !== undefined) this.gone.push(resting);
    this.resting.delete(id);
    return this.feed({ type: 'cancelled', id });
  }

  /** It is proved that an order which got lost never arrived; what follows from that arrives. */
  absent(id: number): this {
    this.lose = () => false;
    const order = this.unanswered.get(id);
    if (order === undefined) throw new Error(`order ${id} got lost`);
    this.unanswered.delete(id);
    this.gone.push({ order, left: order.lots });
    return this.feed({ type: 'absent', id });
  }

  /** A price, and a mark price beside it. */
  priceAt(ticks: number, mark: number): this {
    this.price = ticks;
    return this.feed({ type: 'price', ticks, mark_ticks: mark });
  }

  /** An order that got lost arrives at last. */
  arrive(id: number): void {
    const order = this.unanswered.get(id);
    if (order === undefined) return;
    this.unanswered.delete(id);
    if (order.ticks === null) this.#trade_at_market(order);
    else this.#rest(order, order.ticks);
    // Its cancel went out meanwhile and found nothing to cancel; a comparison sends it again.
    const live = liveOrders(this.state).find((known) => known.id === id);
    if (live?.status === 'cancelling' && this.resting.has(id)) this.cancelled(id);
  }

  /** The user takes the venue's position for true. */
  acceptPosition(venueLots: number): this {
    const lots = venueLots - this.state.books.position_lots;
    this.position += lots;
    this.cash -= notional(this.market, this.price, lots);
    return this.feed({ type: 'accept_position', venue_lots: venueLots, ticks: this.price });
  }

  /** Every cancel that was held back arrives. */
  letCancels(): this {
    this.holdCancels = false;
    for (const id of this.heldCancels.splice(0)) if (this.resting.has(id)) this.cancelled(id);
    return this;
  }

  /** The process dies and starts again: the state goes through its text. */
  crash(): this {
    this.state = decodeState(encodeState(this.state));
    return this;
  }

  /** The order that rests at this price; fails when there is none. */
  at(ticks: number): Resting {
    const found = [...this.resting.values()].find(({ order }) => order.ticks === ticks);
    if (found === undefined) throw new Error(`an order rests at ${ticks}: ${this.book()}`);
    return found;
  }

  /** Books an execution in the market's own ledger and tells the engine. */
  execute(order: Place, ticks: number, lots: number): void {
    const rate = order.ticks === null ? this.market.taker_fee : this.market.maker_fee;
    const quote = notional(this.market, ticks, lots);
    const fee = applyRate(quote, rate);
    this.position += order.side === 'buy' ? lots : -lots;
    this.cash += (order.side === 'buy' ? -quote : quote) - fee;
    this.trades.push({ id: order.id, side: order.side, ticks, lots });
    this.#trade += 1;
    const { id, side } = order;
    this.feed({ type: 'fill', trade_id: `t${this.#trade}`, id, side, ticks, lots, fee });
  }

  funding(amount: Money): this {
    this.cash += amount;
    return this.feed({ type: 'funding', amount });
  }

  stop(orders: 'cancel' | 'keep' = 'cancel', position: 'keep' | 'close' = 'keep'): this {
    return this.feed({ type: 'stop', on_stop: { orders, position }, reason: 'user' });
  }

  adjust(plan: GridPlan, position: 'carry' | 'rebalance' = 'carry'): this {
    return this.feed({ type: 'adjust', plan, position });
  }

  preview(plan: GridPlan, position: 'carry' | 'rebalance'): AdjustDiff {
    return previewAdjust(this.market, this.state, plan, position);
  }

  figures(mark = this.price) {
    return figures(this.market, this.state, mark);
  }

  /** `"B100 S120"`: what rests, by price. */
  book(): string {
    return [...this.resting.values()]
      .sort((a, b) => Number(a.order.ticks) - Number(b.order.ticks))
      .map(({ order }) => `${order.side === 'buy' ? 'B' : 'S'}${order.ticks}`)
      .join(' ');
  }

  /**
   * Index of the only line without an order or a waiting one; fails when there is not exactly one.
   */
  emptyLine(): number {
    const empty = ladder(this.market, this.state).filter((line) => line.side === null);
    expect(empty.map((line) => line.ticks)).toHaveLength(1);
    return empty[0]?.index ?? -1;
  }

  reasons(): string[] {
    return ladder(this.market, this.state).flatMap((line) => line.reason ?? []);
  }

  get word(): string {
    return gridState(this.state);
  }

  /** What must hold at every quiet moment, whatever happened. */
  check(): void {
    for (const mark of [this.price, 1, 977]) {
      expect(auditIdentity(this.market, this.state, mark)).toBeNull();
      const total = this.cash + notional(this.market, mark, this.position);
      expect(this.figures(mark).total).toBe(total);
    }
    expect(this.state.books.position_lots).toBe(this.position);
    const ids = liveOrders(this.state).map((order) => order.id);
    const known = [...this.resting.keys(), ...this.unanswered.keys()];
    expect([...ids].sort((a, b) => a - b)).toEqual(known.sort((a, b) => a - b));
    const orders = [...this.resting.values()].map(({ order }) => order);
    const ticks = [...orders, ...this.unanswered.values()].flatMap((order) => order.ticks ?? []);
    expect(new Set(ticks).size).toBe(ticks.length);
    for (const { id, lots, filled } of liveOrders(this.state)) {
      const left = this.resting.get(id)?.left ?? this.unanswered.get(id)?.lots;
      expect(lots - filled).toBe(left);
    }
    for (const line of ladder(this.market, this.state)) {
      if (line.side !== null && line.order_id === null) expect(line.reason).not.toBeNull();
    }
    expect(decodeState(encodeState(this.state))).toEqual(this.state);
  }

  #sees(order: Place): void {
    this.placed.push(order);
    expect(order.generation).toBe(this.state.generation);
    if (order.role === 'close') return;
    expect([this.state.tripped, this.state.mismatch]).toEqual([null, null]);
    if (order.role === 'carry') expect(this.word).not.toBe('stopping');
    else expect(this.word).toBe('running');
  }

  #perform(command: EngineCommand): void {
    if (command.type === 'note') {
      this.notes.push(command.code);
    } else if (command.type === 'cancel') {
      if (this.unanswered.has(command.id)) return;
      if (this.holdCancels) this.heldCancels.push(command.id);
      else if (this.resting.has(command.id)) this.cancelled(command.id);
    } else if (this.lose(command)) {
      this.unanswered.set(command.id, command);
    } else if (command.ticks === null) {
      this.#trade_at_market(command);
    } else {
      this.#rest(command, command.ticks);
    }
  }

  #rest(order: Place, ticks: number): void {
    const crosses = order.side === 'buy' ? ticks > this.price : ticks < this.price;
    const reason = this.refuse(order) ?? (crosses ? 'post_only_would_cross' : null);
    if (reason !== null) {
      this.feed({ type: 'rejected', id: order.id, reason });
      return;
    }
    this.resting.set(order.id, { order, left: order.lots });
    this.feed({ type: 'accepted', id: order.id });
  }

  #trade_at_market(order: Place): void {
    const reason = this.refuse(order);
    if (reason !== null) {
      this.feed({ type: 'rejected', id: order.id, reason });
      return;
    }
    const lots = Math.min(order.lots, this.marketPart(order.lots));
    this.feed({ type: 'accepted', id: order.id });
    if (lots > 0) this.execute(order, this.price, lots);
    if (lots < order.lots) this.feed({ type: 'cancelled', id: order.id });
  }
}

// Not `encodeState`, which remembers the text of what it has seen.
function plainText(state: GridState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}
