/**
 * A wish against the money behind it (GRID 5 and 7): initial margin at both edges, liquidation
 * inside the range, a stop-loss that liquidation would come before. Says nothing without a balance.
 */
import type { Decimal, Money } from '../contract/decimal.ts';
import { formatFixed, parseDecimal, parseMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import type { DesignInput, Wish } from './design-input.ts';
import { sizingKey, startTicks } from './design-size.ts';
import type { GridShape, Start } from './margin.ts';
import {
  atEdge,
  edgeTicks,
  largestSize,
  liquidatedOnTheWay,
  marginShortage,
  openingSides,
} from './margin.ts';
import type { GridPlan } from './types.ts';

/** Adds what the balance does not carry to the wish's problems and warnings. */
export function checkFunds(wish: Wish, plan: GridPlan): void {
  const { input, problems } = wish;
  if (input.balance === undefined) return;
  const balance = parseMoney(input.balance);
  if (balance === null) {
    const message = `${input.balance} is not an amount`;
    problems.push({ path: 'balance', message, rule: 'no_number' });
    return;
  }
  const trigger = input.laid_out === true ? null : plan.trigger_ticks;
  const start = { ticks: startTicks(wish, plan.lines, trigger), balance };
  checkMargin(wish, plan, start);
  for (const side of openingSides(plan)) checkLiquidation(wish, plan, start, side);
  if (plan.stop_loss_ticks !== null) checkStopLoss(wish, plan, start, plan.stop_loss_ticks);
}

function checkMargin(wish: Wish, plan: GridPlan, start: Start): void {
  const { market, input, problems, warnings } = wish;
  const leverage = effectiveLeverage(market, input);
  const shortages = (shape: GridShape) =>
    openingSides(shape).map((side) => {
      const edge = atEdge(market, shape, start, side);
      return { edge, missing: marginShortage(market, edge, leverage) };
    });
  const [worst] = shortages(plan).sort((a, b) => (a.missing < b.missing ? 1 : -1));
  if (worst === undefined || worst.missing === 0n) return;
  const fits = largestSize(plan, (shape) =>
    shortages(shape).every(({ missing }) => missing === 0n),
  );
  const at = priceText(market, worst.edge.ticks);
  const allowed = sizeWords(market, fits);
  const message =
    `with every order filled at ${at} the initial margin is short by ` +
    `${centsUp(worst.missing)} ${market.rules.quote}: ${allowed}`;
  const found = input.margin_check === 'refuse' ? problems : warnings;
  found.push({ path: sizingKey(input), message, allowed, rule: 'margin_short' });
}

function checkLiquidation(wish: Wish, plan: GridPlan, start: Start, side: Side): void {
  const { market, input, problems } = wish;
  const inside = (shape: GridShape): number | null => {
    const at = liquidatedOnTheWay(market, shape, start, side);
    const edge = edgeTicks(shape, start, side);
    return at !== null && (side === 'buy' ? at >= edge : at <= edge) ? at : null;
  };
  const at = inside(plan);
  if (at === null) return;
  const fits = largestSize(plan, (shape) => inside(shape) === null);
  const way = side === 'buy' ? 'fall' : 'rise';
  const message =
    `a straight ${way} from ${priceText(market, start.ticks)} would liquidate the position at ` +
    `${priceText(market, at)}, before every line is filled`;
  const allowed = sizeWords(market, fits);
  problems.push({ path: sizingKey(input), message, allowed, rule: 'liquidated_in_range' });
}

function checkStopLoss(wish: Wish, plan: GridPlan, start: Start, stop: number): void {
  const { market, problems } = wish;
  const below = plan.direction === 'neutral' ? stop < start.ticks : plan.direction === 'long';
  const at = liquidatedOnTheWay(market, plan, start, below ? 'buy' : 'sell');
  if (at === null || (below ? stop > at : stop < at)) return;
  const [liquidation, price] = [priceText(market, at), priceText(market, start.ticks)];
  const message = `the position would be liquidated at ${liquidation}, before the stop-loss`;
  const range = below
    ? `above ${liquidation}, below ${price}`
    : `below ${liquidation}, above ${price}`;
  const none = below ? at >= start.ticks : at <= start.ticks;
  const allowed = none ? 'none with this size' : range;
  problems.push({ path: 'stop_loss_price', message, allowed, rule: 'liquidated_first' });
}

/** The leverage wished for (left out: 1), at most the venue's highest. */
export function effectiveLeverage(
  market: Market,
  input: Pick<DesignInput, 'leverage'>,
): Decimal {
  const most = market.max_leverage;
  const wanted = parseDecimal(input.leverage ?? 1);
  if (wanted === null || wanted.digits <= 0n) return most;
  const left = wanted.digits * 10n ** BigInt(most.scale);
  return left < most.digits * 10n ** BigInt(wanted.scale) ? wanted : most;
}

function sizeWords(market: Market, lots: number): string {
  if (lots < market.min_lots) return 'no size fits this balance';
  return `at most ${sizeText(market, lots)} per grid`;
}

// Rounded up: a shortage is never told smaller than it is.
function centsUp(money: Money): string {
  const cent = 10n ** 16n;
  return formatFixed((money + cent - 1n) / cent, 2);
}
