/**
 * Aster's clock as this process knows it: measured at the venue, carried on by the monotonic clock,
 * so that no jump and no skew of the wall clock reaches a stamp. Invariants: it runs behind the
 * venue's by the way of an answer, not ahead of it; so the nonces of this process, each given once,
 * lie above those of any that ended before it, as long as a restart takes over a millisecond.
 */
import { VenueFault } from '../port.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Stamps } from './sign.ts';

/** A measurement older than this is made anew beside the requests: clocks drift. */
const FRESH_MS = 5 * 60_000;
/** Nonces so far ahead of the venue's clock, in microseconds, were all refused. */
const REFUSED_AHEAD = 10_000_000;

export class VenueTime implements Stamps {
  readonly #clock: Clock;
  readonly #ask: (purpose: 'cancel' | 'question') => Promise<number>;
  /** What the venue said, and when it was heard on the monotonic clock. */
  #heard: { readonly venueMs: number; readonly at: number } | null = null;
  #measuring: Promise<void> | null = null;
  #toldMs = 0;
  #lastNonce = 0;
  /** The last nonce before one that was far above it: those above were perhaps all refused. */
  #beforeLeap = 0;

  /** `ask` puts the question for the venue's time, ms; as a cancel where one may wait for it. */
  constructor(clock: Clock, ask: (purpose: 'cancel' | 'question') => Promise<number>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Resolves when stamps can be given; rejects with the fault of a venue that does not say. */
  async ready(): Promise<void> {
    if (this.#heard === null) return this.#measure();
    if (this.#clock.monotonic() - this.#heard.at < FRESH_MS) return;
    // The old measurement still serves: an order does not wait for a better one.
    this.#measure().catch((error: unknown) => {
      if (!(error instanceof VenueFault)) throw error;
    });
  }

  /** Asks the venue now; what this answers never goes back. */
  async now(): Promise<number> {
    this.#learn(await this.#ask('question'));
    this.#toldMs = Math.max(this.#toldMs, Math.floor(this.present()));
    return this.#toldMs;
  }

  /** The venue refused a stamp: the measurement is worth nothing, e.g. after a sleep. */
  distrust(): void {
    this.#heard = null;
  }

  /** Milliseconds with their fraction; 0 before `ready`. */
  present(): number {
    if (this.#heard === null) return 0;
    const { venueMs, at } = this.#heard;
    return venueMs + this.#clock.monotonic() - at;
  }

  timestamp(): string {
    return String(Math.floor(this.present()));
  }

  nonce(): string {
    const micros = Math.floor(this.present() * 1000);
    if (this.#lastNonce > micros + REFUSED_AHEAD) this.#lastNonce = this.#beforeLeap;
    if (micros > this.#lastNonce + REFUSED_AHEAD) this.#beforeLeap = this.#lastNonce;
    this.#lastNonce = Math.max(micros, this.#lastNonce + 1);
    return String(this.#lastNonce);
  }

  #measure(): Promise<void> {
    this.#measuring ??= this.#ask('cancel')
      .then((venueMs) => this.#learn(venueMs))
      .finally(() => {
        this.#measuring = null;
      });
    return this.#measuring;
  }

  #learn(venueMs: number): void {
    this.#heard = { venueMs, at: this.#clock.monotonic() };
  }
}
