/**
 * Reads what a client asks for of an order and words what the core refused: the rules of parameters
 * as the simulated Aster documents them, in its codes.
 */
import { formatDecimal } from '../../../contract/decimal.ts';
import type { Decimal } from '../../../contract/decimal.ts';
import { ticksOf } from '../../../contract/market.ts';
import type { RejectReason } from '../../port.ts';
import type { SimMarket } from '../market.ts';
import type { OrderAsk, Refused, TimeInForce, TriggerAsk } from '../orders.ts';
import { refusal } from './aster-error.ts';
import type { AsterError, RefusalName } from './aster-error.ts';
import { TRIGGER_TYPES } from './order-body.ts';
import type { RequestParams } from './request-params.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'GTX', 'HIDDEN'];
const PLAIN_TYPES = ['LIMIT', 'MARKET'];

/** How far a price may lie from the mark, as `PERCENT_PRICE` says. */
export const PRICE_BAND = { up: '1.1500', down: '0.8500' };

/** Largest order in lots, as `LOT_SIZE` says. */
export const MOST_LOTS = 1_000_000_000;

/** Highest price in ticks, as `PRICE_FILTER` says. */
export function highestTicks({ market, spec }: SimMarket): number {
  return (ticksOf(market, spec.start_price) ?? 1) * 1000;
}

/** What becomes of a post-only order that would cross. */
export type Crossing = OrderAsk['crossing'];

/** An order as it was asked for; `full`: its final state is to be answered. */
export interface OrderRequest {
  readonly ask: OrderAsk;
  readonly full: boolean;
}

/** Reads a new order on `sim`. */
export function readOrderRequest(
  params: RequestParams,
  sim: SimMarket,
  crossing: Crossing,
): OrderRequest {
  const side = sideOf(params.needText('side'));
  const type = typeOf(params.needText('type'));
  const trigger = triggerOf(params, type, side);
  const limit = type === 'LIMIT' || type === 'STOP' || type === 'TAKE_PROFIT';
  const tif = timeInForceOf(params, type);
  const close = params.flag('closePosition');
  if (close) checkClose(params, type);
  const price = limit ? readPrice(params, sim, side) : null;
  if (!limit && type !== 'MARKET' && params.text('price') !== null) {
    throw refusal('PARAMETER_NOT_REQUIRED', 'price');
  }
  const full = params.choice('newOrderRespType', ['ACK', 'RESULT']) === 'RESULT';
  const ask: OrderAsk = {
    symbol: sim.symbol,
    client_id: clientIdOf(params),
    side,
    price,
    size: close ? everything(sim) : sizeOf(params, sim),
    tif: tif === 'GTX' || tif === 'HIDDEN' ? 'GTC' : tif,
    post_only: tif === 'GTX',
    reduce_only: close || params.flag('reduceOnly'),
    crossing,
    trigger,
    note: noteOf(type, close),
  };
  return { ask, full };
}

/** Which order is meant: by its own id or by the client's, the venue's winning. */
export interface OrderName {
  readonly id: number | null;
  readonly client_id: string | null;
}

export function readOrderName(params: RequestParams): OrderName {
  const id = params.whole('orderId');
  const client_id = params.text('origClientOrderId');
  if (id === null && client_id === null) {
    throw refusal('MISSING_EITHER', 'origClientOrderId', 'orderId');
  }
  return { id, client_id: id === null ? client_id : null };
}

/** The price and size that a change asks for. */
export function readChange(
  params: RequestParams,
  sim: SimMarket,
  side: OrderAsk['side'],
): { readonly price: string; readonly size: string } {
  return { price: readPrice(params, sim, side), size: sizeOf(params, sim) };
}

const BY_REASON: Readonly<Partial<Record<RejectReason, RefusalName>>> = {
  post_only_would_cross: 'WOULD_CROSS',
  insufficient_margin: 'MARGIN_NOT_SUFFICIENT',
  below_min_quantity: 'QUANTITY_BELOW_MIN',
  price_not_on_tick: 'PRICE_NOT_ON_TICK',
  size_not_on_lot: 'QUANTITY_NOT_ON_STEP',
  reduce_only_would_increase: 'REDUCE_ONLY_REJECT',
  max_orders: 'MAX_OPEN_ORDERS',
  max_position: 'MAX_POSITION',
  maintenance: 'MAINTENANCE',
  duplicate_client_id: 'DUPLICATE_CLIENT_ID',
  bad_client_id: 'BAD_CLIENT_ID',
  permission: 'REJECTED_KEY',
  symbol_closed: 'SYMBOL_CLOSED',
};

/** What the core refused, in the venue's codes. */
export function worded({ reason, message }: Refused, sim: SimMarket): AsterError {
  if (reason === 'below_min_notional') return refusal('MIN_NOTIONAL', sim.spec.rules.min_notional);
  if (message.includes('would trigger')) return refusal('WOULD_TRIGGER');
  return refusal(BY_REASON[reason] ?? 'NEW_ORDER_REJECTED');
}

