/**
 * The engine on a tape of prices: a market without moods that fills by touch or through, whole or
 * in pieces, on a walk or a jump. Faster than `Matching` and with another way of filling; it keeps
 * the executions, the engine the books.
 */
import { applyRate } from '../../src/contract/decimal.ts';
import type { Market } from '../../src/contract/market.ts';
import { notional } from '../../src/contract/market.ts';
import type { EngineCommand, EngineEvent, GridPlan, GridState } from '../../src/engine/index.ts';
import { decide, initialState } from '../../src/engine/index.ts';

type Place = Extract<EngineCommand, { type: 'place' }>;
type NoTime<T> = T extends unknown ? Omit<T, 'at_ms'> : never;

/**
 * How the engine learns of a move: with every line passed (`walk`), with the fills before the price
 * (`jump`), or of the price before the fills (`late`).
 */
export type Way = 'walk' | 'jump' | 'late';

/** An order on the tape; `left` in lots. */
interface Resting {
  readonly order: Place;
  left: number;
}

/** Executions of one order in one move, merged. Ticks and lots. */
export interface Execution {
  readonly side: 'buy' | 'sell';
  readonly ticks: number;
  lots: number;
}

/** One engine on one tape. */
export class Tape {
  readonly resting = new Map<number, Resting>();
  readonly executions: Execution[] = [];
  readonly refused: string[] = [];
  readonly cancelled: number[] = [];
  state: GridState;
  price: number;
  readonly #market: Market;
  readonly #fills: 'touch' | 'through';
  readonly #part: (lots: number) => number;
  #moment = 0;
  #trade = 0;

  /** Of a market order of x lots only `part(x)` are executed. */
  constructor(
    market: Market,
    plan: GridPlan,
    price: number,
    fills: 'touch' | 'through',
    part: (lots: number) => number,
  ) {
    this.#market = market;
    this.#fills = fills;
    this.#part = part;
    this.state = initialState(plan);
    this.price = price;
    this.feed({ type: 'start', ticks: price });
  }

  /**
   * The price goes straight to `target`; `pieces` cuts an order's rest, of an order at the target
   * itself only `touched` of its rest is executed.
   */
  move(
    target: number,
    way: Way,
    pieces: (lots: number) => number[],
    touched: (lots: number) => number,
  ): void {
    const sign = Math.sign(target - this.price);
    const side = sign < 0 ? 'buy' : 'sell';
    const beyond = (order: Place): number => sign * (target - Number(order.ticks));
    const least = this.#fills === 'touch' ? 0 : 1;
    const hit = [...this.resting.values()]
      .filter(({ order }) => sign !== 0 && order.side === side && beyond(order) >= least)
      .sort((a, b) => beyond(b.order) - beyond(a.order));
    if (way !== 'walk') this.price = target;
    if (way === 'late') this.feed({ type: 'price', ticks: target });
    for (const resting of hit) {
      const ticks = Number(resting.order.ticks);
      if (way === 'walk') this.price = ticks + sign * least;
      const lots = beyond(resting.order) === 0 ? touched(resting.left) : resting.left;
      this.#execute(resting, ticks, pieces(lots));
      if (way === 'walk') this.feed({ type: 'price', ticks: this.price });
    }
    this.price = target;
    this.feed({ type: 'price', ticks: target });
  }

  /** Tells the engine something and does what it answers. */
  feed(event: NoTime<EngineEvent>): void {
    this.#moment += 1;
    const timed = { ...event, at_ms: this.#moment } as EngineEvent;
    const { state, commands } = decide(this.#market, this.state, timed);
    this.state = state;
    for (const command of commands) {
      if (command.type === 'place') this.#take(command);
      else if (command.type === 'cancel') this.#cancel(command.id);
    }
  }

  #execute(resting: Resting, ticks: number, pieces: readonly number[]): void {
    const { order } = resting;
    if (pieces.length === 0) return;
    const execution: Execution = { side: order.side, ticks, lots: 0 };
    this.executions.push(execution);
    for (const lots of pieces) {
      execution.lots += lots;
      resting.left -= lots;
      if (resting.left === 0) this.resting.delete(order.id);
      const rate = order.ticks === null ? this.#market.taker_fee : this.#market.maker_fee;
      const fee = applyRate(notional(this.#market, ticks, lots), rate);
      this.#trade += 1;
      const { id, side } = order;
      this.feed({ type: 'fill', trade_id: `t${this.#trade}`, id, side, ticks, lots, fee });
    }
  }

  #cancel(id: number): void {
    if (!this.resting.delete(id)) return;
    this.cancelled.push(id);
    this.feed({ type: 'cancelled', id });
  }

  #take(order: Place): void {
    const resting = { order, left: order.lots };
    if (order.ticks === null) {
      this.feed({ type: 'accepted', id: order.id });
      const lots = this.#part(order.lots);
      if (lots > 0) this.#execute(resting, this.price, [lots]);
      if (lots < order.lots) this.feed({ type: 'cancelled', id: order.id });
      return;
    }
    const crosses = order.side === 'buy' ? order.ticks > this.price : order.ticks < this.price;
    if (crosses) {
      this.refused.push(`${order.side} ${order.ticks}`);
      return this.feed({ type: 'rejected', id: order.id, reason: 'post_only_would_cross' });
    }
    this.resting.set(order.id, resting);
    this.feed({ type: 'accepted', id: order.id });
  }
}
