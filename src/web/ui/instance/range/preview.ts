/**
 * What an adjust would do, computed in the page by the very engine that would do it in the bot. It
 * only shows: before anything is applied the bot is asked itself.
 */
import type { AdjustAnswer, AdjustRequest } from '../../../../contract/instance-api.ts';
import type { Problem } from '../../../../contract/errors.ts';
import type { LiquidationView } from '../../../../contract/instance-views.ts';
import type { Market } from '../../../../contract/market.ts';
import { priceText } from '../../../../contract/market.ts';
import type { EngineView } from '../../../../contract/page-api.ts';
import type { CodedText } from '../../../../contract/said-codes.ts';
import type { Side } from '../../../../contract/trading.ts';
import { dryRun, gridNow } from '../../../../engine/index.ts';
import type { AdjustPreview, GridNow } from '../../../../engine/index.ts';

/** The grid as the bot told it, read once and asked many times. */
export interface Basis {
  readonly view: EngineView;
  readonly now: GridNow;
}

/** One line as it would be. */
export interface PreviewLine {
  readonly price: string;
  /** Null: the empty line, or one whose order is held back. */
  readonly side: Side | null;
  /** Its order rests already and stays. */
  readonly kept: boolean;
}

/** An adjust that may be done, with what it would do; sizes and prices as text. */
export interface Outcome {
  readonly unchanged: boolean;
  /** Lowest first. */
  readonly lines: readonly PreviewLine[];
  readonly kept: number;
  readonly cancelled: number;
  readonly placed: number;
  readonly parcels_moved: number;
  readonly carry: string;
  readonly market_trade: string;
  readonly profit_per_grid: { readonly min: string; readonly max: string };
  readonly quantity_per_grid: string;
  readonly liquidation: LiquidationView | null;
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded: readonly CodedText[];
}

/** An adjust that would be refused, with every reason. */
export interface Refusal {
  readonly problems: readonly Problem[];
}

export function readBasis(view: EngineView): Basis {
  return { view, now: gridNow(view) };
}

/** What an answer says an adjust would do: the bot's own, or that of the engine in the page. */
export function factsOf(answer: AdjustAnswer): Omit<Outcome, 'lines'> {
  return {
    unchanged: answer.unchanged,
    kept: answer.orders_kept,
    cancelled: answer.orders_cancelled,
    placed: answer.orders_placed,
    parcels_moved: answer.parcels_moved,
    carry: answer.carry,
    market_trade: answer.market_trade,
    profit_per_grid: answer.profit_per_grid,
    quantity_per_grid: answer.quantity_per_grid,
    liquidation: answer.liquidation ?? null,
    warnings: answer.warnings,
    coded: answer.coded ?? [],
  };
}

/** What `request` would do to the grid. */
export function previewOf({ now }: Basis, request: AdjustRequest): Outcome | Refusal {
  const tried = dryRun(now, request);
  if ('problems' in tried) return tried;
  return { ...factsOf(tried.answer), lines: linesOf(now.market, tried.diff) };
}

function linesOf(market: Market, { after, kept }: AdjustPreview): PreviewLine[] {
  const stays = new Set(kept);
  const orders = new Map(
    after.orders.flatMap((order) =>
      order.role === 'line' && order.ticks !== null ? [[order.ticks, order] as const] : [],
    ),
  );
  return after.plan.lines.map((ticks) => {
    const order = orders.get(ticks);
    return {
      price: priceText(market, ticks),
      side: order?.side ?? null,
      kept: order !== undefined && stays.has(order.id),
    };
  });
}
