/** What a receipt says: a stop, the end of a run, a UTC day. Sums are decimal text. */

/**
 * What a period did to the account by the venue's own fills, fees and funding, beside what the grid
 * says of it. Sizes in base, all else in quote currency; the two sides agree to the last digit.
 */
export interface ReceiptPeriod {
  readonly from: string;
  readonly to: string;
  readonly fills: number;
  /** Sizes bought and sold, and what that cost and brought before fees. */
  readonly bought: string;
  readonly sold: string;
  readonly cost: string;
  readonly proceeds: string;
  /** > 0 was paid. */
  readonly fees: string;
  /** > 0 was received. */
  readonly funding: string;
  /** Size of accepted differences of position, booked at the price of their moment. */
  readonly adjusted: string;
  readonly position_before: string;
  readonly position_after: string;
  /** Null before the first period. */
  readonly price_before: string | null;
  readonly price_after: string;
  /** Proceeds - cost - fees + funding + change of the position's value. */
  readonly total: string;
  readonly grid_profit: string;
  readonly unpaired: string;
  /** total - (grid_profit + unpaired): "0". */
  readonly difference: string;
}

/** At a stop, at the end of a run, at the end of a UTC day. */
export type ReceiptKind = 'stop' | 'end' | 'day';

/** A receipt of `gridd receipts`. Stops and ends meet without a gap, and so do days. */
export interface ReceiptView extends StopReceipt {
  readonly id: number;
  readonly kind: ReceiptKind;
  /** The venue's ids of the trades that make up the period, oldest first. */
  readonly trade_ids: readonly string[];
}

/** What a stop left behind; the sums are since the books began. */
export interface StopReceipt {
  readonly reason: string;
  readonly orders_cancelled: number;
  readonly orders_left: number;
  readonly position: string;
  readonly grid_profit: string;
  readonly unpaired: string;
  readonly total_pnl: string;
  readonly at: string;
  /** Since the receipt before; absent in those of an older gridd. */
  readonly period?: ReceiptPeriod;
  /** Of a close that left something: what the venue said last. */
  readonly why_not_flat?: string;
}
