/** The files of an instance's books as a whole: set aside, put back, removed. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isoTime } from '../platform/clock.ts';
import { migrate, openDatabase } from '../platform/sqlite.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Moves old books to `archived/<name>.<time>.db` beside them; null when there were none. In one
 * step: what the log beside the file holds is brought into the file first.
 */
export function archiveBooks(file: string, nowMs: number): string | null {
  if (!existsSync(file) && !hasLostBooks(file)) return null;
  foldLog(file);
  const stamp = isoTime(nowMs).replace(/[:.]/g, '-');
  const folder = join(dirname(file), 'archived');
  const target = join(folder, `${basename(file, '.db')}.${stamp}.db`);
  mkdirSync(folder, { recursive: true });
  moveBooks(file, target);
  return target;
}

/**
 * Makes books without a row. They appear whole: whoever is killed meanwhile leaves no empty file,
 * which would be refused as books that were lost.
 */
export function createBooks(file: string): void {
  const fresh = `${file}.new`;
  // What one that was killed has left.
  removeBooks(fresh);
  // NORMAL flushes what is moved into the file, which the close does.
  const db = openDatabase(fresh, 'NORMAL');
  try {
    migrate(db, MIGRATIONS);
  } finally {
    db.close();
  }
  renameSync(fresh, file);
}

/**
 * Whether books were here: the file is empty, or it is gone and what SQLite keeps beside it is
 * not. SQLite would begin new ones in its place and delete that, or read it into them.
 */
export function hasLostBooks(file: string): boolean {
  const size = sizeOf(file);
  return size === 0 || (size === null && LOGS.some((suffix) => (sizeOf(file + suffix) ?? 0) > 0));
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

/** Puts archived books back in their place: what was to follow them could not begin. */
export function restoreBooks(archived: string, file: string): void {
  removeBooks(file);
  moveBooks(archived, file);
}

/** Removes books in which nothing was ever booked. */
export function removeBooks(file: string): void {
  // The file last: killed in between, it must not leave a log of books that are gone.
  for (const suffix of [...LOGS, '-shm', '']) rmSync(file + suffix, { force: true });
}

/** Where SQLite keeps what is not yet in the file, or how the file was before. */
const LOGS = ['-wal', '-journal'];

function moveBooks(from: string, to: string): void {
  for (const suffix of ['', ...LOGS, '-shm']) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

function foldLog(file: string): void {
  // SQLite would delete the log of an empty file.
  if (hasLostBooks(file)) return;
  try {
    const db = openDatabase(file, 'FULL');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  } catch {
    // Not a readable database: it is archived as it is, with what lies beside it.
  }
}
