/**
 * A server's time, measured against our own and carried on by the monotonic clock: neither a wrong
 * wall clock nor one that jumps moves it.
 */
import type { Clock } from '../../platform/clock.ts';

interface Measurement {
  /** The server's time at `monotonic`, milliseconds. */
  readonly server: number;
  readonly monotonic: number;
  /** Half of the round trip: the most the measurement can be wrong by. */
  readonly error: number;
}

/** A clock of quartz drifts by less than this: an old measurement loses trust so fast. */
const DRIFT_PER_MS = 0.0001;

export class ServerClock {
  readonly #ask: () => Promise<number>;
  readonly #clock: Clock;
  #best: Measurement | null = null;
  #askedAt: number | null = null;

  /** `ask`: asks the server for its time, ms since the epoch. */
  constructor(clock: Clock, ask: () => Promise<number>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The server's time as far as it is known, else our own; whole ms since the epoch. */
  now(): number {
    if (this.#best === null) return this.#clock.now();
    return Math.round(this.#best.server + this.#clock.monotonic() - this.#best.monotonic);
  }

  /** Milliseconds by which our wall clock is behind the server's; null while not measured. */
  get offset(): number | null {
    return this.#best === null ? null : Math.round(this.now() - this.#clock.now());
  }

  /** Milliseconds since the last measurement that was begun; null before the first. */
  get age(): number | null {
    return this.#askedAt === null ? null : this.#clock.monotonic() - this.#askedAt;
  }

  /** Measures once more; rejects with what asking rejects with. */
  async measure(): Promise<void> {
    const sent = this.#clock.monotonic();
    this.#askedAt = sent;
    const server = await this.#ask();
    const monotonic = this.#clock.monotonic();
    const error = (monotonic - sent) / 2;
    const found = { server: server + error, monotonic, error };
    if (this.#best === null || !isBetter(this.#best, found)) this.#best = found;
  }

  /** Gives up what was measured: the server says that our time is wrong. */
  distrust(): void {
    this.#best = null;
    this.#askedAt = null;
  }
}

// Of two measurements the one that can be wrong by less, age included, is the better; one that the
// other proves wrong (the machine slept, and its monotonic clock with it) is none any more.
function isBetter(known: Measurement, found: Measurement): boolean {
  const passed = found.monotonic - known.monotonic;
  const error = known.error + passed * DRIFT_PER_MS;
  const apart = Math.abs(known.server + passed - found.server);
  return error < found.error && apart <= error + found.error;
}
