/**
 * Takes a backup while the fleet trades: each database is copied as of one moment, configs and
 * registry as they are. The folder appears whole, under its name, or not at all. Lifetime locks are
 * never opened; `.env` is left out unless asked for.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { flush, writeJson } from '../../platform/json-file.ts';
import { packageVersion } from '../../platform/package-version.ts';
import { fromHome, isInside, isLifetimeLock, toHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import { openRegistry, unfinishedRestore } from '../../registry/index.ts';
import { booksExtent, checkDatabase, copyDatabase } from '../../store/index.ts';
import { MANIFEST, REGISTRY_PATH, fingerprint, makeManifest } from './manifest.ts';
import type { BackupFile, Manifest } from './manifest.ts';

type Source = Pick<BackupFile, 'path' | 'kind'>;

/**
 * Backs `home` up to `target`, a folder that is absent or empty. Throws BACKUP_REFUSED where it
 * cannot be written; a database that cannot be copied is left out, and told.
 */
export async function takeBackup(
  home: Home,
  target: string,
  withEnv: boolean,
): Promise<Manifest> {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new GriddError('BACKUP_REFUSED', `${target} is there already, and not empty.`);
  }
  refuseHalf(home);
  const part = `${target}.${process.pid}.part`;
  try {
    mkdirSync(part, { recursive: true, mode: 0o700 });
    const manifest = await fill(home, part, sourcesOf(home, withEnv));
    writeJson(join(part, MANIFEST), manifest, 0o600);
    // One may have begun meanwhile.
    refuseHalf(home);
    // An empty folder of that name gives way.
    renameSync(part, target);
    return manifest;
  } catch (error) {
    if (existsSync(part)) rmSync(part, { recursive: true, force: true });
    if (!(error instanceof Error && 'code' in error) || error instanceof GriddError) throw error;
    throw new GriddError('BACKUP_REFUSED', `${target} cannot be written: ${error.message}.`);
  }
}

/** Between the files of a restore a home is of two moments. */
function refuseHalf(home: Home): void {
  if (unfinishedRestore(home) === null) return;
  const sentence = `A restore into ${home.folder} is under way, or was cut off.`;
  throw new GriddError('BACKUP_REFUSED', sentence, {
    hint: 'Wait for it; one that was cut off is finished by `gridd supervisor start`.',
  });
}

async function fill(home: Home, part: string, sources: readonly Source[]): Promise<Manifest> {
  const taken_at = isoTime(systemClock.now());
  const files: BackupFile[] = [];
  const left_out: { path: string; why: string }[] = [];
  for (const source of sources) {
    const [from, to] = [join(home.folder, source.path), join(part, source.path)];
    mkdirSync(dirname(to), { recursive: true });
    try {
      if (source.kind === 'database') await copyWhole(from, to);
      else copyFileSync(from, to);
    } catch (error) {
      // One that was removed since is none of the home's any more.
      if (!existsSync(from)) continue;
      if (isOfTarget(error)) throw error;
      rmSync(to, { force: true });
      left_out.push({ path: source.path, why: error instanceof Error ? error.message : '' });
      continue;
    }
    flush(to);
    const books = source.kind === 'database' ? booksExtent(to) : null;
    files.push({ ...source, ...fingerprint(to), ...(books === null ? {} : { books }) });
  }
  const gridd = packageVersion();
  return makeManifest({ gridd, taken_at, home: home.folder, files, left_out });
}

async function copyWhole(from: string, to: string): Promise<void> {
  await copyDatabase(from, to);
  const { faults, unseen } = checkDatabase(to);
  const [fault] = [...faults, ...(unseen === null ? [] : [unseen])];
  if (fault !== undefined) throw new Error(fault);
}

/** Whether the disk of the backup is full or may not be written: then nothing more can be done. */
function isOfTarget(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ENOSPC', 'EROFS', 'EDQUOT', 'SQLITE_FULL'].includes(code);
}

function sourcesOf(home: Home, withEnv: boolean): Source[] {
  const databases = new Set(filesIn(home, 'database').filter((path) => path.endsWith('.db')));
  for (const { db_path } of Object.values(openRegistry(home).read().instances)) {
    const file = fromHome(home, db_path);
    if (existsSync(file) && isInside(home.folder, file)) databases.add(toHome(home, file));
  }
  const known = (path: string) => existsSync(join(home.folder, path));
  return [
    ...[...databases].sort().map((path) => ({ path, kind: 'database' as const })),
    ...filesIn(home, 'config').map((path) => ({ path, kind: 'config' as const })),
    ...(known(REGISTRY_PATH) ? [{ path: REGISTRY_PATH, kind: 'registry' as const }] : []),
    ...(withEnv && known('.env') ? [{ path: '.env', kind: 'env' as const }] : []),
  ];
}

/** Regular files below a folder of the home, as paths from the home, no lock among them. */
function filesIn(home: Home, folder: string): string[] {
  const root = join(home.folder, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(home, path);
    return entry.isFile() && !isLifetimeLock(path) && !path.endsWith('.tmp') ? [path] : [];
  });
}
