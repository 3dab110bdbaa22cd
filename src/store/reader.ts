/** Reads the books of an instance beside its bot, or after it. Never writes. */
import { existsSync } from 'node:fs';
import type { FillView, OrderView, ReceiptView, StatusView } from '../contract/instance-api.ts';
import { openReadOnly } from '../platform/sqlite.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import type { Binding } from './books.ts';
import { readReceipts } from './receipts.ts';
import type { ReceiptSeries } from './receipts.ts';
import { readPoints } from './charts.ts';
import type { PointRow } from './charts.ts';
import { FILL_COLUMNS, OLD_FILL_COLUMNS, ORDER_COLUMNS, fillView, orderView } from './rows.ts';
import type { FillRow, OrderRow } from './rows.ts';

export interface BooksReader {
  /** The grid account they belong to; null: to none yet. */
  binding(): Binding | null;
  /** Whether a grid ever took a turn on them. */
  hasBegun(): boolean;
  /** The figures the bot saved last; null before its first. */
  status(): StatusView | null;
  /** Newest first. */
  fills(limit: number): FillView[];
  /** Orders that may still execute, oldest first. */
  orders(): OrderView[];
  /** Newest first: days, or else stops and ends; with the ids of the trades behind each. */
  receipts(limit: number, by: ReceiptSeries): ReceiptView[];
  /** Sums of each minute (60) or hour (3600) from a second on, oldest first. */
  points(step: number, from: number): PointRow[];
  close(): void;
}

/** Version of the schema from which on books hold what the page draws and pages. */
const PAGED = 4;

/** Opens books for reading; null when there are none that can be read. */
export function readBooks(file: string): BooksReader | null {
  if (!existsSync(file)) return null;
  let db: SqliteDatabase | null = null;
  try {
    db = openReadOnly(file);
    return reader(db);
  } catch {
    db?.close();
    return null;
  }
}

function reader(db: SqliteDatabase): BooksReader {
  const status = db.prepare<[], { body: string }>('SELECT body FROM status');
  // Books of an older gridd stay as they are until its bot is started anew.
  const paged = Number(db.pragma('user_version', { simple: true })) >= PAGED;
  const fills = db.prepare<[number], FillRow>(
    `SELECT ${paged ? FILL_COLUMNS : OLD_FILL_COLUMNS} FROM fills ORDER BY rowid DESC LIMIT ?`,
  );
  const orders = db.prepare<[], OrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders
     WHERE status IN ('sent', 'open', 'cancelling') ORDER BY id`,
  );
  const meta = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'binding'");
  const engine = db.prepare<[], { n: number }>('SELECT count(*) n FROM engine');
  return {
    binding() {
      const row = meta.get();
      return row === undefined ? null : (JSON.parse(row.value) as Binding);
    },
    hasBegun: () => (engine.get()?.n ?? 0) > 0,
    status() {
      const row = status.get();
      return row === undefined ? null : (JSON.parse(row.body) as StatusView);
    },
    fills: (limit) => fills.all(limit).map(fillView),
    orders: () => orders.all().map(orderView),
    receipts: (limit, by) => readReceipts(db, limit, by),
    points: (step, from) => (paged ? readPoints(db, step, from) : []),
    close: () => db.close(),
  };
}
