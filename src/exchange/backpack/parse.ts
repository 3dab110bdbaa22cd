/**
 * Backpack's answers about one account in the words of the port. Orders come in three dresses: a
 * submit and the book date them in milliseconds, the history in ISO text without a zone, the stream
 * in microseconds.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import type { Side } from '../../contract/trading.ts';
import type {
  VenueAccount,
  VenueBalance,
  VenueFill,
  VenueFunding,
  VenueOrder,
  VenuePosition,
} from '../port.ts';
import { answerFault } from '../wire/json.ts';
import type { Answer } from '../wire/json.ts';
import { expiryReason, isNeverLetIn } from './errors.ts';

const SIDES: Readonly<Record<string, Side>> = { Bid: 'buy', Ask: 'sell' };

const STATES: Readonly<Record<string, 'open' | 'filled' | 'ended'>> = {
  New: 'open',
  PartiallyFilled: 'open',
  TriggerPending: 'open',
  Triggered: 'open',
  Filled: 'filled',
  Cancelled: 'ended',
  Expired: 'ended',
  TriggerFailed: 'ended',
};

/** An order, with why it expired where the venue says so. */
export interface OrderRow {
  readonly order: VenueOrder;
  readonly expiry: string | null;
  /** The venue says whether it is reduce-only: its history does not. */
  readonly tells_reduce_only: boolean;
}

/** An order of a submit, of the book or of the history. */
export function orderOf(row: Answer): OrderRow {
  const created = row.at('createdAt');
  const limit = row.at('orderType').word({ Limit: true, Market: false });
  const price = limit ? row.at('price').given : null;
  const filled = row.at('executedQuantity').given?.decimal() ?? '0';
  const expiry = row.at('expiryReason').given?.text() ?? null;
  const reduceOnly = row.at('reduceOnly').given;
  const waits = row.at('triggerPrice').given !== null && row.at('triggeredAt').given === null;
  return {
    expiry,
    tells_reduce_only: reduceOnly !== null,
    order: {
      client_id: clientIdOf(row.at('clientId')),
      venue_order_id: orderIdOf(row.at('id')),
      side: row.at('side').word(SIDES),
      price: price?.decimal() ?? null,
      size: sizeOf(row.at('quantity'), row.at('triggerQuantity'), waits),
      filled,
      ...endOf(row.at('status'), filled, expiry),
      reduce_only: reduceOnly?.bool() ?? false,
      at_ms: typeof created.value === 'string' ? created.naiveTime() : created.time('ms'),
    },
  };
}

/** What a message of the stream says of an order. */
export interface OrderUpdate extends OrderRow {
  readonly event: string;
  readonly symbol: string;
  /** Null unless it tells of an execution. */
  readonly fill: VenueFill | null;
}

/** A message of `account.orderUpdate`; `quote`: the asset in which fees are told. */
export function orderUpdateOf(data: Answer, asset: Assets): OrderUpdate {
  const event = data.at('e').text();
  const at_ms = data.at('T').time('us');
  const client_id = clientIdOf(data.at('c'));
  const venue_order_id = orderIdOf(data.at('i'));
  const side = data.at('S').word(SIDES);
  const filled = data.at('z').given?.decimal() ?? '0';
  const expiry = data.at('R').given?.text() ?? null;
  const isLimit = /^limit$/i.test(data.at('o').text());
  const price = isLimit ? data.at('p').given : null;
  const reduceOnly = data.at('r').given;
  const known = { client_id, venue_order_id, side };
  return {
    ...{ event, expiry, tells_reduce_only: reduceOnly !== null },
    symbol: data.at('s').text(),
    fill: event === 'orderFill' ? streamFillOf(data, known, at_ms, asset) : null,
    order: {
      ...known,
      price: price?.decimal() ?? null,
      size: sizeOf(data.at('q'), data.at('Y'), event === 'triggerPlaced'),
      filled,
      ...endOf(data.at('X'), filled, expiry),
      reduce_only: reduceOnly?.bool() ?? false,
      at_ms,
    },
  };
}

/** The two assets of a market: a fee is charged in either. */
export interface Assets {
  readonly base: string;
  readonly quote: string;
}

type Known = Pick<VenueFill, 'client_id' | 'venue_order_id' | 'side'>;

function streamFillOf(data: Answer, known: Known, at_ms: number, assets: Assets): VenueFill {
  const price = data.at('L').decimal();
  const size = data.at('l').decimal();
  return {
    ...known,
    trade_id: tradeIdOf(data.at('t'), known.venue_order_id, at_ms),
    ...{ price, size, at_ms },
    fee: feeOf(data.at('n'), data.at('N'), price, assets),
    maker: data.at('m').bool(),
  };
}

/** A fill of the history. */
export function fillOf(row: Answer, assets: Assets): VenueFill {
  const at_ms = row.at('timestamp').naiveTime();
  const venue_order_id = orderIdOf(row.at('orderId'));
  const price = row.at('price').decimal();
  return {
    trade_id: tradeIdOf(row.at('tradeId'), venue_order_id, at_ms),
    client_id: clientIdOf(row.at('clientId')),
    venue_order_id,
    side: row.at('side').word(SIDES),
    price,
    size: row.at('quantity').decimal(),
    fee: feeOf(row.at('fee'), row.at('feeSymbol'), price, assets),
    maker: row.at('isMaker').bool(),
    at_ms,
  };
}

