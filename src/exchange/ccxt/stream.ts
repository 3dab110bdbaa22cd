/**
 * What a ccxt exchange tells by itself, as hints: prices by stream or, where there is none, by
 * asking; orders by stream where there is one. What it says of an order only makes trades and order
 * be asked for: no size or state of a stream is ever believed.
 */
import { Delivery } from '../wire/delivery.ts';
import { VenueFault } from '../port.ts';
import type { VenueEvent, VenueFill, VenueListener, VenueOrder } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { correctionsOf } from './corrections.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder } from './exchange.ts';
import { messageOf } from './faults.ts';
import { priceOf } from './parse.ts';

export interface CcxtStreamParts {
  readonly exchange: CcxtExchange;
  readonly market: CcxtMarket;
  readonly options: WireOptions;
  readonly price: () => Promise<{ last: string; mark: string; at_ms: number }>;
  readonly fillsSince: (sinceMs: number) => Promise<readonly VenueFill[]>;
  /** Orders by the venue's ids, as far as they are found so. */
  readonly orders: (ids: readonly string[]) => Promise<ReadonlyMap<string, VenueOrder>>;
  /** Whether this process cancels an order: then it finds out itself how that ended. */
  readonly isCancelled: (id: string) => boolean;
  readonly listener: VenueListener;
}

/** Between two questions for the price where no stream tells it. */
const POLL_MS = 3000;
/** First and longest pause after a stream broke. */
const BROKEN_FIRST_MS = 1000;
const BROKEN_MOST_MS = 30_000;
/** Trades are asked for again so far back: they may be listed late. */
const OVERLAP_MS = 60_000;
/** Fills that were told, so that each is told once. */
const TOLD_KEPT = 5000;

export class CcxtStream {
  readonly #parts: CcxtStreamParts;
  readonly #delivery: Delivery;
  readonly #loops: Promise<void>[] = [];
  #closed = false;
  readonly #toldFills = new Set<string>();
  /** Who waits for a step, and stops waiting at the close. */
  readonly #waiting = new Set<() => void>();
  readonly #ended = new Set<string>();
  #fillsDue = false;
  #following = false;

  constructor(parts: CcxtStreamParts) {
    this.#parts = parts;
    this.#delivery = new Delivery(parts.listener);
  }

  begin(): void {
    const { has } = this.#parts.exchange;
    this.#delivery.push({ type: 'connected' });
    const prices = has['watchTicker'] === true ? () => this.#watchPrice() : () => this.#askPrice();
    this.#loops.push(this.#loop(prices));
    if (has['watchOrders'] === true) this.#loops.push(this.#loop(() => this.#watchOrders()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#delivery.close();
    for (const resolve of this.#waiting) resolve();
    await Promise.all(this.#loops);
  }

  /** Does a step again and again; after one that failed, with growing pauses. */
  async #loop(step: () => Promise<void>): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      try {
        await this.#unlessClosed(step());
        if (failures > 0) this.#push({ type: 'connected' });
        failures = 0;
      } catch (error) {
        if (failures === 0) this.#push({ type: 'disconnected', reason: messageOf(error) });
        failures += 1;
        await this.#pause(Math.min(BROKEN_MOST_MS, BROKEN_FIRST_MS * 2 ** (failures - 1)));
      }
    }
  }

  #push(event: VenueEvent): void {
    if (!this.#closed) this.#delivery.push(event);
  }

  /**
   * A watch that never answers must not hold a close. Not raced with one promise of a whole life:
   * that would keep something of every tick.
   */
  #unlessClosed(step: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      step.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
    });
  }

  #pause(ms: number): Promise<void> {
    return this.#unlessClosed(this.#parts.options.clock.delay(ms));
  }

  async #watchPrice(): Promise<void> {
    const { exchange, market, options } = this.#parts;
    const ticker = await exchange.watchTicker(market.symbol);
    if (ticker.last === undefined) return;
    this.#push({ type: 'price', ...priceOf(ticker, options.clock.now()) });
  }

  async #askPrice(): Promise<void> {
    this.#push({ type: 'price', ...(await this.#parts.price()) });
    await this.#pause(POLL_MS);
  }

  async #watchOrders(): Promise<void> {
    const { exchange, market } = this.#parts;
    const orders = await exchange.watchOrders(market.symbol);
    const { watched = (same: CcxtOrder) => same } = correctionsOf(exchange.id);
    const changed = orders.map(watched);
    for (const { id, status, filled = 0 } of changed) {
      if (filled > 0) this.#fillsDue = true;
      // What rests is known from its submit, what was filled from its trades.
      if (id === undefined || status === 'open' || status === 'closed') continue;
      if (!this.#parts.isCancelled(id)) this.#ended.add(id);
    }
    // Not waited for: what is told while nobody watches is lost.
    if (!this.#following) void this.#follow();
  }

  /** Asks for what the stream hinted at, until there is nothing more. */
  async #follow(): Promise<void> {
    this.#following = true;
    try {
      for (;;) {
        if (this.#closed || (!this.#fillsDue && this.#ended.size === 0)) return;
        if (this.#fillsDue) {
          this.#fillsDue = false;
          await this.#tellFills();
        } else {
          const ids = [...this.#ended];
          this.#ended.clear();
          await this.#tellEnds(ids);
        }
      }
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      this.#push({ type: 'gap', reason: error.message });
    } finally {
      this.#following = false;
    }
  }

  /** Streams leave fields out: the orders are asked for. */
  async #tellEnds(ids: readonly string[]): Promise<void> {
    const found = await this.#parts.orders(ids);
    for (const id of ids) {
      const order = found.get(id);
      if (order !== undefined) this.#push({ type: 'order', order });
      else this.#push({ type: 'gap', reason: `order ${id} ended, and is not found` });
    }
  }

  async #tellFills(): Promise<void> {
    const { options, fillsSince } = this.#parts;
    for (const fill of await fillsSince(options.clock.now() - OVERLAP_MS)) {
      if (this.#toldFills.has(fill.trade_id)) continue;
      if (this.#toldFills.size >= TOLD_KEPT) this.#toldFills.clear();
      this.#toldFills.add(fill.trade_id);
      this.#push({ type: 'fill', fill });
    }
  }
}
