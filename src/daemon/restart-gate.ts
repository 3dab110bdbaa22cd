/**
 * The calm in a storm: when many fail together, at most a few crash restarts of the whole fleet
 * are spawned in any second; the others wait their turn, oldest first. Starts that a user asked
 * for do not pass here.
 */
import type { Cancel, Clock } from '../platform/clock.ts';

/** Restarts let through in any one second. */
export const RESTARTS_PER_SECOND = 4;
/** A little over a second: what passes here is spawned a few milliseconds later, not all alike. */
const WINDOW_MS = 1_100;

export class RestartGate {
  readonly #clock: Clock;
  /** Monotonic moments of the last restarts let through, oldest first. */
  #passed: number[] = [];
  readonly #waiting: (() => void)[] = [];
  #timer: Cancel | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `go` as soon as it may: at once where the second has room. */
  pass(go: () => void): Cancel {
    this.#waiting.push(go);
    this.#drain();
    return () => {
      const place = this.#waiting.indexOf(go);
      if (place >= 0) this.#waiting.splice(place, 1);
    };
  }

  #drain(): void {
    const now = this.#clock.monotonic();
    this.#passed = this.#passed.filter((at) => at > now - WINDOW_MS);
    while (this.#waiting.length > 0 && this.#passed.length < RESTARTS_PER_SECOND) {
      this.#passed.push(now);
      this.#waiting.shift()?.();
    }
    const [oldest] = this.#passed;
    if (this.#waiting.length === 0 || oldest === undefined || this.#timer !== null) return;
    this.#timer = this.#clock.after(Math.ceil(oldest + WINDOW_MS - now) + 1, () => {
      this.#timer = null;
      this.#drain();
    });
  }
}
