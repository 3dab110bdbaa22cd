/**
 * The calls that a bot may make: a token bucket inside its share of the venue's limit, corrected by
 * what the venue's client counts in the venue's own weights, and the pause that the venue asked
 * for. Invariants: in no minute more calls than allowed; what is kept for cancels and closes is
 * used by nothing else, and what is kept for questions by no place. Pure but for its own counters;
 * moments are monotonic ms.
 */
import type { VenueUsage } from '../exchange/port.ts';

/** What a request is for; `close`: an order that only ends the position. */
export type RequestKind = 'place' | 'close' | 'cancel' | 'question';

const MINUTE_MS = 60_000;
/** Who waits may come so much later than it was told. */
const LATE_MS = 500;
/** Share of the limit that may be sent at once; the rest comes back in the course of a minute. */
const BURST = 1 / 4;
/** Shares of the burst that are left alone: by places for all others, by questions for the rest. */
const KEPT: Readonly<Record<RequestKind, number>> = {
  place: 1 / 3,
  question: 1 / 6,
  close: 0,
  cancel: 0,
};

export class RateBudget {
  readonly #whole: number | null;
  #limit: number;
  #burst = 1;
  #perMs = 0;
  #tokens: number;
  #filledAt = 0;
  #heldUntil = 0;
  #placesHeldUntil = 0;
  #short = false;
  /** Questions that wait to be asked together, and until when; single ones and places follow. */
  #promised = { count: 0, until: 0 };

  /** `requestsPerMinute`: of the whole key; null: no limit. */
  constructor(requestsPerMinute: number | null) {
    this.#whole = requestsPerMinute;
    this.#limit = requestsPerMinute ?? 0;
    this.#shape();
    this.#tokens = this.#burst;
  }

  /** Requests a minute within the present share; null: no limit. */
  get requestsPerMinute(): number | null {
    return this.#whole === null ? null : this.#limit;
  }

  /** Whole requests that may be sent now; null without a limit. */
  left(now: number): number | null {
    if (this.#whole === null) return null;
    this.#fill(now);
    return Math.floor(this.#tokens);
  }

  /**
   * Goes on with a share (0 to 1) of the limit: what was saved up beyond it is gone, by what may be
   * sent at once more now.
   */
  grant(share: number, now: number): void {
    if (this.#whole === null) return;
    this.#fill(now);
    this.#limit = this.#whole * share;
    const before = this.#burst;
    this.#shape();
    const grown = Math.max(0, this.#burst - before);
    this.#tokens = Math.min(this.#burst, this.#tokens + grown);
  }

  /** What the venue's client counted: a call may be many requests. */
  counted({ used, allowed }: VenueUsage, now: number): void {
    if (this.#whole === null) return;
    this.#fill(now);
    this.#tokens = Math.min(this.#tokens, Math.max(0, allowed - used));
  }

  /** The venue's client had to hold something back. */
  ranShort(): void {
    this.#short = true;
  }

  /** Whether something had to wait for the budget since this was asked last. */
  takeShortage(): boolean {
    const short = this.#short;
    this.#short = false;
    return short;
  }

  /** Milliseconds until `count` requests of this kind may be sent one after another; 0: now. */
  wait(kind: RequestKind, now: number, count = 1): number {
    const isOrder = kind === 'place' || kind === 'close';
    const until = isOrder ? this.#placesHeldUntil : 0;
    const held = Math.max(0, this.#heldUntil - now, until - now);
    if (this.#whole === null) return held;
    this.#fill(now);
    const ahead = count === 1 && KEPT[kind] > 0 ? this.#ahead(now) : 0;
    const missing = Math.min(this.#burst, this.#keptBy(kind) + ahead + count) - this.#tokens;
    const wait = missing <= 0 ? held : Math.max(held, Math.ceil(missing / this.#perMs));
    if (count > 1) this.#promised = { count: wait > 0 ? count : 0, until: now + wait + LATE_MS };
    if (missing > 0) this.#short = true;
    return wait;
  }

  /** Whether a question must wait for the share, whatever the venue wants. */
  isUsedUp(now: number): boolean {
    if (this.#whole === null) return false;
    this.#fill(now);
    return this.#ahead(now) > 0 || this.#tokens < this.#keptBy('question') + 1;
  }

  /** Milliseconds for which the venue wants no request at all, however urgent; 0: none. */
  silence(now: number): number {
    return Math.max(0, this.#heldUntil - now);
  }

  /** Counts a request that is sent now. */
  take(now: number): void {
    if (this.#whole === null) return;
    this.#fill(now);
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  /** The venue wants silence for so long; no more places, or nothing at all. */
  hold(ms: number, now: number, what: 'places' | 'all' = 'all'): void {
    if (what === 'all') this.#heldUntil = Math.max(this.#heldUntil, now + ms);
    this.#placesHeldUntil = Math.max(this.#placesHeldUntil, now + ms);
  }

  #ahead(now: number): number {
    return now <= this.#promised.until ? this.#promised.count : 0;
  }

  #shape(): void {
    const most = Math.floor(this.#limit);
    this.#burst = Math.max(1, Math.min(2, most), Math.floor(this.#limit * BURST));
    this.#perMs = Math.max(1, this.#limit - this.#burst) / MINUTE_MS;
  }

  /** Of the burst, left alone by a kind: however small the share, one for a cancel. */
  #keptBy(kind: RequestKind): number {
    const part = KEPT[kind];
    if (part === 0) return 0;
    return Math.min(this.#burst - 1, Math.max(1, Math.floor(this.#burst * part)));
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
