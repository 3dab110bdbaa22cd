/** The paper venue's rows in the words of the exchange port: decimals as text. Pure. */
import { formatMoney } from '../../contract/decimal.ts';
import { priceText, sizeText } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { VenueFill, VenueFunding, VenueOrder } from '../port.ts';
import type { PaperFunding, PaperOrder, PaperTrade } from './ledger.ts';

/** A stored order as the port tells it. */
export function orderOf(market: Market, order: PaperOrder): VenueOrder {
  return {
    client_id: order.client_id,
    venue_order_id: String(order.id),
    side: order.side,
    price: order.ticks === null ? null : priceText(market, order.ticks),
    size: sizeText(market, order.lots),
    filled: sizeText(market, order.filled),
    status: order.status,
    reduce_only: order.reduce_only,
    at_ms: order.at_ms,
  };
}

/** A stored trade as the port tells it. */
export function fillOf(market: Market, trade: PaperTrade): VenueFill {
  return {
    trade_id: String(trade.id),
    client_id: trade.client_id,
    venue_order_id: String(trade.order_id),
    side: trade.side,
    price: priceText(market, trade.ticks),
    size: sizeText(market, trade.lots),
    fee: formatMoney(trade.fee),
    maker: trade.maker,
    at_ms: trade.at_ms,
  };
}

/** A stored payment as the port tells it. */
export function fundingOf({ at_ms, amount }: PaperFunding): VenueFunding {
  return { funding_id: String(at_ms), amount: formatMoney(amount), at_ms };
}
