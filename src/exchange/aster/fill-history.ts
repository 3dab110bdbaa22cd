/**
 * The account's executions on one symbol, complete and oldest first. What was listed to its end is
 * kept, so that a quiet account is not asked for weeks again and again. The venue lists executions
 * without the client's order id: orders not heard of are looked up.
 */
import type { VenueFill } from '../port.ts';
import { answerFault } from '../wire/json.ts';
import type { AsterConnection } from './connection.ts';
import { byNumber } from './order-memory.ts';
import type { OrderMemory } from './order-memory.ts';
import { fillOf } from './parse-account.ts';
import type { FeeRates, ListedFill } from './parse-account.ts';
import { orderOf } from './parse-order.ts';
import { ROUTES } from './routes.ts';
import { listSpan } from './span.ts';

/** How far back executions are asked for, ms. */
export const FILLS_MS = 90 * 86_400_000;
const RULES = { longest_ms: 7 * 86_400_000 - 1, most: 1000 };
/** So much of the span listed last is asked for again: executions may be listed late. */
const OVERLAP_MS = 120_000;
/** Executions that are kept. */
const KEPT = 5000;
/** How far what happens now may be ahead of the venue's clock as we know it, ms. */
export const AHEAD_MS = 60_000;
/** Orders that are looked up one by one; more are listed from the oldest on. */
const ONE_BY_ONE = 5;
const LISTED_ORDERS = 1000;
/** An execution older than this whose order is not found belongs to no order of ours, ms. */
const SETTLED_MS = 60_000;

export interface FillParts {
  readonly symbol: string;
  readonly connection: AsterConnection;
  readonly memory: OrderMemory;
}

export class FillHistory {
  readonly #parts: FillParts;
  /** Every execution from `from` to `until`, ms. */
  #known: { readonly from: number; readonly until: number; readonly fills: readonly VenueFill[] } =
    { from: Infinity, until: 0, fills: [] };

  constructor(parts: FillParts) {
    this.#parts = parts;
  }

  /** Executions from a moment on, that moment included. */
  async since(sinceMs: number, quote: string, rates: FeeRates): Promise<readonly VenueFill[]> {
    const { connection } = this.#parts;
    await connection.time.ready();
    const now = Math.floor(connection.time.present());
    const from = Math.max(0, Math.floor(sinceMs), now - FILLS_MS);
    const known = this.#known;
    const isKnown = known.from <= from;
    const start = isKnown ? Math.max(from, known.until - OVERLAP_MS) : from;
    const listed = await listSpan(start, now + AHEAD_MS, RULES, (startTime, endTime) =>
      this.#page(startTime, endTime, quote, rates),
    );
    const fills = await this.#named(listed, now);
    const kept = isKnown ? known.fills.filter(({ at_ms }) => at_ms < start) : [];
    const all = [...kept, ...unique(fills)];
    const dropped = all.length > KEPT ? (all[all.length - KEPT]?.at_ms ?? 0) : 0;
    this.#known = {
      from: Math.max(isKnown ? known.from : from, dropped),
      until: now,
      fills: all.filter(({ at_ms }) => at_ms >= dropped),
    };
    return all.filter(({ at_ms }) => at_ms >= sinceMs);
  }

  async #page(
    startTime: number,
    endTime: number,
    quote: string,
    rates: FeeRates,
  ): Promise<readonly ListedFill[]> {
    const { connection, symbol } = this.#parts;
    const answer = await connection.ask(ROUTES.userTrades, {
      ...{ symbol, startTime: String(startTime), endTime: String(endTime) },
      limit: String(RULES.most),
    });
    return answer.items().map((raw) => fillOf(raw, quote, rates));
  }

  /** Executions with the client ids of their orders. */
  async #named(fills: readonly ListedFill[], now: number): Promise<VenueFill[]> {
    const { memory } = this.#parts;
    await this.#learn(fills);
    return fills.map((fill) => {
      const client_id = memory.clientIdOf(fill.venue_order_id);
      // A liquidation has an order that may be listed nowhere.
      if (client_id === null && now - fill.at_ms < SETTLED_MS) {
        throw answerFault(`trade ${fill.trade_id} is listed, its order is not yet`);
      }
      return { ...fill, client_id: client_id ?? '' };
    });
  }

  async #learn(fills: readonly ListedFill[]): Promise<void> {
    const missing = this.#missing(fills);
    const [oldest] = missing;
    if (oldest === undefined) return;
    if (missing.length > ONE_BY_ONE) await this.#learnFrom(oldest, missing.at(-1) ?? oldest);
    for (const id of this.#missing(fills)) await this.#lookUp(id);
  }

  /** Orders of executions that were not heard of, oldest first. */
  #missing(fills: readonly ListedFill[]): string[] {
    const { memory } = this.#parts;
    const ids = new Set(fills.map(({ venue_order_id }) => venue_order_id));
    return [...ids].filter((id) => memory.clientIdOf(id) === null).sort(byNumber);
  }

  /** Lists orders from one number to another, both included. */
  async #learnFrom(first: string, last: string): Promise<void> {
    const { connection, memory, symbol } = this.#parts;
    for (let from = first; byNumber(from, last) <= 0; ) {
      const limit = String(LISTED_ORDERS);
      const answer = await connection.ask(ROUTES.allOrders, { symbol, orderId: from, limit });
      const orders = answer.items().map(orderOf);
      for (const order of orders) memory.note(order);
      const ids = orders.map(({ order }) => order.venue_order_id).sort(byNumber);
      const furthest = ids.at(-1);
      if (furthest === undefined || orders.length < LISTED_ORDERS) return;
      if (byNumber(furthest, from) <= 0) return;
      from = furthest;
    }
  }

  async #lookUp(orderId: string): Promise<void> {
    const { connection, memory, symbol } = this.#parts;
    const answer = await connection.find(ROUTES.order, { symbol, orderId });
    if (answer !== null) memory.note(orderOf(answer));
  }
}

/** Each trade once, oldest first; of one millisecond in the order of the venue's numbers. */
function unique(fills: readonly VenueFill[]): VenueFill[] {
  const byId = new Map(fills.map((fill) => [fill.trade_id, fill]));
  return [...byId.values()].sort(
    (a, b) => a.at_ms - b.at_ms || byNumber(a.trade_id, b.trade_id),
  );
}
