/** Reads what is special in an order for a loopback venue: triggers and amendments. Pure. */
import { lotsOf, ticksOf } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Refusal } from '../matching/order-judge.ts';
import { isStopReached } from '../matching/stop-book.ts';
import type { SimMarket } from './market.ts';
import type { OrderAsk, SimOrder, SimTrigger } from './orders.ts';

/** Reads a trigger; one that would fire at once is refused. */
export function readTriggerAsk(sim: SimMarket, ask: OrderAsk): SimTrigger | Refusal {
  const { trigger } = ask;
  const ticks = trigger === null ? null : ticksOf(sim.market, trigger.price);
  if (trigger === null || ticks === null || ticks <= 0) {
    const { tick } = sim.market.rules;
    return { reason: 'price_not_on_tick', message: `trigger ${trigger?.price}, tick ${tick}` };
  }
  const present = trigger.by === 'mark' ? sim.mark : sim.present;
  const falls = trigger.falls ?? ticks < present;
  if (isStopReached(falls ? 'sell' : 'buy', ticks, present)) {
    return { reason: 'other', message: 'the order would trigger at once' };
  }
  return { ticks, by: trigger.by, falls, fired_ms: null };
}

/** An order with another price and size; sizes below what was executed are refused. */
export function readAmend(
  market: Market,
  order: SimOrder,
  price: string,
  size: string,
): { side: SimOrder['side']; ticks: number; lots: number } | Refusal {
  const ticks = ticksOf(market, price);
  if (ticks === null || ticks <= 0) {
    return { reason: 'price_not_on_tick', message: `price ${price}, tick ${market.rules.tick}` };
  }
  const lots = lotsOf(market, size);
  if (lots === null || lots <= order.filled) {
    return { reason: 'size_not_on_lot', message: `size ${size}, lot ${market.rules.lot}` };
  }
  return { side: order.side, ticks, lots };
}
