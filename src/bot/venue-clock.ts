/**
 * The venue's time, measured against our own and carried on by the monotonic clock: neither a wrong
 * wall clock nor one that jumps moves it. An embedded venue's market time is not a wall clock and
 * is not measured.
 */
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';

interface Measurement {
  /** The venue's time at `monotonic`, milliseconds. */
  readonly venue: number;
  readonly monotonic: number;
  /** Half of the round trip: the most the measurement can be wrong by. */
  readonly error: number;
}

/** A clock of quartz drifts by less than this: an old measurement loses trust so fast. */
const DRIFT_PER_MS = 0.0001;

export class VenueClock {
  readonly #venue: Venue;
  readonly #clock: Clock;
  #best: Measurement | null = null;

  constructor(venue: Venue, clock: Clock) {
    this.#venue = venue;
    this.#clock = clock;
  }

  /** The venue's time as far as it is known, else our own; milliseconds since the epoch. */
  now(): number {
    if (this.#best === null) return this.#clock.now();
    // Whole, as it is stored.
    return Math.round(this.#best.venue + this.#clock.monotonic() - this.#best.monotonic);
  }

  /** Milliseconds by which our wall clock is behind the venue's; null while not measured. */
  get offset(): number | null {
    return this.#best === null ? null : Math.round(this.now() - this.#clock.now());
  }

  /** Asks the venue for its time; rejects with what the venue rejects with. */
  async measure(): Promise<void> {
    if (this.#venue.capabilities.lockstep) return;
    const sent = this.#clock.monotonic();
    const venue = await this.#venue.serverTime();
    const monotonic = this.#clock.monotonic();
    const error = (monotonic - sent) / 2;
    // Of two measurements the one that can be wrong by less, age included, is the better.
    const age = this.#best === null ? 0 : (monotonic - this.#best.monotonic) * DRIFT_PER_MS;
    if (this.#best !== null && this.#best.error + age < error) return;
    this.#best = { venue: venue + error, monotonic, error };
  }
}
