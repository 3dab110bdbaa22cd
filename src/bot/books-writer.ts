/**
 * Writes the books where the disk may refuse: what may wait is left for later, what nothing may go
 * on without is tried until there is room. A bug of ours is never taken for a full disk.
 */
import type { Clock } from '../platform/clock.ts';
import { isStorageFault } from '../store/index.ts';

export interface WriterParts {
  readonly clock: Clock;
  /** Sets (or with null clears) the reason why the books cannot be written. */
  readonly tell: (fault: string | null) => void;
  /** The task that waits has not hung. */
  readonly stillAlive: () => void;
}

const COMMIT_RETRY_MS = 1000;

export class BooksWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Stores something that may be stored again later; a full disk only degrades. */
  keep(write: () => void): void {
    this.#attempt(write);
  }

  /** Stores what nothing may go on without: waits for room. Inside a task only. */
  async store(write: () => void): Promise<void> {
    while (!this.#attempt(write)) {
      await this.#parts.clock.delay(COMMIT_RETRY_MS);
      // Waiting for room is a sign of life: a restart makes none, and ends the waiting.
      this.#parts.stillAlive();
    }
  }

  #attempt(write: () => void): boolean {
    const { tell } = this.#parts;
    try {
      write();
      tell(null);
      return true;
    } catch (error) {
      if (!isStorageFault(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      tell(`The books cannot be written (${why}); nothing new is sent.`);
      return false;
    }
  }
}
