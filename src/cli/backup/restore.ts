/**
 * Puts a backup into a home in which nothing runs. What was there is moved aside, never removed;
 * restored instances are stopped, so that nothing trades on old books before the user says so.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { takeLifetimeLock } from '../../platform/lifetime-lock.ts';
import type { LifetimeLock } from '../../platform/lifetime-lock.ts';
import { fromHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import {
  commitStaged,
  finishRestore,
  openRegistry,
  recordLives,
  stagedFile,
} from '../../registry/index.ts';
import { markRestored } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import { infoOrNull } from '../ensure-supervisor.ts';
import { fingerprint } from './manifest.ts';
import type { BackupFile, Manifest } from './manifest.ts';
import type { PlannedFile } from './restore-plan.ts';

/** Throws RESTORE_REFUSED while a supervisor or a bot of the home lives. */
export async function refuseWhileRunning(context: Context): Promise<void> {
  const { home } = context;
  const info = await infoOrNull(new ControlClient(home));
  const { instances } = openRegistry(home).read();
  const alive = Object.entries(instances).filter(([, record]) => recordLives(home, record));
  const names = [
    ...(info === null ? [] : [`the supervisor (pid ${info.pid})`]),
    ...alive.map(([id]) => id),
  ];
  if (names.length === 0) return;
  throw new GriddError('RESTORE_REFUSED', `Something runs: ${names.join(', ')}.`, {
    hint: '`gridd stop --all`, then `gridd supervisor stop --stop-bots`, and repeat.',
  });
}

/**
 * Takes the lock that keeps supervisors and other restores of the home away; throws
 * RESTORE_REFUSED where one of them has it.
 */
export async function lockHome(home: Home): Promise<LifetimeLock> {
  mkdirSync(home.supervisorLogs, { recursive: true });
  const lock = await takeLifetimeLock(home.supervisorLock);
  if (lock !== null) return lock;
  const sentence = `A supervisor of ${home.folder}, or another restore, runs.`;
  throw new GriddError('RESTORE_REFUSED', sentence, {
    hint: 'Nothing was changed; end it, or wait for it, and repeat.',
  });
}

/**
 * Puts the files in place, for the holder of the home's lock; answers the folder that what was
 * there was moved to, if anything.
 */
export async function applyRestore(
  home: Home,
  from: string,
  manifest: Manifest,
  plan: readonly PlannedFile[],
): Promise<string | null> {
  const stamp = isoTime(systemClock.now()).replace(/[:.]/g, '-');
  const aside = join('replaced', stamp);
  const changed = plan.flatMap(({ file, difference }) => (difference === 'same' ? [] : [file]));
  const files = changed.filter(({ kind }) => kind !== 'registry');
  const records = plan.flatMap(({ file }) => (file.kind === 'registry' ? [file] : []));
  rmSync(home.restoring, { recursive: true, force: true });
  mkdirSync(home.restoring, { mode: 0o700 });
  try {
    for (const file of [...files, ...records]) stage(home, from, file);
  } catch (error) {
    rmSync(home.restoring, { recursive: true, force: true });
    throw error;
  }
  commitStaged(home, {
    ...{ from, taken_at: manifest.taken_at, aside },
    files: files.map(({ path, kind }) => ({ path, database: kind === 'database' })),
  });
  await finishRestore(home);
  return existsSync(fromHome(home, aside)) ? fromHome(home, aside) : null;
}

/** Lays a file of the backup ready: as its manifest says, and books with what they lack marked. */
function stage(home: Home, from: string, { path, kind, sha256 }: BackupFile): void {
  const to = stagedFile(home, path);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(from, path), to);
  if (fingerprint(to).sha256 !== sha256) {
    throw new GriddError('BACKUP_INVALID', `${path} changed while it was copied.`);
  }
  // A venue has gone on since: the first start takes over what these books do not know.
  if (kind === 'database') markRestored(to, join(home.folder, path));
}
