/**
 * What stop, restart, reload, pause and resume share: one command to several instances through the
 * supervisor. What neither runs nor should run is refused before a supervisor would be started for
 * nothing.
 */
import { EXIT, GriddError } from '../contract/errors.ts';
import type { ListRow, StopRequest, VerbResult } from '../contract/fleet-api.ts';
import { unknownInstance } from '../registry/index.ts';
import type { Context } from './context.ts';
import { ControlClient } from './control-client.ts';
import { ensureSupervisor, infoOrNull } from './ensure-supervisor.ts';
import { tellJson, tellResults } from './results.ts';
import { selectIds } from './select.ts';
import type { Selection } from './select.ts';

export type Command = 'stop' | 'restart' | 'reload' | 'pause' | 'resume';

export interface CommandOptions {
  readonly json?: boolean;
  /** How to stop; values left out are the config's. */
  readonly stop?: Omit<StopRequest, 'ids'>;
}

/** Sends the command and tells each instance's answer. */
export async function fleetCommand(
  context: Context,
  verb: Command,
  selection: Selection,
  options: CommandOptions,
): Promise<number> {
  const ids = selectIds(context, selection);
  if ((await infoOrNull(new ControlClient(context.home))) === null) {
    const worth = await worthStarting(context, verb, ids, options);
    if (!worth) return tellNothing(context, verb, options);
  }
  const { client } = await ensureSupervisor(context);
  const chosen = ids ?? meantByAll(verb, await client.get<readonly ListRow[]>('/api/instances'));
  if (chosen.length === 0) return tellNothing(context, verb, options);
  const how = verb === 'stop' ? (options.stop ?? { on_stop: {} }) : {};
  const body = { ids: chosen, ...how };
  const results = await client.post<readonly VerbResult[]>(`/api/instances/${verb}`, body);
  return tellResults(context, results, options.json === true);
}

/**
 * The instances that --all means: whatever runs or should run. What the user stopped stays
 * stopped.
 */
function meantByAll(verb: Command, rows: readonly ListRow[]): string[] {
  const meant = rows.filter((row) =>
    verb === 'stop' || verb === 'restart'
      ? row.desired === 'running' || row.pid !== null
      : row.pid !== null,
  );
  return meant.map((row) => row.id);
}

async function worthStarting(
  context: Context,
  verb: Command,
  ids: readonly string[] | null,
  options: CommandOptions,
): Promise<boolean> {
  const { offlineFleet } = await import('./offline-fleet.ts');
  const notice = (sentence: string) => context.terminal.err(`${sentence}\n`);
  const rows = await offlineFleet(context.home, notice).list();
  const active = rows.filter((row) => row.pid !== null || row.desired === 'running');
  if (ids === null) return active.length > 0;
  for (const id of ids) {
    const known = rows.find((row) => row.id === id);
    if (known === undefined) {
      throw unknownInstance(context.home, id);
    }
    // What a program left behind outlives the instance's own state.
    const cleans = options.stop?.all_descendants === true;
    if (verb !== 'restart' && !cleans && !active.includes(known)) {
      throw new GriddError('INSTANCE_NOT_RUNNING', `${id} is not running (state ${known.state}).`);
    }
  }
  return true;
}

function tellNothing(context: Context, verb: Command, options: CommandOptions): number {
  if (options.json === true) tellJson(context, []);
  else context.terminal.out(`nothing to ${verb}: no instance is running\n`);
  return EXIT.done;
}
