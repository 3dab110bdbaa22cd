/** Orders and fills of a loopback Backpack as it writes them in answers and histories. Pure. */
import { formatMoney } from '../../../contract/decimal.ts';
import { priceText, sizeText } from '../../../contract/market.ts';
import type { Market } from '../../../contract/market.ts';
import type { EndReason, SimFill, SimOrder } from '../orders.ts';
import { naiveTime } from './answers.ts';
import { QUOTE } from './specs.ts';

const EXPIRIES: Readonly<Record<EndReason, string | null>> = {
  post_only: 'PostOnlyTaker',
  immediate_or_cancel: 'ImmediateOrCancel',
  fill_or_kill: 'FillOrKill',
  reduce_only: 'ReduceOnlyNotReduced',
  liquidation: 'Liquidation',
  insufficient_margin: 'InsufficientMargin',
  dead_man: null,
};

/** New, PartiallyFilled, Filled, Cancelled, Expired, TriggerPending or TriggerFailed. */
export function statusOf(order: SimOrder): string {
  const { status, filled, trigger } = order;
  if (status === 'waiting') return 'TriggerPending';
  if (status === 'open') return filled > 0 ? 'PartiallyFilled' : 'New';
  if (status === 'filled') return 'Filled';
  if (status === 'cancelled') return 'Cancelled';
  return isFailedTrigger(order) && trigger !== null ? 'TriggerFailed' : 'Expired';
}

/** Why an order expired; null when it did not. */
export function expiryOf(order: SimOrder): string | null {
  if (order.status !== 'expired' || order.reason === null) return null;
  return isFailedTrigger(order) ? 'StopWithoutPosition' : EXPIRIES[order.reason];
}

function isFailedTrigger({ trigger, filled, reason }: SimOrder): boolean {
  return trigger !== null && filled === 0 && reason === 'reduce_only';
}

export function sideOf(side: SimOrder['side']): 'Bid' | 'Ask' {
  return side === 'buy' ? 'Bid' : 'Ask';
}

export function clientIdOf({ named, client_id }: { named: boolean; client_id: string }) {
  return named ? Number(client_id) : null;
}

/** What both forms of an order say. */
function common(market: Market, order: SimOrder) {
  const { trigger, ticks, note, lots } = order;
  const size = sizeText(market, lots);
  const asTrigger = trigger !== null && note['triggerQuantity'] !== undefined;
  const isLimit = ticks !== null;
  return {
    id: String(order.id),
    clientId: clientIdOf(order),
    orderType: isLimit ? 'Limit' : 'Market',
    side: sideOf(order.side),
    symbol: order.symbol,
    status: statusOf(order),
    timeInForce: order.tif,
    selfTradePrevention: note['selfTradePrevention'] ?? 'RejectTaker',
    quantity: asTrigger && trigger.fired_ms === null && !isLimit ? null : size,
    executedQuantity: sizeText(market, order.filled),
    executedQuoteQuantity: formatMoney(order.quote),
    ...(isLimit
      ? { price: priceText(market, ticks), postOnly: order.post_only }
      : { quoteQuantity: note['quoteQuantity'] ?? null }),
    triggerPrice: trigger === null ? null : priceText(market, trigger.ticks),
    triggerBy: trigger === null ? null : (note['triggerBy'] ?? 'LastPrice'),
    triggerQuantity: asTrigger ? size : null,
    ...{ takeProfitTriggerPrice: null, takeProfitLimitPrice: null, takeProfitTriggerBy: null },
    ...{ stopLossTriggerPrice: null, stopLossLimitPrice: null, stopLossTriggerBy: null },
    strategyId: null,
  };
}

/** An order as submits, cancels and the book show it. */
export function orderRow(market: Market, order: SimOrder) {
  return {
    ...common(market, order),
    createdAt: order.at_ms,
    reduceOnly: order.reduce_only,
    relatedOrderId: null,
    triggeredAt: order.trigger?.fired_ms ?? null,
  };
}

/** An order as the history shows it: whether it was reduce-only is forgotten. */
export function historyRow(market: Market, order: SimOrder) {
  return {
    ...common(market, order),
    createdAt: naiveTime(order.at_ms),
    expiryReason: expiryOf(order),
    systemOrderType: order.origin === 'liquidation' ? 'LiquidatePositionOnBook' : null,
  };
}

/** A fill of the history. */
export function fillRow(market: Market, fill: SimFill) {
  return {
    tradeId: fill.id,
    orderId: String(fill.order_id),
    clientId: fill.named ? fill.client_id : null,
    symbol: fill.symbol,
    side: sideOf(fill.side),
    price: priceText(market, fill.ticks),
    quantity: sizeText(market, fill.lots),
    fee: formatMoney(fill.fee),
    feeSymbol: QUOTE,
    isMaker: fill.maker,
    timestamp: naiveTime(fill.at_ms),
    systemOrderType: fill.origin === 'liquidation' ? 'LiquidatePositionOnBook' : null,
  };
}
