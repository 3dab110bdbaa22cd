/** The run clock in the books: read there, and written back as rows of the turn that moves it. */
import type { Clock } from '../platform/clock.ts';
import type { Books } from '../store/index.ts';
import {
  NEW_RUN_CLOCK,
  carriedOn,
  elapsed,
  goOn,
  halt,
  parseRunClock,
  runMoment,
} from './run-clock.ts';
import type { RunClock } from './run-clock.ts';

const RUN_CLOCK = 'run_clock';
/** So often the run clock is stored: the most of it that a reboot must take from the wall clock. */
const STORE_MS = 60_000;

export class RunTime {
  readonly #books: Books;
  readonly #clock: Clock;
  readonly #bootId: string;
  #storedAt = 0;

  /** `bootId`: the present boot of the machine. */
  constructor(books: Books, clock: Clock, bootId: string) {
    this.#books = books;
    this.#clock = clock;
    this.#bootId = bootId;
  }

  /** Milliseconds of the run so far. */
  get elapsed(): number {
    return elapsed(this.#stored, this.#moment);
  }

  /** Meta rows with the clock going on, or `anew` from zero. */
  going(anew: boolean): Record<string, string> {
    return rows(goOn(anew ? NEW_RUN_CLOCK : this.#stored, this.#moment));
  }

  /** Meta rows with the clock stopped. */
  halted(): Record<string, string> {
    return rows(halt(this.#stored, this.#moment));
  }

  /** Stores it now and then, through `keep`. */
  carryOn(keep: (write: () => void) => void): void {
    const now = this.#clock.monotonic();
    if (now - this.#storedAt < STORE_MS) return;
    this.#storedAt = now;
    const present = this.#stored;
    const carried = carriedOn(present, this.#moment);
    if (carried === present) return;
    keep(() => this.#books.setMeta(RUN_CLOCK, JSON.stringify(carried)));
  }

  get #stored(): RunClock {
    return parseRunClock(this.#books.meta(RUN_CLOCK));
  }

  get #moment() {
    return runMoment(this.#clock, this.#bootId);
  }
}

function rows(clock: RunClock): Record<string, string> {
  return { [RUN_CLOCK]: JSON.stringify(clock) };
}