/** A funding payment; received above zero. One per market and stamp. */
export function fundingOf(row: Answer): VenueFunding {
  const at_ms = row.at('intervalEndTimestamp').naiveTime();
  const funding_id = `${row.at('symbol').text()}-${at_ms}`;
  return { funding_id, amount: row.at('quantity').decimal(), at_ms };
}

export const FLAT: VenuePosition = { size: '0', entry_price: null, liquidation_price: null };

/**
 * The position in `symbol`. Its size is `netQuantity`: the exposure beside it contains what rests.
 */
export function positionOf(rows: Answer, symbol: string): VenuePosition {
  const row = rows.items().find((item) => item.at('symbol').text() === symbol);
  const size = row?.at('netQuantity').decimal() ?? '0';
  if (row === undefined || size === '0') return FLAT;
  const liquidation = row.at('estLiquidationPrice').given?.decimal() ?? '0';
  return {
    size,
    entry_price: row.at('entryPrice').decimal(),
    liquidation_price: isAboveZero(liquidation) ? liquidation : null,
  };
}

/** The balance of the collateral: its equity, and that without what is not realised. */
export function balanceOf(answer: Answer): VenueBalance {
  const equity = answer.at('netEquity').decimal();
  const cash = minus(equity, answer.at('pnlUnrealized').decimal());
  return { cash, equity };
}

/** The account's rates and leverage; `accountId` names it. */
export function accountOf(answer: Answer, accountId: string): VenueAccount {
  return {
    account_id: accountId,
    maker_fee: fractionOf(answer.at('futuresMakerFee')),
    taker_fee: fractionOf(answer.at('futuresTakerFee')),
    leverage: answer.at('leverageLimit').decimal(),
    position_mode: 'one_way',
    // The venue does not tell what a key may do; an account in liquidation may do nothing.
    can_trade: answer.at('liquidating').bool() ? false : null,
  };
}

function endOf(
  state: Answer,
  filled: string,
  expiry: string | null,
): Pick<VenueOrder, 'status' | 'reason'> {
  const status = state.word(STATES);
  if (status !== 'ended') return { status };
  if (filled !== '0' || !isNeverLetIn(expiry)) return { status: 'cancelled' };
  return { status: 'rejected', reason: expiryReason(expiry, false) };
}

/** An id of the venue: it is asked for later, and then signed as it stands. */
function orderIdOf(value: Answer): string {
  const id = value.id();
  if (/^[\w.-]+$/.test(id)) return id;
  throw answerFault(`${value.path} is no id of an order`);
}

function clientIdOf(value: Answer): string {
  return value.given === null || value.value === '' ? '' : value.id();
}

/** The size of an order; a part of a position ("50%") has none of its own. */
function sizeOf(quantity: Answer, trigger: Answer, waits: boolean): string {
  const given = (waits ? (trigger.given ?? quantity.given) : null) ?? quantity.given;
  const stated = given ?? trigger.given;
  if (stated === null || String(stated.value).endsWith('%')) return '0';
  return stated.decimal();
}

/** Executions by the venue itself had no trade id once. */
function tradeIdOf(id: Answer, orderId: string, at_ms: number): string {
  const told = id.given?.id() ?? '0';
  return told === '0' ? `${orderId}-${at_ms}` : told;
}

/** A fee in quote units: on spot markets it is charged in what was bought. */
function feeOf(fee: Answer, symbol: Answer, price: string, { base, quote }: Assets): string {
  const amount = fee.given?.decimal() ?? '0';
  const asset = symbol.given?.text() ?? quote;
  if (asset === quote || amount === '0') return amount;
  if (asset === base) return times(amount, price);
  throw answerFault(`${symbol.path} is "${asset}" instead of ${quote} or ${base}`);
}

/** Basis points as a fraction. */
function fractionOf(bps: Answer): string {
  const { digits, scale } = exact(bps.decimal());
  return formatDecimal(digits, scale + 4);
}

/** Whether decimal text is above zero. */
export function isAboveZero(text: string): boolean {
  return exact(text).digits > 0n;
}

/** a - b, decimals as text. */
export function minus(a: string, b: string): string {
  const x = exact(a);
  const y = exact(b);
  const scale = Math.max(x.scale, y.scale);
  const up = (each: { digits: bigint; scale: number }) =>
    each.digits * 10n ** BigInt(scale - each.scale);
  return formatDecimal(up(x) - up(y), scale);
}

function times(a: string, b: string): string {
  const x = exact(a);
  const y = exact(b);
  return formatDecimal(x.digits * y.digits, x.scale + y.scale);
}

function exact(text: string): { digits: bigint; scale: number } {
  return parseDecimal(text) ?? { digits: 0n, scale: 0 };
}
