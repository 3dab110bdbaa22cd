/**
 * Long tables of the books read in pages, newest first: each page names the row after which the
 * next begins, so that rows which come meanwhile move nothing. One page costs a bounded look.
 */
import type { FillPage, Happening, OrderPage } from '../contract/page-api.ts';
import { isoTime } from '../platform/clock.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { FILL_COLUMNS, ORDER_COLUMNS, fillView, orderView } from './rows.ts';
import type { FillRow, OrderRow } from './rows.ts';

/** Rows that one page of a single status looks through. */
const MOST_LOOKED_AT = 20_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** Fills older than `before` (as `next` gave it); null: the newest. */
export function readFillPage(db: SqliteDatabase, limit: number, before: string | null): FillPage {
  const rows = db
    .prepare<[number, number], FillRow & { readonly row: number }>(
      `SELECT rowid row, ${FILL_COLUMNS} FROM fills WHERE rowid < ? ORDER BY rowid DESC LIMIT ?`,
    )
    .all(rowOf(before), limit);
  const fills = rows.map(({ row: _row, ...fill }) => fillView(fill));
  return { fills, next: nextOf(rows.length < limit ? undefined : rows.at(-1)?.row) };
}

/**
 * Orders older than `before`, of one status where given. A page may hold fewer than `limit`, or
 * none, and still name a next.
 */
export function readOrderPage(
  db: SqliteDatabase,
  limit: number,
  before: string | null,
  status: string | null,
): OrderPage {
  const from = rowOf(before);
  const floor =
    db
      .prepare<[number], { id: number | null }>(
        `SELECT min(id) id FROM
           (SELECT id FROM orders WHERE id < ? ORDER BY id DESC LIMIT ${MOST_LOOKED_AT})`,
      )
      .get(from)?.id ?? null;
  if (floor === null) return { orders: [], next: null };
  const rows = db
    .prepare<[{ from: number; floor: number; status: string | null; limit: number }], OrderRow>(
      `SELECT ${ORDER_COLUMNS} FROM orders
       WHERE id < @from AND id >= @floor AND status = coalesce(@status, status)
       ORDER BY id DESC LIMIT @limit`,
    )
    .all({ from, floor, status, limit });
  const next = rows.length === limit ? rows.at(-1)?.id : older(db, floor);
  return { orders: rows.map(orderView), next: nextOf(next) };
}

/** What happened before the happening of an id; null: the newest. */
export function readHappenings(
  db: SqliteDatabase,
  limit: number,
  before: number | null,
): Happening[] {
  const rows = db.prepare<[number, number], Omit<Happening, 'at'> & { readonly at_ms: number }>(
    'SELECT id, at_ms, code, text FROM events WHERE id < ? ORDER BY id DESC LIMIT ?',
  );
  return rows.all(before ?? NEWEST, limit).map(({ id, at_ms, code, text }) => {
    return { id, at: isoTime(at_ms), code, text };
  });
}

/** The id itself while there are rows before it. */
function older(db: SqliteDatabase, id: number): number | undefined {
  const before = db.prepare<[number], { x: number }>('SELECT 1 x FROM orders WHERE id < ? LIMIT 1');
  return before.get(id) === undefined ? undefined : id;
}

function rowOf(before: string | null): number {
  return before === null ? NEWEST : Number(before);
}

function nextOf(row: number | undefined): string | null {
  return row === undefined ? null : String(row);
}
