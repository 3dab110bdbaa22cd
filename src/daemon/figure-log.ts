/**
 * The samples of what instances have earned: taken once in five minutes from the last beat, or from
 * the books of one that is down, and read again when somebody looks at the console.
 */
import type { StatusView } from '../contract/instance-api.ts';
import type { Clock } from '../platform/clock.ts';
import { SLOT_MS } from '../store/index.ts';
import type { FigureSample } from '../store/index.ts';
import { DAY_MS, LATE_MS } from './day-figures.ts';
import type { FleetHistory } from './fleet-history.ts';


interface Remembered {
  readonly slot: number;
  readonly samples: readonly FigureSample[];
}

export class FigureLog {
  readonly #clock: Clock;
  readonly #history: Pick<FleetHistory, 'figures' | 'figure'>;
  /** The slot in which each instance was sampled last. */
  readonly #taken = new Map<string, number>();
  /** What was read for those who look, while they do. */
  readonly #read = new Map<string, Remembered>();

  constructor(clock: Clock, history: Pick<FleetHistory, 'figures' | 'figure'>) {
    this.#clock = clock;
    this.#history = history;
  }

  /** Called once a second with all instances; `statusOf` is asked of those whose sample is due. */
  look<T extends { readonly id: string }>(
    all: readonly T[],
    statusOf: (one: T) => StatusView | null,
  ): void {
    const slot = Math.floor(this.#clock.now() / SLOT_MS);
    for (const one of all) {
      if (this.#taken.get(one.id) === slot) continue;
      const status = statusOf(one);
      if (status === null) continue;
      this.#taken.set(one.id, slot);
      const { total_pnl, grid_profit, cycles, books_began_at: books = '' } = status;
      this.#history.figure({ instance: one.id, slot, books, total_pnl, grid_profit, cycles });
    }
  }

  /** Samples of the last day, oldest first. */
  ofDay(id: string): readonly FigureSample[] {
    const now = this.#clock.now();
    const slot = Math.floor(now / SLOT_MS);
    const known = this.#read.get(id);
    if (known?.slot === slot) return known.samples;
    const samples = this.#history.figures(id, Math.floor((now - DAY_MS - LATE_MS) / SLOT_MS));
    this.#read.set(id, { slot, samples });
    return samples;
  }

  /** Nobody looks any more. */
  forget(): void {
    this.#read.clear();
  }
}
