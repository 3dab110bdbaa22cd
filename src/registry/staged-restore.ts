/**
 * The second half of a restore. The first lays every file ready in a folder of its own and writes
 * the plan last; from then on the restore only goes forward: whoever is cut off is followed by the
 * next restore or supervisor, which ends it before anything starts. So no bot ever meets a home
 * with half of its books. What was there is moved aside, never removed.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { RegistryFile, RegistryRecord } from '../contract/fleet-api.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { flush, isErrno, readJson, readText, writeJson } from '../platform/json-file.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { recordLives } from './cleanup.ts';
import { openRegistry } from './registry-file.ts';

/** What is left to do; paths are relative to the home. */
export interface StagedRestore {
  /** Folder of the backup, absolute. */
  readonly from: string;
  /** When the backup was taken, ISO. */
  readonly taken_at: string;
  /** Where what is replaced goes. */
  readonly aside: string;
  readonly files: readonly { readonly path: string; readonly database: boolean }[];
}

/** What a database has beside it, in which unwritten pages of it may be. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

/** Where the file `path` of a backup is laid ready. */
export function stagedFile(home: Home, path: string): string {
  return join(home.restoring, 'files', path);
}

/** From here on the restore is ended, by this process or a later one. All files are ready. */
export function commitStaged(home: Home, plan: StagedRestore): void {
  const ready = [...plan.files.map(({ path }) => stagedFile(home, path)), stagedRecords(home)];
  for (const file of ready.filter((file) => existsSync(file))) flush(file);
  for (const folder of foldersOf(ready)) flush(folder);
  writeJson(planFile(home), plan);
  flush(home.restoring);
  flush(home.folder);
}

/** The restore that was cut off in this home; null: none. */
export function unfinishedRestore(home: Home): StagedRestore | null {
  const text = readText(planFile(home));
  return text === null ? null : (JSON.parse(text) as StagedRestore);
}

/**
 * Puts what is laid ready in place, and says what that was; null: nothing is. For the holder of the
 * supervisor's lock. Throws RESTORE_UNFINISHED, after which it can be called again.
 */
export async function finishRestore(home: Home): Promise<StagedRestore | null> {
  const plan = unfinishedRestore(home);
  if (plan === null) return null;
  try {
    refuseLiving(home);
    for (const file of plan.files) place(home, plan, file);
    const places = [home.folder, fromHome(home, plan.aside)];
    const moved = places.flatMap((folder) => plan.files.map(({ path }) => join(folder, path)));
    for (const folder of foldersOf(moved)) flush(folder);
    await restoreRecords(home, plan);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const sentence = `The restore of ${plan.from} is not finished: ${why}`;
    throw new GriddError('RESTORE_UNFINISHED', sentence);
  }
  // The plan first: without it the rest is what nobody waits for.
  rmSync(planFile(home));
  rmSync(home.restoring, { recursive: true, force: true });
  return plan;
}

function planFile(home: Home): string {
  return join(home.restoring, 'plan.json');
}

/** The records of the backup; a backup of a home without any has no such file. */
function stagedRecords(home: Home): string {
  return stagedFile(home, toHome(home, home.registry));
}

/** The folders of `files` that exist. */
function foldersOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => dirname(file)))].filter((folder) => existsSync(folder));
}

function refuseLiving(home: Home): void {
  const { instances } = openRegistry(home).read();
  const alive = Object.entries(instances).filter(([, record]) => recordLives(home, record));
  if (alive.length === 0) return;
  throw new Error(`${alive.map(([id]) => id).join(', ')} runs.`);
}

/** A file that is still laid ready is not in its place yet. */
function place(
  home: Home,
  plan: StagedRestore,
  { path, database }: StagedRestore['files'][number],
): void {
  const ready = stagedFile(home, path);
  if (!existsSync(ready)) return;
  const target = join(home.folder, path);
  const aside = join(fromHome(home, plan.aside), path);
  for (const suffix of database ? BESIDE : ['']) {
    if (!existsSync(target + suffix)) continue;
    // Aside already: this is what was put in its place, or is about to be.
    if (existsSync(aside + suffix)) rmSync(target + suffix);
    else move(target + suffix, aside + suffix);
  }
  move(ready, target);
}

/** Moves a file, whole at every moment; also to another disk, as behind a link `database`. */
function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    const part = `${to}.part`;
    copyFileSync(from, part);
    flush(part);
    renameSync(part, to);
    rmSync(from);
  }
}

async function restoreRecords(home: Home, plan: StagedRestore): Promise<void> {
  const kept = readJson(stagedRecords(home)) as Partial<RegistryFile> | null;
  if (kept === null) return;
  const registry = openRegistry(home);
  const records = Object.entries(kept.instances ?? {}).filter(([id]) => isInstanceId(id));
  // Asked for together they are one write.
  await Promise.all(
    records.map(([id, record]) =>
      registry.update(id, (present) => stoppedRecord(record, present, plan.taken_at)),
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

/** In a sentence, what became of a restore that was cut off. */
export function finishedSentence(home: Home, { from, taken_at, aside }: StagedRestore): string {
  const kept = existsSync(fromHome(home, aside)) ? `; what was there is in ${aside}` : '';
  return `a restore of ${from} that was cut off is finished: the home is as of ${taken_at}${kept}`;
}
