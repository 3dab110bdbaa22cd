/**
 * Whether a database is whole, asked beside its writer. Read-only. Lifetime locks (*.lock.db) are
 * refused: opening one in the process that holds it would drop it.
 */
import { assert } from '../contract/assert.ts';
import { isLifetimeLock } from '../platform/paths.ts';
import { openReadOnly } from '../platform/sqlite.ts';

const MOST_FAULTS = 3;

/** What SQLite finds wrong with the file, a sentence each; empty when it is whole. */
export function databaseFaults(file: string): string[] {
  assert(!isLifetimeLock(file), `${file} is no lock`);
  try {
    const db = openReadOnly(file);
    try {
      const rows = db.pragma(`quick_check(${MOST_FAULTS})`) as { quick_check: string }[];
      return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
    } finally {
      db.close();
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
