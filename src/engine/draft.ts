/**
 * A state in the making: one event's changes on a shallow copy, and the commands they ask for.
 * Arrays are copied at their first change, so the state it was made from is never touched.
 */
import { assert } from '../contract/assert.ts';
import type { Money } from '../contract/decimal.ts';
import { applyRate } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import { textOf } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import type { Side } from '../contract/trading.ts';
import type { Books, Gap, GridState, Parcel, Run, Stopping } from './state.ts';
import { ENDED_KEPT } from './state.ts';
import type { EngineCommand, GridPlan, LiveOrder, OrderRole } from './types.ts';

type SettablePart =
  | ('plan' | 'phase' | 'paused' | 'ticks' | 'mark' | 'layout_line' | 'settled' | 'rebalance')
  | ('mismatch' | 'tripped' | 'loss_base' | 'pending' | 'generation')
  | ('venue_stops' | 'stop_hold');
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What an order to place looks like. */
export interface Placement {
  readonly role: OrderRole;
  readonly gap: number | null;
  readonly side: Side;
  readonly ticks: number | null;
  /** Of a stop order: the price at which it fires. */
  readonly trigger_ticks?: number;
  readonly lots: number;
  readonly reduce_only: boolean;
}

/** One event's work on a state; every mutation of the engine goes through it. */
export class Draft {
  readonly market: Market;
  readonly atMs: number;
  readonly commands: EngineCommand[] = [];
  readonly #state: Mutable<GridState>;
  readonly #books: Mutable<Books>;
  #gaps: Gap[] | null = null;
  #orders: LiveOrder[] | null = null;

  constructor(market: Market, state: GridState, atMs: number) {
    this.market = market;
    this.atMs = atMs;
    this.#books = { ...state.books };
    this.#state = { ...state, turn: state.turn + 1, books: this.#books };
  }

  /** The state so far. */
  get state(): GridState {
    return this.#state;
  }

  get books(): Mutable<Books> {
    return this.#books;
  }

  get plan(): GridPlan {
    return this.#state.plan;
  }

  /** The finished state. */
  done(): GridState {
    return { ...this.#state };
  }

  /** Replaces top-level parts of the state. */
  set(change: Partial<Pick<GridState, SettablePart>>): void {
    Object.assign(this.#state, change);
  }

  setRun(change: Partial<Run>): void {
    this.#state.run = { ...this.#state.run, ...change };
  }

  setStopping(stopping: Stopping | null): void {
    this.#state.stopping = stopping;
  }

  setCarry(carry: readonly Parcel[]): void {
    this.#state.carry = carry;
  }

  setGaps(gaps: readonly Gap[]): void {
    this.#gaps = [...gaps];
    this.#state.gaps = this.#gaps;
  }

  gap(index: number): Gap {
    const gap = this.#state.gaps[index];
    assert(gap !== undefined, `gap ${index} exists`);
    return gap;
  }

  setGap(index: number, change: Partial<Gap>): void {
    if (this.#gaps === null) this.setGaps(this.#state.gaps);
    const gaps = this.#gaps;
    assert(gaps !== null, 'gaps were copied');
    gaps[index] = { ...this.gap(index), ...change };
  }

  line(index: number): number {
    const ticks = this.#state.plan.lines[index];
    assert(ticks !== undefined, `line ${index} exists`);
    return ticks;
  }

  /** Places an order under a new id. */
  place(order: Placement): void {
    const id = this.#state.next_id;
    this.#state.next_id = id + 1;
    const live: LiveOrder = { id, ...order, filled: 0, status: 'sent' };
    if (order.role === 'stop_loss') this.#state.stops = [...this.#state.stops, live];
    else this.#ownOrders().push(live);
    const { generation } = this.#state;
    const postOnly = order.ticks !== null;
    this.commands.push({ type: 'place', id, ...order, post_only: postOnly, generation });
  }

  /** Asks for an order's cancel; it may still execute until the venue says it is gone. */
  cancel(order: LiveOrder): void {
    if (order.status === 'cancelling') return;
    this.setOrder({ ...order, status: 'cancelling' });
    this.commands.push({ type: 'cancel', id: order.id });
  }

  order(id: number): LiveOrder | undefined {
    const { orders, stops } = this.#state;
    const isIt = (order: LiveOrder): boolean => order.id === id;
    return orders.find(isIt) ?? stops.find(isIt);
  }

  setOrder(changed: LiveOrder): void {
    if (changed.role === 'stop_loss') {
      const { stops } = this.#state;
      this.#state.stops = stops.map((stop) => (stop.id === changed.id ? changed : stop));
      return;
    }
    const orders = this.#ownOrders();
    const index = orders.findIndex((order) => order.id === changed.id);
    assert(index >= 0, `order ${changed.id} is live`);
    orders[index] = changed;
  }

  /** Forgets an order that was executed completely. */
  dropOrder(id: number): void {
    if (this.#state.stops.some((stop) => stop.id === id)) {
      this.#state.stops = this.#state.stops.filter((stop) => stop.id !== id);
      return;
    }
    this.#orders = this.#state.orders.filter((order) => order.id !== id);
    this.#state.orders = this.#orders;
  }

  /** Moves an order that rests no more to the ended ones. */
  endOrder(order: LiveOrder): void {
    this.dropOrder(order.id);
    this.#state.ended = [...this.#state.ended.slice(1 - ENDED_KEPT), order];
  }

  setEnded(ended: readonly LiveOrder[]): void {
    this.#state.ended = ended;
  }

  note(code: string, told: Telling): void {
    this.commands.push({ type: 'note', code, text: textOf(told) });
  }

  /** The maker fee of an amount, the fee of a virtual entry. */
  makerFee(quote: Money): Money {
    return applyRate(quote, this.market.maker_fee);
  }

  notional(ticks: number, lots: number): Money {
    return notional(this.market, ticks, lots);
  }

  /** True when the venue takes an order of this size at this price. */
  placeable(ticks: number, lots: number): boolean {
    const { market } = this;
    return lots >= market.min_lots && this.notional(ticks, lots) >= market.min_notional;
  }

  #ownOrders(): LiveOrder[] {
    if (this.#orders === null) {
      this.#orders = [...this.#state.orders];
      this.#state.orders = this.#orders;
    }
    return this.#orders;
  }
}
