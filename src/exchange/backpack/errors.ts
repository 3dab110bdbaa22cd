/**
 * Backpack's error codes in the words of the port. The venue explains much of what it refuses only
 * in its message, so codes that say little are read together with it and with the order.
 */
import { makeMarket, lotsOf, ticksOf } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import { VenueFault } from '../port.ts';
import type { FaultCause, FaultKind, OrderRequest, RejectReason, Rejection } from '../port.ts';
import { isPageOf, retryAfterMs } from '../wire/faults.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { parseExactJson } from '../wire/json.ts';

/** An error as the venue writes it. */
export interface VenueError {
  readonly code: string;
  readonly message: string;
}

/** The venue's own error in an answer; null when there is none. */
export function errorOf(answer: HttpAnswer): VenueError | null {
  if (isPageOf(answer.headers['content-type'], answer.text)) return null;
  return errorIn(parseExactJson(answer.text));
}

/** The error that a value is; null when it is none. */
export function errorIn(value: unknown): VenueError | null {
  if (typeof value !== 'object' || value === null) return null;
  const { code, message = '' } = value as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || typeof message !== 'string') return null;
  return { code, message };
}

type Meaning = readonly [FaultKind, FaultCause];

const FAULTS: Readonly<Record<string, Meaning>> = {
  UNAUTHORIZED: ['refused', 'key'],
  INVALID_SIGNATURE: ['refused', 'key'],
  FORBIDDEN: ['refused', 'permission'],
  ACCOUNT_DEACTIVATED: ['refused', 'permission'],
  INVALID_SYMBOL: ['refused', 'symbol'],
  INVALID_MARKET: ['refused', 'symbol'],
  NOT_IMPLEMENTED: ['refused', 'capability'],
  MAINTENANCE: ['maintenance', 'maintenance'],
  TRADING_PAUSED: ['maintenance', 'maintenance'],
  TOO_MANY_REQUESTS: ['rate_limited', 'rate'],
  TIMEOUT: ['unreachable', 'timeout'],
  SERVER_ERROR: ['unreachable', 'other'],
};

/** What the messages of INVALID_CLIENT_REQUEST are about; the first that fits. */
const CLIENT_FAULTS: readonly (readonly [RegExp, FaultCause])[] = [
  [/expired|timestamp|window|clock/i, 'clock'],
  [/signature|api.?key|verifying key/i, 'key'],
  [/\bip\b|whitelist|allow.?list/i, 'address'],
  [/permission|not allowed/i, 'permission'],
  [/market ?symbol|invalid (market|symbol)/i, 'symbol'],
];

/** The fault of a question that was answered with an error; null when it was not. */
export function faultOf(name: string, answer: HttpAnswer, now: number): VenueFault | null {
  const error = errorOf(answer);
  if (error === null) return null;
  const [kind, because] = meaningOf(error, answer.status);
  const text = `${name} was answered ${answer.status} ${error.code}: ${error.message}`;
  return new VenueFault(kind, text, retryAfterMs(answer, now), because);
}

function meaningOf({ code, message }: VenueError, status: number): Meaning {
  const known = FAULTS[code];
  if (known !== undefined) return known;
  if (code === 'INVALID_CLIENT_REQUEST') {
    const because = CLIENT_FAULTS.find(([pattern]) => pattern.test(message))?.[1];
    return ['refused', because ?? 'other'];
  }
  return [status >= 500 ? 'unreachable' : 'refused', 'other'];
}

/** Codes after which an order may exist all the same. */
const SILENT_CODES = ['SERVER_ERROR', 'TIMEOUT'];
const PAUSED_CODES = ['MAINTENANCE', 'TRADING_PAUSED'];

/** Whether an answer proves that the venue did nothing. */
export function isRefusal(answer: HttpAnswer, error: VenueError | null): boolean {
  if (answer.status === 429) return true;
  if (error === null || SILENT_CODES.includes(error.code)) return false;
  return answer.status < 500 || PAUSED_CODES.includes(error.code);
}

const REASONS: Readonly<Record<string, RejectReason>> = {
  INSUFFICIENT_FUNDS: 'insufficient_margin',
  INSUFFICIENT_MARGIN: 'insufficient_margin',
  INSUFFICIENT_SUPPLY: 'insufficient_margin',
  MAX_LEVERAGE_REACHED: 'insufficient_margin',
  BORROW_LIMIT: 'insufficient_margin',
  ORDER_LIMIT: 'max_orders',
  POSITION_LIMIT: 'max_position',
  TOO_MANY_REQUESTS: 'rate_limited',
  MAINTENANCE: 'maintenance',
  TRADING_PAUSED: 'maintenance',
  UNAUTHORIZED: 'permission',
  FORBIDDEN: 'permission',
  INVALID_SIGNATURE: 'permission',
  ACCOUNT_DEACTIVATED: 'permission',
  INVALID_SYMBOL: 'symbol_closed',
  INVALID_MARKET: 'symbol_closed',
};

