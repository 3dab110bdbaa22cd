/**
 * Orders as Aster writes them, in answers, in listings and on the user's stream. An order at market
 * has no price; one that waits for its trigger is open.
 */
import type { Side } from '../../contract/trading.ts';
import type { VenueOrder } from '../port.ts';
import type { Answer } from '../wire/json.ts';

/** An order with what the port does not ask for. */
export interface AsterOrder {
  readonly order: VenueOrder;
  readonly symbol: string;
  /** Last change, ms of the venue's clock. */
  readonly updated_ms: number;
  /** Whether the venue said when it was made: answers to actions do not. */
  readonly dated: boolean;
  /** Ended by the venue itself, for a reason of its own. */
  readonly expired: boolean;
  readonly post_only: boolean;
}

/** `expired`: cancelled, or refused if it never rested. */
const STATUSES = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  NEW_INSURANCE: 'open',
  NEW_ADL: 'open',
} as const;
type Status = (typeof STATUSES)[keyof typeof STATUSES];

const SIDES: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' };

/** An order that expired unfilled so soon was refused, not cancelled. */
const STILLBORN_MS = 1000;

/** An order of an answer or a listing. */
export function orderOf(raw: Answer): AsterOrder {
  const updated_ms = raw.at('updateTime').time('ms');
  // An answer to a new order dates it by its last change only.
  const made_ms = raw.at('time').given?.time('ms') ?? null;
  const at_ms = made_ms ?? updated_ms;
  const status = raw.at('status').word(STATUSES);
  const filled = raw.at('executedQty').decimal();
  const post_only = raw.at('timeInForce').given?.text() === 'GTX';
  const order: VenueOrder = {
    client_id: raw.at('clientOrderId').text(),
    venue_order_id: raw.at('orderId').id(),
    side: sideOf(raw.at('side')),
    price: priceOf(raw.at('price')),
    size: raw.at('origQty').decimal(),
    filled,
    ...endOf(status, filled, updated_ms - at_ms, post_only),
    reduce_only: raw.at('reduceOnly').given?.bool() ?? false,
    at_ms,
  };
  return {
    ...{ order, symbol: raw.at('symbol').text(), updated_ms, dated: made_ms !== null },
    ...{ expired: status === 'expired', post_only },
  };
}

/** The order of an `ORDER_TRADE_UPDATE`; `madeAt`: when it was made, where that is known. */
export function streamOrderOf(
  raw: Answer,
  madeAt: (venueOrderId: string) => number | null,
): AsterOrder {
  const updated_ms = raw.at('T').time('ms');
  const venue_order_id = raw.at('i').id();
  const made_ms = madeAt(venue_order_id);
  const at_ms = made_ms ?? updated_ms;
  const status = raw.at('X').word(STATUSES);
  const filled = raw.at('z').decimal();
  const post_only = raw.at('f').given?.text() === 'GTX';
  const order: VenueOrder = {
    client_id: raw.at('c').text(),
    venue_order_id,
    side: sideOf(raw.at('S')),
    price: priceOf(raw.at('p')),
    size: raw.at('q').decimal(),
    filled,
    ...endOf(status, filled, updated_ms - at_ms, post_only),
    reduce_only: raw.at('R').bool(),
    at_ms,
  };
  return {
    ...{ order, symbol: raw.at('s').text(), updated_ms, dated: made_ms !== null },
    ...{ expired: status === 'expired', post_only },
  };
}

/** The side that an answer names. */
export function sideOf(raw: Answer): Side {
  return raw.word(SIDES);
}

function endOf(
  status: Status,
  filled: string,
  age_ms: number,
  post_only: boolean,
): Pick<VenueOrder, 'status' | 'reason'> {
  if (status !== 'expired') return { status };
  if (age_ms >= STILLBORN_MS || filled !== '0') return { status: 'cancelled' };
  return { status: 'rejected', ...(post_only ? { reason: 'post_only_would_cross' } : {}) };
}

/** The venue writes 0 where there is no price. */
function priceOf(raw: Answer): string | null {
  const decimal = raw.decimal();
  return decimal === '0' ? null : decimal;
}
