/**
 * Whether a database is whole, asked beside its writer. Nothing in it changes; beside one that
 * nobody has open SQLite leaves an empty log (-wal) and its index (-shm). Lifetime locks
 * (*.lock.db) are refused: opening one in the process that holds it would drop it.
 */
import { assert } from '../contract/assert.ts';
import { isLifetimeLock } from '../platform/paths.ts';
import { openReadOnly } from '../platform/sqlite.ts';

const MOST_FAULTS = 3;
const HOLDER_WAIT_MS = 1000;

/** Somebody holds the file, or it may not be read: nothing is known of what is in it. */
const IN_THE_WAY = /^(SQLITE_(BUSY|LOCKED|CANTOPEN|READONLY|PERM)|EACCES$)/;

/** What a look at a database has found. */
export interface DatabaseReport {
  /** What is wrong with it, a sentence each; empty when it is whole. */
  readonly faults: readonly string[];
  /** Why it could not be looked at; null when it could. */
  readonly unseen: string | null;
}

/** Asks SQLite whether the file is whole. */
export function checkDatabase(file: string): DatabaseReport {
  assert(!isLifetimeLock(file), `${file} is no lock`);
  try {
    const db = openReadOnly(file, HOLDER_WAIT_MS);
    try {
      const rows = db.pragma(`quick_check(${MOST_FAULTS})`) as { quick_check: string }[];
      const faults = rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
      return { faults, unseen: null };
    } finally {
      db.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return IN_THE_WAY.test(code) ? { faults: [], unseen: why } : { faults: [why], unseen: null };
  }
}
