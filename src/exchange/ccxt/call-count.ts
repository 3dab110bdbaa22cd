/** Calls of the last minute against what ccxt's spacing lets through. */
import type { Clock } from '../../platform/clock.ts';
import type { VenueUsage } from '../port.ts';

const MINUTE_MS = 60_000;

export class CallCount {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #moments: number[] = [];
  #share = 1;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  count(): void {
    this.#moments.push(this.#clock.monotonic());
    this.#forget();
  }

  grant(share: number): void {
    this.#share = share;
  }

  usage(): VenueUsage {
    this.#forget();
    return { used: this.#moments.length, allowed: Math.floor(this.#perMinute * this.#share) };
  }

  #forget(): void {
    const before = this.#clock.monotonic() - MINUTE_MS;
    const first = this.#moments.findIndex((moment) => moment > before);
    this.#moments.splice(0, first < 0 ? this.#moments.length : first);
  }
}
