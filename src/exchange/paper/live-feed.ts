/**
 * The present price of one symbol on a real venue, asked for again and again without a key. It
 * keeps the last price while the venue does not answer, says so, and counts the outages.
 */
import type { Clock } from '../../platform/clock.ts';
import type { MarketData } from '../market-data.ts';
import { VenueFault } from '../port.ts';

/** Between two questions while they are answered. */
const ASK_MS = 1000;
/** Longest pause between two questions that are not. */
const PAUSE_MOST_MS = 30_000;
/** A price older than this is an outage. */
const OLD_MS = 15_000;

/** What a feed asks, and what for. */
export interface LiveFeedParts {
  readonly data: MarketData;
  readonly symbol: string;
  readonly clock: Clock;
}

export class LiveFeed {
  readonly #data: MarketData;
  readonly #symbol: string;
  readonly #clock: Clock;
  #told: (fault: string | null) => void = () => undefined;
  #last: string;
  #answeredAt: number;
  #outages = 0;
  #fault: string | null = null;
  #closed = false;
  #cancel: () => void = () => undefined;

  private constructor(parts: LiveFeedParts, last: string) {
    this.#data = parts.data;
    this.#symbol = parts.symbol;
    this.#clock = parts.clock;
    this.#last = last;
    this.#answeredAt = parts.clock.monotonic();
    this.#askIn(ASK_MS, 0);
  }

  /** Opens the feed with its first price; rejects with the `VenueFault` that stood in the way. */
  static async open(parts: LiveFeedParts): Promise<LiveFeed> {
    const { last } = await parts.data.price(parts.symbol);
    return new LiveFeed(parts, last);
  }

  /** The price told last. */
  get last(): string {
    return this.#last;
  }

  /** How often the venue was silent for so long that prices were missed. */
  get outages(): number {
    return this.#outages;
  }

  /** `told` hears of an outage and of its end (null). */
  watch(told: (fault: string | null) => void): void {
    this.#told = told;
    if (this.#fault !== null) told(this.#fault);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#data.close();
  }

  #askIn(ms: number, failures: number): void {
    if (this.#closed) return;
    this.#cancel = this.#clock.after(ms, () => void this.#ask(failures));
  }

  async #ask(failures: number): Promise<void> {
    try {
      const { last } = await this.#data.price(this.#symbol);
      if (this.#fault !== null) this.#outages += 1;
      this.#last = last;
      this.#answeredAt = this.#clock.monotonic();
      this.#tell(null);
      this.#askIn(ASK_MS, 0);
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      const old = this.#clock.monotonic() - this.#answeredAt > OLD_MS;
      if (old) this.#tell(`no price of ${this.#symbol} from ${this.#data.name}: ${error.message}`);
      const pause = Math.min(PAUSE_MOST_MS, ASK_MS * 2 ** failures);
      this.#askIn(Math.max(pause, error.retry_after_ms ?? 0), failures + 1);
    }
  }

  #tell(fault: string | null): void {
    if (fault === this.#fault || (fault !== null && this.#fault !== null)) return;
    this.#fault = fault;
    if (!this.#closed) this.#told(fault);
  }
}
