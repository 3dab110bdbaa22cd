/**
 * Orders, stops and cancels as Aster takes them, and what it would refuse that we need not ask: an
 * id that is none (an empty one would be replaced by an id of the venue's own) and a post-only
 * order without a price. Pure.
 */
import type { Market } from '../../contract/market.ts';
import { lotsOf, ticksOf } from '../../contract/market.ts';
import type { OrderRequest, RejectReason, Rejection, TriggerRequest } from '../port.ts';
import type { Params } from './sign.ts';

/** Orders and client ids in one call. */
export const BATCH = { submit: 5, cancel: 10 };
export const CLIENT_ID_LENGTH = 36;
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** Whether the venue takes it for a client id. */
export function isClientId(id: string): boolean {
  return CLIENT_ID.test(id);
}

/** The parameters of an order. */
export function orderParams(symbol: string, order: OrderRequest): Params {
  const { client_id, price, size, post_only, reduce_only } = order;
  return {
    symbol,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    newClientOrderId: client_id,
    type: price === null ? 'MARKET' : 'LIMIT',
    quantity: size,
    ...(price === null ? {} : { price, timeInForce: post_only ? 'GTX' : 'GTC' }),
    ...(reduce_only ? { reduceOnly: 'true' } : {}),
    // With its final state: a post-only order that would cross may end instead of being refused.
    newOrderRespType: 'RESULT',
  };
}

/** The parameters of a stop order: reduce-only, at market once it fires. */
export function triggerParams(symbol: string, trigger: TriggerRequest): Params {
  return {
    symbol,
    side: trigger.side === 'buy' ? 'BUY' : 'SELL',
    newClientOrderId: trigger.client_id,
    type: 'STOP_MARKET',
    quantity: trigger.size,
    stopPrice: trigger.trigger_price,
    reduceOnly: 'true',
    workingType: trigger.trigger_by === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
    newOrderRespType: 'RESULT',
  };
}

/** Why an order is refused without asking; null: it may be sent. */
export function refusedHere(order: OrderRequest): Rejection | null {
  if (!isClientId(order.client_id)) return badClientId(order.client_id);
  if (order.post_only && order.price === null) {
    const message = 'a post-only order has a price';
    return { status: 'rejected', reason: 'post_only_without_price', message };
  }
  return null;
}

/** The refusal of an id that the venue would not take. */
export function badClientId(id: string): Rejection {
  const message = `"${id}" is no client order id of this venue`;
  return { status: 'rejected', reason: 'bad_client_id', message };
}

/** What is wrong with an order whose refusal does not say it; null: nothing that we can see. */
export function flawOf(
  market: Market,
  price: string | null,
  size: string,
): RejectReason | null {
  if (price !== null && (ticksOf(market, price) ?? 0) < 1) return 'price_not_on_tick';
  return (lotsOf(market, size) ?? 0) < 1 ? 'size_not_on_lot' : null;
}
