/**
 * What the reading verbs see: the supervisor's word where one answers, else registry, /proc and
 * store, with a sentence on stderr. Reading never starts a supervisor and never writes.
 */
import { GriddError } from '../contract/errors.ts';
import type { ListRow } from '../contract/fleet-api.ts';
import type { Context } from './context.ts';
import { ControlClient } from './control-client.ts';
import type { FleetReader } from './offline-fleet.ts';

/** All rows; says on stderr when they do not come from a supervisor. */
export async function readList(context: Context): Promise<readonly ListRow[]> {
  try {
    return await new ControlClient(context.home).get<readonly ListRow[]>('/api/instances');
  } catch (error) {
    return (await offline(context, error)).list();
  }
}

/** The reader for verbs that ask more than once. */
export async function readFleet(context: Context): Promise<FleetReader> {
  const client = new ControlClient(context.home);
  try {
    await client.info();
  } catch (error) {
    return offline(context, error);
  }
  return {
    list: () => client.get('/api/instances'),
    status: (id) => client.get(`/api/instances/${encodeURIComponent(id)}`),
  };
}

async function offline(context: Context, error: unknown): Promise<FleetReader> {
  if (!(error instanceof GriddError)) throw error;
  if (error.code === 'SUPERVISOR_NOT_RUNNING') {
    context.terminal.err('no supervisor runs; this is what registry, /proc and databases say\n');
  } else if (error.code === 'SUPERVISOR_UNREACHABLE') {
    context.terminal.err(
      `${error.message}\nthis is what registry, /proc and databases say instead\n`,
    );
  } else {
    throw error;
  }
  const { offlineFleet } = await import('./offline-fleet.ts');
  return offlineFleet(context.home, (sentence) => context.terminal.err(`${sentence}\n`));
}