function sideOf(text: string): OrderAsk['side'] {
  if (text === 'BUY') return 'buy';
  if (text === 'SELL') return 'sell';
  throw refusal('INVALID_SIDE');
}

function typeOf(text: string): string {
  if ([...PLAIN_TYPES, ...TRIGGER_TYPES].includes(text)) return text;
  throw refusal('INVALID_ORDER_TYPE');
}

function timeInForceOf(params: RequestParams, type: string): TimeInForce | 'GTX' | 'HIDDEN' {
  const text = type === 'LIMIT' ? params.needText('timeInForce') : params.text('timeInForce');
  const tif = text ?? 'GTC';
  if (!TIMES_IN_FORCE.includes(tif)) throw refusal('INVALID_TIF');
  return tif as TimeInForce | 'GTX' | 'HIDDEN';
}

function triggerOf(
  params: RequestParams,
  type: string,
  side: OrderAsk['side'],
): TriggerAsk | null {
  if (PLAIN_TYPES.includes(type)) return null;
  const price = params.decimal('stopPrice');
  if (price === null) throw refusal('MISSING_PARAMETER', 'stopPrice');
  if (price.digits <= 0n) throw refusal('STOP_PRICE_NOT_POSITIVE');
  const by = params.choice('workingType', ['MARK_PRICE', 'CONTRACT_PRICE']);
  // A stop follows the price, what takes profit waits for it to come back.
  const falls = (side === 'sell') === type.startsWith('STOP');
  return { price: textOf(price), by: by === 'MARK_PRICE' ? 'mark' : 'last', falls };
}

function checkClose(params: RequestParams, type: string): void {
  if (type !== 'STOP_MARKET' && type !== 'TAKE_PROFIT_MARKET') {
    throw refusal('BAD_COMBINATION');
  }
  for (const name of ['quantity', 'reduceOnly']) {
    if (params.text(name) !== null) throw refusal('PARAMETER_NOT_REQUIRED', name);
  }
}

function readPrice(params: RequestParams, sim: SimMarket, side: OrderAsk['side']): string {
  const price = params.decimal('price');
  if (price === null) throw refusal('MISSING_PARAMETER', 'price');
  if (price.digits <= 0n) throw refusal('PRICE_NOT_POSITIVE');
  checkBand(price, sim, side);
  return textOf(price);
}

function sizeOf(params: RequestParams, sim: SimMarket): string {
  const size = params.decimal('quantity');
  if (size === null) throw refusal('MISSING_PARAMETER', 'quantity');
  if (size.digits <= 0n) throw refusal('QUANTITY_NOT_POSITIVE');
  const { digits, scale } = sim.market.lot;
  const lots = (size.digits * 10n ** BigInt(scale)) / (digits * 10n ** BigInt(size.scale));
  if (lots > BigInt(MOST_LOTS)) throw refusal('QUANTITY_ABOVE_MAX');
  return textOf(size);
}

/** A buy may not lie too far above the mark, a sale not too far below it, nothing out of range. */
function checkBand(price: Decimal, sim: SimMarket, side: OrderAsk['side']): void {
  const { digits, scale } = sim.market.tick;
  const mark: Decimal = { digits: BigInt(sim.mark) * digits, scale };
  const up = times(mark, PRICE_BAND.up);
  const down = times(mark, PRICE_BAND.down);
  const highest: Decimal = { digits: BigInt(highestTicks(sim)) * digits, scale };
  if (compare(price, highest) > 0) throw refusal('PRICE_ABOVE_MAX');
  if (side === 'buy' && compare(price, up) > 0) throw refusal('PRICE_TOO_HIGH');
  if (side === 'sell' && compare(price, down) < 0) throw refusal('PRICE_TOO_LOW');
}

function times({ digits, scale }: Decimal, fraction: string): Decimal {
  const [whole = '0', decimals = ''] = fraction.split('.');
  return { digits: digits * BigInt(whole + decimals), scale: scale + decimals.length };
}

function compare(a: Decimal, b: Decimal): number {
  const left = a.digits * 10n ** BigInt(b.scale);
  const right = b.digits * 10n ** BigInt(a.scale);
  return left === right ? 0 : left < right ? -1 : 1;
}

function clientIdOf(params: RequestParams): string | null {
  const id = params.text('newClientOrderId');
  if (id !== null && !CLIENT_ID.test(id)) throw refusal('BAD_CLIENT_ID');
  return id;
}

/** More than any position: what closes it is cut to what there is. */
function everything({ market }: SimMarket): string {
  const { digits, scale } = market.lot;
  return formatDecimal(BigInt(1_000_000_000_000) * digits, scale);
}

function noteOf(type: string, close: boolean): Readonly<Record<string, string>> {
  const note: Record<string, string> = {};
  if (!PLAIN_TYPES.includes(type)) note['type'] = type;
  if (close) note['close'] = 'true';
  return note;
}

function textOf({ digits, scale }: Decimal): string {
  return formatDecimal(digits, scale);
}
