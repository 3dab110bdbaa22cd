/** Errors of a loopback Backpack in its own codes, and how it writes times. Pure. */
import { isoTime } from '../../../platform/clock.ts';
import type { RejectReason } from '../../port.ts';
import type { SimAnswer } from '../face.ts';
import type { Refused } from '../orders.ts';

/** An error in the venue's words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  get answer(): SimAnswer {
    return { status: this.status, body: { code: this.code, message: this.message } };
  }
}

/** A request that cannot be read or is not signed as it must be. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'INVALID_CLIENT_REQUEST', message);
}

const REFUSALS: Readonly<Record<RejectReason, readonly [string, string]>> = {
  post_only_would_cross: ['INVALID_ORDER', 'Order would immediately match and take'],
  insufficient_margin: ['INSUFFICIENT_MARGIN', 'Insufficient margin'],
  below_min_quantity: ['INVALID_QUANTITY', 'Quantity is below the minimum quantity'],
  below_min_notional: ['INVALID_QUANTITY', 'Quantity is below the minimum value'],
  price_not_on_tick: ['INVALID_CLIENT_REQUEST', 'Price decimal too long'],
  price_out_of_bounds: ['INVALID_PRICE', 'Price is too far from the last active price'],
  size_not_on_lot: ['INVALID_CLIENT_REQUEST', 'Quantity decimal too long'],
  reduce_only_would_increase: ['INVALID_ORDER', 'Reduce only order not reduced'],
  max_orders: ['ORDER_LIMIT', 'Maximum number of open orders reached'],
  max_position: ['POSITION_LIMIT', 'Position limit exceeded'],
  rate_limited: ['TOO_MANY_REQUESTS', 'Too many requests'],
  maintenance: ['MAINTENANCE', 'System is under maintenance'],
  wrong_time: ['INVALID_CLIENT_REQUEST', 'Request has expired'],
  duplicate_client_id: ['INVALID_CLIENT_REQUEST', 'Client id already exists'],
  bad_client_id: ['INVALID_CLIENT_REQUEST', 'Invalid client id'],
  post_only_without_price: ['INVALID_ORDER', 'Market orders cannot be post only'],
  permission: ['FORBIDDEN', 'API key does not have permission to trade'],
  symbol_closed: ['INVALID_MARKET', 'Market is closed'],
  other: ['INVALID_ORDER', 'Order would trigger immediately'],
};

/** The error of an order that was refused. */
export function refusalError({ reason }: Refused): ApiError {
  const [code, message] = REFUSALS[reason];
  return new ApiError(400, code, message);
}

export function unknownSymbol(): ApiError {
  return new ApiError(400, 'INVALID_SYMBOL', 'Invalid market symbol');
}

export function maintenance(): ApiError {
  return new ApiError(503, 'MAINTENANCE', 'System is under maintenance');
}

/** ISO text in UTC without a zone, to the millisecond. */
export function naiveTime(ms: number): string {
  return isoTime(ms).slice(0, -1);
}

/** As candles write it: date and time to the second with a blank between. */
export function candleTime(ms: number): string {
  return isoTime(ms).slice(0, 19).replace('T', ' ');
}

export function microseconds(ms: number): number {
  return Math.floor(ms) * 1000;
}
