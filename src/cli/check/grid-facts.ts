/**
 * A config's grid on a real account: designed with its fees and money, and looked at as it would be
 * after a start. PURE.
 */
import type { Money } from '../../contract/decimal.ts';
import { formatFixed, parseDecimal } from '../../contract/decimal.ts';
import type { LiquidationView } from '../../contract/instance-api.ts';
import type { StrategyValues } from '../../contract/instance-config.ts';
import { priceText, sizeText } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import { say } from '../../contract/sentences.ts';
import {
  design,
  liquidationInside,
  liquidations,
  problemOf,
  profitRange,
  startOutlook,
} from '../../engine/index.ts';
import type { Exposure, Liquidations, Problem } from '../../engine/index.ts';
import type { GridFacts, LiquidationGap } from './check-report.ts';

/** The account before a start; `ticks`: the mark price. */
export interface AccountNow {
  readonly price: string;
  readonly balance: string;
  readonly equity: Money;
  readonly ticks: number;
  readonly adopted_lots: number;
  readonly aside_lots: number;
}

/** The grid after its start, or everything wrong with it. */
export function gridFacts(
  market: Market,
  strategy: StrategyValues,
  account: AccountNow,
):
  | { readonly facts: GridFacts; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] } {
  const { price, balance, ticks } = account;
  const { duration: _duration, interval: _interval, ...values } = strategy;
  const wish = { ...values, price, balance, margin_check: 'refuse' } as const;
  const designed = design(market, wish);
  if ('problems' in designed) return designed;
  const { plan, warnings } = designed;
  const outlook = startOutlook(market, plan, account);
  const inside = liquidationInside(plan, ticks, outlook.liquidations);
  const held = account.adopted_lots + account.aside_lots;
  if (held !== 0 && inside !== null) {
    const said = say('held_liquidated_in_range', { price: priceText(market, inside) });
    const allows = say('smaller_size');
    return { problems: [problemOf('order_quantity', 'liquidated_in_range', said, allows)] };
  }
  const facts: GridFacts = {
    price,
    quantity_per_grid: sizeText(market, plan.lots_per_grid),
    profit_per_grid: profitRange(market, plan.lines),
    most_long: sizeText(market, outlook.most_long_lots),
    most_short: sizeText(market, outlook.most_short_lots),
    orders: outlook.orders,
    liquidation: viewOf(market, outlook.liquidations),
  };
  return { facts, warnings };
}

function viewOf(market: Market, found: Liquidations): LiquidationView {
  const text = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  const { nearest_percent, alarm } = found;
  const [now, buys_filled] = [text(found.now), text(found.buys_filled)];
  return { now, buys_filled, sells_filled: text(found.sells_filled), nearest_percent, alarm };
}

/** A signed size in whole lots, toward zero; null when it is no decimal. */
export function lotsHeld(market: Market, size: string): number | null {
  const decimal = parseDecimal(size);
  if (decimal === null) return null;
  const scale = Math.max(decimal.scale, market.lot.scale);
  const over = decimal.digits * 10n ** BigInt(scale - decimal.scale);
  const lots = Number(over / (market.lot.digits * 10n ** BigInt(scale - market.lot.scale)));
  return Number.isSafeInteger(lots) ? lots : null;
}

/** A gap over this many percent of the venue's estimate is shown as one. */
const WIDE_PERCENT = 1n;

/**
 * Our price of liquidation of what is held now beside the venue's estimate; null where it has none.
 */
export function gapOf(
  market: Market,
  estimate: string | null,
  held: Exposure,
): { readonly view: LiquidationGap; readonly wide: boolean } | null {
  const venue = estimate === null ? null : parseDecimal(estimate);
  if (estimate === null || venue === null || venue.digits <= 0n || held.lots === 0) return null;
  const { now } = liquidations(market, held, []);
  if (now === null) return { view: { ours: null, venue: estimate, gap_percent: null }, wide: true };
  const scale = Math.max(venue.scale, market.tick.scale);
  const theirs = venue.digits * 10n ** BigInt(scale - venue.scale);
  const ours = BigInt(now) * market.tick.digits * 10n ** BigInt(scale - market.tick.scale);
  const apart = ours > theirs ? ours - theirs : theirs - ours;
  const gap_percent = formatFixed((apart * 10_000n) / theirs, 2);
  const wide = apart * 100n > theirs * WIDE_PERCENT;
  return { view: { ours: priceText(market, now), venue: estimate, gap_percent }, wide };
}
