/**
 * Calls to one exchange, one at a time, cancels before all that wait: some classes of ccxt take
 * their nonce from the clock, and two requests of one millisecond would collide. Counts what was
 * called in the last minute against what ccxt's spacing lets through.
 */
import type { Clock } from '../../platform/clock.ts';
import type { VenueUsage } from '../port.ts';

const MINUTE_MS = 60_000;

export class Lane {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #moments: number[] = [];
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = false;
  #share = 1;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Makes a call when it is its turn; what it throws is the caller's. */
  run<T>(call: () => Promise<T>, urgent = false): Promise<T> {
    return new Promise((resolve, reject) => {
      (urgent ? this.#urgent : this.#waiting).push(() => call().then(resolve, reject));
      if (!this.#busy) void this.#work();
    });
  }

  grant(share: number): void {
    this.#share = share;
  }

  usage(): VenueUsage {
    this.#forget();
    return { used: this.#moments.length, allowed: Math.floor(this.#perMinute * this.#share) };
  }

  async #work(): Promise<void> {
    this.#busy = true;
    const next = () => this.#urgent.shift() ?? this.#waiting.shift();
    for (let call = next(); call !== undefined; call = next()) {
      this.#moments.push(this.#clock.monotonic());
      this.#forget();
      await call();
    }
    this.#busy = false;
  }

  #forget(): void {
    const before = this.#clock.monotonic() - MINUTE_MS;
    const first = this.#moments.findIndex((moment) => moment > before);
    this.#moments.splice(0, first < 0 ? this.#moments.length : first);
  }
}
