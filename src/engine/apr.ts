/** What a grid earns on its money, as a yearly rate (GRID 4). Exact until it is printed. */
import type { Money } from '../contract/decimal.ts';
import {
  divideRounded,
  formatFixed,
  parseDecimal,
  parseMoney,
} from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import type { DesignInput } from './design-input.ts';
import { worseSideTicks } from './margin.ts';
import type { GridPlan } from './types.ts';

const YEAR_MS = 365n * 86_400_000n;

/** Younger books answer no rate: a few minutes' luck times the year says nothing. */
const YOUNGEST_MS = 3_600_000;

/**
 * Profit / investment / age x a year of 365 days, percent as text with 2 decimals; `ageMs` since
 * the books began. Null below an hour, and without an investment.
 */
export function apr(profit: Money, investment: Money, ageMs: number): string | null {
  if (!(ageMs >= YOUNGEST_MS) || investment <= 0n) return null;
  const over = profit * YEAR_MS * 10_000n;
  return formatFixed(divideRounded(over, investment * BigInt(Math.floor(ageMs))), 2);
}

/**
 * The money a grid works with, in quote: `investment` as configured, else size x the dearer side's
 * prices / leverage. `startTicks`: price at which the lines were laid out.
 */
export function investmentOf(
  market: Market,
  plan: GridPlan,
  values: Pick<DesignInput, 'investment' | 'leverage'>,
  startTicks: number,
): Money {
  const configured = values.investment === undefined ? null : parseMoney(values.investment);
  if (configured !== null && configured > 0n) return configured;
  const leverage = parseDecimal(values.leverage ?? 1);
  const needed = worseSideTicks(plan, startTicks) * BigInt(plan.lots_per_grid) * market.quantum;
  if (leverage === null || leverage.digits <= 0n) return needed;
  return divideRounded(needed * 10n ** BigInt(leverage.scale), leverage.digits);
}
