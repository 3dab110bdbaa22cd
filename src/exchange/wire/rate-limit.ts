/**
 * What a client may send, in the venue's own weights: one token bucket for each limit of the venue,
 * scaled by the share that was granted, and the silence that the venue asked for. Invariants: in no
 * minute more than allowed; what is kept for cancels is used by nothing else, and what is kept for
 * questions by no place. A request that does not fit is never queued: who asks is told how long to
 * wait.
 */
import type { Clock } from '../../platform/clock.ts';
import type { VenueUsage } from '../port.ts';

/** What a request is for. */
export type Purpose = 'place' | 'cancel' | 'question';

/** What a request costs, by the names of the limits. */
export type Cost = Readonly<Record<string, number>>;

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** Share of a limit that may be sent at once; the rest comes back in the course of a minute. */
const BURST = 1 / 4;
/** Shares of the burst that are left alone: by places for all others, by questions for cancels. */
const KEPT: Readonly<Record<Purpose, number>> = { place: 1 / 3, question: 1 / 6, cancel: 0 };

/** One limit of a venue. */
class Bucket {
  readonly perMinute: number;
  #burst = 1;
  #perMs = 0;
  #tokens = 0;
  #filledAt: number;

  constructor(perMinute: number, now: number) {
    this.perMinute = perMinute;
    this.#filledAt = now;
    this.share(1);
    this.#tokens = this.#burst;
  }

  share(share: number): void {
    const allowed = this.perMinute * share;
    this.#burst = Math.max(1, Math.min(2, Math.floor(allowed)), Math.floor(allowed * BURST));
    // However small the share is, a bucket fills.
    this.#perMs = Math.max(allowed - this.#burst, allowed / 2) / MINUTE_MS;
    this.#tokens = Math.min(this.#tokens, this.#burst);
  }

  wait(weight: number, purpose: Purpose, now: number): number {
    this.#fill(now);
    // However small the share: what is no cancel leaves one for a cancel.
    const least = purpose === 'cancel' ? 0 : Math.min(1, this.#burst - 1);
    const kept = Math.max(least, Math.floor(this.#burst * KEPT[purpose]));
    // One heavier than the burst goes when the bucket is full, and is paid back after.
    const missing = Math.min(weight + kept, this.#burst) - this.#tokens;
    return missing > 0 ? Math.ceil(missing / this.#perMs) : 0;
  }

  take(weight: number, now: number): void {
    this.#fill(now);
    this.#tokens -= weight;
  }

  /** No more than so much is left for now, whatever we have counted. */
  cap(left: number, now: number): void {
    this.#fill(now);
    this.#tokens = Math.min(this.#tokens, left);
  }

  #fill(now: number): void {
    const came = Math.max(0, now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + came);
    this.#filledAt = Math.max(now, this.#filledAt);
  }
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #buckets: ReadonlyMap<string, Bucket>;
  readonly #counted: string;
  readonly #perMinute: number;
  readonly #sent: { readonly at: number; weight: number }[] = [];
  #share = 1;
  #heldUntil = 0;

  /** `limits`: what may be sent a minute, by name; the first is what `usage` tells. */
  constructor(limits: Readonly<Record<string, number>>, clock: Clock) {
    this.#clock = clock;
    const now = clock.monotonic();
    const named = Object.entries(limits);
    this.#buckets = new Map(named.map(([name, most]) => [name, new Bucket(most, now)]));
    [this.#counted, this.#perMinute] = named[0] ?? ['', 0];
  }

  /** Counts a request that is sent now and answers 0; else the ms after which it may be sent. */
  take(cost: Cost, purpose: Purpose): number {
    const now = this.#clock.monotonic();
    const wait = this.#wait(cost, purpose, now);
    if (wait > 0) return wait;
    for (const [name, weight] of Object.entries(cost)) this.#buckets.get(name)?.take(weight, now);
    this.#count(cost[this.#counted] ?? 0, now);
    return 0;
  }

  /** The venue wants silence for so long, whatever a request is for. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.monotonic() + ms);
  }

  /**
   * The venue says how much of a limit was used by all who share it: of the rest we take our share.
   */
  used(name: string, weight: number): void {
    const bucket = this.#buckets.get(name);
    const left = Math.max(0, (bucket?.perMinute ?? 0) - weight) * this.#share;
    bucket?.cap(left, this.#clock.monotonic());
  }

  /** Takes a share (0 to 1) of every limit from now on. */
  grant(share: number): void {
    this.#share = Math.min(1, Math.max(0, share));
    for (const bucket of this.#buckets.values()) bucket.share(this.#share);
  }

  usage(): VenueUsage {
    this.#count(0, this.#clock.monotonic());
    const used = this.#sent.reduce((sum, { weight }) => sum + weight, 0);
    return { used, allowed: Math.floor(this.#perMinute * this.#share) };
  }

  #wait(cost: Cost, purpose: Purpose, now: number): number {
    let wait = Math.max(0, Math.ceil(this.#heldUntil - now));
    for (const [name, weight] of Object.entries(cost)) {
      wait = Math.max(wait, this.#buckets.get(name)?.wait(weight, purpose, now) ?? 0);
    }
    return wait;
  }

  // Sums of seconds, so that a busy minute takes no more room than a quiet one.
  #count(weight: number, now: number): void {
    const second = now - (now % SECOND_MS);
    while ((this.#sent[0]?.at ?? now) <= now - MINUTE_MS) this.#sent.shift();
    const last = this.#sent.at(-1);
    if (last?.at === second) last.weight += weight;
    else if (weight > 0) this.#sent.push({ at: second, weight });
  }
}
