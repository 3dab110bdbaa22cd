/**
 * What a verb will do to each of the chosen instances, before it is given. PURE. It tells what the
 * rows show at this moment; the supervisor decides, and its results are what counts.
 */
import type { FleetRow } from '../../../../contract/console-api.ts';
import type { OnStop } from '../../../../contract/trading.ts';
import { changedMode, isUp } from '../fleet/row-order.ts';

export const VERBS = ['start', 'stop', 'restart', 'pause', 'resume', 'reload', 'panic'] as const;
export type Verb = (typeof VERBS)[number];

/** How a stop goes; "config": as each config says. */
export interface StopChoice {
  readonly orders: OnStop['orders'] | 'config';
  readonly position: OnStop['position'] | 'config';
}
export const STOP_AS_CONFIGURED: StopChoice = { orders: 'config', position: 'config' };

/** What happens to one instance; each is a sentence in `words`. */
export type Effect =
  | 'starts'
  | 'starts_live'
  | 'takes_up'
  | 'stops'
  | 'restarts'
  | 'restarts_live'
  | 'pauses'
  | 'resumes'
  | 'reloads'
  | 'panics'
  | 'runs_already'
  | 'stopped_already'
  | 'paused_already'
  | 'trades_already'
  | 'not_running'
  | 'holds_nothing';

/** One line of the confirmation. */
export interface PlannedEffect {
  readonly row: FleetRow;
  readonly effect: Effect;
  /** Nothing will happen to it: it is left out of the request. */
  readonly skipped: boolean;
  /** What rests and is held now; null: not known. */
  readonly orders: number | null;
  readonly position: string | null;
}

const SKIPS: readonly Effect[] = [
  ...(['runs_already', 'stopped_already', 'paused_already', 'trades_already'] as const),
  ...(['not_running', 'holds_nothing'] as const),
];

/** The effects in the order of `rows`. */
export function planVerb(verb: Verb, rows: readonly FleetRow[]): PlannedEffect[] {
  return rows.map((row) => {
    const effect = effectOf(verb, row);
    const { open_orders: orders, position } = row;
    return { row, effect, skipped: SKIPS.includes(effect), orders, position };
  });
}

function effectOf(verb: Verb, row: FleetRow): Effect {
  const up = isUp(row);
  switch (verb) {
    case 'start':
      if (up) return 'runs_already';
      return nextMode(row) === 'live' ? 'starts_live' : 'starts';
    case 'stop':
      return up || holds(row) ? 'stops' : 'stopped_already';
    case 'restart':
      if (up) return changedMode(row) === 'live' ? 'restarts_live' : 'restarts';
      return nextMode(row) === 'live' ? 'starts_live' : 'takes_up';
    case 'pause':
      if (row.pid === null) return 'not_running';
      return row.grid_state === 'paused' ? 'paused_already' : 'pauses';
    case 'resume': {
      if (row.pid === null) return 'not_running';
      const held = row.grid_state === 'paused' || row.grid_state === 'tripped';
      return held ? 'resumes' : 'trades_already';
    }
    case 'reload':
      return up ? 'reloads' : 'not_running';
    case 'panic':
      return up || holds(row) ? 'panics' : 'holds_nothing';
  }
}

/** How it runs after its next start. */
function nextMode({ mode, next_mode: next }: FleetRow): string | null {
  return next ?? mode;
}

/** Whether `verb` moves real money of it: what begins goes by its file, the rest by what it is. */
export function movesRealMoney(verb: Verb, row: FleetRow): boolean {
  const next = nextMode(row) === 'live';
  if (verb === 'start') return next;
  return row.mode === 'live' || (verb === 'restart' && next);
}

/** Whether something of it may be left at the venue; what is not known may. */
function holds({ open_orders: orders, position, state }: FleetRow): boolean {
  if (state === 'failed') return true;
  if (position !== null && !/^-?[0.]*$/.test(position)) return true;
  return orders !== null && orders > 0;
}

/** The body of a stop for `ids`: only what was chosen, the rest as configured. */
export function stopBody(ids: readonly string[], choice: StopChoice): object {
  const { orders, position } = choice;
  return {
    ids,
    on_stop: {
      ...(orders === 'config' ? {} : { orders }),
      ...(position === 'config' ? {} : { position }),
    },
  };
}
