/**
 * Orders as Aster writes them, in answers, in listings and on the user's stream. An order at market
 * has no price; one that waits for its trigger is open.
 */
import type { Side } from '../../contract/trading.ts';
import type { VenueOrder } from '../port.ts';
import type { Fields } from './fields.ts';

/** An order with what the port does not ask for. */
export interface AsterOrder {
  readonly order: VenueOrder;
  readonly symbol: string;
  /** Last change, ms of the venue's clock. */
  readonly updated_ms: number;
  /** As the venue words it. */
  readonly status: OrderStatus;
  readonly post_only: boolean;
}

const STATUSES = [
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
  'NEW_INSURANCE',
  'NEW_ADL',
] as const;
export type OrderStatus = (typeof STATUSES)[number];

/** An order that ended unfilled so soon was refused, not cancelled. */
const STILLBORN_MS = 1000;

/** An order of an answer or a listing. */
export function orderOf(raw: Fields): AsterOrder {
  const updated_ms = raw.count('updateTime');
  // An answer to a new order dates it by its last change only.
  const at_ms = raw.has('time') ? raw.count('time') : updated_ms;
  const status = raw.word('status', STATUSES);
  const post_only = raw.has('timeInForce') && raw.text('timeInForce') === 'GTX';
  const filled = raw.decimal('executedQty');
  const order: VenueOrder = {
    client_id: raw.text('clientOrderId'),
    venue_order_id: raw.text('orderId'),
    side: sideOf(raw, 'side'),
    price: priceOf(raw.decimal('price')),
    size: raw.decimal('origQty'),
    filled,
    status: statusOf(status, filled, updated_ms - at_ms < STILLBORN_MS),
    reduce_only: raw.has('reduceOnly') && raw.flag('reduceOnly'),
    at_ms,
  };
  return { order, symbol: raw.text('symbol'), updated_ms, status, post_only };
}

/** Orders of a listing, in its order. */
export function ordersOf(raw: readonly Fields[]): readonly AsterOrder[] {
  return raw.map(orderOf);
}

/** The order of an `ORDER_TRADE_UPDATE`; `madeAt`: when it was made, where that is known. */
export function streamOrderOf(
  raw: Fields,
  madeAt: (venueOrderId: string) => number | null,
): AsterOrder {
  const updated_ms = raw.count('T');
  const venue_order_id = raw.text('i');
  const at_ms = madeAt(venue_order_id) ?? updated_ms;
  const status = raw.word('X', STATUSES);
  const filled = raw.decimal('z');
  const order: VenueOrder = {
    client_id: raw.text('c'),
    venue_order_id,
    side: sideOf(raw, 'S'),
    price: priceOf(raw.decimal('p')),
    size: raw.decimal('q'),
    filled,
    status: statusOf(status, filled, updated_ms - at_ms < STILLBORN_MS),
    reduce_only: raw.flag('R'),
    at_ms,
  };
  const post_only = raw.has('f') && raw.text('f') === 'GTX';
  return { order, symbol: raw.text('s'), updated_ms, status, post_only };
}

/** The side that an answer names. */
export function sideOf(raw: Fields, name: string): Side {
  return raw.word(name, ['BUY', 'SELL']) === 'BUY' ? 'buy' : 'sell';
}

function statusOf(
  status: OrderStatus,
  filled: string,
  atOnce: boolean,
): VenueOrder['status'] {
  switch (status) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'NEW_INSURANCE':
    case 'NEW_ADL':
      return 'open';
    case 'FILLED':
      return 'filled';
    case 'CANCELED':
      return 'cancelled';
    case 'REJECTED':
      return 'rejected';
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return atOnce && filled === '0' ? 'rejected' : 'cancelled';
  }
}

/** The venue writes 0 where there is no price. */
function priceOf(decimal: string): string | null {
  return decimal === '0' ? null : decimal;
}
