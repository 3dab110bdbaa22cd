/** Answers that are missing in a row: the next request waits ever longer, up to a most. Pure. */
export class Silence {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #missing = 0;
  #until = 0;

  /** `firstMs`: the pause after the first missing answer; each further one doubles it. */
  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** Answers missing in a row. */
  get missing(): number {
    return this.#missing;
  }

  /** One more answer is missing; `now` on the monotonic clock, ms. */
  unanswered(now: number): void {
    const pause = Math.min(this.#mostMs, this.#firstMs * 2 ** this.#missing);
    this.#missing += 1;
    this.#until = now + pause;
  }

  answered(): void {
    this.#missing = 0;
    this.#until = 0;
  }

  /** Milliseconds until the next request may be sent; 0: now. */
  wait(now: number): number {
    return Math.max(0, this.#until - now);
  }
}
