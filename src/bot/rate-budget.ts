/**
 * The calls that a bot may make: a token bucket inside the venue's limit, corrected by what the
 * venue's client counts in the venue's own weights, and the pause that the venue asked for.
 * Invariants: in no minute more calls than allowed; what is kept for questions and cancels is never
 * used for placing. Pure but for its own counters; moments are monotonic ms.
 */
import type { VenueUsage } from '../exchange/port.ts';

/** What a request is for; cancels and questions may use what places may not. */
export type RequestKind = 'place' | 'cancel' | 'question';

const MINUTE_MS = 60_000;
/** Share of the limit that may be sent at once; the rest comes back in the course of a minute. */
const BURST = 1 / 4;
/** Share of the burst that places leave alone. */
const RESERVE = 1 / 3;

export class RateBudget {
  #requestsPerMinute: number | null;
  #burst = 1;
  #perMs = 0;
  #tokens: number;
  #filledAt = 0;
  #heldUntil = 0;

  constructor(requestsPerMinute: number | null) {
    this.#requestsPerMinute = requestsPerMinute;
    this.#spread(requestsPerMinute ?? 0);
    this.#tokens = this.#burst;
  }

  /** Requests a minute; null: no limit. */
  get requestsPerMinute(): number | null {
    return this.#requestsPerMinute;
  }

  /**
   * The venue's client counted: a call may be many requests, and a share of what the account may
   * send may have been granted since.
   */
  counted({ used, allowed }: VenueUsage, now: number): void {
    if (this.#requestsPerMinute === null) return;
    this.#fill(now);
    if (allowed !== this.#requestsPerMinute) this.#spread(allowed);
    this.#requestsPerMinute = allowed;
    this.#tokens = Math.min(this.#tokens, this.#burst, Math.max(0, allowed - used));
  }

  /** Whole requests that may be sent now; null without a limit. */
  left(now: number): number | null {
    if (this.requestsPerMinute === null) return null;
    this.#fill(now);
    return Math.floor(this.#tokens);
  }

  /** Milliseconds until a request of this kind may be sent; 0: now. */
  wait(kind: RequestKind, now: number): number {
    const held = Math.max(0, this.#heldUntil - now);
    if (this.requestsPerMinute === null) return held;
    this.#fill(now);
    const kept = kind === 'place' ? Math.floor(this.#burst * RESERVE) : 0;
    const missing = kept + 1 - this.#tokens;
    return Math.max(held, missing > 0 ? Math.ceil(missing / this.#perMs) : 0);
  }

  /** Counts a request that is sent now. */
  take(now: number): void {
    if (this.requestsPerMinute === null) return;
    this.#fill(now);
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  /** The venue wants silence for so long. */
  hold(ms: number, now: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, now + ms);
  }

  #spread(limit: number): void {
    this.#burst = Math.max(1, Math.floor(limit * BURST));
    this.#perMs = Math.max(1, limit - this.#burst) / MINUTE_MS;
  }

  #fill(now: number): void {
    const came = Math.max(0, now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + came);
    this.#filledAt = Math.max(now, this.#filledAt);
  }
}

/** Orders placed within the last minute, against a fence of the instance. */
export class PlacementCount {
  readonly #moments: number[] = [];

  /** Whether one more order at `now` stays within `max`; counts it when it does. */
  allows(max: number | null, now: number): boolean {
    while ((this.#moments[0] ?? now) <= now - MINUTE_MS) this.#moments.shift();
    if (max !== null && this.#moments.length >= max) return false;
    this.#moments.push(now);
    return true;
  }
}
