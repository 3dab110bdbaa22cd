/** Receipts as the books keep them, for the bot's page and for whoever reads beside it. */
import type { ReceiptView } from '../contract/instance-api.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { RECEIPT_COLUMNS, receiptView } from './rows.ts';
import type { ReceiptRow } from './rows.ts';

/** Which series of receipts: days, or stops and ends. */
export type ReceiptSeries = 'stop' | 'day';

/** Newest first, at most `limit`, with the ids of the trades behind each. */
export function readReceipts(
  db: SqliteDatabase,
  limit: number,
  by: ReceiptSeries,
): ReceiptView[] {
  // Prepared when asked for: books of an older gridd lack these columns until its bot starts.
  const rows = db.prepare<[{ day: number; limit: number }], ReceiptRow>(
    `SELECT ${RECEIPT_COLUMNS} FROM receipts WHERE (kind = 'day') = @day
     ORDER BY id DESC LIMIT @limit`,
  );
  const trades = db
    .prepare<[number, number], string>(
      'SELECT trade_id FROM fills WHERE rowid > ? AND rowid <= ? ORDER BY rowid',
    )
    .pluck();
  return rows.all({ day: by === 'day' ? 1 : 0, limit }).map((row) => {
    return receiptView(row, trades.all(row.after_fill, row.last_fill));
  });
}
