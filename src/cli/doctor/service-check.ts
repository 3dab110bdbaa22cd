/** What `gridd doctor` says of the systemd service: is it installed, current, and in charge. */
import { existsSync } from 'node:fs';
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
    return ok(NAME, 'not installed; `gridd install` brings the fleet back after a reboot');
  }
  const node = programOf(readText(service.file) ?? '');
  if (node !== null && !existsSync(node)) {
    return fail(NAME, `its Node is gone: ${node}`, 'gridd install');
  }
  const state = await serviceState(context, service);
  if (typeof state === 'string') {
    return warn(NAME, state, 'Log in as this user itself, not over sudo or su.');
  }
  const found = `${service.name} is ${state.enabled || 'not enabled'}, ${state.active}`;
  const fault = faultOf(service, state);
  if (fault !== null) return fail(NAME, found, fault);
  const who = node === null ? null : removedBy(node);
  if (who !== null) {
    const advice = `Its Node belongs to ${who}: \`gridd install\` again after each upgrade.`;
    return warn(NAME, found, advice);
  }
  return service.scope === 'user' ? await judgeLinger(context, found) : ok(NAME, found);
}

function faultOf({ scope, name }: Service, { enabled, active }: ServiceState): string | null {
  const whose = scope === 'user' ? '--user ' : '';
  if (!enabled.startsWith('enabled')) return `systemctl ${whose}enable ${name}`;
  if (active === 'failed') return `journalctl ${whose}-u ${name} -n 20`;
  return null;
}

async function judgeLinger(context: Context, found: string): Promise<DoctorFinding> {
  const user = machineUser();
  const name = user.name ?? String(user.uid);
  const lingering = await lingers(context, name);
  if (lingering === true) return ok(NAME, found);
  const how = lingering === false ? 'no lingering' : 'whether it lingers is not known';
  const advice = `Without lingering it ends when ${name} logs out: loginctl enable-linger ${name}`;
  return warn(NAME, `${found}; ${how}`, advice);
}
