/**
 * What is wrong with an order before it is sent: ccxt would cut prices and sizes to steps without a
 * word, and leave out a client id that it cannot read.
 */
import { lotsOf, notional, ticksOf } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { OrderRequest, Rejection, RejectReason, VenueCapabilities } from '../port.ts';
import type { CcxtExchange, CcxtMarket } from './exchange.ts';
import { decimalText } from './parse.ts';

/** Our ids and those of the venue's users: no character that some venue refuses. */
const TEXT_ID = /^[A-Za-z0-9_-]+$/;

/** Why an order must not be sent; null: it may. */
export function orderFault(
  market: Market,
  { form, max_length }: VenueCapabilities['client_id'],
  order: OrderRequest,
): Rejection | null {
  const { client_id, price, size, post_only } = order;
  const named = form === 'text' ? TEXT_ID.test(client_id) : isUint32(client_id);
  if (!named || client_id.length > max_length) return refusal('bad_client_id', client_id);
  if (post_only && price === null) return refusal('post_only_without_price', 'no price');
  const ticks = price === null ? null : ticksOf(market, price);
  if (price !== null && (ticks === null || ticks <= 0)) return refusal('price_not_on_tick', price);
  const lots = lotsOf(market, size);
  if (lots === null || lots < 0) return refusal('size_not_on_lot', size);
  if (lots < Math.max(1, market.min_lots)) return refusal('below_min_quantity', size);
  const small = ticks !== null && notional(market, ticks, lots) < market.min_notional;
  return small && !order.reduce_only ? refusal('below_min_notional', size) : null;
}

function isUint32(text: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32;
}

/**
 * Why ccxt would send another price or size than asked for, by more digits than a number keeps or
 * by steps of its own; null: it sends these. `contracts`: the size as the venue counts it.
 */
export function changedByCcxt(
  exchange: Pick<CcxtExchange, 'amountToPrecision' | 'priceToPrecision'>,
  { symbol }: CcxtMarket,
  { price }: OrderRequest,
  contracts: string,
): Rejection | null {
  const amount = exchange.amountToPrecision(symbol, Number(contracts));
  if (decimalText(amount, 'amount') !== contracts) return refusal('size_not_on_lot', amount);
  if (price === null) return null;
  const sent = exchange.priceToPrecision(symbol, Number(price));
  const same = decimalText(sent, 'price') === decimalText(price, 'price');
  return same ? null : refusal('price_not_on_tick', sent);
}

export function refusal(reason: RejectReason, found: string): Rejection {
  return { status: 'rejected', reason, message: `not sent: ${reason} (${found})` };
}
