/**
 * One process of an instance: what to start, its pid files and what it left behind. Plans are
 * complete before anything is started; a plan that cannot be made is the user's error. Only
 * processes proved by pid, start time and boot id, or by our mark, are ever signalled.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { ConfigTaken, RegistryRecord } from '../contract/fleet-api.ts';
import type {
  BotLaunch,
  ExitRecord,
  ProcessIdentity,
} from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { SECRET_NAMES } from '../contract/venues.ts';
import { localDate } from '../platform/clock.ts';
import { readJson, readText, writeFileAtomic } from '../platform/json-file.ts';
import type { Logger } from '../platform/logger.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { findMarked, isAlive, signalProcess } from '../platform/process-identity.ts';
import type { DetachedSpawn } from '../platform/spawn.ts';
import {
  claimedPorts,
  expandConfig,
  namedVariables,
  readBotRecord,
  readEnvFile,
  refuseExposedEnv,
  refuseOpenAddress,
} from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { handPort } from './free-port.ts';
import { processEnvironment, withoutSecrets } from './process-environment.ts';
import { RAW_NAMES, lastLines, linkRawFiles } from './raw-logs.ts';

/** What a launch depends on besides config and record. */
export interface LaunchSurroundings {
  readonly home: Home;
  readonly hash: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The built-in bot's program file. */
  readonly botMain: string;
  readonly portsInUse: readonly number[];
  readonly now: number;
}

export interface LaunchWish {
  readonly cause: BotLaunch['cause'];
  readonly fresh: boolean;
  readonly generation: number;
  /** Called once this plan can refuse the start no more: sees to it that its text is kept. */
  readonly take: () => Promise<ConfigTaken | null>;
}

/** Everything needed to start a process. */
export interface LaunchPlan {
  readonly spawn: DetachedSpawn;
  readonly external: boolean;
  /** Port of an external program; null: the bot reports what it bound. */
  readonly port: number | null;
  readonly warnings: readonly Note[];
  /** The kept text that it runs with; null: none could be kept. */
  readonly taken: ConfigTaken | null;
  /** Values that must not appear in what we write about the process. */
  readonly secrets: readonly string[];
}

/** Throws PROGRAM_MISSING or ENV_MISSING where no process can be planned; starts nothing. */
export function checkLaunch(
  around: Pick<LaunchSurroundings, 'home' | 'environment'>,
  loaded: LoadedConfig,
  record: RegistryRecord,
): void {
  checkProgram(loaded, record);
  refuseExposedEnv(around.home, loaded);
  refuseOpenAddress(around.home, loaded);
  expandConfig(loaded, { ...around.environment, ...readEnvFile(around.home) });
}

function checkProgram(loaded: LoadedConfig, record: RegistryRecord): void {
  const script = loaded.config.daemon_config.script_path;
  if (loaded.program === null && loaded.programDeclared) {
    const live = loaded.config.exchange_config.mode === 'live';
    if (live || record.ran_program) {
      const why = live
        ? 'live mode is not given to another program'
        : 'it ran under this id before';
      throw new GriddError('PROGRAM_MISSING', `The program ${script} is not there, and ${why}.`);
    }
  }
}

