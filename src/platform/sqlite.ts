/**
 * SQLite: opening databases with the settings gridd relies on. The only home of better-sqlite3.
 * One writer per file; WAL, so that a reader never waits for it.
 */
import type Database from 'better-sqlite3';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { isErrno } from './json-file.ts';

const load = createRequire(import.meta.url);
/**
 * Version 12 aborts the process on Node 24.19 and later when a statement is collected; version 13
 * needs Node 22. No one version runs on all.
 */
const Sqlite = (
  Number.parseInt(process.versions.node, 10) >= 22
    ? load('better-sqlite3-13')
    : load('better-sqlite3')
) as typeof Database;

export type SqliteDatabase = Database.Database;

/** How safe a commit is: NORMAL survives a killed process, FULL a power failure too. */
export type Synchronous = 'NORMAL' | 'FULL';

/**
 * Opens (and creates) a database for its one writer, who waits `timeoutMs` for a lock. Throws what
 * SQLite throws.
 */
export function openDatabase(
  file: string,
  synchronous: Synchronous,
  timeoutMs = 5000,
): SqliteDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Sqlite(file, { timeout: timeoutMs });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    db.pragma('foreign_keys = ON');
  } catch (error) {
    // Left open, each further attempt on a broken or locked file would hold one more descriptor.
    db.close();
    throw error;
  }
  return db;
}

/** Runs `write`, whose commits are as safe as `synchronous` says, whatever holds otherwise. */
export function committing(db: SqliteDatabase, synchronous: Synchronous, write: () => void): void {
  const before = Number(db.pragma('synchronous', { simple: true }));
  db.pragma(`synchronous = ${synchronous}`);
  try {
    write();
  } finally {
    db.pragma(`synchronous = ${before}`);
  }
}

/**
 * Opens an existing database for reading beside its writer; waits `timeoutMs` for a lock. Throws
 * when the file is absent, or empty: then SQLite would delete a log that lies beside it.
 */
export function openReadOnly(file: string, timeoutMs = 5000): SqliteDatabase {
  if (statSync(file).size === 0) throw new Error(`the database ${file} is empty`);
  return new Sqlite(file, { readonly: true, fileMustExist: true, timeout: timeoutMs });
}

/** Where a database file says by which journal it is read and written; 2 is WAL, 1 is not. */
const JOURNAL_BYTES = [18, 19];

/**
 * Opens for reading what a file holds that nobody has open, out of memory: SQLite leaves no log
 * (-wal) and index (-shm) beside it. Not for a process that has the file open itself: reading it
 * would drop its locks.
 */
export function openImage(file: string): SqliteDatabase {
  const image = readFileSync(file);
  // In memory there is no log that could be read.
  for (const at of JOURNAL_BYTES) if (image[at] === 2) image[at] = 1;
  return new Sqlite(image, { readonly: true });
}

/** Opens a lock file: rollback journal, no waiting beyond `timeoutMs`. */
export function openLockFile(file: string, timeoutMs: number): SqliteDatabase {
  mkdirSync(dirname(file), { recursive: true });
  return new Sqlite(file, { timeout: timeoutMs });
}

/**
 * Why SQLite could not open a file: it says the same when this process has no file handle left.
 */
export function openingFault(error: unknown): unknown {
  if (!isErrno(error, 'SQLITE_CANTOPEN')) return error;
  try {
    closeSync(openSync('/dev/null', 'r'));
    return error;
  } catch (reason) {
    return reason;
  }
}

/** A numbered step of a schema; step k brings `user_version` from k to k+1. */
export type Migration = string;

/**
 * Brings `db` to the newest schema, each step in its own transaction. Returns false and touches
 * nothing when the file is newer than `migrations` knows.
 */
export function migrate(db: SqliteDatabase, migrations: readonly Migration[]): boolean {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > migrations.length) return false;
  for (let step = version; step < migrations.length; step += 1) {
    db.transaction(() => {
      db.exec(migrations[step] ?? '');
      db.pragma(`user_version = ${step + 1}`);
    })();
  }
  return true;
}
