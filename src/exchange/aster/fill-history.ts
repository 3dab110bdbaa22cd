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
import { listUntilNow } from './span.ts';

/** How far back executions are asked for, ms. */
export const FILLS_MS = 90 * 86_400_000;
const RULES = { longest_ms: 7 * 86_400_000 - 1, most: 1000 };
/** So much of the span listed last is asked for again: executions may be listed late. */
const OVERLAP_MS = 120_000;
/** Executions that are kept. */
const KEPT = 2000;
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

/** Every execution from `from` to `until`, ms. */
interface Known {
  readonly from: number;
  readonly until: number;
  readonly fills: readonly VenueFill[];
}

export class FillHistory {
  readonly #parts: FillParts;
  #known: Known = { from: Infinity, until: 0, fills: [] };

  constructor(parts: FillParts) {
    this.#parts = parts;
  }

  /** Executions from a moment on, that moment included. */
  async since(sinceMs: number, quote: string, rates: FeeRates): Promise<readonly VenueFill[]> {
    const known = this.#known;
    let start = 0;
    const { rows, now } = await listUntilNow(
      this.#parts.connection.time,
      (begun) => (start = this.#startOf(known, sinceMs, begun)),
      RULES,
      (from, to) => this.#page(from, to, quote, rates),
    );
    const fills = unique(await this.#named(rows, now));
    // What was known before this span goes on to be known, where the two meet.
    const isJoined = start >= known.from && start <= known.until;
    const kept = isJoined ? known.fills.filter(({ at_ms }) => at_ms < start) : [];
    const all = [...kept, ...fills];
    const oldest = all.length > KEPT ? (all[all.length - KEPT]?.at_ms ?? 0) : 0;
    this.#known = {
      from: Math.max(isJoined ? known.from : start, oldest),
      until: now,
      fills: all.filter(({ at_ms }) => at_ms >= oldest),
    };
    return all.filter(({ at_ms }) => at_ms >= sinceMs);
  }

  /** Where to begin to ask, ms: at the end of what is known, or at the beginning. */
  #startOf(known: Known, sinceMs: number, now: number): number {
    const from = Math.max(0, Math.floor(sinceMs), now - FILLS_MS);
    return known.from <= from ? Math.max(from, known.until - OVERLAP_MS) : from;
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