/** Plans a process. Throws PROGRAM_MISSING, PORT_TAKEN, ENV_MISSING. */
export async function planLaunch(
  around: LaunchSurroundings,
  loaded: LoadedConfig,
  record: RegistryRecord,
  wish: LaunchWish,
): Promise<LaunchPlan> {
  const { home } = around;
  const warnings: Note[] = [...loaded.warnings];
  checkProgram(loaded, record);
  refuseExposedEnv(home, loaded);
  refuseOpenAddress(home, loaded);
  const file = readEnvFile(home);
  const own = around.environment;
  const named = namedVariables(loaded);
  const expanded = expandConfig(loaded, { ...own, ...file });
  const parts = {
    own,
    file,
    named,
    configured: expanded.config.daemon_config.environment,
  };
  const secrets = secretsOf(expanded.config);
  const mark = processMarkOf(around.hash, loaded.id, wish.generation);
  const given = { GRIDD_HOME: home.folder, GRIDD_MARK: mark };
  const avoid = [...claimedPorts(home, loaded.id), ...around.portsInUse];
  // A port that was kept from an earlier run gives way to a config that claims it by name.
  const free = record.web_port !== null && !avoid.includes(record.web_port);
  const wanted = loaded.webPort ?? (free ? record.web_port : null);
  const raw = rawFiles(loaded.logDir);
  const common = { ...raw, fresh: true };
  if (loaded.program === null) {
    const { live_start, restarts } = record;
    const taken = await wish.take();
    const more = { live_start, restarts, kept: taken };
    const launch = launchArgument(around, loaded, { ...wish, ...more }, wanted, avoid);
    const env = processEnvironment({ ...parts, given });
    const args = [around.botMain, JSON.stringify(launch)];
    const spawn = { ...common, program: process.execPath, args, cwd: home.folder, env };
    return { spawn, external: false, port: null, warnings, taken, secrets };
  }
  const { web_host: host, strict_port } = loaded.config.daemon_config;
  const strict = strict_port && wish.cause === 'start';
  const { port, warning } = await handPort(loaded.id, { wanted, host, strict, avoid });
  if (warning !== null) warnings.push(codedSaid(warning));
  const env = processEnvironment({
    ...parts,
    given: {
      ...given,
      INSTANCE_ID: loaded.id,
      LOG_DIR: loaded.logDir,
      DB_PATH: loaded.dbPath,
      WEB_PORT: String(port),
      WEB_HOST: host,
      CONFIG_FILE: loaded.file,
    },
  });
  linkRawFiles(loaded.logDir, localDate(around.now));
  const { program, args, cwd } = loaded.program;
  const spawn = { ...common, program, args, cwd, env };
  return { spawn, external: true, port, warnings, taken: await wish.take(), secrets };
}

/**
 * Values that must appear in no record: keys, and whatever a config hands over in `environment`.
 */
function secretsOf(config: InstanceConfig): string[] {
  const { exchange_config: exchange, daemon_config: daemon } = config;
  const keys = SECRET_NAMES.map((name) => exchange[name]);
  const values = [...keys, exchange.proxy, ...Object.values(daemon.environment)];
  // Short values such as "1" or "info" are no secrets, and blotting them out would hide the error.
  return values.flatMap((value) => (value !== undefined && value.length >= 6 ? [value] : []));
}

/**
 * The secrets of a config as it stands now; null when they cannot be known: nothing is safe then.
 */
export function secretsNow(
  around: Pick<LaunchSurroundings, 'home' | 'environment'>,
  loaded: LoadedConfig | null,
): string[] | null {
  if (loaded === null) return null;
  try {
    const variables = { ...around.environment, ...readEnvFile(around.home) };
    return secretsOf(expandConfig(loaded, variables).config);
  } catch {
    return null;
  }
}

function launchArgument(
  around: LaunchSurroundings,
  loaded: LoadedConfig,
  wish: LaunchWish & Pick<BotLaunch, 'live_start' | 'restarts'> & { kept: ConfigTaken | null },
  wanted: number | null,
  avoid: readonly number[],
): BotLaunch {
  const { kept } = wish;
  return {
    home: around.home.folder,
    id: loaded.id,
    config_file: loaded.file,
    log_dir: loaded.logDir,
    db_path: loaded.dbPath,
    generation: wish.generation,
    web_port: wanted,
    avoid_ports: [...new Set(avoid)],
    cause: wish.cause,
    fresh: wish.fresh,
    log_level: loaded.config.daemon_config.log_level,
    live_start: wish.live_start ?? null,
    restarts: wish.restarts ?? 0,
    ...(kept === null ? {} : { taken: { sha256: kept.sha256, start: kept.start } }),
  };
}

const PROGRAM_KEYS = /^daemon_config\.(bot_args|script_path)|^strategy_config\.grid_/;

/**
 * The real reason behind a config that was fine for a program and is none for the built-in bot: the
 * program is gone, so its arguments were read as the bot's own and its grid was missed.
 */
export function configFault(thrown: unknown, record: RegistryRecord | undefined): unknown {
  if (!(thrown instanceof GriddError) || record?.ran_program !== true) return thrown;
  const own = ({ path }: { path: string }) => PROGRAM_KEYS.test(path);
  if (thrown.code !== 'CONFIG_INVALID' || !thrown.problems.every(own)) return thrown;
  const message = `The program that ${record.config_file} runs is not there.`;
  return new GriddError('PROGRAM_MISSING', message);
}

/** The mark a process of this generation carries in its environment. */
export function processMarkOf(hash: string, id: string, generation: number): string {
  return `${hash}:${id}:${generation}`;
}

/** Append files of a process's raw output. */
function rawFiles(logDir: string): { readonly stdout: string; readonly stderr: string } {
  return { stdout: join(logDir, RAW_NAMES.stdout), stderr: join(logDir, RAW_NAMES.stderr) };
}

