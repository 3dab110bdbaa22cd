/**
 * The fleet as the console shows it. It is put together when somebody asks or watches, never
 * otherwise: a change is a call to nobody while no page is open.
 */
import type {
  FleetMarks,
  FleetRow,
  FleetTopics,
  UnstartedConfig,
} from '../contract/console-api.ts';
import type { SupervisorInfo } from '../contract/fleet-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { ActiveClaim } from '../registry/index.ts';
import { limitOf } from './account-limit.ts';
import { accountViews, atStake } from './accounts.ts';
import { dayFigures } from './day-figures.ts';
import type { FigureLog } from './figure-log.ts';
import { fleetRow } from './fleet-row.ts';
import type { RowParts } from './instance-rows.ts';

/** A file of config/active, relative to the home as records name it. */
export type NamedClaim = Pick<ActiveClaim, 'file' | 'id' | 'live'>;

export interface FleetViewParts {
  readonly clock: Clock;
  readonly figures: Pick<FigureLog, 'ofDay' | 'forget'>;
  known(): readonly RowParts[];
  /** What the files of config/active say now. */
  claims(): readonly NamedClaim[];
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
    const known = this.#parts.known();
    const claims = this.#parts.claims();
    const nextMode = modesAhead(claims);
    const members = known.map((parts) => {
      const day = dayFigures(parts.status, figures.ofDay(parts.id), now);
      const around = { account: accountOf(parts), next_mode: nextMode(parts) };
      const row = fleetRow(parts, day, around);
      const { status, loaded } = parts;
      return { row, status, limit: limitOf(loaded), counts: atStake(parts) };
    });
    members.sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
    return {
      rows: members.map(({ row }) => row),
      unstarted: unstartedOf(claims, known),
      accounts: accountViews(members),
      supervisor: this.#parts.info(),
      marks: this.#parts.marks(),
    };
  }
}

/** What the next start of an instance is: by the file it was started from, else by its id. */
function modesAhead(
  claims: readonly NamedClaim[],
): (parts: RowParts) => FleetRow['next_mode'] {
  const byFile = new Map(claims.map((claim) => [claim.file, claim]));
  const byId = new Map(claims.map((claim) => [claim.id, claim]));
  return ({ id, record }) => {
    const claim = byFile.get(record.config_file) ?? byId.get(id);
    return claim === undefined ? null : modeOf(claim);
  };
}

/** Files of which no instance is known. */
function unstartedOf(
  claims: readonly NamedClaim[],
  known: readonly RowParts[],
): UnstartedConfig[] {
  const ids = new Set(known.map(({ id }) => id));
  const files = new Set(known.map(({ record }) => record.config_file));
  return claims
    .filter(({ id, file }) => !ids.has(id) && !files.has(file))
    .map((claim) => ({ id: claim.id, mode: modeOf(claim) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function modeOf({ live }: NamedClaim): UnstartedConfig['mode'] {
  return live ? 'live' : 'paper';
}
