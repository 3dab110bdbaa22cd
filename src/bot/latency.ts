/** Answer times of the venue within the last minute. Moments are monotonic ms. */

const MINUTE_MS = 60_000;
/** Answers that are remembered. */
const MOST = 500;

export class Latency {
  #samples: { readonly at: number; readonly ms: number }[] = [];

  /** An answer came at `at`, `ms` after its question. */
  took(ms: number, at: number): void {
    this.#samples.push({ at, ms });
    if (this.#samples.length > MOST) this.#samples.shift();
  }

  /** Whole milliseconds; null: nothing was asked within the last minute. */
  median(now: number): number | null {
    this.#samples = this.#samples.filter(({ at }) => now - at < MINUTE_MS);
    const times = this.#samples.map(({ ms }) => ms).sort((a, b) => a - b);
    const middle = times[Math.floor(times.length / 2)];
    return middle === undefined ? null : Math.round(middle);
  }
}
