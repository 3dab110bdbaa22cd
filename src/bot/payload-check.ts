/**
 * The venue's rules on the very payload that is about to be sent: what it would refuse never leaves
 * the process and gets the reason that the venue would give. Pure.
 */
import { lotsOf, notional, ticksOf } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import type { OrderRequest, RejectReason, VenueCapabilities } from '../exchange/port.ts';

/** A refusal of our own, as the venue would word it. */
export interface PayloadFault {
  readonly reason: RejectReason;
  readonly message: string;
}

/** What the rules are asked about besides the payload. */
export interface PayloadContext {
  readonly market: Market;
  readonly capabilities: Pick<VenueCapabilities, 'client_id'>;
  /** Price at which a market order would execute about now, ticks. */
  readonly ticks: number;
  /** Orders of ours that rest or are on their way. */
  readonly resting: number;
}

/** The first rule that the payload breaks; null when the venue has no cause to refuse its form. */
export function checkPayload(order: OrderRequest, context: PayloadContext): PayloadFault | null {
  const { market, capabilities, ticks: present, resting } = context;
  const { rules, min_lots, min_notional } = market;
  const { form, max_length } = capabilities.client_id;
  const number = form === 'text' || Number(order.client_id) < 2 ** 32;
  if (order.client_id.length > max_length || !number) {
    return fault('bad_client_id', `client id ${order.client_id}`);
  }
  const lots = lotsOf(market, order.size);
  if (lots === null || lots <= 0) {
    return fault('size_not_on_lot', `size ${order.size}, lot ${rules.lot}`);
  }
  const ticks = order.price === null ? present : ticksOf(market, order.price);
  if (ticks === null || ticks <= 0) {
    return fault('price_not_on_tick', `price ${order.price}, tick ${rules.tick}`);
  }
  if (order.price === null && order.post_only) {
    return fault('post_only_without_price', 'a market order is never post-only');
  }
  if (lots < min_lots) {
    return fault('below_min_quantity', `size ${order.size}, at least ${rules.min_quantity}`);
  }
  if (!order.reduce_only && notional(market, ticks, lots) < min_notional) {
    return fault('below_min_notional', `price x size is at least ${rules.min_notional}`);
  }
  if (order.price !== null && resting >= rules.max_orders) {
    return fault('max_orders', `at most ${rules.max_orders} orders may rest`);
  }
  return null;
}

function fault(reason: RejectReason, message: string): PayloadFault {
  return { reason, message };
}
