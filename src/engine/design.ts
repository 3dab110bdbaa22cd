/**
 * From wishes to a plan: lines, size and fence made exact for one market, or every reason at once
 * why such a grid must not run (GRID 5 and 7). A plan it returns earns in every gap.
 */
import type { Market } from '../contract/market.ts';
import { designFences } from './design-fences.ts';
import { checkFunds } from './design-funds.ts';
import type { DesignInput, Wish } from './design-input.ts';
import { checkLevels, readLevels } from './design-levels.ts';
import { checkLines, readLines } from './design-lines.ts';
import type { Problem } from './design-problem.ts';
import { checkSize, readMaxPosition, readQuantity, readSize } from './design-size.ts';
import type { ProfitRange } from './lines.ts';
import { profitRange } from './lines.ts';
import type { GridPlan } from './types.ts';

/**
 * A grid that may run; `profit` is net per grid as part of the buy value, text with 6 decimals.
 */
export interface Design {
  readonly plan: GridPlan;
  readonly warnings: Problem[];
  readonly profit: ProfitRange;
}

/** A grid that must not run, with every reason. */
export interface DesignProblems {
  readonly problems: Problem[];
}

/** Designs a grid; all problems at once, never an exception for what a user may write. */
export function design(market: Market, input: DesignInput): Design | DesignProblems {
  const wish: Wish = { market, input, problems: [], warnings: [] };
  const levels = readLevels(wish);
  const lines = readLines(wish);
  const max = readMaxPosition(wish);
  if (lines === null) {
    if (input.order_quantity !== undefined) readQuantity(wish, input.order_quantity);
    return { problems: wish.problems };
  }
  checkLines(wish, lines);
  checkLevels(wish, lines, levels);
  const lots = readSize(wish, lines, levels.trigger_ticks);
  const fenced = designFences({ market, lines, lots }, input);
  wish.problems.push(...fenced.problems);
  wish.warnings.push(...fenced.warnings);
  if (lots === null) return { problems: wish.problems };
  checkSize(wish, lines, lots, max);
  const plan: GridPlan = {
    direction: input.direction ?? 'neutral',
    grid_type: input.grid_type ?? 'arithmetic',
    lines,
    base: { lower: lines[0] ?? 0, upper: lines[lines.length - 1] ?? 0, offset: 0 },
    lots_per_grid: lots,
    max_position_lots: max,
    open_position_at_start: input.open_position_at_start ?? true,
    out_of_range: input.out_of_range ?? 'hold',
    ...levels,
    trigger_by: input.trigger_by ?? 'last',
    fences: fenced.fences,
    on_stop: {
      orders: input.on_stop?.orders ?? 'cancel',
      position: input.on_stop?.position ?? 'keep',
    },
  };
  if (lots > 0) checkFunds(wish, plan);
  if (wish.problems.length > 0) return { problems: wish.problems };
  return { plan, warnings: wish.warnings, profit: profitRange(market, lines) };
}
