/**
 * What is told about the port of a page: why it is not the wanted one, and that a restart would
 * lose it. Only the binding itself decides (`bindPort`, `handPort`); this is what can be known
 * around it.
 */
import { GriddError } from '../contract/errors.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import { portHolder, portHolderText, toldHolder } from '../platform/port-holder.ts';
import { canBind } from './free-port.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';

/** Why a bot that was just started is not on the port it should have; `kept`: its last one. */
export function portNotes(instance: Instance, kept: number | null): Note[] {
  const { loaded, record, process } = instance;
  const port = record.web_port;
  // What external programs are handed is told when it is handed.
  if (loaded === null || process === null || process.external || port === null) return [];
  const wanted = loaded.webPort ?? kept;
  if (wanted === null || wanted === port) return [];
  // A port kept from an earlier run also gives way to a config that claims it by name.
  const held = loaded.webPort !== null || portHolder(wanted) !== null;
  if (!held) return [codedSaid(say('port_moved', { port, wanted }))];
  const holder = toldHolder(wanted);
  return [codedSaid(say('port_held_instead', { wanted, holder, port }))];
}

/**
 * Throws PORT_TAKEN when a restart of a strict_port instance would find its port with somebody
 * else: the bot that runs must not be ended for that.
 */
export async function refuseHeldPort(instance: Instance, process: RunningProcess): Promise<void> {
  const { id, record } = instance;
  const { config, webPort: wanted } = instance.readConfig();
  const { strict_port: strict, web_host: host } = config.daemon_config;
  if (!strict || wanted === null) return;
  // Children of a program may hold its port for it; only another one would be new to it.
  if (process.external && wanted === record.web_port) return;
  if (await canBind(wanted, host)) return;
  if (portHolder(wanted)?.pid === process.identity.pid) return;
  const holder = portHolderText(wanted);
  const message = `Port ${wanted} is held by ${holder}, and strict_port is true; ${id} runs on.`;
  throw new GriddError('PORT_TAKEN', message);
}
