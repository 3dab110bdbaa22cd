/** The files of an instance's books as a whole: set aside, put back, removed. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isoTime } from '../platform/clock.ts';
import { openDatabase } from '../platform/sqlite.ts';

/**
 * Moves old books to `archived/<name>.<time>.db` beside them; null when there were none. In one
 * step: what the log beside the file holds is brought into the file first.
 */
export function archiveBooks(file: string, nowMs: number): string | null {
  if (!existsSync(file)) return null;
  foldLog(file);
  const stamp = isoTime(nowMs).replace(/[:.]/g, '-');
  const folder = join(dirname(file), 'archived');
  const target = join(folder, `${basename(file, '.db')}.${stamp}.db`);
  mkdirSync(folder, { recursive: true });
  moveBooks(file, target);
  return target;
}

/** Puts archived books back in their place: what was to follow them could not begin. */
export function restoreBooks(archived: string, file: string): void {
  removeBooks(file);
  moveBooks(archived, file);
}

/** Removes books in which nothing was ever booked. */
export function removeBooks(file: string): void {
  for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true });
}

const SUFFIXES = ['', '-wal', '-shm'];

function moveBooks(from: string, to: string): void {
  for (const suffix of SUFFIXES) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

function foldLog(file: string): void {
  try {
    const db = openDatabase(file, 'FULL');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  } catch {
    // Not a readable database: it is archived as it is, with what lies beside it.
  }
}
