/**
 * What `gridd doctor` found, and how plain figures are judged. PURE: the limits stand here and
 * nowhere else.
 */
import type { GriddError } from '../../contract/errors.ts';
import type { DoctorSubject } from '../../contract/said-codes.ts';
import { say, textOf } from '../../contract/sentences.ts';
import type { Said, Telling } from '../../contract/sentences.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/** One thing that was looked at. `advice` is empty where nothing is to be done. */
export interface Finding<Name extends string = string> {
  readonly name: Name;
  readonly verdict: Verdict;
  readonly found: string;
  readonly advice: string;
  /** What `found` and `advice` say, as data. */
  readonly said?: Said;
  readonly advice_said?: Said;
  /** Code of the error that both are of. */
  readonly code?: string;
}

/** One of the doctor, whose subjects the pages have words for. */
export type DoctorFinding = Finding<DoctorSubject>;

/** All is well. */
export function ok<Name extends string>(name: Name, found: Telling): Finding<Name> {
  return finding(name, 'ok', found, '');
}

/** Something to do before it hurts. */
export function warn<Name extends string>(
  name: Name,
  found: Telling,
  advice: Telling,
): Finding<Name> {
  return finding(name, 'warn', found, advice);
}

/** Something that hurts now. */
export function fail<Name extends string>(
  name: Name,
  found: Telling,
  advice: Telling,
): Finding<Name> {
  return finding(name, 'fail', found, advice);
}

/** What an error says and advises. */
export function failed<Name extends string>(name: Name, error: GriddError): Finding<Name> {
  return { ...fail(name, error.message, error.hint), code: error.code };
}

function finding<Name extends string>(
  name: Name,
  verdict: Verdict,
  found: Telling,
  advice: Telling,
): Finding<Name> {
  const isSaid = (telling: Telling): telling is Said =>
    typeof telling === 'object' && !('text' in telling);
  return {
    ...{ name, verdict, found: textOf(found), advice: textOf(advice) },
    ...(isSaid(found) ? { said: found } : {}),
    ...(isSaid(advice) ? { advice_said: advice } : {}),
  };
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const EARLIEST_TIME = Date.UTC(2025, 0, 1);
const STEP_MS = 100;
const OFFSET_MS = 1000;
const FEW_FILES = 1024;
const FEW_WATCHES = 8192;

/** A tool of a build that goes by several names. */
export const COMPILER = 'a C++ compiler';

interface Room {
  readonly free: number;
  readonly total: number;
}

/** Node by its version, e.g. "20.19.0". */
export function judgeNode(version: string, path: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const found = `${version} (${path})`;
  if (major > 20 || (major === 20 && minor >= 19)) return ok('node', found);
  return fail('node', found, say('install_node'));
}

/** The tools of a build; `missing` by name. */
export function judgeCompiler(missing: readonly string[]): DoctorFinding {
  if (missing.length === 0) return ok('compiler', say('tools_present'));
  const names = missing.filter((name) => name !== COMPILER).join(', ');
  const found = !missing.includes(COMPILER)
    ? say('tools_missing', { names })
    : names === ''
      ? say('compiler_missing')
      : say('tools_and_compiler_missing', { names });
  return warn('compiler', found, say('install_tools'));
}

/** Room on the disk of the home, in bytes. */
export function judgeDisk({ free, total }: Room): DoctorFinding {
  const found = say('room_free', { free: gib(free), total: gib(total) });
  const advice = say('make_room');
  if (free < 200 * MIB) return fail('disk', found, advice);
  return free < GIB || free < total / 20 ? warn('disk', found, advice) : ok('disk', found);
}

/** Room in memory, in bytes. */
export function judgeMemory({ free, total }: Room): DoctorFinding {
  const found = say('room_free', { free: gib(free), total: gib(total) });
  if (free >= 300 * MIB) return ok('memory', found);
  return warn('memory', found, say('add_memory'));
}

/** .env by its mode bits and owner; null when there is none. */
export function judgeEnv(
  file: { mode: number; uid: number } | 'unseen' | null,
  uid: number,
): DoctorFinding {
  if (file === null) return ok('.env', say('no_env'));
  if (file === 'unseen') {
    return fail('.env', say('env_unseen'), say('make_env_readable'));
  }
  const mode = (file.mode & 0o7777).toString(8).padStart(4, '0');
  if ((file.mode & 0o077) !== 0) {
    return fail('.env', say('env_open', { mode }), 'chmod 600 .env');
  }
  if (file.uid === uid) return ok('.env', say('env_mode', { mode }));
  const found = say('env_of_other', { owner: file.uid, uid });
  return warn('.env', found, say('give_env'));
}

/**
 * The wall clock. `now` in milliseconds; `stepped`: how much more it moved than the monotonic clock
 * while it was watched; `synchronised` as the machine says, null where it does not.
 */
export function judgeClock(
  now: number,
  stepped: number,
  synchronised: boolean | null,
): DoctorFinding {
  const time = new Date(now).toISOString();
  const advice = say('keep_time');
  if (now < EARLIEST_TIME) return fail('clock', say('time_long_ago', { time }), advice);
  if (Math.abs(stepped) > STEP_MS) {
    return warn('clock', say('clock_moved', { ms: Math.round(stepped) }), advice);
  }
  if (synchronised === false) return warn('clock', say('clock_unsynchronised', { time }), advice);
  if (synchronised === true) return ok('clock', say('clock_synchronised', { time }));
  return ok('clock', say('clock_steady', { time }));
}

/**
 * The wall clock against the venues', as running bots measure it; `offsets` in milliseconds by
 * instance. Null where no bot has measured.
 */
export function judgeOffsets(offsets: ReadonlyMap<string, number>): DoctorFinding | null {
  const [worst] = [...offsets].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  if (worst === undefined) return null;
  const [id, ms] = worst;
  const seconds = (Math.abs(ms) / 1000).toFixed(3);
  const found = say(ms > 0 ? 'behind_venue' : 'ahead_of_venue', { seconds, id });
  if (Math.abs(ms) <= OFFSET_MS) return ok('venue time', found);
  return warn('venue time', found, say('keep_time_of_venue'));
}

/** Limits of open and watched files; null where not known or without limit. */
export function judgeLimits(
  files: number | null,
  watch: { instances: number; watches: number } | null,
): DoctorFinding {
  const watched = watch === null ? say('not_known') : watch.watches;
  const found = say('file_limits', { files: files ?? say('any_number'), watched });
  if (files !== null && files < FEW_FILES) {
    return warn('limits', found, say('raise_files', { files: FEW_FILES }));
  }
  if (watch === null || watch.watches >= FEW_WATCHES) return ok('limits', found);
  return warn('limits', found, `sysctl fs.inotify.max_user_watches=${FEW_WATCHES}`);
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
