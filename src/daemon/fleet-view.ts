/**
 * The fleet as the console shows it. It is put together when somebody asks or watches, never
 * otherwise: a change is a call to nobody while no page is open.
 */
import type { FleetMarks, FleetTopics } from '../contract/console-api.ts';
import type { SupervisorInfo } from '../contract/fleet-api.ts';
import type { Clock } from '../platform/clock.ts';
import { limitOf } from './account-limit.ts';
import { accountViews, atStake } from './accounts.ts';
import { dayFigures } from './day-figures.ts';
import type { FigureLog } from './figure-log.ts';
import { fleetRow } from './fleet-row.ts';
import type { RowParts } from './instance-rows.ts';

export interface FleetViewParts {
  readonly clock: Clock;
  readonly figures: Pick<FigureLog, 'ofDay' | 'forget'>;
  known(): readonly RowParts[];
  info(): SupervisorInfo;
  marks(): FleetMarks;
  /** Told when the first begins to look, and when the last has ended. */
  watched(watched: boolean): void;
  /** The account of an instance; null: not known. */
  accountOf(parts: RowParts): string | null;
}

export class FleetView {
  readonly #parts: FleetViewParts;
  readonly #listeners = new Set<() => void>();

  constructor(parts: FleetViewParts) {
    this.#parts = parts;
  }

  /** Whether somebody looks. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Something may look different. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` at every change; returns how to end that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#parts.watched(true);
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#parts.figures.forget();
      this.#parts.watched(false);
    };
  }

  topics(): FleetTopics {
    const { clock, figures, accountOf } = this.#parts;
    const now = clock.now();
    const members = this.#parts.known().map((parts) => {
      const day = dayFigures(parts.status, figures.ofDay(parts.id), now);
      const row = fleetRow(parts, day, accountOf(parts));
      const { status, loaded } = parts;
      return { row, status, limit: limitOf(loaded), counts: atStake(parts) };
    });
    members.sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
    return {
      rows: members.map(({ row }) => row),
      accounts: accountViews(members),
      supervisor: this.#parts.info(),
      marks: this.#parts.marks(),
    };
  }
}