/** What messages are about; the first that fits. */
const MESSAGES: readonly (readonly [RegExp, RejectReason])[] = [
  [/post.?only|immediately (match|execute)|would (match|cross|take)/i, 'post_only_would_cross'],
  [/reduce.?only/i, 'reduce_only_would_increase'],
  [/(duplicate|already|not unique).*client.?id/i, 'duplicate_client_id'],
  [/client.?id.*(duplicate|already|exists|in use)/i, 'duplicate_client_id'],
  [/client.?id/i, 'bad_client_id'],
  [/signature|api.?key|permission/i, 'permission'],
  [/margin|collateral|funds/i, 'insufficient_margin'],
  [/(max|too many|limit).*orders/i, 'max_orders'],
];

/** Why an order was refused. `rules`: of its market, where they are known by now. */
export function reasonOf(
  error: VenueError,
  order: Pick<OrderRequest, 'price' | 'size'>,
  rules: MarketRules | null,
): RejectReason {
  const { code, message } = error;
  const plain = REASONS[code];
  if (plain !== undefined) return plain;
  const [, because] = meaningOf(error, 400);
  if (because === 'clock') return 'wrong_time';
  if (code === 'INVALID_PRICE') return priceReason(order, rules);
  if (code === 'INVALID_QUANTITY') return sizeReason(order, rules);
  const told = MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  if (told !== undefined) return told;
  if (/quantity/i.test(message)) return sizeReason(order, rules);
  if (/price/i.test(message)) return priceReason(order, rules);
  return 'other';
}

function priceReason({ price }: { price: string | null }, rules: MarketRules | null): RejectReason {
  const offTick = rules !== null && price !== null && ticksOf(makeMarket(rules), price) === null;
  return offTick ? 'price_not_on_tick' : 'price_out_of_bounds';
}

function sizeReason({ size }: { size: string }, rules: MarketRules | null): RejectReason {
  if (rules === null) return 'size_not_on_lot';
  const market = makeMarket(rules);
  const lots = lotsOf(market, size);
  return lots !== null && lots > 0 && lots < market.min_lots
    ? 'below_min_quantity'
    : 'size_not_on_lot';
}

const EXPIRY_REASONS: Readonly<Record<string, RejectReason>> = {
  PostOnlyTaker: 'post_only_would_cross',
  PostOnlyMode: 'maintenance',
  InsufficientFunds: 'insufficient_margin',
  InsufficientMargin: 'insufficient_margin',
  InsufficientBorrowableQuantity: 'insufficient_margin',
  NegativeEquity: 'insufficient_margin',
  InvalidPrice: 'price_out_of_bounds',
  PriceOutOfBounds: 'price_out_of_bounds',
  PriceImpact: 'price_out_of_bounds',
  InvalidQuantity: 'size_not_on_lot',
  ReduceOnlyNotReduced: 'reduce_only_would_increase',
  StopWithoutPosition: 'reduce_only_would_increase',
  MaxStopOrdersPerPosition: 'max_orders',
  PositionLimit: 'max_position',
  AccountTradingSuspended: 'permission',
  UserPermissions: 'permission',
};

/**
 * Why an order that traded nothing expired as soon as it was made. A post-only order expires
 * because it would take, whether the venue says so or not.
 */
export function expiryReason(reason: string | null, postOnly: boolean): RejectReason {
  const known = reason === null ? undefined : EXPIRY_REASONS[reason];
  return known ?? (postOnly && reason === null ? 'post_only_would_cross' : 'other');
}

/** Whether an order that expired so was never let in. */
export function isNeverLetIn(reason: string | null): boolean {
  const waits = reason === 'StopWithoutPosition';
  return reason !== null && !waits && EXPIRY_REASONS[reason] !== undefined;
}

/** The refusal that an answer is. */
export function rejectionOf(
  answer: HttpAnswer,
  error: VenueError,
  order: Pick<OrderRequest, 'price' | 'size'>,
  rules: MarketRules | null,
  now: number,
): Rejection {
  const reason = reasonOf(error, order, rules);
  const message = `${error.code}: ${error.message}`;
  const wait = retryAfterMs(answer, now);
  const rejection = { status: 'rejected', reason, message } as const;
  return wait === null ? rejection : { ...rejection, retry_after_ms: wait };
}
