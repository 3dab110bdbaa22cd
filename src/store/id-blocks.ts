/**
 * Numbers of orders, reserved in blocks before one of them is used. Invariant: a block is on the
 * disk itself before it is used, so not even a power failure that takes the last turns away makes a
 * number come twice; a restart begins after the block.
 */
import { committing } from '../platform/sqlite.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';

const RESERVED = 'ids_reserved';

/** The highest number that was ever reserved; 0 before the first. */
export function reservedIds(db: SqliteDatabase): number {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  return Number(read.get(RESERVED)?.value ?? 0);
}

/** Reserves every number up to `upTo`. Throws what SQLite throws; then none of them is. */
export function reserveIds(db: SqliteDatabase, upTo: number): void {
  // One commit that waits for the disk takes all earlier ones with it.
  committing(db, 'FULL', () => {
    db.prepare<[string, string]>(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ).run(RESERVED, String(upTo));
  });
}

/**
 * The first number from `first` on from which `count` numbers may take the client ids of those
 * `span` before them: orders that ended before `endedBeforeMs`. Null when no such run is left.
 */
export function freeIds(
  db: SqliteDatabase,
  wanted: { first: number; count: number; span: number; endedBeforeMs: number },
): number | null {
  const { count, span, endedBeforeMs } = wanted;
  const blocker = db.prepare<[number, number, number], { id: number | null }>(
    `SELECT max(id) id FROM orders WHERE id BETWEEN ? AND ?
       AND (status IN ('sent', 'open', 'cancelling') OR updated_ms >= ?)`,
  );
  for (let first = wanted.first; first < wanted.first + span; ) {
    const last = first + count - 1;
    const id = blocker.get(first - span, last - span, endedBeforeMs)?.id ?? null;
    if (id === null) return first;
    first = id + span + 1;
  }
  return null;
}
