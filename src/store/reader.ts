/** Reads the books of an instance beside its bot, or after it. Never writes. */
import { existsSync } from 'node:fs';
import type { FillView, OrderView, ReceiptView, StatusView } from '../contract/instance-api.ts';
import { openReadOnly } from '../platform/sqlite.ts';
import { FILL_COLUMNS, ORDER_COLUMNS, RECEIPT_COLUMNS } from './rows.ts';
import { fillView, orderView, receiptView } from './rows.ts';
import type { FillRow, OrderRow, ReceiptRow } from './rows.ts';

export interface BooksReader {
  /** The figures the bot saved last; null before its first. */
  status(): StatusView | null;
  /** Newest first. */
  fills(limit: number): FillView[];
  /** Orders that may still execute, oldest first. */
  orders(): OrderView[];
  /** Newest first: days, or else stops and ends; with the ids of the trades behind each. */
  receipts(limit: number, by: 'stop' | 'day'): ReceiptView[];
  close(): void;
}

/** Opens books for reading; null when there are none that can be read. */
export function readBooks(file: string): BooksReader | null {
  if (!existsSync(file)) return null;
  try {
    const db = openReadOnly(file);
    const status = db.prepare<[], { body: string }>('SELECT body FROM status');
    const fills = db.prepare<[number], FillRow>(
      `SELECT ${FILL_COLUMNS} FROM fills ORDER BY rowid DESC LIMIT ?`,
    );
    const orders = db.prepare<[], OrderRow>(
      `SELECT ${ORDER_COLUMNS} FROM orders
       WHERE status IN ('sent', 'open', 'cancelling') ORDER BY id`,
    );
    return {
      status() {
        const row = status.get();
        return row === undefined ? null : (JSON.parse(row.body) as StatusView);
      },
      fills: (limit) => fills.all(limit).map(fillView),
      orders: () => orders.all().map(orderView),
      receipts(limit, by) {
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
      },
      close: () => db.close(),
    };
  } catch {
    return null;
  }
}
