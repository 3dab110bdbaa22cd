/**
 * What a client may send, in the venue's own weights: one token bucket for each limit of the venue,
 * scaled by the share that was granted, and the silence that the venue asked for. Invariants: in no
 * minute more than allowed; what is kept for cancels and closes is used by nothing else, and what
 * is kept for questions by no place. A request that does not fit is never queued: who asks is told
 * how long to wait.
 */
import type { Clock } from '../../platform/clock.ts';
import type { VenueUsage } from '../port.ts';

/** What a request is for; `close`: an order at market that only ends the position. */
export type Purpose = 'place' | 'close' | 'cancel' | 'question';

/** What a request costs, by the names of the limits. */
export type Cost = Readonly<Record<string, number>>;

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** Share of a limit that may be sent at once; the rest comes back in the course of a minute. */
const BURST = 1 / 4;
/** Shares of the burst that are left alone: by places for all others, by questions for the rest. */
const KEPT: Readonly<Record<Purpose, number>> = {
  place: 1 / 3,
  question: 1 / 6,
  close: 0,
  cancel: 0,
};

/** One limit of a venue. */
class Bucket {
  readonly #perMinute: number;
  readonly #sent: { readonly at: number; weight: number }[] = [];
  #share = 1;
  #burst = 1;
  #perMs = 0;
  #tokens = 0;
  #filledAt: number;

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute;
    this.#filledAt = now;
    this.grant(1, now);
    this.#tokens = this.#burst;
  }

  grant(share: number, now: number): void {
    this.#fill(now);
    this.#share = share;
    const allowed = this.#perMinute * share;
    const before = this.#burst;
    this.#burst = Math.max(1, Math.min(2, Math.floor(allowed)), Math.floor(allowed * BURST));
    // However small the share is, a bucket fills.
    this.#perMs = Math.max(allowed - this.#burst, allowed / 2) / MINUTE_MS;
    // What a larger share may send at once it may send now: nobody else has it any more.
    const grown = Math.max(0, this.#burst - before);
    this.#tokens = Math.min(this.#tokens + grown, this.#burst);
  }

  wait(weight: number, purpose: Purpose, now: number): number {
    this.#fill(now);
    // However small the share: what is no cancel leaves one for a cancel.
    const least = KEPT[purpose] === 0 ? 0 : Math.min(1, this.#burst - 1);
    const kept = Math.max(least, Math.floor(this.#burst * KEPT[purpose]));
    // One heavier than the burst goes when the bucket is full, and is paid back after.
    const missing = Math.min(weight + kept, this.#burst) - this.#tokens;
    return missing > 0 ? Math.ceil(missing / this.#perMs) : 0;
  }

  take(weight: number, now: number): void {
    this.#fill(now);
    this.#tokens -= weight;
    this.#count(weight, now);
  }

  /** So much was used by all who share the limit: of the rest no more than our share is left. */
  used(weight: number, now: number): void {
    this.#fill(now);
    this.#tokens = Math.min(this.#tokens, Math.max(0, this.#perMinute - weight) * this.#share);
  }

  usage(now: number): VenueUsage {
    this.#count(0, now);
    const used = this.#sent.reduce((sum, { weight }) => sum + weight, 0);
    return { used, allowed: Math.floor(this.#perMinute * this.#share) };
  }

  // Sums of seconds, so that a busy minute takes no more room than a quiet one.
  #count(weight: number, now: number): void {
    const second = now - (now % SECOND_MS);
    while ((this.#sent[0]?.at ?? now) <= now - MINUTE_MS) this.#sent.shift();
    const last = this.#sent.at(-1);
    if (last?.at === second) last.weight += weight;
    else if (weight > 0) this.#sent.push({ at: second, weight });
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
  #heldUntil = 0;

  /** `limits`: what may be sent a minute, by name; the first is what `usage` tells. */
  constructor(limits: Readonly<Record<string, number>>, clock: Clock) {
    this.#clock = clock;
    const now = clock.monotonic();
    const named = Object.entries(limits);
    this.#buckets = new Map(named.map(([name, most]) => [name, new Bucket(most, now)]));
    [[this.#counted] = ['']] = named;
  }

  /** Counts a request that is sent now and answers 0; else the ms after which it may be sent. */
  take(cost: Cost, purpose: Purpose): number {
    const wait = this.wait(cost, purpose);
    if (wait > 0) return wait;
    const now = this.#clock.monotonic();
    for (const [name, weight] of Object.entries(cost)) this.#buckets.get(name)?.take(weight, now);
    return 0;
  }

  /** Milliseconds after which so much may be sent at once; 0: now. */
  wait(cost: Cost, purpose: Purpose): number {
    const now = this.#clock.monotonic();
    let wait = Math.max(0, Math.ceil(this.#heldUntil - now));
    for (const [name, weight] of Object.entries(cost)) {
      wait = Math.max(wait, this.#buckets.get(name)?.wait(weight, purpose, now) ?? 0);
    }
    return wait;
  }

  /** The venue wants silence for so long, whatever a request is for. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.monotonic() + ms);
  }

  /** The venue says how much of a limit was used within its minute, by us and by others. */
  used(name: string, weight: number): void {
    this.#buckets.get(name)?.used(weight, this.#clock.monotonic());
  }

  /** Takes a share (0 to 1) of the limit `name`, of every one where none is named, from now on. */
  grant(share: number, name: string | null = null): void {
    const part = Math.min(1, Math.max(0, share));
    for (const [each, bucket] of this.#buckets) {
      if (name === null || each === name) bucket.grant(part, this.#clock.monotonic());
    }
  }

  /** What was sent of a limit (the first where none is named) within the last minute. */
  usage(name = this.#counted): VenueUsage {
    const bucket = this.#buckets.get(name);
    return bucket?.usage(this.#clock.monotonic()) ?? { used: 0, allowed: 0 };
  }
}
