/**
 * One supervisor per home, however many callers ask at once: each may spawn a process, the
 * lifetime lock lets one of them live, and every caller waits for whichever one answers with this
 * home. Where its systemd unit is installed, systemd starts it, if it can be reached.
 */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { BOT_EXIT, GriddError } from '../contract/errors.ts';
import type { SupervisorInfo } from '../contract/fleet-api.ts';
import { systemClock } from '../platform/clock.ts';
import { PACKAGE_FOLDER } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { identify, isAlive } from '../platform/process-identity.ts';
import { spawnDetached } from '../platform/spawn.ts';
import type { Spawned } from '../platform/spawn.ts';
import type { Context } from './context.ts';
import { ControlClient } from './control-client.ts';
import { installedService, serviceFailure, tellService } from './systemd.ts';

const POLL_MS = 25;
const DEADLINE_MS = 30_000;
const END_DEADLINE_MS = 60_000;
const SERVICE_LOOK_MS = 500;
/** One that is starting answers sooner, as a rule. */
const AGAIN_MS = 1000;
const NAMED_VARIABLES = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'XDG_RUNTIME_DIR'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
]);

/** The supervisor waits most of its life: small beats quick (about 12 MiB less, measured). */
export const LEAN_NODE = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'];
/** Its environment for the same end: one arena of memory for all of its threads. */
export const LEAN_ENVIRONMENT = { MALLOC_ARENA_MAX: '1' };

/** The supervisor's entry point in the built package. */
const SUPERVISOR_MAIN = join(PACKAGE_FOLDER, 'dist', 'daemon', 'main.js');

type Ended = Awaited<Spawned['ended']>;

/** The running supervisor and whether this call started it. */
export interface Ensured {
  readonly client: ControlClient;
  readonly info: SupervisorInfo;
  readonly started: boolean;
}

/** Finds the supervisor of the home, or starts it and waits until it answers. */
export async function ensureSupervisor(context: Context): Promise<Ensured> {
  const client = new ControlClient(context.home);
  const present = await infoOrNull(client);
  if (present !== null) return { client, info: present, started: false };
  const byService = await startByService(context, client);
  if (byService !== null) return { client, info: byService, started: true };
  const spawning = new Spawning(context);
  const info = await waitForSupervisor(context.home, client, () => spawning.look());
  const started = info.pid === spawning.pid;
  if (started) context.terminal.err(`supervisor started (pid ${info.pid})\n`);
  return { client, info, started };
}

/** Facts of the supervisor; null when none runs. */
export async function infoOrNull(client: ControlClient): Promise<SupervisorInfo | null> {
  try {
    return await client.info();
  } catch (error) {
    if (error instanceof GriddError && error.code === 'SUPERVISOR_NOT_RUNNING') return null;
    throw error;
  }
}

/** Has the supervisor end by `ask`, and resolves once its process is gone. */
export async function endSupervisor(
  info: SupervisorInfo,
  ask: () => Promise<unknown>,
): Promise<void> {
  const identity = identify(info.pid);
  await ask();
  const deadline = systemClock.monotonic() + END_DEADLINE_MS;
  while (identity !== null && isAlive(identity)) {
    if (systemClock.monotonic() > deadline) {
      const sentence = `The supervisor (pid ${info.pid}) does not end.`;
      throw new GriddError('SUPERVISOR_UNREACHABLE', sentence);
    }
    await systemClock.delay(POLL_MS);
  }
}

/**
 * The environment of a supervisor that a verb starts: the machine's, never the caller's own
 * variables. What a shell happens to export would otherwise reach bots months later; bots read
 * .env.
 */
export function supervisorEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (NAMED_VARIABLES.has(name) || name.startsWith('GRIDD_')) kept[name] = value;
  }
  // A caller that is itself a child of a bot must not pass on whose child it is.
  delete kept['GRIDD_MARK'];
  return { ...kept, ...LEAN_ENVIRONMENT };
}

