/**
 * The venue's time as the bot knows it. An embedded venue's market time is not a wall clock and is
 * not measured.
 */
import type { Venue } from '../exchange/port.ts';
import { ServerClock } from '../exchange/wire/server-clock.ts';
import type { Clock } from '../platform/clock.ts';

export class VenueClock {
  readonly #venue: Venue;
  readonly #clock: ServerClock;

  constructor(venue: Venue, clock: Clock) {
    this.#venue = venue;
    this.#clock = new ServerClock(clock, () => venue.serverTime());
  }

  /** The venue's time as far as it is known, else our own; milliseconds since the epoch. */
  now(): number {
    return this.#clock.now();
  }

  /** Milliseconds by which our wall clock is behind the venue's; null while not measured. */
  get offset(): number | null {
    return this.#clock.offset;
  }

  /** Asks the venue for its time; rejects with what the venue rejects with. */
  async measure(): Promise<void> {
    if (!this.#venue.capabilities.lockstep) await this.#clock.measure();
  }
}
