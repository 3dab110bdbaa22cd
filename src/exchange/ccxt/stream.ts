/**
 * What a ccxt exchange tells by itself, as hints: prices by stream or, where there is none, by
 * asking; orders by stream where there is one. A change of what was executed makes the trades be
 * asked for, so that no size of a stream is ever believed.
 */
import { Delivery } from '../wire/delivery.ts';
import type { VenueEvent, VenueFill, VenueListener } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { correctionsOf } from './corrections.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder } from './exchange.ts';
import { messageOf } from './faults.ts';
import type { ReadId } from './parse.ts';
import { priceOf, venueOrder } from './parse.ts';

export interface CcxtStreamParts {
  readonly exchange: CcxtExchange;
  readonly market: CcxtMarket;
  readonly read: ReadId;
  readonly options: WireOptions;
  readonly price: () => Promise<{ last: string; mark: string; at_ms: number }>;
  readonly fillsSince: (sinceMs: number) => Promise<readonly VenueFill[]>;
  readonly listener: VenueListener;
}

/** Between two questions for the price where no stream tells it. */
const POLL_MS = 3000;
/** First and longest pause after a stream broke. */
const BROKEN_FIRST_MS = 1000;
const BROKEN_MOST_MS = 30_000;
/** Trades are asked for again so far back: they may be listed late. */
const OVERLAP_MS = 60_000;

export class CcxtStream {
  readonly #parts: CcxtStreamParts;
  readonly #delivery: Delivery;
  readonly #loops: Promise<void>[] = [];
  #closed = false;
  #wake: () => void = () => undefined;
  readonly #ended: Promise<void>;

  constructor(parts: CcxtStreamParts) {
    this.#parts = parts;
    this.#delivery = new Delivery(parts.listener);
    this.#ended = new Promise((resolve) => (this.#wake = resolve));
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
    this.#wake();
  }

  /** Does a step again and again; after one that failed, with growing pauses. */
  async #loop(step: () => Promise<void>): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      try {
        // A watch that never answers must not hold a close.
        await Promise.race([step(), this.#ended]);
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

  #pause(ms: number): Promise<void> {
    return Promise.race([this.#parts.options.clock.delay(ms), this.#ended]);
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
    if (changed.some(({ filled = 0 }) => filled > 0)) await this.#tellFills();
    for (const order of changed) this.#tellOrder(order);
  }

  #tellOrder(order: CcxtOrder): void {
    const { market, read, options } = this.#parts;
    try {
      this.#push({ type: 'order', order: venueOrder(market, order, read) });
    } catch (error) {
      // Streams leave fields out; the next comparison sees what this told.
      options.trace(`an order of the stream could not be read: ${messageOf(error)}`);
      this.#push({ type: 'gap', reason: 'an order of the stream could not be read' });
    }
  }

  async #tellFills(): Promise<void> {
    const { options, fillsSince } = this.#parts;
    for (const fill of await fillsSince(options.clock.now() - OVERLAP_MS)) {
      this.#push({ type: 'fill', fill });
    }
  }
}
