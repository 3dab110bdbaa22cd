/**
 * Copies of databases beside their writers, each of one moment, and what such a copy holds. Nothing
 * in the original changes. Lifetime locks (*.lock.db) are refused: opening one in the process that
 * holds it would drop it.
 */
import { rmSync, statSync } from 'node:fs';
import { assert } from '../contract/assert.ts';
import { isLifetimeLock } from '../platform/paths.ts';
import { openImage, openReadOnly } from '../platform/sqlite.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { fitsImage, isClosed } from './closed-file.ts';

/** How far books have come; both only ever grow. `at`: when their figures were saved last. */
export interface BooksExtent {
  readonly fills: number;
  readonly orders: number;
  readonly at: string | null;
}

/** Copies a database to `target`, which must not be there. Rejects with what SQLite throws. */
export async function copyDatabase(file: string, target: string): Promise<void> {
  assert(!isLifetimeLock(file), `${file} is no lock`);
  const before = statSync(file);
  if (fitsImage(file)) {
    await copyOf(openImage(file), target);
    const { mtimeMs, size } = statSync(file);
    // Somebody may have begun to write while it was read.
    if (isClosed(file) && mtimeMs === before.mtimeMs && size === before.size) return;
    rmSync(target, { force: true });
  }
  await copyOf(openReadOnly(file), target);
}

/** Closes `db`. */
async function copyOf(db: SqliteDatabase, target: string): Promise<void> {
  try {
    // The read holds one moment: a writer beside it would have the copy begin again and again.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await db.backup(target);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** How far the books in a copy have come; null where it holds no books. */
export function booksExtent(copy: string): BooksExtent | null {
  const db = openImage(copy);
  try {
    const table = db.prepare<[string], { n: number }>(
      "SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = ?",
    );
    if (['fills', 'orders', 'status'].some((name) => table.get(name)?.n !== 1)) return null;
    const most = (sql: string) => db.prepare<[], { n: number }>(sql).get()?.n ?? 0;
    const row = db.prepare<[], { body: string }>('SELECT body FROM status').get();
    const at = row === undefined ? null : (JSON.parse(row.body) as { updated_at?: string });
    return {
      fills: most('SELECT coalesce(max(rowid), 0) AS n FROM fills'),
      orders: most('SELECT coalesce(max(id), 0) AS n FROM orders'),
      at: at?.updated_at ?? null,
    };
  } finally {
    db.close();
  }
}
