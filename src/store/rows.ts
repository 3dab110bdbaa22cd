/** Rows of the books as the API shows them. */
import type { FillView, OrderView } from '../contract/instance-api.ts';
import type { Side } from '../contract/trading.ts';
import { isoTime } from '../platform/clock.ts';

export interface OrderRow {
  readonly id: number;
  readonly client_id: string;
  readonly role: string;
  readonly gap: number | null;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly filled: string;
  readonly status: string;
  readonly reason: string | null;
  readonly created_ms: number;
}
export const ORDER_COLUMNS =
  'id, client_id, role, gap, side, price, size, filled, status, reason, created_ms';

export function orderView({ created_ms, ...row }: OrderRow): OrderView {
  return { ...row, created_at: isoTime(created_ms) };
}

export interface FillRow {
  readonly trade_id: string;
  readonly order_id: number;
  readonly gap: number | null;
  readonly side: Side;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly cycle_profit: string | null;
  readonly at_ms: number;
}
export const FILL_COLUMNS =
  'trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms';

export function fillView({ at_ms, ...row }: FillRow): FillView {
  return { ...row, at: isoTime(at_ms) };
}