function spawnSupervisor(context: Context): Spawned {
  const { home } = context;
  return spawnDetached({
    program: process.execPath,
    args: [...LEAN_NODE, SUPERVISOR_MAIN, '--home', home.folder],
    cwd: home.folder,
    env: supervisorEnvironment(context.environment),
    stdout: join(home.supervisorLogs, 'raw_stdout.log'),
    stderr: rawErrors(home),
    fresh: false,
  });
}

/** Says why no supervisor will answer; null while one may. */
type Watch = () => GriddError | null | Promise<GriddError | null>;

/** The supervisor that systemd started; null when that is not how it is started here. */
async function startByService(
  context: Context,
  client: ControlClient,
): Promise<SupervisorInfo | null> {
  const service = installedService(context);
  if (service === null) return null;
  const refused = await tellService(context, service, 'start');
  if (refused !== null) {
    context.terminal.err(`${refused}\nThe supervisor is started without systemd.\n`);
    return null;
  }
  let asked = systemClock.monotonic();
  let heldSince: number | null = null;
  const info = await waitForSupervisor(context.home, client, async () => {
    const now = systemClock.monotonic();
    if (now - asked < SERVICE_LOOK_MS) return null;
    asked = now;
    const failure = await serviceFailure(context, service);
    if (failure !== 'lock held') {
      heldSince = null;
      return failure;
    }
    // As `Spawning.look`: whoever held the lock is about to answer, or to end.
    heldSince ??= now;
    if (now - heldSince <= AGAIN_MS) return null;
    heldSince = null;
    // A refusal is no end of it: whoever holds the lock may still answer.
    await tellService(context, service, 'start');
    return null;
  });
  context.terminal.err(`supervisor started by systemd (pid ${info.pid})\n`);
  return info;
}

/** A supervisor that is being started, again where the lock was held by one that has ended. */
class Spawning {
  readonly #context: Context;
  #spawned: Spawned;
  #end: { readonly how: Ended; readonly at: number } | null = null;

  constructor(context: Context) {
    this.#context = context;
    this.#spawned = this.#spawn();
  }

  get pid(): number | null {
    return this.#spawned.pid;
  }

  look(): GriddError | null {
    if (this.#end === null) return null;
    const { how, at } = this.#end;
    if (how.code !== BOT_EXIT.lock_held) return startFailure(this.#context.home, how);
    // Another caller's supervisor won, and its socket is about to answer; or an old one is ending.
    if (systemClock.monotonic() - at > AGAIN_MS) this.#spawned = this.#spawn();
    return null;
  }

  #spawn(): Spawned {
    this.#end = null;
    const spawned = spawnSupervisor(this.#context);
    void spawned.ended.then((how) => {
      this.#end = { how, at: systemClock.monotonic() };
    });
    return spawned;
  }
}

async function waitForSupervisor(
  home: Home,
  client: ControlClient,
  watch: Watch,
): Promise<SupervisorInfo> {
  const deadline = systemClock.monotonic() + DEADLINE_MS;
  for (;;) {
    const failure = await watch();
    const info = await infoOrNull(client);
    if (info !== null) return info;
    if (failure !== null) throw failure;
    if (systemClock.monotonic() > deadline) {
      throw new GriddError(
        'SUPERVISOR_UNREACHABLE',
        `A supervisor holds the lock of ${home.folder} but answers nothing.`,
      );
    }
    await systemClock.delay(POLL_MS);
  }
}

function startFailure(home: Home, ended: Ended): GriddError {
  const how = ended.error ?? (ended.signal === null ? `exit code ${ended.code}` : ended.signal);
  const said = lastLines(rawErrors(home), 5);
  return new GriddError('SUPERVISOR_UNREACHABLE', `The supervisor could not start (${how}).`, {
    hint: said === '' ? `See ${home.supervisorLogs}.` : `It said:\n  ${said}`,
  });
}

function rawErrors(home: Home): string {
  return join(home.supervisorLogs, 'raw_stderr.log');
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n  ');
  } catch {
    return '';
  }
}