/** Last lines of a process's stderr, secrets blotted out; none where those are not known. */
export function stderrTail(logDir: string, secrets: readonly string[] | null): string[] {
  if (secrets === null) return [];
  return lastLines(rawFiles(logDir).stderr, 10).map((line) =>
    withoutSecrets(line, secrets).slice(0, 500),
  );
}

/** Writes the pid files of a process: a bot writes its own. A failure is only logged. */
export function writePids(logDir: string, pid: number, external: boolean, log: Logger): void {
  try {
    writePid(logDir, 'daemon.pid', process.pid);
    if (external) writePid(logDir, 'bot.pid', pid);
  } catch (error) {
    log.error({ err: error }, 'the pid files could not be written');
  }
}

/** Writes a bare number and a newline. */
function writePid(logDir: string, name: 'daemon.pid' | 'bot.pid', pid: number): void {
  writeFileAtomic(join(logDir, name), `${pid}\n`);
}

/** Removes the pid files after an end; `bot.pid` only while it names the process that ended. */
export function removePids(logDir: string, pid: number): void {
  const botPid = join(logDir, 'bot.pid');
  const own = quietly(() => readText(botPid))?.trim() === String(pid);
  if (own) quietly(() => rmSync(botPid, { force: true }));
  quietly(() => rmSync(join(logDir, 'daemon.pid'), { force: true }));
}

/** Somebody may have put a folder or a broken link there: it says nothing and stays. */
function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

/** What a process wrote about its own end; null when it crashed. */
export function readExitRecord(logDir: string, pid: number, generation: number): ExitRecord | null {
  const value = quietly(() => readJson(join(logDir, 'exit.json')));
  if (typeof value !== 'object' || value === null) return null;
  const complete =
    'pid' in value &&
    value.pid === pid &&
    'generation' in value &&
    value.generation === generation &&
    'code' in value &&
    typeof value.code === 'number' &&
    'reason' in value &&
    typeof value.reason === 'string';
  return complete ? (value as ExitRecord) : null;
}

/** Whether a bot of this launch has been there, also one whose pid nobody wrote down. */
export function wasThere(logDir: string, generation: number): boolean {
  const exit = quietly(() => readJson(join(logDir, 'exit.json')));
  const ended = typeof exit === 'object' && exit !== null && 'generation' in exit;
  if (ended && exit.generation === generation) return true;
  return readBotRecord(logDir)?.generation === generation;
}

/** A living process of this instance: by bot.json, by the registry, or by its mark; null: none. */
export function findLiving(
  home: Home,
  hash: string,
  id: string,
  record: RegistryRecord,
): (ProcessIdentity & { readonly generation: number }) | null {
  const own = readBotRecord(fromHome(home, record.log_dir));
  if (own !== null && own.id === id && own.home === home.folder && isAlive(own)) return own;
  const { pid, start_time, boot_id, generation } = record;
  if (pid !== null && start_time !== null && boot_id !== null) {
    const identity = { pid, start_time, boot_id };
    return isAlive(identity) ? { ...identity, generation } : null;
  }
  // The record was written, the process perhaps started, and then the supervisor died.
  if (record.state !== 'starting') return null;
  const marked = findMarked((mark) => mark === processMarkOf(hash, id, generation));
  const oldest = marked.sort((a, b) => Number(a.start_time) - Number(b.start_time))[0];
  return oldest === undefined ? null : { ...oldest, generation };
}

/** Kills what an ended external program left behind: processes that carry its mark. */
export function killMarked(mark: string): number {
  const left = findMarked((found) => found === mark);
  return left.filter((identity) => signalProcess(identity, 'SIGKILL')).length;
}

/** How a process ended, in a few words. */
export function describeExit(code: number | null, signal: string | null): Said {
  if (signal !== null) return say('ended_by', { signal });
  return code === null ? say('disappeared') : say('exited', { exit: code });
}

/** The error behind an end: what the bot said, else its last words on stderr. */
export function exitError(
  id: string,
  reason: string,
  tail: readonly string[],
  said: ErrorBody | null,
): ErrorBody {
  if (said !== null) return said;
  const last = tail.at(-1);
  const words = last === undefined ? '' : ` Its last words: ${last}`;
  const error = new GriddError('START_FAILED', `The process of ${id} ${reason}.${words}`);
  if (tail.length < 2) return error.toBody();
  const lines = tail.slice(-5).join('\n    ');
  return { ...error.toBody(), hint: `${error.hint} The end of it:\n    ${lines}` };
}
