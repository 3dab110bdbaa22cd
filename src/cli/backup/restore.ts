/**
 * Puts a backup into a home in which nothing runs. What was there is moved aside, never removed;
 * restored instances are stopped, so that nothing trades on old books before the user says so. Cut
 * off in the middle it is run again.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import type { RegistryFile, RegistryRecord } from '../../contract/fleet-api.ts';
import { isInstanceId } from '../../contract/instance-config.ts';
import { say } from '../../contract/sentences.ts';
import { stateReason } from '../../contract/state-reason.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { readJson } from '../../platform/json-file.ts';
import { fromHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import { openRegistry, recordLives } from '../../registry/index.ts';
import { markRestored } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import { infoOrNull } from '../ensure-supervisor.ts';
import { REGISTRY_PATH, fingerprint } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { PlannedFile } from './restore-plan.ts';

/** What a database has beside it, in which unwritten pages of it may be. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

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

/** Puts the files in place; answers the folder that what was there was moved to, if anything. */
export async function applyRestore(
  context: Context,
  from: string,
  manifest: Manifest,
  plan: readonly PlannedFile[],
): Promise<string | null> {
  const { home } = context;
  const stamp = isoTime(systemClock.now()).replace(/[:.]/g, '-');
  const stage = join(home.folder, `.restore-${process.pid}`);
  const aside = join(home.folder, 'replaced', stamp);
  const files = plan.filter(
    ({ file, difference }) => file.kind !== 'registry' && difference !== 'same',
  );
  try {
    rmSync(stage, { recursive: true, force: true });
    for (const { file } of files) {
      const to = join(stage, file.path);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(from, file.path), to);
      if (fingerprint(to).sha256 !== file.sha256) {
        throw new GriddError('BACKUP_INVALID', `${file.path} changed while it was copied.`);
      }
      // A venue has gone on since: the first start takes over what these books do not know.
      if (file.kind === 'database') markRestored(to, join(home.folder, file.path));
    }
    // Somebody may have started one meanwhile.
    await refuseWhileRunning(context);
    for (const { file } of files) {
      const target = join(home.folder, file.path);
      for (const suffix of file.kind === 'database' ? BESIDE : ['']) {
        moveAside(target + suffix, join(aside, file.path) + suffix);
      }
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(stage, file.path), target);
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  await restoreRecords(home, from, manifest);
  return existsSync(aside) ? aside : null;
}

function moveAside(file: string, to: string): void {
  if (!existsSync(file)) return;
  mkdirSync(dirname(to), { recursive: true });
  renameSync(file, to);
}

async function restoreRecords(home: Home, from: string, manifest: Manifest): Promise<void> {
  if (!manifest.files.some(({ path }) => path === REGISTRY_PATH)) return;
  const file = readJson(fromHome(home, join(from, REGISTRY_PATH))) as Partial<RegistryFile> | null;
  const registry = openRegistry(home);
  const records = Object.entries(file?.instances ?? {}).filter(([id]) => isInstanceId(id));
  // Asked for together they are one write.
  await Promise.all(
    records.map(([id, record]) =>
      registry.update(id, (present) => stoppedRecord(record, present, manifest.taken_at)),
    ),
  );
}

/** The record of a backup as that of an instance that does not run and is not to. */
function stoppedRecord(
  record: RegistryRecord,
  present: RegistryRecord | null,
  takenAt: string,
): RegistryRecord {
  return {
    ...record,
    // Names of processes are never used twice.
    generation: Math.max(record.generation, present?.generation ?? 0),
    pid: null,
    start_time: null,
    boot_id: null,
    desired: 'stopped',
    state: 'stopped',
    ...stateReason(say('restored', { at: takenAt })),
    restart_at: null,
    safe_run: null,
    // Kept beside the logs, which a backup does not hold.
    config_taken: null,
  };
}
