/**
 * What `gridd doctor` found, and how plain figures are judged. PURE: the limits stand here and
 * nowhere else.
 */
import type { DoctorSubject } from '../../contract/said-codes.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/** One thing that was looked at. `advice` is empty where nothing is to be done. */
export interface Finding<Name extends string = string> {
  readonly name: Name;
  readonly verdict: Verdict;
  readonly found: string;
  readonly advice: string;
}

/** One of the doctor, whose subjects the pages have words for. */
export type DoctorFinding = Finding<DoctorSubject>;

/** All is well. */
export function ok<Name extends string>(
  name: Name,
  found: string,
): Finding<Name> {
  return { name, verdict: 'ok', found, advice: '' };
}

/** Something to do before it hurts. */
export function warn<Name extends string>(
  name: Name,
  found: string,
  advice: string,
): Finding<Name> {
  return { name, verdict: 'warn', found, advice };
}

/** Something that hurts now. */
export function fail<Name extends string>(
  name: Name,
  found: string,
  advice: string,
): Finding<Name> {
  return { name, verdict: 'fail', found, advice };
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const EARLIEST_TIME = Date.UTC(2025, 0, 1);
const STEP_MS = 100;
const OFFSET_MS = 1000;
const FEW_FILES = 1024;
const FEW_WATCHES = 8192;

interface Room {
  readonly free: number;
  readonly total: number;
}

/** Node by its version, e.g. "20.19.0". */
export function judgeNode(version: string, path: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const found = `${version} (${path})`;
  if (major > 20 || (major === 20 && minor >= 19)) return ok('node', found);
  return fail('node', found, 'Install Node 20.19 or newer.');
}

/** The tools of a build; `missing` by name. */
export function judgeCompiler(missing: readonly string[]): DoctorFinding {
  if (missing.length === 0) return ok('compiler', 'python3, make and a C++ compiler');
  const advice = 'An upgrade may have to compile: apt-get install python3 make g++.';
  return warn('compiler', `missing: ${missing.join(', ')}`, advice);
}

/** Room on the disk of the home, in bytes. */
export function judgeDisk({ free, total }: Room): DoctorFinding {
  const found = `${gib(free)} of ${gib(total)} GiB free`;
  const advice = 'Make room: a bot that cannot store places nothing.';
  if (free < 200 * MIB) return fail('disk', found, advice);
  return free < GIB || free < total / 20 ? warn('disk', found, advice) : ok('disk', found);
}

/** Room in memory, in bytes. */
export function judgeMemory({ free, total }: Room): DoctorFinding {
  const found = `${gib(free)} of ${gib(total)} GiB free`;
  if (free >= 300 * MIB) return ok('memory', found);
  return warn('memory', found, 'A bot takes about 90 MiB: add memory, or run fewer.');
}

/** .env by its mode bits and owner; null when there is none. */
export function judgeEnv(
  file: { mode: number; uid: number } | 'unseen' | null,
  uid: number,
): DoctorFinding {
  if (file === null) return ok('.env', 'none');
  if (file === 'unseen') {
    return fail('.env', 'cannot be looked at', 'Make .env a file that you can read, or remove it.');
  }
  const mode = (file.mode & 0o7777).toString(8).padStart(4, '0');
  if ((file.mode & 0o077) !== 0) {
    return fail('.env', `mode ${mode}: others can get at your keys`, 'chmod 600 .env');
  }
  if (file.uid === uid) return ok('.env', `mode ${mode}`);
  const found = `belongs to uid ${file.uid}, you are ${uid}`;
  return warn('.env', found, 'Make it belong to the user who runs the bots.');
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
  const advice = 'Let the machine keep its time, e.g. apt-get install systemd-timesyncd or chrony.';
  if (now < EARLIEST_TIME) return fail('clock', `${time} is long ago`, advice);
  if (Math.abs(stepped) > STEP_MS) {
    return warn('clock', `was moved by ${Math.round(stepped)} ms while watched`, advice);
  }
  if (synchronised === false) return warn('clock', `${time}, not synchronised`, advice);
  const state = synchronised === true ? 'synchronised' : 'steady; its offset was not checked';
  return ok('clock', `${time}, ${state}`);
}

/**
 * The wall clock against the venues', as running bots measure it; `offsets` in milliseconds by
 * instance. Null where no bot has measured.
 */
export function judgeOffsets(offsets: ReadonlyMap<string, number>): DoctorFinding | null {
  const [worst] = [...offsets].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  if (worst === undefined) return null;
  const [id, ms] = worst;
  const way = ms > 0 ? 'behind' : 'ahead of';
  const found = `${(Math.abs(ms) / 1000).toFixed(3)} s ${way} the venue of ${id}`;
  if (Math.abs(ms) <= OFFSET_MS) return ok('venue time', found);
  return warn('venue time', found, 'Let the machine keep its time; bots reckon with the venue\'s.');
}

/** Limits of open and watched files; null where not known or without limit. */
export function judgeLimits(
  files: number | null,
  watch: { instances: number; watches: number } | null,
): DoctorFinding {
  const watched = watch === null ? 'not known' : `${watch.watches}`;
  const found = `${files ?? 'any number of'} open files, ${watched} watched`;
  if (files !== null && files < FEW_FILES) {
    return warn('limits', found, `Raise it: ulimit -n ${FEW_FILES} before the supervisor starts.`);
  }
  if (watch === null || watch.watches >= FEW_WATCHES) return ok('limits', found);
  return warn('limits', found, `sysctl fs.inotify.max_user_watches=${FEW_WATCHES}`);
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
