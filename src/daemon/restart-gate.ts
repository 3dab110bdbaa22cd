/**
 * The calm in a storm: when many fail together, at most a few crash restarts of the whole fleet
 * are spawned in any second; the others wait their turn, oldest first. Starts that a user asked
 * for do not pass here.
 */
import type { Cancel, Clock } from '../platform/clock.ts';

/** Restarts let through in any one second. */
export const RESTARTS_PER_SECOND = 4;
/** A little over a second: a spawn is told of a few milliseconds after it, not all alike. */
const WINDOW_MS = 1_100;

/** Launches a process; where it returns a promise, its end is the moment of the spawn. */
export type Launch = () => unknown;

export class RestartGate {
  readonly #clock: Clock;
  /** The last restarts let through: the monotonic moment of each, of its spawn once it was told. */
  #passed: { at: number }[] = [];
  readonly #waiting: Launch[] = [];
  #timer: Cancel | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `go` as soon as it may: at once where the second has room. */
  pass(go: Launch): Cancel {
    this.#waiting.push(go);
    this.#drain();
    return () => {
      const place = this.#waiting.indexOf(go);
      if (place >= 0) this.#waiting.splice(place, 1);
    };
  }

  #drain(): void {
    const now = this.#clock.monotonic();
    this.#passed = this.#passed.filter(({ at }) => at > now - WINDOW_MS);
    while (this.#passed.length < RESTARTS_PER_SECOND) {
      const go = this.#waiting.shift();
      if (go === undefined) break;
      const place = { at: now };
      this.#passed.push(place);
      // Until it is told, its place counts from here: a launch that hangs holds nobody back.
      const told = () => {
        place.at = this.#clock.monotonic();
        // A spawn that took longer than the window has lost its place: those to come wait for it.
        if (!this.#passed.includes(place)) this.#passed.push(place);
      };
      void Promise.resolve(go()).then(told, told);
    }
    if (this.#waiting.length === 0 || this.#passed.length === 0 || this.#timer !== null) return;
    const oldest = Math.min(...this.#passed.map(({ at }) => at));
    this.#timer = this.#clock.after(Math.ceil(oldest + WINDOW_MS - now) + 1, () => {
      this.#timer = null;
      this.#drain();
    });
  }
}
