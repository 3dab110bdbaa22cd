/**
 * The requests that a bot may send: a token bucket inside the venue's limit, and the pause that the
 * venue asked for. Invariants: in no minute more requests than allowed; what is kept for questions
 * and cancels is never used for placing. Pure but for its own counters; moments are monotonic ms.
 */

/** What a request is for; cancels and questions may use what places may not. */
export type RequestKind = 'place' | 'cancel' | 'question';

const MINUTE_MS = 60_000;
/** Share of the limit that may be sent at once; the rest comes back in the course of a minute. */
const BURST = 1 / 4;
/** Share of the burst that places leave alone. */
const RESERVE = 1 / 3;

export class RateBudget {
  /** Requests a minute; null: no limit. */
  readonly requestsPerMinute: number | null;
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt = 0;
  #heldUntil = 0;

  constructor(requestsPerMinute: number | null) {
    const limit = requestsPerMinute ?? 0;
    this.requestsPerMinute = requestsPerMinute;
    this.#burst = Math.max(1, Math.floor(limit * BURST));
    this.#perMs = Math.max(1, limit - this.#burst) / MINUTE_MS;
    this.#tokens = this.#burst;
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

  #fill(now: number): void {
    const came = Math.max(0, now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + came);
    this.#filledAt = Math.max(now, this.#filledAt);
  }
}

/**
 * Orders placed within the last minute, against a fence of the instance. What an earlier process
 * sent counts from the moment it is dated: a bot that crashes again and again is fenced in, too.
 */
export class PlacementCount {
  readonly #began: number;
  readonly #earlier: (max: number, withinMs: number) => number;
  readonly #moments: number[] = [];

  /** `earlier`: how many, up to `max`, earlier processes sent in the last `withinMs`. */
  constructor(began: number, earlier: (max: number, withinMs: number) => number) {
    this.#began = began;
    this.#earlier = earlier;
  }

  /** Whether one more order at `now` stays within `max`; counts it when it does. */
  allows(max: number | null, now: number): boolean {
    while ((this.#moments[0] ?? now) <= now - MINUTE_MS) this.#moments.shift();
    if (max !== null && this.#moments.length + this.#before(max, now) >= max) return false;
    this.#moments.push(now);
    return true;
  }

  #before(max: number, now: number): number {
    return now - this.#began < MINUTE_MS ? this.#earlier(max, MINUTE_MS) : 0;
  }
}
