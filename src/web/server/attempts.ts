/**
 * How often an address gave a wrong token: after a few within a minute it must wait, whatever it
 * gives. Addresses are forgotten; a flood of them takes no more memory than a thousand.
 */
import type { Clock } from '../../platform/clock.ts';

const WINDOW_MS = 60_000;
const MOST_FAILURES = 10;
const MOST_ADDRESSES = 1000;

interface Failures {
  count: number;
  readonly since: number;
}

/** The wrong tokens of the last minute. */
export class Attempts {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds that `address` has to wait; 0: it may try. */
  waitOf(address: string): number {
    const failures = this.#current(address);
    if (failures === null || failures.count < MOST_FAILURES) return 0;
    return Math.ceil((failures.since + WINDOW_MS - this.#clock.monotonic()) / 1000);
  }

  /** Notes a wrong token of `address`. */
  failed(address: string): void {
    const failures = this.#current(address);
    if (failures !== null) {
      failures.count += 1;
      return;
    }
    if (this.#failures.size >= MOST_ADDRESSES) this.#forgetOldest();
    this.#failures.set(address, { count: 1, since: this.#clock.monotonic() });
  }

  #current(address: string): Failures | null {
    const failures = this.#failures.get(address);
    if (failures === undefined) return null;
    if (this.#clock.monotonic() < failures.since + WINDOW_MS) return failures;
    this.#failures.delete(address);
    return null;
  }

  #forgetOldest(): void {
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }
}
