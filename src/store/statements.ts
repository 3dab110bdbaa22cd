/** The statements of an instance's books, each prepared once. */
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { FILL_COLUMNS, ORDER_COLUMNS } from './rows.ts';
import type { FillRow, OrderRow } from './rows.ts';
import type { BookedFill, BooksMark, Intent, MoneyRow, NewReceipt } from './turn.ts';

/** Everything that `Books` asks of its tables. */
export function prepareBooks(db: SqliteDatabase) {
  return { ...prepareState(db), ...prepareOrders(db), ...prepareMoney(db) };
}

function prepareState(db: SqliteDatabase) {
  return {
    state: db.prepare<[], { state: string }>('SELECT state FROM engine'),
    saveState: db.prepare<[string, number]>(
      `INSERT INTO engine (one, state, at_ms) VALUES (1, ?, ?)
       ON CONFLICT (one) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms`,
    ),
    meta: db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?'),
    setMeta: db.prepare<[string, string]>(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    note: db.prepare<[number, string, string]>(
      'INSERT INTO events (at_ms, code, text) VALUES (?, ?, ?)',
    ),
    // Bounded: the first time that old books are thinned out must not be one long commit.
    pruneNotes: db.prepare<[{ upTo: number; most: number }]>(
      `DELETE FROM events
       WHERE id IN (SELECT id FROM events WHERE id <= @upTo ORDER BY id LIMIT @most)`,
    ),
    pruneRequests: db.prepare<[{ before_ms: number; keep: number }]>(
      `DELETE FROM requests WHERE at_ms < @before_ms OR key NOT IN
         (SELECT key FROM requests ORDER BY at_ms DESC LIMIT @keep)`,
    ),
    request: db.prepare<[string], { request: string; answer: string }>(
      'SELECT request, answer FROM requests WHERE key = ?',
    ),
    saveRequest: db.prepare<[{ key: string; request: string; answer: string; at_ms: number }]>(
      `INSERT INTO requests (key, request, answer, at_ms)
       VALUES (@key, @request, @answer, @at_ms)`,
    ),
    status: db.prepare<[string]>(
      `INSERT INTO status (one, body) VALUES (1, ?)
       ON CONFLICT (one) DO UPDATE SET body = excluded.body`,
    ),
  };
}

function prepareOrders(db: SqliteDatabase) {
  return {
    intent: db.prepare<[Intent & { at_ms: number }]>(
      `INSERT INTO orders
         (id, client_id, role, gap, side, price, size, generation, filled, status, created_ms,
          updated_ms)
       VALUES (@id, @client_id, @role, @gap, @side, @price, @size, @generation, '0', 'sent',
         @at_ms, @at_ms)`,
    ),
    // Short client ids come again after a long time: the ended order keeps a name of its own.
    giveUp: db.prepare<[string]>(
      `UPDATE orders SET client_id = client_id || '~' || id
       WHERE client_id = ? AND status IN ('filled', 'cancelled', 'rejected')`,
    ),
    madeAt: db.prepare<[number], { created_ms: number }>(
      'SELECT created_ms FROM orders WHERE id = ?',
    ),
    // Newest first, and no more than asked for: the walk ends however long the history is.
    sentBefore: db.prepare<[number, number], { created_ms: number }>(
      `SELECT created_ms FROM orders
       WHERE id < ? AND reason IS NOT 'absent' ORDER BY id DESC LIMIT ?`,
    ),
    update: db.prepare<[Record<string, string | number | null>]>(
      `UPDATE orders SET status = coalesce(@status, status), filled = coalesce(@filled, filled),
         reason = coalesce(@reason, reason),
         venue_order_id = coalesce(@venue_order_id, venue_order_id), updated_ms = @at_ms
       WHERE id = @id`,
    ),
    orderId: db.prepare<[string], { id: number }>('SELECT id FROM orders WHERE client_id = ?'),
    closeRefusal: db.prepare<[], { reason: string | null }>(
      "SELECT reason FROM orders WHERE role = 'close' ORDER BY id DESC LIMIT 1",
    ),
    alive: db.prepare<[], OrderRow>(
      `SELECT ${ORDER_COLUMNS} FROM orders
       WHERE status IN ('sent', 'open', 'cancelling') ORDER BY id`,
    ),
  };
}

function prepareMoney(db: SqliteDatabase) {
  return {
    // When the other side of its cycle was filled, if its gap did that itself.
    fill: db.prepare<[BookedFill]>(
      `INSERT INTO fills (trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms,
         pair_price, pair_ms)
       VALUES (@trade_id, @order_id, @gap, @side, @price, @size, @fee, @cycle_profit, @at_ms,
         @pair_price, CASE WHEN @pair_price IS NULL THEN NULL ELSE
           (SELECT at_ms FROM fills
            WHERE gap = @gap AND side = CASE @side WHEN 'buy' THEN 'sell' ELSE 'buy' END
              AND price = @pair_price ORDER BY rowid DESC LIMIT 1) END)`,
    ),
    hasFill: db.prepare<[string], { x: number }>('SELECT 1 x FROM fills WHERE trade_id = ?'),
    lastTrade: db.prepare<[], { trade_id: string }>(
      'SELECT trade_id FROM fills ORDER BY rowid DESC LIMIT 1',
    ),
    funding: db.prepare<[{ funding_id: string; amount: string; at_ms: number }]>(
      'INSERT INTO funding (funding_id, amount, at_ms) VALUES (@funding_id, @amount, @at_ms)',
    ),
    hasFunding: db.prepare<[string], { x: number }>(
      'SELECT 1 x FROM funding WHERE funding_id = ?',
    ),
    fills: db.prepare<[number], FillRow>(
      `SELECT ${FILL_COLUMNS} FROM fills ORDER BY rowid DESC LIMIT ?`,
    ),
    receipt: db.prepare<[Omit<NewReceipt, 'body'> & { body: string; at_ms: number }]>(
      `INSERT INTO receipts (at_ms, kind, after_fill, last_fill, body)
       VALUES (@at_ms, @kind, @after_fill, @last_fill, @body)`,
    ),
    adjustment: db.prepare<[{ size: string; price: string; at_ms: number }]>(
      'INSERT INTO adjustments (size, price, at_ms) VALUES (@size, @price, @at_ms)',
    ),
    mark: db.prepare<[], BooksMark>(
      `SELECT (SELECT ifnull(max(rowid), 0) FROM fills) AS fill,
              (SELECT ifnull(max(id), 0) FROM funding) AS funding,
              (SELECT ifnull(max(id), 0) FROM adjustments) AS adjustment`,
    ),
    fillsAfter: db.prepare<[number], MoneyRow>(
      'SELECT side, price, size, fee FROM fills WHERE rowid > ? ORDER BY rowid',
    ),
    adjustmentsAfter: db.prepare<[number], MoneyRow>(
      `SELECT NULL AS side, price, size, '0' AS fee FROM adjustments WHERE id > ? ORDER BY id`,
    ),
    fundingAfter: db.prepare<[number], { amount: string }>(
      'SELECT amount FROM funding WHERE id > ? ORDER BY id',
    ),
  };
}
