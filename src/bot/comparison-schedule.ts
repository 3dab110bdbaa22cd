/**
 * When books and venue are compared next: every interval, at a place in it that the instance's tag
 * chooses, sooner where something is in doubt, later where the venue did not answer. Pure but for
 * its own memory; moments are monotonic ms.
 */

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;
/** The longest while somebody waits for the grid to end. */
const URGENT_PAUSE_MS = 5000;

export class ComparisonSchedule {
  readonly #intervalMs: () => number;
  #next: number;
  #failures = 0;
  /** An answer has already brought the next one forward. */
  #hurried = false;

  /** `tag`: hexadecimal; instances that start together do not compare together. */
  constructor(intervalMs: () => number, tag: string, now: number) {
    this.#intervalMs = intervalMs;
    // The start itself compares.
    this.#next = now + (Number.parseInt(tag.slice(0, 8), 16) % Math.max(1, intervalMs()));
  }

  isDue(now: number): boolean {
    return now >= this.#next;
  }

  /** Milliseconds until the next. */
  wait(now: number): number {
    return Math.max(0, this.#next - now);
  }

  /** A comparison has ended; the next comes no sooner than after `waitMs`. */
  done(now: number, waitMs = 0): void {
    this.#failures = 0;
    this.#hurried = false;
    this.#next = now + Math.max(this.#intervalMs(), waitMs);
  }

  /**
   * The venue did not answer one, or our budget ran out in it: asked again at once, it would use up
   * what is left for orders. `urgent`: an end waits for it, such as a panic.
   */
  failed(now: number, retryAfterMs: number | null, urgent = false): void {
    const most = urgent ? URGENT_PAUSE_MS : LONGEST_PAUSE_MS;
    const longest = Math.min(most, Math.max(FIRST_PAUSE_MS, this.#intervalMs()));
    const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#next = now + Math.max(pause, retryAfterMs ?? 0);
  }

  /** The venue answers again after a failure: once an outage, that brings the next forward. */
  answered(now: number): void {
    if (this.#failures === 0 || this.#hurried) return;
    this.#hurried = true;
    this.within(0, now);
  }

  /** At the latest in `ms`. */
  within(ms: number, now: number): void {
    this.#next = Math.min(this.#next, now + ms);
  }
}
