/**
 * The resting orders in memory, a mirror of what the venue committed. It answers which order a
 * price reaches first: best price, then oldest. It changes nothing on disk.
 */
import type { Money } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';

/** When a price reaches a line: strictly beyond it, or already on it. */
export type FillRule = 'through' | 'touch';

/**
 * What books know of an order: `client_id` names it among those that rest; `ticks` null: no limit.
 */
export interface BookOrder {
  readonly id: number;
  readonly client_id: string;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly filled: number;
}

/** A resting order always has a price. */
export type Resting<O extends BookOrder> = O & { readonly ticks: number };

/** Whether a price makes an order with this limit executable. */
export function isReached(rule: FillRule, side: Side, limit: number, ticks: number): boolean {
  if (ticks === limit) return rule === 'touch';
  return side === 'buy' ? ticks < limit : ticks > limit;
}

/** Lots that are still to be executed. */
export function leftOf(order: Pick<BookOrder, 'lots' | 'filled'>): number {
  return order.lots - order.filled;
}

/** Resting orders of one account. */
export class OrderBook<O extends BookOrder> {
  readonly #market: Market;
  readonly #rule: FillRule;
  readonly #orders = new Map<string, Resting<O>>();
  /** Client ids of orders that had their part of the present move. */
  readonly #held = new Set<string>();
  readonly #notional: Record<Side, Money> = { buy: 0n, sell: 0n };
  readonly #best: Record<Side, Resting<O> | null> = { buy: null, sell: null };

  constructor(market: Market, rule: FillRule) {
    this.#market = market;
    this.#rule = rule;
  }

  get size(): number {
    return this.#orders.size;
  }

  /** Price x open size of all resting orders of a side. */
  notionalOf(side: Side): Money {
    return this.#notional[side];
  }

  get(clientId: string): Resting<O> | null {
    return this.#orders.get(clientId) ?? null;
  }

  /** All resting orders, oldest first. */
  all(): readonly Resting<O>[] {
    return [...this.#orders.values()];
  }

  add(order: Resting<O>): void {
    this.#orders.set(order.client_id, order);
    this.#notional[order.side] += this.#valueOf(order);
    const best = this.#best[order.side];
    if (best === null || isBetter(order, best)) this.#best[order.side] = order;
  }

  remove(order: Resting<O>): void {
    const known = this.#orders.get(order.client_id);
    if (known === undefined) return;
    this.#orders.delete(order.client_id);
    this.#held.delete(order.client_id);
    this.#notional[order.side] -= this.#valueOf(known);
    if (this.#best[order.side]?.id === order.id) this.#findBest(order.side);
  }

  /** An order was executed in part: it keeps its age and waits for the next move. */
  hold(order: Resting<O>): void {
    const known = this.#orders.get(order.client_id);
    if (known === undefined) return;
    this.#notional[order.side] += this.#valueOf(order) - this.#valueOf(known);
    this.#orders.set(order.client_id, order);
    this.#held.add(order.client_id);
    if (this.#best[order.side]?.id === order.id) this.#findBest(order.side);
  }

  /** A new move: every order may be executed again. */
  release(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#findBest('buy');
    this.#findBest('sell');
  }

  /** Whether a price makes a limit executable, by this book's rule. */
  reaches(side: Side, limit: number, ticks: number): boolean {
    return isReached(this.#rule, side, limit, ticks);
  }

  /** The order that a move to `ticks` executes next; null when it reaches none. */
  firstReached(ticks: number): Resting<O> | null {
    for (const best of [this.#best.buy, this.#best.sell]) {
      if (best !== null && this.reaches(best.side, best.ticks, ticks)) return best;
    }
    return null;
  }

  #valueOf(order: Resting<O>): Money {
    return notional(this.#market, order.ticks, leftOf(order));
  }

  #findBest(side: Side): void {
    let best: Resting<O> | null = null;
    for (const other of this.#orders.values()) {
      if (other.side !== side || this.#held.has(other.client_id)) continue;
      if (best === null || isBetter(other, best)) best = other;
    }
    this.#best[side] = best;
  }
}

function isBetter(a: Resting<BookOrder>, b: Resting<BookOrder>): boolean {
  if (a.ticks === b.ticks) return a.id < b.id;
  return a.side === 'buy' ? a.ticks > b.ticks : a.ticks < b.ticks;
}
