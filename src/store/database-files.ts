/**
 * A database as the files it is: the file itself and what SQLite keeps beside it. Nobody has it
 * open. Killed anywhere, a move or a replacement leaves no file without its log where the next one
 * would take it for whole: there it finds all, nothing but the log, or an empty file, and refuses.
 */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import { alsoAt, putInPlace } from '../platform/second-name.ts';
import { openDatabase } from '../platform/sqlite.ts';

/** Where SQLite keeps what is not yet in the file, or how the file was before. */
export const LOGS = ['-wal', '-journal'];

/** The file last: a log without it is no database, it without its log may pass for one. */
const ALL = [...LOGS, '-shm', ''];

/** Whether the file itself is beyond use, rather than the disk or a lock in the way. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(String(error.code));
}

/** Bytes of a file; null when there is none. */
export function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

/** Whether what lies beside the file belongs to it. */
export function hasLog(file: string): boolean {
  return LOGS.some((suffix) => (sizeOf(file + suffix) ?? 0) > 0);
}

/**
 * Brings what the log of a file with something in it holds into the file; answers what stood in the
 * way, else null.
 */
export function foldLog(file: string): unknown {
  try {
    const db = openDatabase(file, 'FULL');
    try {
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
    return hasLog(file) ? new Error('somebody else has it open') : null;
  } catch (error) {
    return error;
  }
}

/** Moves a database with its log; one that has none in one step. Its new place is free. */
export function moveDatabase(from: string, to: string): void {
  if (!hasLog(from)) return moveAlone(from, to);
  haveAt(from, to);
  for (const suffix of ALL.toReversed()) rmSync(from + suffix, { force: true });
}

function moveAlone(from: string, to: string): void {
  removeBeside(from);
  if (existsSync(from)) putInPlace(from, to);
}

/**
 * Puts `fresh`, a database without a log, in the place of `file`; what was there is kept at
 * `aside`, whose folder is made. Killed anywhere, there stands the old one, the new one, or, only
 * where the old one was unreadable, an empty file. Throws RESTORE_REFUSED where the log cannot be
 * brought into a readable file, and nothing has changed.
 */
export function replaceDatabase(fresh: string, file: string, aside: string): void {
  if ((sizeOf(file) ?? 0) > 0) {
    const fault = foldLog(file);
    if (fault !== null && hasLog(file) && !isBroken(fault)) {
      const why = fault instanceof Error ? fault.message : String(fault);
      throw new GriddError('RESTORE_REFUSED', `${file} cannot be replaced now: ${why}.`);
    }
  }
  if (ALL.some((suffix) => existsSync(file + suffix))) {
    mkdirSync(dirname(aside), { recursive: true });
    haveAt(file, aside);
  }
  if (hasLog(file)) {
    // A log of another file would spoil the new one, and the old one must not be met without it.
    writeFileSync(`${fresh}.empty`, '');
    putInPlace(`${fresh}.empty`, file);
  }
  removeBeside(file);
  putInPlace(fresh, file);
}

function haveAt(from: string, to: string): void {
  for (const suffix of ALL) if (existsSync(from + suffix)) alsoAt(from + suffix, to + suffix);
}

function removeBeside(file: string): void {
  for (const suffix of [...LOGS, '-shm']) rmSync(file + suffix, { force: true });
}
