/**
 * The second half of a restore. The first lays every file ready in a folder of its own and writes
 * the plan last; from then on the restore only goes forward: whoever is cut off is followed by the
 * next restore or supervisor, which ends it before anything starts. So no bot ever meets a home
 * with half of its books. What was there is moved aside, never removed. All of it is for the holder
 * of the supervisor's lock, but for the look whether there is a plan.
 */
import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { flush, isErrno, readText, writeJson } from '../platform/json-file.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { livingIds } from './cleanup.ts';
import { openRegistry } from './registry-file.ts';

/** What is left to do; paths are relative to the home. */
export interface StagedRestore {
  readonly version: typeof VERSION;
  /** Folder of the backup, absolute. */
  readonly from: string;
  /** When the backup was taken, ISO. */
  readonly taken_at: string;
  /** Who asked for it. */
  readonly who: string;
  /** Where what is replaced goes. */
  readonly aside: string;
  readonly files: readonly StagedFile[];
  /** The instances of the backup, by id. */
  readonly records: Readonly<Record<string, RegistryRecord>>;
}

export interface StagedFile {
  readonly path: string;
  readonly database: boolean;
  /** Whether the home had one when the plan was written. */
  readonly replaces: boolean;
}

const VERSION = 1;
/** What a database has beside it, in which unwritten pages of it may be. */
const BESIDE = ['-wal', '-shm', '-journal'];

/** Where the file `path` of a backup is laid ready. */
export function stagedFile(home: Home, path: string): string {
  return join(home.restoring, 'files', path);
}

/** Makes the empty folder for what is laid ready: nobody else may read what is in it. */
export function beginStaging(home: Home): void {
  dropStaged(home);
  mkdirSync(home.restoring, { mode: 0o700 });
}

/**
 * Writes the plan for files that are all ready: from here on the restore is ended, by this process
 * or a later one. Throws RESTORE_REFUSED where a file could not be put in place by a rename.
 */
export function commitStaged(home: Home, plan: Omit<StagedRestore, 'version'>): void {
  const places = plan.files.map(({ path }) => join(home.folder, path));
  refuseOtherDisk(home, [...places, join(fromHome(home, plan.aside), 'x')]);
  const ready = plan.files.map(({ path }) => stagedFile(home, path));
  for (const path of [...ready, ...foldersOf(home, ready)]) flush(path);
  writeJson(planFile(home), { version: VERSION, ...plan });
  flush(home.restoring);
  flush(home.folder);
}

/**
 * Forgets what is laid ready. Files of a plan are in place by then, or none was touched. Throws
 * what the disk does; then the plan may still be there.
 */
export function dropStaged(home: Home): void {
  // The plan first: without it the rest is what nobody waits for.
  rmSync(planFile(home), { force: true });
  if (isThere(home.restoring)) flush(home.restoring);
  rmSync(home.restoring, { recursive: true, force: true });
}

/** The restore that was cut off in this home; null: none. RESTORE_UNFINISHED: it cannot be read. */
export function unfinishedRestore(home: Home): StagedRestore | null {
  try {
    const text = readText(planFile(home));
    if (text === null) return null;
    const plan = JSON.parse(text) as StagedRestore;
    if (plan.version !== VERSION) throw new Error(`${planFile(home)} is of another gridd.`);
    return plan;
  } catch (error) {
    throw unfinished('A restore', error);
  }
}

/**
 * Puts what is laid ready in place, and says what that was; null: nothing is. Throws
 * RESTORE_UNFINISHED, after which it can be called again.
 */
export async function finishRestore(home: Home): Promise<StagedRestore | null> {
  const plan = unfinishedRestore(home);
  if (plan === null) {
    forgetHalf(home);
    return null;
  }
  try {
    await carryOut(home, plan);
    dropStaged(home);
    return plan;
  } catch (error) {
    throw unfinished(`The restore of ${plan.from} (what was there: ${plan.aside})`, error);
  }
}

function unfinished(what: string, error: unknown): GriddError {
  const why = error instanceof Error ? error.message : String(error);
  return new GriddError('RESTORE_UNFINISHED', `${what} is not finished: ${why}`);
}

/** What one has left that was killed before its plan was written; it costs nothing but room. */
function forgetHalf(home: Home): void {
  try {
    if (isThere(home.restoring)) dropStaged(home);
  } catch {
    // Nothing waits for it: it must not keep a supervisor from starting.
  }
}

/** In a sentence, what became of a restore that was cut off. */
export function finishedSentence({ from, taken_at, aside, files }: StagedRestore): string {
  const kept = files.some(({ replaces }) => replaces) ? `; what was there is in ${aside}` : '';
  return `a restore of ${from} that was cut off is finished: the home is as of ${taken_at}${kept}`;
}

