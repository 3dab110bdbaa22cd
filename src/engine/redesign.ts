/**
 * From what a user asks of a running grid to its next plan, or every reason against it (GRID 8):
 * one judgement for the bot, which acts on it, and the page, which shows it while a bound moves.
 */
import type { AdjustRequest } from '../contract/instance-api.ts';
import { priceText, sizeText, ticksOf } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import { sameGrid } from './adjust.ts';
import type { DesignInput } from './design-input.ts';
import type { Design, DesignProblems } from './design.ts';
import { design } from './design.ts';
import type { GridPlan } from './types.ts';

/** The money behind a grid, for the designer; none of it is a grid value. */
export type Funds = Pick<DesignInput, 'balance' | 'margin_check' | 'laid_out'>;

/** What a new plan follows on: the one in force, the present price, the money behind it. */
export interface Present {
  readonly plan: GridPlan;
  readonly price: string;
  readonly funds: Funds;
}

/** The grid values in force with the request's on top. */
export function editedValues(
  market: Market,
  values: DesignInput,
  plan: GridPlan,
  request: AdjustRequest,
): DesignInput {
  const { grid_lower_price, grid_upper_price, grid_num, order_quantity, investment } = request;
  const ranged = movesRange(request) ? onTrailedRange(market, values, plan) : values;
  const { order_quantity: _size, ...present } = ranged;
  // Until the user says otherwise the size in force stays, however it once came about.
  const size =
    order_quantity === undefined && investment !== undefined
      ? { investment }
      : { order_quantity: order_quantity ?? sizeText(market, plan.lots_per_grid) };
  return {
    ...present,
    ...size,
    ...(grid_lower_price === undefined ? {} : { grid_lower_price }),
    ...(grid_upper_price === undefined ? {} : { grid_upper_price }),
    ...(grid_num === undefined ? {} : { grid_num }),
  };
}

/** The plan that `request` asks for, given the grid values in force. */
export function planAdjust(
  market: Market,
  values: DesignInput,
  present: Present,
  request: AdjustRequest,
): Design | DesignProblems {
  const edited = editedValues(market, values, present.plan, request);
  return (movesRange(request) ? redesign : redesignInPlace)(market, edited, present);
}

/**
 * Designs a grid that has a plan. Lines and size that stay are not measured against the funds
 * again: an edit of a trigger must not be refused because the account has suffered.
 */
export function redesign(
  market: Market,
  values: DesignInput,
  { plan, price, funds }: Present,
): Design | DesignProblems {
  const begun = { ...values, price, laid_out: funds.laid_out === true };
  const bare = design(market, begun);
  const stays = 'plan' in bare && sameGrid(bare.plan, plan);
  return stays ? bare : design(market, { ...begun, ...funds });
}

/**
 * As `redesign`, for values of which the range was not edited: a grid that trailing has moved stays
 * on its lines.
 */
export function redesignInPlace(
  market: Market,
  values: DesignInput,
  present: Present,
): Design | DesignProblems {
  const moved = onTrailedRange(market, values, present.plan);
  const designed = redesign(market, moved, present);
  if (moved === values || 'problems' in designed) return designed;
  const { lines, base } = present.plan;
  return { ...designed, plan: { ...designed.plan, lines, base } };
}

/** The values with the range to which trailing has moved theirs since; else unchanged. */
function onTrailedRange(
  market: Market,
  values: DesignInput,
  { lines, base, grid_type }: GridPlan,
): DesignInput {
  const ranges =
    base.offset !== 0 &&
    ticksOf(market, values.grid_lower_price) === base.lower &&
    ticksOf(market, values.grid_upper_price) === base.upper;
  const form = values.grid_num === lines.length - 1 && (values.grid_type ?? 'arithmetic');
  if (!ranges || form !== grid_type) return values;
  const [lower, upper] = [lines[0] ?? 0, lines.at(-1) ?? 0];
  const prices = [priceText(market, lower), priceText(market, upper)] as const;
  return { ...values, grid_lower_price: prices[0], grid_upper_price: prices[1] };
}

function movesRange({ grid_lower_price, grid_upper_price, grid_num }: AdjustRequest): boolean {
  return [grid_lower_price, grid_upper_price, grid_num].some((value) => value !== undefined);
}
