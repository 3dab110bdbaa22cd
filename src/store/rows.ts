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
export type FillRow = Omit<FillView, 'at'> & { readonly at_ms: number };
export const FILL_COLUMNS =
  'trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms';

export function fillView({ at_ms, ...row }: FillRow): FillView {
  return { ...row, at: isoTime(at_ms) };
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
