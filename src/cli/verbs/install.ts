/**
 * `gridd install` and `gridd uninstall`: the supervisor as a systemd service that comes back after
 * a reboot. The bots trade on through both. Lingering is the user's to allow: it is checked and
 * suggested, never switched on.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { readText, writeFileAtomic } from '../../platform/json-file.ts';
import { machineUser } from '../../platform/machine.ts';
import { PACKAGE_FOLDER } from '../../platform/paths.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import {
  LEAN_ENVIRONMENT,
  LEAN_NODE,
  endSupervisor,
  ensureSupervisor,
  infoOrNull,
} from '../ensure-supervisor.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { lastingPath, removedBy, unitText } from '../service-unit.ts';
import type { Scope } from '../service-unit.ts';
import {
  SYSTEM_UNITS,
  lingers,
  refusal,
  serviceOfProcess,
  systemctl,
  tellService,
  userService,
} from '../systemd.ts';

/** Variables that a service keeps from the shell it is installed from. None may hold a secret. */
const KEPT = ['TZ', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

export interface InstallOptions {
  readonly system?: boolean;
}

/** Installs, enables and starts the user's service; `system`: only prints the machine's unit. */
export async function install(context: Context, options: InstallOptions): Promise<number> {
  refuseForeignHome(context);
  if (options.system === true) return printSystemUnit(context);
  const { terminal } = context;
  const service = userService(context);
  const text = serviceText(context, 'user');
  // Asked before anything is written: an install is whole or not at all.
  await demand(context, ['show', '--property=Version']);
  const changed = readText(service.file) !== text;
  writeFileAtomic(service.file, text);
  await demand(context, ['daemon-reload']);
  await demand(context, ['enable', service.name]);
  noteOwnDeed(context, 'install', null, { service: service.name });
  terminal.out(`installed ${service.file}\n`);
  await handOver(context, changed);
  const { info } = await ensureSupervisor(context);
  terminal.out(`supervisor runs (pid ${info.pid}) for ${info.home}\n`);
  await warn(context);
  return EXIT.done;
}

/** Stops the service and removes its unit; the bots trade on. */
export async function uninstall(context: Context): Promise<number> {
  const { terminal } = context;
  const { name, file } = userService(context);
  if (!existsSync(file)) {
    terminal.out(`not installed: there is no ${file}\n`);
    return EXIT.done;
  }
  const words = ['disable', '--now', name];
  const refused = refusal('user', words, await systemctl(context, 'user', words));
  rmSync(file, { force: true });
  rmSync(join(dirname(file), 'default.target.wants', name), { force: true });
  if (refused === null) {
    await demand(context, ['daemon-reload']);
    // What had failed would be listed until the next boot; what had not is answered by an error.
    await systemctl(context, 'user', ['reset-failed', name]);
  } else {
    terminal.err(`${refused}\nOnly its files were removed.\n`);
  }
  noteOwnDeed(context, 'uninstall', null, { service: name });
  terminal.out(`removed ${file}; the bots trade on\n`);
  const info = await infoOrNull(new ControlClient(context.home));
  terminal.out(
    info === null
      ? 'no supervisor runs now; `gridd supervisor start` starts one without systemd\n'
      : `a supervisor runs on (pid ${info.pid})\n`,
  );
  return EXIT.done;
}

/** The unit as it would be written now. */
function serviceText(context: Context, scope: Scope): string {
  const { home, environment } = context;
  const user = machineUser();
  const kept = KEPT.flatMap((name) => {
    const value = environment[name] ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return unitText({
    scope,
    home: home.folder,
    node: process.execPath,
    nodeOptions: LEAN_NODE,
    bin: join(PACKAGE_FOLDER, 'bin', 'gridd.js'),
    user: user.name ?? String(user.uid),
    environment: {
      PATH: lastingPath(environment['PATH'] ?? ''),
      ...Object.fromEntries(kept),
      ...LEAN_ENVIRONMENT,
    },
  });
}

function printSystemUnit(context: Context): number {
  const { name } = userService(context);
  context.terminal.out(serviceText(context, 'system'));
  context.terminal.err(
    [
      'Nothing was written. To install it for the whole machine:',
      `  gridd install --system | sudo tee ${join(SYSTEM_UNITS, name)}`,
      `  sudo systemctl daemon-reload && sudo systemctl enable --now ${name}`,
      '',
    ].join('\n'),
  );
  warnOfPaths(context);
  return EXIT.done;
}

/** Over sudo the unit of another user would be written, and bots of root would be started. */
function refuseForeignHome({ home }: Context): void {
  const { uid } = machineUser();
  const owner = statSync(home.folder).uid;
  if (owner === uid) return;
  throw new GriddError('HOME_UNUSABLE', `${home.folder} belongs to uid ${owner}, you are ${uid}.`, {
    hint: 'Install as the user whose bots these are, without sudo.',
  });
}

async function demand(context: Context, words: readonly string[]): Promise<void> {
  const refused = refusal('user', words, await systemctl(context, 'user', words));
  if (refused !== null) throw new GriddError('SYSTEMD_FAILED', refused);
}

/**
 * A supervisor that a verb started makes room for the service's; one of an older unit is replaced.
 * Bots stay.
 */
async function handOver(context: Context, changed: boolean): Promise<void> {
  const { terminal } = context;
  const client = new ControlClient(context.home);
  const info = await infoOrNull(client);
  if (info === null) return;
  const service = await serviceOfProcess(context, info.pid);
  if (service !== null) {
    if (!changed) return;
    const refused = await tellService(context, service, 'restart');
    if (refused !== null) throw new GriddError('SYSTEMD_FAILED', refused);
    return;
  }
  await endSupervisor(info, () => client.post('/api/shutdown', { bots: 'keep' }));
  terminal.out(`supervisor ${info.pid} made room for the service; the bots trade on\n`);
  if (info.running === 0) return;
  terminal.err(
    'note: bots that run now belong to the login that started them until their next restart\n',
  );
}

async function warn(context: Context): Promise<void> {
  const { terminal, environment } = context;
  warnOfPaths(context);
  const proxies = PROXIES.filter((name) => (environment[name] ?? '') !== '');
  if (proxies.length > 0) {
    terminal.err(
      `warning: ${proxies.join(', ')} of this shell do not reach the service; ` +
        `\`systemctl --user edit ${userService(context).name}\` can set them\n`,
    );
  }
  const user = machineUser();
  const name = user.name ?? String(user.uid);
  if ((await lingers(context, name)) === true) return;
  terminal.err(
    `warning: without lingering everything ends when ${name} logs out, and starts at the next ` +
      `login only. Allow it with: loginctl enable-linger ${name}\n`,
  );
}

function warnOfPaths({ terminal }: Context): void {
  for (const path of [process.execPath, PACKAGE_FOLDER]) {
    const who = removedBy(path);
    if (who === null) continue;
    terminal.err(
      `warning: ${path} belongs to ${who} and goes away with an upgrade; ` +
        'install again after each, or use a Node of the system\n',
    );
  }
}