async function carryOut(home: Home, plan: StagedRestore): Promise<void> {
  const living = livingIds(home, openRegistry(home).read().instances);
  if (living.length > 0) {
    const names = living.join(', ');
    throw new Error(`${names} runs; \`gridd list\` shows its pid, \`kill PID\` ends it.`);
  }
  for (const file of plan.files) place(home, plan, file);
  const roots = [home.folder, fromHome(home, plan.aside)];
  const moved = roots.flatMap((root) => plan.files.map(({ path }) => join(root, path)));
  for (const folder of foldersOf(home, moved)) flush(folder);
  await restoreRecords(home, plan);
  if (isThere(home.registry)) flush(dirname(home.registry));
}

/** A file that is still laid ready is not in its place yet; what is found there is moved aside. */
function place(home: Home, plan: StagedRestore, { path, database, replaces }: StagedFile): void {
  const [ready, target] = [stagedFile(home, path), join(home.folder, path)];
  if (!isThere(ready)) {
    if (isThere(target)) return;
    throw new Error(`${path} is neither in its place nor laid ready.`);
  }
  const aside = join(fromHome(home, plan.aside), path);
  // Its disk may not be there: what was put into the bare folder would be hidden later.
  if (replaces && !isThere(target) && !isThere(aside)) {
    throw new Error(`${path} was there when the restore began, and is not now.`);
  }
  // The file first: what it leaves alone nobody opens, and goes after the last that went.
  if (isThere(target)) moveAside(target, freeName(aside));
  const owner = lastName(aside);
  for (const suffix of database ? BESIDE : []) {
    if (isThere(target + suffix)) moveAside(target + suffix, freeName(owner + suffix));
  }
  mkdirSync(dirname(target), { recursive: true });
  renameSync(ready, target);
}

function moveAside(file: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(file, to);
}

/** `path`, or with a number where somebody made a new file since the first one went there. */
function freeName(path: string): string {
  return numbered(path, keptOf(path) + 1);
}

/** Of the files that went to `path` the one that went last; `path` where none did. */
function lastName(path: string): string {
  return numbered(path, Math.max(1, keptOf(path)));
}

function keptOf(path: string): number {
  let count = 0;
  while (isThere(numbered(path, count + 1))) count += 1;
  return count;
}

function numbered(path: string, n: number): string {
  return n === 1 ? path : `${path}.${n}`;
}

/** Throws but for what is certain: that it is there, or is not. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A move to another disk is a copy, which would not be whole at every moment. */
function refuseOtherDisk(home: Home, places: readonly string[]): void {
  const probe = join(home.restoring, 'probe');
  for (const folder of new Set(places.map(nearestFolder))) {
    const there = join(folder, `.restore-probe-${process.pid}.tmp`);
    writeFileSync(probe, '');
    try {
      renameSync(probe, there);
    } catch (error) {
      throw unusable(home, folder, error);
    }
    rmSync(there);
  }
  for (const place of places.filter(isThere)) {
    try {
      linkSync(place, probe);
      rmSync(probe);
    } catch (error) {
      // A file that is mounted for itself. Disks without links say something else.
      if (isErrno(error, 'EXDEV')) throw unusable(home, place, error);
    }
  }
}

function unusable(home: Home, path: string, error: unknown): GriddError {
  if (isErrno(error, 'EXDEV')) {
    const sentence = `${path} is on another disk than ${home.folder}.`;
    const hint = 'Nothing was changed; bring it onto the disk of the home, and repeat.';
    return new GriddError('RESTORE_REFUSED', sentence, { hint });
  }
  const why = error instanceof Error ? error.message : String(error);
  const hint = 'Nothing was changed; mend that, and repeat.';
  return new GriddError('RESTORE_REFUSED', `${path} cannot be replaced: ${why}`, { hint });
}

/** The folder in which `path`, or what leads to it, would be made. */
function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!isThere(folder)) folder = dirname(folder);
  return folder;
}

/** The folders of `files` up to the home, those that exist. */
function foldersOf(home: Home, files: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const file of files) {
    let folder = dirname(file);
    while (folder.length > home.folder.length) {
      folders.add(folder);
      folder = dirname(folder);
    }
  }
  return [...folders, home.folder].filter((folder) => isThere(folder));
}

/** None of them is to run: those of the backup, and those that the home knew with these books. */
async function restoreRecords(home: Home, plan: StagedRestore): Promise<void> {
  const { files, records, taken_at } = plan;
  const registry = openRegistry(home);
  const restored = new Set(files.map(({ path }) => join(home.folder, path)));
  const known = Object.entries(registry.read().instances).filter(
    ([id, { db_path }]) => !Object.hasOwn(records, id) && restored.has(fromHome(home, db_path)),
  );
  const all = [...Object.entries(records), ...known].filter(([id]) => isInstanceId(id));
  // Asked for together they are one write.
  await Promise.all(
    all.map(([id, record]) =>
      registry.update(id, (present) => stoppedRecord(record, present, taken_at)),
    ),
  );
}

/** A record as that of an instance that does not run and is not to. */
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
    // None of it is carried on: it was asked for with books that are no more.
    panic: null,
    stop_wish: null,
    begins_anew: null,
    live_start: null,
    // Kept beside the logs, which a backup does not hold.
    config_taken: null,
  };
}

function planFile(home: Home): string {
  return join(home.restoring, 'plan.json');
}
