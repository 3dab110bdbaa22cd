/**
 * What an adjust would do, computed in the page by the very engine that would do it in the bot. It
 * only shows: before anything is applied the bot is asked itself.
 */
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { LiquidationView } from '../../../../contract/instance-views.ts';
import type { Money } from '../../../../contract/decimal.ts';
import { parseMoney } from '../../../../contract/decimal.ts';
import type { Problem } from '../../../../contract/errors.ts';
import type { Market } from '../../../../contract/market.ts';
import { lotsOf, makeMarket, nearestTicks, priceText, sizeText } from '../../../../contract/market.ts';
import type { EngineView } from '../../../../contract/page-api.ts';
import type { Side } from '../../../../contract/trading.ts';
import {
  decodeState,
  liquidations,
  planAdjust,
  previewAdjust,
  profitRange,
  restingOrders,
  survivalProblems,
} from '../../../../engine/index.ts';
import type { AdjustPreview, GridState, Liquidations } from '../../../../engine/index.ts';

/** The grid as the bot told it, read once and asked many times. */
export interface Basis {
  readonly view: EngineView;
  readonly market: Market;
  readonly state: GridState;
  readonly ticks: number;
  /** Null: not known; then nothing is said of liquidation. */
  readonly equity: Money | null;
  readonly asideLots: number;
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
}

/** An adjust that would be refused, with every reason. */
export interface Refusal {
  readonly problems: readonly Problem[];
}

export function readBasis(view: EngineView): Basis {
  const market = makeMarket(view.market);
  const state = decodeState(view.state);
  return {
    view,
    market,
    state,
    ticks: nearestTicks(market, view.price) ?? 0,
    equity: view.balance === null ? null : parseMoney(view.balance),
    asideLots: lotsOf(market, view.aside) ?? 0,
  };
}

/** What `request` would do to the grid. */
export function previewOf(basis: Basis, request: AdjustRequest): Outcome | Refusal {
  const { market, state, view } = basis;
  const funds = {
    margin_check: view.margin_check,
    laid_out: state.gaps.length > 0,
    ...(view.balance === null ? {} : { balance: view.balance }),
  };
  const present = { plan: state.plan, price: view.price, funds };
  const designed = planAdjust(market, view.values, present, request);
  if ('problems' in designed) return designed;
  const diff = previewAdjust(market, state, designed.plan, request.position ?? 'carry');
  const found = liquidationsOf(basis, diff.after);
  if (found !== null) {
    const problems = survivalProblems(market, state.plan, diff, { found, ticks: basis.ticks });
    if (problems.length > 0) return { problems };
  }
  return {
    ...counts(market, diff),
    lines: linesOf(market, diff),
    profit_per_grid: profitRange(market, designed.plan.lines),
    quantity_per_grid: sizeText(market, designed.plan.lots_per_grid),
    liquidation: found === null ? null : liquidationView(market, found),
    warnings: designed.warnings.map(({ message }) => message),
  };
}

function counts(market: Market, diff: AdjustPreview) {
  return {
    unchanged: diff.unchanged,
    kept: diff.kept.length,
    cancelled: diff.cancelled.length,
    placed: diff.placed.length,
    parcels_moved: diff.parcels_moved,
    carry: sizeText(market, diff.carry_lots),
    market_trade: sizeText(market, diff.market_lots),
  };
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

function liquidationsOf(basis: Basis, state: GridState): Liquidations | null {
  const { market, equity, ticks, asideLots } = basis;
  if (equity === null) return null;
  const lots = state.books.position_lots + asideLots;
  return liquidations(market, { lots, equity, ticks }, restingOrders(state));
}

function liquidationView(market: Market, found: Liquidations): LiquidationView {
  const text = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  return {
    ...found,
    now: text(found.now),
    buys_filled: text(found.buys_filled),
    sells_filled: text(found.sells_filled),
  };
}
