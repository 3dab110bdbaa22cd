/**
 * What a venue accepts: reads the texts of a request and refuses what breaks a rule of the
 * market or the account cannot carry, on exactly what was sent. Pure.
 */
import type { Money } from '../../contract/decimal.ts';
import { lotsOf, notional, ticksOf } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import type { OrderRequest, RejectReason, TriggerRequest } from '../port.ts';
import type { Account } from './account.ts';
import { isStopReached } from './stop-book.ts';

/** Longest client id, as on the venues that take text. */
export const CLIENT_ID_LENGTH = 36;

/** A request whose texts were read; `ticks` null: market. */
export interface ReadRequest {
  readonly client_id: string;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
}

/** A stop request whose texts were read. */
export interface ReadTrigger {
  readonly client_id: string;
  readonly side: Side;
  readonly stop_ticks: number;
  readonly lots: number;
}

export interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
}

/** What a request is judged against. `waiting`: how many orders and stops rest already. */
export interface Standing {
  readonly account: Account;
  readonly waiting: number;
  /** The price at which a market order would execute now. */
  readonly present: number;
  /** Whether the account carries `value` (price x size) more on this side. */
  readonly covers: (side: Side, value: Money) => boolean;
}

/** Reads an order, or says which text is faulty. */
export function readOrder(market: Market, request: OrderRequest): ReadRequest | Refusal {
  const { client_id, side, post_only, reduce_only } = request;
  const lots = readLots(market, client_id, request.size);
  if (typeof lots !== 'number') return lots;
  if (request.price === null) {
    if (post_only) return refuse('post_only_without_price', 'a market order is never post-only');
    return { client_id, side, ticks: null, lots, post_only, reduce_only };
  }
  const ticks = readTicks(market, request.price);
  if (typeof ticks !== 'number') return ticks;
  return { client_id, side, ticks, lots, post_only, reduce_only };
}

/** Reads a stop order, or says which text is faulty. */
export function readTrigger(market: Market, request: TriggerRequest): ReadTrigger | Refusal {
  const { client_id, side, trigger_price, size } = request;
  const lots = readLots(market, client_id, size);
  if (typeof lots !== 'number') return lots;
  const stop_ticks = readTicks(market, trigger_price);
  if (typeof stop_ticks !== 'number') return stop_ticks;
  return { client_id, side, stop_ticks, lots };
}

/** Why an order is refused, null when it is not; `resting`: it would not execute at once. */
export function orderRefusal(
  market: Market,
  order: ReadRequest,
  resting: boolean,
  standing: Standing,
): Refusal | null {
  const { rules, min_lots, min_notional } = market;
  const { account, waiting, present } = standing;
  const { side, lots, reduce_only } = order;
  const value = notional(market, resting ? (order.ticks ?? 0) : present, lots);
  if (lots < min_lots) {
    return refuse('below_min_quantity', `the smallest size is ${rules.min_quantity}`);
  }
  if (value < min_notional && !reduce_only) {
    return refuse('below_min_notional', `price x size is at least ${rules.min_notional}`);
  }
  if (reduce_only && lots > reducible(account, side)) {
    return refuse('reduce_only_would_increase', 'the order exceeds the position it reduces');
  }
  if (order.post_only && !resting) {
    return refuse('post_only_would_cross', 'the order would execute at once');
  }
  if (resting && waiting >= rules.max_orders) return tooMany(market);
  if (!reduce_only && !standing.covers(side, value)) {
    return refuse('insufficient_margin', 'equity does not cover the initial margin');
  }
  return null;
}

/**
 * Why a stop is refused, null when it is not. It may be larger than the position, which may yet
 * grow.
 */
export function triggerRefusal(
  market: Market,
  trigger: ReadTrigger,
  standing: Standing,
): Refusal | null {
  if (trigger.lots < market.min_lots) {
    return refuse('below_min_quantity', `the smallest size is ${market.rules.min_quantity}`);
  }
  if (isStopReached(trigger.side, trigger.stop_ticks, standing.present)) {
    return refuse('other', 'the stop would fire at once');
  }
  return standing.waiting >= market.rules.max_orders ? tooMany(market) : null;
}

/** Lots of the position that an order of this side would reduce. */
export function reducible(account: Account, side: Side): number {
  const opposing = side === 'buy' ? -account.lots : account.lots;
  return Math.max(0, opposing);
}

/** A client id that was used before. */
export function usedBefore(clientId: string): Refusal {
  return refuse('duplicate_client_id', `client id ${clientId} was used before`);
}

function readLots(market: Market, clientId: string, size: string): number | Refusal {
  if (clientId === '' || clientId.length > CLIENT_ID_LENGTH) {
    return refuse('bad_client_id', `a client id has 1 to ${CLIENT_ID_LENGTH} characters`);
  }
  const lots = lotsOf(market, size);
  if (lots !== null && lots > 0) return lots;
  return refuse('size_not_on_lot', `size ${size}, lot ${market.rules.lot}`);
}

function readTicks(market: Market, price: string): number | Refusal {
  const ticks = ticksOf(market, price);
  if (ticks !== null && ticks > 0) return ticks;
  return refuse('price_not_on_tick', `price ${price}, tick ${market.rules.tick}`);
}

function tooMany(market: Market): Refusal {
  return refuse('max_orders', `at most ${market.rules.max_orders} orders may rest`);
}

function refuse(reason: RejectReason, message: string): Refusal {
  return { reason, message };
}
