/**
 * Asking systemd about the service of a home: whether it is installed, to start it, to stop it.
 * It speaks through systemctl and loginctl only; that they cannot be reached is an answer, not an
 * exception.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BOT_EXIT, GriddError } from '../contract/errors.ts';
import { machineUser } from '../platform/machine.ts';
import type { Home } from '../platform/paths.ts';
import { askProgram } from '../platform/spawn.ts';
import type { ProgramAnswer } from '../platform/spawn.ts';
import { unitName } from './service-unit.ts';
import type { Scope } from './service-unit.ts';

/** Where systemd looks for the units of the machine's administrator. */
export const SYSTEM_UNITS = '/etc/systemd/system';

/** A longer wait than the unit's own TimeoutStopSec. */
const PATIENT_MS = 45_000;

/** Who asks: the home, and the environment of the caller. */
export interface Asking {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
}

/** The unit of a home. */
export interface Service {
  readonly scope: Scope;
  readonly name: string;
  readonly file: string;
}

/** The user's unit of a home, installed or not. */
export function userService({ home, environment }: Asking): Service {
  const { XDG_CONFIG_HOME: config = '', HOME: folder = '' } = environment;
  const own = folder === '' ? (machineUser().folder ?? '/') : folder;
  const base = config.startsWith('/') ? config : join(own, '.config');
  const name = unitName(home);
  return { scope: 'user', name, file: join(base, 'systemd', 'user', name) };
}

/** The installed unit of a home, the user's before the machine's; null when there is none. */
export function installedService(asking: Asking, systemUnits = SYSTEM_UNITS): Service | null {
  const mine = userService(asking);
  if (existsSync(mine.file)) return mine;
  const file = join(systemUnits, mine.name);
  return existsSync(file) ? { scope: 'system', name: mine.name, file } : null;
}

/** Runs systemctl for the user's or the machine's manager. */
export function systemctl(
  asking: Asking,
  scope: Scope,
  words: readonly string[],
  timeoutMs = PATIENT_MS,
): Promise<ProgramAnswer> {
  const whose = scope === 'user' ? ['--user'] : ['--no-ask-password'];
  return askProgram('systemctl', [...whose, ...words], busEnvironment(asking), timeoutMs);
}

/**
 * Tells systemd to do something with the service; null when it did, else a sentence that says why
 * not.
 */
export async function tellService(
  asking: Asking,
  { scope, name }: Service,
  verb: 'start' | 'stop' | 'restart',
): Promise<string | null> {
  const words = [verb, name];
  return refusal(scope, words, await systemctl(asking, scope, words));
}

/** What systemd says of a service. */
export interface ServiceState {
  readonly active: string;
  readonly sub: string;
  readonly enabled: string;
  readonly pid: number | null;
  /** Exit code of the last main process. */
  readonly status: number | null;
}

const ASKED = ['ActiveState', 'SubState', 'UnitFileState', 'MainPID', 'ExecMainStatus'];

/** The state of a service; a sentence when systemd cannot be asked. */
export async function serviceState(
  asking: Asking,
  service: Service,
): Promise<ServiceState | string> {
  const words = ['show', service.name, `--property=${ASKED.join(',')}`];
  const answer = await systemctl(asking, service.scope, words);
  const refused = refusal(service.scope, words, answer);
  if (refused !== null) return refused;
  const said = new Map(
    answer.out.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const count = (name: string) => {
    const text = said.get(name) ?? '';
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  return {
    active: said.get('ActiveState') ?? '',
    sub: said.get('SubState') ?? '',
    enabled: said.get('UnitFileState') ?? '',
    pid: count('MainPID') === 0 ? null : count('MainPID'),
    status: count('ExecMainStatus'),
  };
}

/** The installed service whose main process is `pid`; null when systemd did not start it. */
export async function serviceOfProcess(asking: Asking, pid: number): Promise<Service | null> {
  const service = installedService(asking);
  if (service === null) return null;
  const state = await serviceState(asking, service);
  return typeof state !== 'string' && state.pid === pid ? service : null;
}

/**
 * The installed service while systemd runs it or is about to, such as one that crashed and waits
 * for its next start; null when systemd will start none by itself, or cannot be asked.
 */
export async function serviceInHand(asking: Asking): Promise<Service | null> {
  const service = installedService(asking);
  if (service === null) return null;
  const state = await serviceState(asking, service);
  if (typeof state === 'string') return null;
  return ['', 'inactive', 'failed', 'maintenance'].includes(state.active) ? null : service;
}

/**
 * Why a service that was started will not come up, or that it ended because another supervisor
 * held the lock, after which systemd does not start it again; null while it may come up.
 */
export async function serviceFailure(
  asking: Asking,
  service: Service,
): Promise<GriddError | 'lock held' | null> {
  const state = await serviceState(asking, service);
  if (typeof state === 'string') return null;
  const down = state.active === 'failed' || state.sub === 'auto-restart';
  if (!down) return null;
  if (state.status === BOT_EXIT.lock_held) return 'lock held';
  const sentence = `The supervisor could not start under systemd (exit code ${state.status}).`;
  const user = service.scope === 'user' ? '--user ' : '';
  return new GriddError('SUPERVISOR_UNREACHABLE', sentence, {
    hint: `\`journalctl ${user}-u ${service.name} -n 20\` shows what it said.`,
  });
}

/** Whether the user's services run without a login; null when it cannot be told. */
export async function lingers(asking: Asking, user: string): Promise<boolean | null> {
  const words = ['show-user', user, '--property=Linger', '--value'];
  const { code, out } = await askProgram('loginctl', words, busEnvironment(asking));
  if (code === 0 && out.trim() === 'yes') return true;
  // One who never logged in since boot is not known to it, and does not linger.
  return code === null ? null : false;
}

/** Why systemctl did not do it, in a sentence; null when it did. */
export function refusal(
  scope: Scope,
  words: readonly string[],
  answer: ProgramAnswer,
): string | null {
  if (answer.code === 0) return null;
  const said = answer.err.trim().split('\n')[0] ?? '';
  const why = said === '' ? `exit code ${answer.code}` : said.replace(/\.$/, '');
  const call = ['systemctl', ...(scope === 'user' ? ['--user'] : []), ...words].join(' ');
  return `\`${call}\` failed: ${why}.`;
}

/** cron, su and ssh without a session forget where the user's manager listens. */
function busEnvironment({ environment }: Asking): NodeJS.ProcessEnv {
  const folder = `/run/user/${machineUser().uid}`;
  if ((environment['XDG_RUNTIME_DIR'] ?? '') !== '' || !existsSync(folder)) return environment;
  return { ...environment, XDG_RUNTIME_DIR: folder };
}
