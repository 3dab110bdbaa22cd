/**
 * Orders and executions as the simulated Aster writes them: in answers, listings and the user
 * stream. Figures are exact where the venue would round to eight decimals. Pure.
 */
import { divideRounded, formatMoney, formatMoneyRounded } from '../../../contract/decimal.ts';
import { notional, priceText, sizeText } from '../../../contract/market.ts';
import type { Market } from '../../../contract/market.ts';
import type { OrderChange, SimFill, SimOrder, SimStatus } from '../orders.ts';

/** What a request says of an order that the core does not know, kept in its note. */
export interface OrderNote {
  /** STOP_MARKET and the like; absent for LIMIT and MARKET. */
  readonly type?: string;
  /** "true": closes whatever there is. */
  readonly close?: string;
}

/** Names of the order types that wait for a price. */
export const TRIGGER_TYPES = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET'] as const;

const STATUS_WORDS: Readonly<Record<SimStatus, string>> = {
  waiting: 'NEW',
  open: 'NEW',
  filled: 'FILLED',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
};

/** An order in a listing. */
export function orderBody(market: Market, order: SimOrder): Readonly<Record<string, unknown>> {
  const { trigger, note } = order;
  return {
    orderId: order.id,
    symbol: order.symbol,
    status: statusOf(order),
    clientOrderId: clientIdOf(order),
    price: order.ticks === null ? '0' : priceText(market, order.ticks),
    avgPrice: averageOf(market, order),
    origQty: sizeOf(market, order),
    executedQty: sizeText(market, order.filled),
    cumQuote: formatMoney(order.quote),
    timeInForce: order.post_only ? 'GTX' : order.tif,
    type: typeOf(order),
    reduceOnly: order.reduce_only,
    closePosition: note.close === 'true',
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    stopPrice: trigger === null ? '0' : priceText(market, trigger.ticks),
    workingType: workingTypeOf(order),
    priceProtect: false,
    origType: note.type ?? typeOf(order),
    time: order.at_ms,
    updateTime: order.updated_ms,
  };
}

/** An order in the answer to a request that made, changed or cancelled it. */
export function answerBody(market: Market, order: SimOrder): Readonly<Record<string, unknown>> {
  const { time: _time, ...body } = orderBody(market, order);
  return { ...body, cumQty: sizeText(market, order.filled) };
}

/**
 * The answer to a new order that only acknowledges it: as it was before anything happened, whatever
 * became of it since.
 */
export function acknowledgement(
  market: Market,
  order: SimOrder,
): Readonly<Record<string, unknown>> {
  const status = order.status === 'waiting' ? 'waiting' : 'open';
  return answerBody(market, { ...order, status, filled: 0, quote: 0n });
}

const EXECUTIONS: Readonly<Record<OrderChange, string>> = {
  accepted: 'NEW',
  filled: 'TRADE',
  cancelled: 'CANCELED',
  expired: 'EXPIRED',
  modified: 'AMENDMENT',
  trigger_placed: 'NEW',
  triggered: 'NEW',
  trigger_failed: 'EXPIRED',
};

/** `ORDER_TRADE_UPDATE`; `resting`: notionals of all resting bids and asks of the account. */
export function orderEvent(
  market: Market,
  change: OrderChange,
  order: SimOrder,
  fill: SimFill | null,
  resting: { readonly bids: string; readonly asks: string },
): Readonly<Record<string, unknown>> {
  const { trigger, note } = order;
  const liquidated = fill !== null && order.origin === 'liquidation';
  const commission =
    fill === null ? {} : { N: market.rules.quote, n: formatMoney(fill.fee) };
  const o = {
    s: order.symbol,
    c: clientIdOf(order),
    S: order.side.toUpperCase(),
    o: typeOf(order),
    f: order.post_only ? 'GTX' : order.tif,
    q: sizeOf(market, order),
    p: order.ticks === null ? '0' : priceText(market, order.ticks),
    ap: averageOf(market, order),
    sp: trigger === null ? '0' : priceText(market, trigger.ticks),
    x: liquidated ? 'CALCULATED' : EXECUTIONS[change],
    X: statusOf(order),
    i: order.id,
    l: fill === null ? '0' : sizeText(market, fill.lots),
    z: sizeText(market, order.filled),
    L: fill === null ? '0' : priceText(market, fill.ticks),
    ...commission,
    T: fill?.at_ms ?? order.updated_ms,
    t: fill?.id ?? 0,
    b: resting.bids,
    a: resting.asks,
    m: fill?.maker ?? false,
    R: order.reduce_only,
    wt: workingTypeOf(order),
    ot: note.type ?? typeOf(order),
    ps: 'BOTH',
    cp: note.close === 'true',
    rp: fill === null ? '0' : formatMoney(fill.realised),
  };
  return { e: 'ORDER_TRADE_UPDATE', E: order.updated_ms, T: order.updated_ms, o };
}

/** An execution in `userTrades`. A commission above zero was paid. */
export function tradeBody(market: Market, fill: SimFill): Readonly<Record<string, unknown>> {
  return {
    buyer: fill.side === 'buy',
    commission: formatMoney(fill.fee),
    commissionAsset: market.rules.quote,
    id: fill.id,
    maker: fill.maker,
    orderId: fill.order_id,
    price: priceText(market, fill.ticks),
    qty: sizeText(market, fill.lots),
    quoteQty: formatMoney(notional(market, fill.ticks, fill.lots)),
    realizedPnl: formatMoney(fill.realised),
    side: fill.side.toUpperCase(),
    positionSide: 'BOTH',
    symbol: fill.symbol,
    time: fill.at_ms,
  };
}

/** Orders that the venue made itself have names of their own. */
export function clientIdOf(order: SimOrder): string {
  return order.origin === 'liquidation' ? `autoclose-${order.id}` : order.client_id;
}

/** Trading words of an order: a stop that fired goes on as what it became. */
function typeOf({ ticks, trigger, note }: SimOrder): string {
  const plain = ticks === null ? 'MARKET' : 'LIMIT';
  return trigger !== null && trigger.fired_ms === null ? (note.type ?? plain) : plain;
}

function statusOf(order: SimOrder): string {
  const closed = order.note.close === 'true' && order.filled > 0 && order.status === 'expired';
  if (closed) return 'FILLED';
  if (order.status === 'open' && order.filled > 0) return 'PARTIALLY_FILLED';
  return STATUS_WORDS[order.status];
}

/** What closes everything has no size until it has closed it. */
function sizeOf(market: Market, order: SimOrder): string {
  return sizeText(market, order.note.close === 'true' ? order.filled : order.lots);
}

function workingTypeOf({ trigger }: SimOrder): string {
  return trigger?.by === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE';
}

function averageOf(market: Market, { filled, quote }: SimOrder): string {
  if (filled === 0) return '0.00000';
  const { digits, scale } = market.lot;
  const price = divideRounded(quote * 10n ** BigInt(scale), BigInt(filled) * digits);
  return formatMoneyRounded(price, 8);
}
