/** The files of an instance's books as a whole: set aside, put back, removed. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isoTime } from '../platform/clock.ts';
import { migrate, openDatabase } from '../platform/sqlite.ts';
import { LOGS, foldLog, hasLog, moveDatabase, sizeOf } from './database-files.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Moves old books to `archived/<name>.<time>.db` beside them; null when there were none. In one
 * step: what the log beside the file holds is brought into the file first. What cannot be read is
 * archived as it is, with what lies beside it, and whole there before it goes here.
 */
export function archiveBooks(file: string, nowMs: number): string | null {
  if (!existsSync(file) && !hasLostBooks(file)) return null;
  // SQLite would delete the log of an empty file.
  if (!hasLostBooks(file)) foldLog(file);
  const stamp = isoTime(nowMs).replace(/[:.]/g, '-');
  const folder = join(dirname(file), 'archived');
  const target = join(folder, `${basename(file, '.db')}.${stamp}.db`);
  mkdirSync(folder, { recursive: true });
  moveDatabase(file, target);
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
  return size === 0 || (size === null && hasLog(file));
}

/** Puts archived books back in their place: what was to follow them could not begin. */
export function restoreBooks(archived: string, file: string): void {
  removeBooks(file);
  moveDatabase(archived, file);
}

/** Removes books in which nothing was ever booked. */
export function removeBooks(file: string): void {
  // The file last: killed in between, it must not leave a log of books that are gone.
  for (const suffix of [...LOGS, '-shm', '']) rmSync(file + suffix, { force: true });
}
