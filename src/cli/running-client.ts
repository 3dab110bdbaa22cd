/** The way to a bot that should be running: what adjust, close-carry and accept-position share. */
import { GriddError } from '../contract/errors.ts';
import { openRegistry, recordLives, unknownInstance } from '../registry/index.ts';
import type { Context } from './context.ts';
import { ControlClient } from './control-client.ts';
import { ensureSupervisor, infoOrNull } from './ensure-supervisor.ts';

/**
 * A supervisor is started for a bot that lives without one, never for an instance that is stopped.
 */
export async function clientFor(context: Context, id: string): Promise<ControlClient> {
  if ((await infoOrNull(new ControlClient(context.home))) === null) {
    const record = openRegistry(context.home).read().instances[id];
    if (record === undefined) {
      throw unknownInstance(context.home, id);
    }
    if (!recordLives(context.home, record) && record.desired === 'stopped') {
      throw new GriddError('INSTANCE_NOT_RUNNING', `${id} is not running.`);
    }
  }
  return (await ensureSupervisor(context)).client;
}

/** Path of one of an instance's routes on the control API. */
export function instancePath(id: string, route: string): string {
  return `/api/instances/${encodeURIComponent(id)}/${route}`;
}
