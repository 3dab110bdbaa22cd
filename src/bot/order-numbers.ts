/**
 * Which numbers the next orders bear. Invariants: a number is reserved on the disk before an order
 * with it is sent, and none comes twice; a client id that comes again belongs to nothing that may
 * still live or be found in the venue's history.
 */
import type { Books } from '../store/index.ts';
import type { ClientIds } from './client-id.ts';

/** Numbers reserved at once: a restart leaves the rest of them out. */
const BLOCK = 512;
/** More than one turn of the largest grid uses. */
const AHEAD = 2048;
/** So often it is looked again whether a client id has become free. */
const LOOK_MS = 60_000;

export class OrderNumbers {
  readonly #books: Books;
  readonly #ids: ClientIds;
  readonly #historyMs: number;
  /** Highest number that is reserved. */
  #reserved: number;
  /** Numbers below this one are known to be free. */
  #freeBelow = 0;
  #exhaustedAt: number | null = null;

  constructor(books: Books, ids: ClientIds, historyMs: number) {
    this.#books = books;
    this.#ids = ids;
    this.#historyMs = historyMs;
    this.#reserved = books.reservedIds;
  }

  /** The number after everything that was ever reserved: where a new process begins. */
  first(next: number): number {
    return Math.max(next, this.#reserved + 1);
  }

  /** The number from which a turn may count on when the engine would go on with `next`. */
  free(next: number, nowMs: number): number {
    const { span } = this.#ids;
    if (span === null || next + AHEAD < this.#freeBelow) return next;
    if (this.#exhaustedAt !== null && Math.abs(nowMs - this.#exhaustedAt) < LOOK_MS) return next;
    const endedBeforeMs = nowMs - this.#historyMs;
    const first = this.#books.freeIds({ first: next, count: 2 * AHEAD, span, endedBeforeMs });
    this.#exhaustedAt = first === null ? nowMs : null;
    // What is known to be free is still used up.
    if (first === null) return next;
    this.#freeBelow = first + 2 * AHEAD;
    return first;
  }

  /** Every client id belongs to an order of the history window, but for a few at most. */
  get exhausted(): boolean {
    return this.#exhaustedAt !== null;
  }

  /** Whether an order with this number may be sent: its client id is nobody else's. */
  isFree(id: number): boolean {
    return this.#ids.span === null || id < this.#freeBelow;
  }

  /** Client id under which an order is stored; one that must not be sent has a name of its own. */
  of(id: number): string {
    return this.isFree(id) ? this.#ids.of(id) : `none~${id}`;
  }

  /** Reserves every number below `next`. Throws what the store throws. */
  reserve(next: number): void {
    if (next - 1 <= this.#reserved) return;
    const upTo = next - 1 + BLOCK;
    this.#books.reserveIds(upTo);
    this.#reserved = upTo;
  }
}
