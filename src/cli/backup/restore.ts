/**
 * Puts a backup into a home in which nothing runs. What was there is moved aside, never removed;
 * restored instances are stopped, so that nothing trades on old books before the user says so.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { takeLifetimeLock } from '../../platform/lifetime-lock.ts';
import type { LifetimeLock } from '../../platform/lifetime-lock.ts';
import { fromHome, homeAt } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import {
  beginStaging,
  commitStaged,
  dropStaged,
  finishRestore,
  livingIds,
  openRegistry,
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
  const supervisor = info === null ? [] : [`the supervisor (pid ${info.pid})`];
  const names = [...supervisor, ...livingIds(home, instances)];
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

/** A restore as it is asked for. */
export interface RestoreOrder {
  readonly from: string;
  readonly manifest: Manifest;
  readonly plan: readonly PlannedFile[];
  readonly who: string;
}

/**
 * Puts the files in place under the home's lock; answers the folder that what was there was moved
 * to, if anything, and what of the backup's records could not be believed.
 */
export async function applyRestore(
  home: Home,
  lock: LifetimeLock,
  { from, manifest, plan, who }: RestoreOrder,
): Promise<{ readonly aside: string | null; readonly notices: readonly string[] }> {
  const files = plan.flatMap(({ file, difference }) =>
    file.kind === 'registry' || difference === 'same' ? [] : [file],
  );
  const registry = openRegistry(homeAt(from));
  const hasRecords = manifest.files.some(({ kind }) => kind === 'registry');
  const aside = join('replaced', isoTime(systemClock.now()).replace(/[:.]/g, '-'));
  beginStaging(home);
  try {
    for (const file of files) stage(home, from, file);
    // Whoever removed the lock may have started something.
    const removed = `${home.supervisorLock} was removed.`;
    const hint = 'Nothing was changed; see that nothing runs in this home, and repeat.';
    if (!lock.guards()) throw new GriddError('RESTORE_REFUSED', removed, { hint });
    commitStaged(home, {
      ...{ from, taken_at: manifest.taken_at, who, aside },
      files: files.map(({ path, kind }) => ({
        ...{ path, database: kind === 'database' },
        replaces: existsSync(join(home.folder, path)),
      })),
      records: hasRecords ? registry.read().instances : {},
    });
  } catch (error) {
    // Where it cannot be forgotten, a plan that was written is carried out later.
    dropStaged(home);
    throw error;
  }
  await finishRestore(home);
  const folder = fromHome(home, aside);
  return { aside: existsSync(folder) ? folder : null, notices: registry.notices };
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
