/** What `gridd doctor` looks at outside gridd: the machine and what is installed on it. */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { say } from '../../contract/sentences.ts';
import { systemClock } from '../../platform/clock.ts';
import {
  findProgram,
  machineRoom,
  machineUser,
  openFilesLimit,
  watchLimits,
} from '../../platform/machine.ts';
import type { Home } from '../../platform/paths.ts';
import { askProgram } from '../../platform/spawn.ts';
import type { Context } from '../context.ts';
import {
  COMPILER,
  judgeClock,
  judgeCompiler,
  judgeDisk,
  judgeEnv,
  judgeLimits,
  judgeMemory,
  judgeNode,
  ok,
  warn,
} from './finding.ts';
import type { DoctorFinding } from './finding.ts';

/** How long the two clocks are held against each other. */
const WATCHED_MS = 150;

/** Looks at the machine; changes nothing. */
export async function checkMachine(context: Context): Promise<DoctorFinding[]> {
  const { home, environment } = context;
  const path = environment['PATH'] ?? '';
  const has = (...names: string[]) => names.some((name) => findProgram(name, path) !== null);
  const missing = [
    ...(has('python3') ? [] : ['python3']),
    ...(has('make') ? [] : ['make']),
    ...(has('c++', 'g++', 'clang++') ? [] : [COMPILER]),
  ];
  const room = machineRoom(home.folder);
  return [
    judgeNode(process.versions.node, process.execPath),
    judgeCompiler(missing),
    judgeDisk(room.disk),
    judgeMemory(room.memory),
    judgeEnv(envStats(home), machineUser().uid),
    await checkClock(context),
    judgeLimits(openFilesLimit(), watchLimits()),
    has('fallocate')
      ? ok('fallocate', say('is_present'))
      : warn('fallocate', say('no_fallocate'), 'apt-get install util-linux'),
  ];
}

function envStats({ env }: Home): Stats | 'unseen' | null {
  try {
    return statSync(env, { throwIfNoEntry: false }) ?? null;
  } catch {
    return 'unseen';
  }
}

async function checkClock({ environment }: Context): Promise<DoctorFinding> {
  const wall = systemClock.now();
  const monotonic = systemClock.monotonic();
  const words = ['show', '--property=NTPSynchronized', '--value'];
  const [{ code, out }] = await Promise.all([
    askProgram('timedatectl', words, environment, 5_000),
    systemClock.delay(WATCHED_MS),
  ]);
  const stepped = systemClock.now() - wall - (systemClock.monotonic() - monotonic);
  const said = code === 0 ? out.trim() : '';
  return judgeClock(wall, stepped, said === 'yes' ? true : said === 'no' ? false : null);
}
