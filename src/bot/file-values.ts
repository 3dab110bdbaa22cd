/** From the grid values of the file to a plan, beside the plan that is in force. */
import type { InstanceConfig } from '../contract/instance-config.ts';
import { priceText, sizeText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { decodeState, initialState } from '../engine/index.ts';
import type { DesignInput, GridPlan, GridState } from '../engine/index.ts';
import { designGrid, designedInPlace, gridValues, marginCheck, resizes } from './plan.ts';
import type { Designed, Funds } from './plan.ts';

/** The grid as it stands. */
export interface GridInForce {
  readonly market: Market;
  readonly plan: GridPlan;
  /** The present price. */
  readonly ticks: number;
  readonly funds: Funds;
}

/**
 * The plan that an edited file asks for; `taken`: fingerprint of the values last taken from it.
 * Throws GRID_REFUSED.
 */
export function planOfFile(
  grid: GridInForce,
  config: InstanceConfig,
  taken: string | null,
): Designed {
  const wanted = gridValues(config);
  // An edit of something else keeps the size in force, however it once came about.
  const sized = taken !== null && !resizes(taken, wanted) ? withSizeInForce(grid, wanted) : wanted;
  const price = priceText(grid.market, grid.ticks);
  return designedInPlace(grid.market, sized, { ...grid, price }, 'GRID_REFUSED');
}

/**
 * The plan of a file that gives no size itself: with the size per grid in force. Only compared with
 * the plan in force, so the funds do not matter.
 */
export function planAsSaved(grid: GridInForce, config: InstanceConfig): Designed {
  const values = gridValues(config);
  const sized = values.order_quantity === undefined ? withSizeInForce(grid, values) : values;
  const begun = { ...sized, laid_out: grid.funds.laid_out === true };
  return designGrid(grid.market, begun, priceText(grid.market, grid.ticks), 'GRID_REFUSED');
}

/** What the size of a file that gives none itself is computed from, besides its lines. */
const SIZE_SOURCES = ['order_quantity', 'investment', 'leverage'] as const;

/**
 * Whether the size in force is the one that the file means: it gives the size itself, or says as
 * before (`taken`, a fingerprint) what it is computed from.
 */
export function keepsSize(config: InstanceConfig, taken: string | null): boolean {
  const values = gridValues(config);
  if (values.order_quantity !== undefined) return true;
  const before = taken === null ? null : (JSON.parse(taken) as DesignInput);
  return before !== null && SIZE_SOURCES.every((key) => before[key] === values[key]);
}

function withSizeInForce(grid: GridInForce, values: DesignInput): DesignInput {
  const { investment: _investment, ...others } = values;
  return { ...others, order_quantity: sizeText(grid.market, grid.plan.lots_per_grid) };
}

/** Checks the file's grid where no plan is stored yet; a stored plan needs no designing. */
export function designedAtStart(
  market: Market,
  config: InstanceConfig,
  now: { price: string; balance: string },
  stored: string | null,
): { state: GridState; warnings: readonly CodedText[] } {
  if (stored !== null) return { state: decodeState(stored), warnings: [] };
  const funds: Funds = { balance: now.balance, margin_check: marginCheck(config) };
  const values = { ...gridValues(config), ...funds };
  const { plan, coded } = designGrid(market, values, now.price, 'GRID_REFUSED');
  return { state: initialState(plan), warnings: coded };
}
