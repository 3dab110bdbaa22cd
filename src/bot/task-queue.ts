/**
 * One task at a time, in the order they were asked for; a task that fails holds up none. It knows
 * how long ago it last showed a sign of life.
 */
import type { Clock } from '../platform/clock.ts';

export class TaskQueue {
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #busySince: number | null = null;
  #idleSince: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#idleSince = clock.monotonic();
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Milliseconds since the last task ended, or since the present one showed a sign of life. */
  get age(): number {
    return this.#clock.monotonic() - (this.#busySince ?? this.#idleSince);
  }

  /** Runs `task` when all before it have ended. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const result = this.#last.then(async () => {
      this.#waiting -= 1;
      this.#busySince = this.#clock.monotonic();
      try {
        return await task();
      } finally {
        this.#busySince = null;
        this.#idleSince = this.#clock.monotonic();
      }
    });
    // The caller hears of a failure; the queue itself goes on to the next task.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The present task has not hung: it got an answer, or tries again. */
  stillAlive(): void {
    if (this.#busySince !== null) this.#busySince = this.#clock.monotonic();
  }

  /** Resolves when everything asked for until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
