/** Rows of the books as the API shows them. */
import type { FillView, OrderView, ReceiptView, StopReceipt } from '../contract/instance-api.ts';
import { isoTime } from '../platform/clock.ts';

/** An order as the table holds it. */
export type OrderRow = Omit<OrderView, 'created_at'> & { readonly created_ms: number };
export const ORDER_COLUMNS =
  'id, client_id, role, gap, side, price, size, filled, status, reason, created_ms';

export function orderView({ created_ms, ...row }: OrderRow): OrderView {
  return { ...row, created_at: isoTime(created_ms) };
}

/** A fill as the table holds it. */
export type FillRow = Omit<FillView, 'at' | 'closes'> & {
  readonly at_ms: number;
  readonly pair_price: string | null;
  readonly pair_ms: number | null;
};
export const FILL_COLUMNS =
  'trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms, pair_price, pair_ms';
/** The same of books to which no pairs were added yet. */
export const OLD_FILL_COLUMNS = FILL_COLUMNS.replace(/pair_/g, 'NULL pair_');

export function fillView({ at_ms, pair_price: price, pair_ms, ...row }: FillRow): FillView {
  const at = pair_ms === null ? null : isoTime(pair_ms);
  return { ...row, at: isoTime(at_ms), closes: price === null ? null : { price, at } };
}

/** A receipt as the table holds it. */
export interface ReceiptRow extends Pick<ReceiptView, 'id' | 'kind'> {
  readonly after_fill: number;
  readonly last_fill: number;
  readonly body: string;
}
export const RECEIPT_COLUMNS = 'id, kind, after_fill, last_fill, body';

export function receiptView(row: ReceiptRow, tradeIds: readonly string[]): ReceiptView {
  const { id, kind, body } = row;
  return { id, kind, ...(JSON.parse(body) as StopReceipt), trade_ids: tradeIds };
}
