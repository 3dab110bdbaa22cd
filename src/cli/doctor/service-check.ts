/** What `gridd doctor` says of the systemd service: is it installed, current, and in charge. */
import { existsSync } from 'node:fs';
import { say } from '../../contract/sentences.ts';
import type { Said } from '../../contract/sentences.ts';
import { machineUser } from '../../platform/machine.ts';
import { readText } from '../../platform/json-file.ts';
import type { Context } from '../context.ts';
import { programOf, removedBy } from '../service-unit.ts';
import { installedService, lingers, serviceState } from '../systemd.ts';
import type { Service, ServiceState } from '../systemd.ts';
import { fail, ok, warn } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const NAME = 'service';

/** Looks at the service of the home; changes nothing. */
export async function checkService(context: Context): Promise<DoctorFinding> {
  const service = installedService(context);
  if (service === null) {
    return ok(NAME, say('service_absent'));
  }
  const node = programOf(readText(service.file) ?? '');
  if (node !== null && !existsSync(node)) {
    return fail(NAME, say('service_node_gone', { path: node }), 'gridd install');
  }
  const state = await serviceState(context, service);
  if (typeof state === 'string') {
    return warn(NAME, state, say('log_in_itself'));
  }
  const enabled = state.enabled === '' ? say('not_enabled') : state.enabled;
  const found = say('service_stands', { name: service.name, enabled, active: state.active });
  const fault = faultOf(service, state);
  if (fault !== null) return fail(NAME, found, fault);
  const who = node === null ? null : removedBy(node);
  if (who !== null) {
    return warn(NAME, found, say('service_node_of', { who }));
  }
  return service.scope === 'user' ? await judgeLinger(context, found) : ok(NAME, found);
}

function faultOf({ scope, name }: Service, { enabled, active }: ServiceState): string | null {
  const whose = scope === 'user' ? '--user ' : '';
  if (!enabled.startsWith('enabled')) return `systemctl ${whose}enable ${name}`;
  if (active === 'failed') return `journalctl ${whose}-u ${name} -n 20`;
  return null;
}

async function judgeLinger(context: Context, service: Said): Promise<DoctorFinding> {
  const user = machineUser();
  const name = user.name ?? String(user.uid);
  const lingering = await lingers(context, name);
  if (lingering === true) return ok(NAME, service);
  const found = say(lingering === false ? 'no_lingering' : 'lingering_unknown', { service });
  return warn(NAME, found, say('enable_linger', { name }));
}
