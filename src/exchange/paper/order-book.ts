/**
 * The resting orders in memory, a mirror of what the ledger committed. It answers which order a
 * price reaches first: best price, then oldest. It changes nothing on disk.
 */
import type { Money } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import type { PaperOrder } from './ledger.ts';

/** When a price reaches a line: strictly beyond it, or already on it. */
export type FillRule = 'through' | 'touch';

/** A resting order always has a price. */
export type RestingOrder = PaperOrder & { readonly ticks: number };

/** Whether a price makes an order with this limit executable. */
export function isReached(rule: FillRule, side: Side, limit: number, ticks: number): boolean {
  if (ticks === limit) return rule === 'touch';
  return side === 'buy' ? ticks < limit : ticks > limit;
}

/** Resting orders of one account. */
export class OrderBook {
  readonly #market: Market;
  readonly #rule: FillRule;
  readonly #orders = new Map<string, RestingOrder>();
  readonly #notional: Record<Side, Money> = { buy: 0n, sell: 0n };
  readonly #best: Record<Side, RestingOrder | null> = { buy: null, sell: null };

  constructor(market: Market, rule: FillRule) {
    this.#market = market;
    this.#rule = rule;
  }

  get size(): number {
    return this.#orders.size;
  }

  /** Price x size of all resting orders of a side. */
  notionalOf(side: Side): Money {
    return this.#notional[side];
  }

  get(clientId: string): RestingOrder | null {
    return this.#orders.get(clientId) ?? null;
  }

  /** All resting orders, oldest first. */
  all(): readonly RestingOrder[] {
    return [...this.#orders.values()];
  }

  add(order: RestingOrder): void {
    this.#orders.set(order.client_id, order);
    this.#notional[order.side] += notional(this.#market, order.ticks, order.lots);
    const best = this.#best[order.side];
    if (best === null || isBetter(order, best)) this.#best[order.side] = order;
  }

  remove(order: RestingOrder): void {
    if (!this.#orders.delete(order.client_id)) return;
    this.#notional[order.side] -= notional(this.#market, order.ticks, order.lots);
    if (this.#best[order.side]?.id !== order.id) return;
    let best: RestingOrder | null = null;
    for (const other of this.#orders.values()) {
      if (other.side !== order.side) continue;
      if (best === null || isBetter(other, best)) best = other;
    }
    this.#best[order.side] = best;
  }

  /** Whether a price makes a limit executable, by this book's rule. */
  reaches(side: Side, limit: number, ticks: number): boolean {
    return isReached(this.#rule, side, limit, ticks);
  }

  /** The order that a move to `ticks` executes first; null when it reaches none. */
  firstReached(ticks: number): RestingOrder | null {
    for (const best of [this.#best.buy, this.#best.sell]) {
      if (best !== null && this.reaches(best.side, best.ticks, ticks)) return best;
    }
    return null;
  }
}

function isBetter(a: RestingOrder, b: RestingOrder): boolean {
  if (a.ticks === b.ticks) return a.id < b.id;
  return a.side === 'buy' ? a.ticks > b.ticks : a.ticks < b.ticks;
}
