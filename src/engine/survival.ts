/**
 * What an adjust must not lead to (GRID 7): a range that could not be walked alive, or liquidation
 * before the stop-loss. What stays as it is is not judged again.
 */
import type { Problem } from '../contract/errors.ts';
import type { Market } from '../contract/market.ts';
import { priceText } from '../contract/market.ts';
import type { Liquidations } from './liquidation.ts';
import { liquidationInside } from './liquidation.ts';
import type { GridPlan } from './types.ts';
import type { AdjustPreview } from './views.ts';

/** The account after an adjust: its liquidation prices, and the present price in ticks. */
export interface Aftermath {
  readonly found: Liquidations;
  readonly ticks: number;
}

/** Every reason against an adjust from `before`; empty when it may be done. */
export function survivalProblems(
  market: Market,
  before: GridPlan,
  { after: { plan }, unchanged }: AdjustPreview,
  aftermath: Aftermath,
): Problem[] {
  const same = unchanged && plan.stop_loss_ticks === before.stop_loss_ticks;
  return [
    ...(unchanged ? [] : insideRange(market, plan, aftermath)),
    ...(same ? [] : beforeStopLoss(market, plan, aftermath)),
  ];
}

function insideRange(market: Market, plan: GridPlan, { found, ticks }: Aftermath): Problem[] {
  const at = liquidationInside(plan, ticks, found);
  if (at === null) return [];
  const message =
    'the present position with the new orders filled would be liquidated at ' +
    `${priceText(market, at)}, inside the range`;
  const allowed = 'a smaller size, a range farther from it, or a smaller position';
  return [{ path: 'order_quantity', message, allowed }];
}

function beforeStopLoss(market: Market, plan: GridPlan, { found, ticks }: Aftermath): Problem[] {
  const { stop_loss_ticks: stop } = plan;
  if (stop === null) return [];
  const below = stop < ticks;
  const at = below ? found.buys_filled : found.sells_filled;
  // A position that a fall cannot hurt is liquidated on the other side.
  if (at === null || (below ? at > ticks || at < stop : at < ticks || at > stop)) return [];
  const price = priceText(market, at);
  const message = `the present position would be liquidated at ${price}, before the stop-loss`;
  return [{ path: 'stop_loss_price', message, allowed: `${below ? 'above' : 'below'} ${price}` }];
}
