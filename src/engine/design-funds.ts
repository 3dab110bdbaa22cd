/**
 * A wish against the money behind it (GRID 5 and 7): initial margin at both edges, liquidation
 * inside the range, a stop-loss that liquidation would come before. Says nothing without a balance.
 */
import type { Decimal, Money } from '../contract/decimal.ts';
import { formatFixed, parseDecimal, parseMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { priceText, sizeText } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import type { Side } from '../contract/trading.ts';
import type { DesignInput, Wish } from './design-input.ts';
import { problemOf } from './design-problem.ts';
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
    problems.push(problemOf('balance', 'no_number', say('no_amount', { value: input.balance })));
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
  const short = {
    price: priceText(market, worst.edge.ticks),
    amount: centsUp(worst.missing),
    quote: market.rules.quote,
  };
  const said =
    fits < market.min_lots
      ? say('margin_short', short)
      : say('margin_short_for_size', { ...short, size: sizeText(market, fits) });
  const found = input.margin_check === 'refuse' ? problems : warnings;
  found.push(problemOf(sizingKey(input), 'margin_short', said, fittingSize(market, fits)));
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
  const [price, liquidation] = [priceText(market, start.ticks), priceText(market, at)];
  const code = side === 'buy' ? 'fall_liquidates' : 'rise_liquidates';
  const said = say(code, { price, liquidation });
  const allows = fittingSize(market, fits);
  problems.push(problemOf(sizingKey(input), 'liquidated_in_range', said, allows));
}

function checkStopLoss(wish: Wish, plan: GridPlan, start: Start, stop: number): void {
  const { market, problems } = wish;
  const below = plan.direction === 'neutral' ? stop < start.ticks : plan.direction === 'long';
  const at = liquidatedOnTheWay(market, plan, start, below ? 'buy' : 'sell');
  if (at === null || (below ? stop > at : stop < at)) return;
  const [liquidation, price] = [priceText(market, at), priceText(market, start.ticks)];
  const said = say('liquidated_first', { price: liquidation });
  const range = below
    ? say('above_below', { low: liquidation, high: price })
    : say('below_above', { high: liquidation, low: price });
  const none = below ? at >= start.ticks : at <= start.ticks;
  const allows = none ? say('none_with_this_size') : range;
  problems.push(problemOf('stop_loss_price', 'liquidated_first', said, allows));
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

function fittingSize(market: Market, lots: number): Said {
  if (lots < market.min_lots) return say('no_size_fits');
  return say('most_per_grid', { size: sizeText(market, lots) });
}

// Rounded up: a shortage is never told smaller than it is.
function centsUp(money: Money): string {
  const cent = 10n ** 16n;
  return formatFixed((money + cent - 1n) / cent, 2);
}
