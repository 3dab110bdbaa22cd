/**
 * Books put back from a backup: a mark in them says how far they knew, so that the first start can
 * take over what the bot did afterwards. Written by the restore, cleared by the bot.
 */
import { isClosed } from './closed-file.ts';
import { openDatabase, openImage, openReadOnly } from '../platform/sqlite.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { reservedIds } from './id-blocks.ts';

const RESTORED = 'restored';

/** How far restored books knew. */
export interface RestoredMark {
  /** Moment of their last turn, ms: nothing that they lack is older. */
  readonly since_ms: number;
  /** Number of the last order that they know. */
  readonly last_order: number;
  /** Highest number that the books they replaced had reserved; 0: there were none. */
  readonly reserved: number;
}

/** An order that books are told of afterwards; `price` null: at market. */
export interface TakenOver {
  readonly id: number;
  readonly client_id: string;
  readonly side: string;
  readonly price: string | null;
  readonly size: string;
  readonly at_ms: number;
}

/** Marks live books that no process has open; `replaced`: the file whose place they take. */
export function markRestored(file: string, replaced: string): void {
  const image = openImage(file);
  const live = isLive(image);
  image.close();
  // What is not marked stays as it was, byte for byte.
  if (!live) return;
  const db = openDatabase(file, 'FULL');
  try {
    const at = db.prepare<[], { at_ms: number }>('SELECT at_ms FROM engine').get();
    const last = db.prepare<[], { id: number | null }>('SELECT max(id) id FROM orders').get();
    const mark: RestoredMark = {
      since_ms: at?.at_ms ?? 0,
      last_order: last?.id ?? 0,
      reserved: Math.max(reservedIn(replaced), restoredMark(db)?.reserved ?? 0),
    };
    setMark(db, JSON.stringify(mark));
  } finally {
    db.close();
  }
  // A close that could not write the mark into the file leaves it in the log, which stays behind.
  if (!isClosed(file)) throw new Error(`${file} could not be closed whole.`);
}

/** The mark; null where books were not restored, or went on since. */
export function restoredMark(db: SqliteDatabase): RestoredMark | null {
  const text = metaOf(db, RESTORED);
  return text === null || text === '' ? null : (JSON.parse(text) as RestoredMark);
}

export function clearRestored(db: SqliteDatabase): void {
  setMark(db, '');
}

/** Stores orders as ended ones that no line wants: what is executed of them becomes carry. */
export function takeOver(db: SqliteDatabase, orders: readonly TakenOver[]): void {
  const insert = db.prepare<[TakenOver]>(
    `INSERT INTO orders
       (id, client_id, role, gap, side, price, size, generation, filled, status, reason,
        created_ms, updated_ms)
     VALUES (@id, @client_id, 'line', NULL, @side, @price, @size, 0, '0', 'cancelled',
       'after_backup', @at_ms, @at_ms)`,
  );
  db.transaction(() => orders.forEach((order) => insert.run(order)))();
}

function isLive(db: SqliteDatabase): boolean {
  const tables = db.prepare<[], { n: number }>(
    `SELECT count(*) n FROM sqlite_schema
     WHERE type = 'table' AND name IN ('meta', 'engine', 'orders')`,
  );
  if (tables.get()?.n !== 3) return false;
  const binding = JSON.parse(metaOf(db, 'binding') ?? '{}') as { mode?: string };
  return binding.mode === 'live';
}

/** What books that are about to be replaced had reserved; 0 where they cannot be read. */
function reservedIn(file: string): number {
  try {
    const db = openReadOnly(file);
    try {
      // These may have been restored themselves, and never started since.
      return Math.max(reservedIds(db), restoredMark(db)?.reserved ?? 0);
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

function metaOf(db: SqliteDatabase, key: string): string | null {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  return read.get(key)?.value ?? null;
}

function setMark(db: SqliteDatabase, text: string): void {
  db.prepare<[string, string]>(
    `INSERT INTO meta (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(RESTORED, text);
}
