/**
 * What an adjust would do, from first check to last figure: bot and browser ask this one function,
 * so that a preview is what is applied. Pure.
 */
import type { Money } from '../contract/decimal.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { AdjustAnswer, AdjustRequest, LiquidationView } from '../contract/instance-api.ts';
import { lotsOf, makeMarket, nearestTicks, priceText, sizeText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import type { EngineView } from '../contract/page-api.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import { designWish, wishedValues } from './adjust-wish.ts';
import { decodeState } from './codec.ts';
import type { DesignInput } from './design-input.ts';
import { problemOf } from './design-problem.ts';
import type { Problem } from './design-problem.ts';
import type { Liquidations } from './liquidation.ts';
import { liquidationInside, liquidations, restingOrders } from './liquidation.ts';
import { profitRange } from './lines.ts';
import type { GridState } from './state.ts';
import { gridState } from './state.ts';
import type { GridPlan } from './types.ts';
import type { AdjustPreview } from './views.ts';
import { previewAdjust } from './views.ts';

/** A running grid with all that judges a change of it. */
export interface GridNow {
  readonly id: string;
  readonly market: Market;
  readonly state: GridState;
  /** The present price. */
  readonly ticks: number;
  /** Grid values in force. */
  readonly values: DesignInput;
  readonly margin_check: 'warn' | 'refuse';
  /** Null: not known yet; then nothing is said of margin and liquidation. */
  readonly equity: Money | null;
  /** What stands on the symbol beside the grid, signed. */
  readonly aside_lots: number;
}

/** An adjust that may be done: the answer to a dry run, and what would be applied. */
export interface DryRun {
  readonly plan: GridPlan;
  readonly values: DesignInput;
  readonly diff: AdjustPreview;
  readonly answer: AdjustAnswer;
}

/** What `request` would do now, or every reason why it must not be done. */
export function dryRun(
  now: GridNow,
  request: AdjustRequest,
): DryRun | { readonly problems: readonly Problem[] } {
  const { market, state, ticks, equity, margin_check } = now;
  const values = wishedValues(market, state.plan, now.values, request);
  const balance = equity === null ? {} : { balance: formatMoney(equity) };
  const funds = { margin_check, laid_out: state.gaps.length > 0, ...balance };
  const present = { plan: state.plan, price: priceText(market, ticks), funds };
  const designed = designWish(market, values, present, request);
  if ('problems' in designed) return designed;
  const { plan } = designed;
  const diff = previewAdjust(market, state, plan, request.position ?? 'carry');
  const risk = riskOf(now, diff.after);
  const problems = risk === null ? [] : survivalProblems(market, ticks, state, diff, risk);
  if (problems.length > 0) return { problems };
  const warnings = [
    ...designed.warnings.map(({ rule: code, message: text, said }) => ({ code, text, said })),
    ...outOfRange(market, plan, ticks),
    ...heldBack(now.id, state),
  ];
  return { plan, values, diff, answer: answerOf(market, plan, diff, risk, warnings) };
}

/** The grid from what a bot tells its page. Throws where that is not what a bot tells. */
export function gridNow(view: EngineView): GridNow {
  const market = makeMarket(view.market);
  return {
    ...{ id: view.instance_id, market, state: decodeState(view.state) },
    ...{ values: view.values, margin_check: view.margin_check },
    ticks: nearestTicks(market, view.price) ?? 0,
    equity: view.balance === null ? null : parseMoney(view.balance),
    aside_lots: lotsOf(market, view.aside) ?? 0,
  };
}

/**
 * Why an adjust must not be done although its grid is sound: the range could not be walked alive,
 * or liquidation would come before the stop-loss (GRID 7). What stays as it is is not judged again.
 */
export function survivalProblems(
  market: Market,
  ticks: number,
  before: GridState,
  { after, unchanged }: AdjustPreview,
  found: Liquidations,
): Problem[] {
  const same = unchanged && after.plan.stop_loss_ticks === before.plan.stop_loss_ticks;
  return [
    ...(unchanged ? [] : insideRange(market, ticks, after, found)),
    ...(same ? [] : beforeStopLoss(market, ticks, after, found)),
  ];
}

/** That the price is outside the range; nothing while it is inside. */
export function outOfRange(market: Market, { lines }: GridPlan, ticks: number): CodedText[] {
  const [lower = 0, upper = 0] = [lines[0], lines.at(-1)];
  if (ticks >= lower && ticks <= upper) return [];
  const code = ticks < lower ? 'price_below_range' : 'price_above_range';
  const said = say(code, { price: priceText(market, ticks) });
  return [{ code: 'out_of_range', text: sentenceOf(said), said }];
}

/** That what a change of the grid is to place waits; nothing while it does not. */
export function heldBack(id: string, state: GridState): CodedText[] {
  const name = gridState(state);
  if (name !== 'paused' && name !== 'tripped') return [];
  const said = say(name === 'paused' ? 'paused_waits' : 'tripped_waits', { id });
  return [{ code: 'orders_wait', text: sentenceOf(said), said }];
}

/** Prices in ticks as text. */
export function liquidationView(market: Market, found: Liquidations): LiquidationView {
  const text = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  return {
    now: text(found.now),
    buys_filled: text(found.buys_filled),
    sells_filled: text(found.sells_filled),
    nearest_percent: found.nearest_percent,
    alarm: found.alarm,
  };
}

function riskOf(
  { market, equity, ticks, aside_lots }: GridNow,
  state: GridState,
): Liquidations | null {
  if (equity === null) return null;
  const lots = state.books.position_lots + aside_lots;
  return liquidations(market, { lots, equity, ticks }, restingOrders(state));
}

function answerOf(
  market: Market,
  plan: GridPlan,
  diff: AdjustPreview,
  risk: Liquidations | null,
  warnings: readonly CodedText[],
): AdjustAnswer {
  return {
    applied: false,
    unchanged: diff.unchanged,
    converged: false,
    pending: 0,
    orders_kept: diff.kept.length,
    orders_cancelled: diff.cancelled.length,
    orders_placed: diff.placed.length,
    parcels_moved: diff.parcels_moved,
    carry: sizeText(market, diff.carry_lots),
    market_trade: sizeText(market, diff.market_lots),
    profit_per_grid: profitRange(market, plan.lines),
    lower: priceText(market, plan.lines[0] ?? 0),
    upper: priceText(market, plan.lines.at(-1) ?? 0),
    grids: plan.lines.length - 1,
    quantity_per_grid: sizeText(market, plan.lots_per_grid),
    ...(risk === null ? {} : { liquidation: liquidationView(market, risk) }),
    warnings: warnings.map(({ text }) => text),
    coded: warnings,
  };
}

function insideRange(
  market: Market,
  ticks: number,
  { plan }: GridState,
  found: Liquidations,
): Problem[] {
  const at = liquidationInside(plan, ticks, found);
  if (at === null) return [];
  const said = say('present_liquidated_in_range', { price: priceText(market, at) });
  const allows = say('smaller_or_farther');
  return [problemOf('order_quantity', 'liquidated_in_range', said, allows)];
}

function beforeStopLoss(
  market: Market,
  ticks: number,
  { plan }: GridState,
  found: Liquidations,
): Problem[] {
  const { stop_loss_ticks: stop } = plan;
  if (stop === null) return [];
  const below = stop < ticks;
  const at = below ? found.buys_filled : found.sells_filled;
  // A position that a fall cannot hurt is liquidated on the other side.
  if (at === null || (below ? at > ticks || at < stop : at < ticks || at > stop)) return [];
  const price = priceText(market, at);
  const allows = say(below ? 'above' : 'below', { value: price });
  const said = say('present_liquidated_first', { price });
  return [problemOf('stop_loss_price', 'liquidated_first', said, allows)];
}
