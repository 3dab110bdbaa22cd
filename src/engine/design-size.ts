/**
 * The size of a wish: given, bought with an investment, or the share of a fence; never below what
 * the venue takes.
 */
import { MONEY_DECIMALS } from '../contract/decimal.ts';
import { floorLots, lotsOf, nearestTicks, priceText, sizeText } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { DecimalInput, DesignInput, Wish } from './design-input.ts';
import { readPositive } from './design-input.ts';
import { problemOf } from './design-problem.ts';
import { worseSideTicks } from './margin.ts';

/** The fence in lots; null without one. */
export function readMaxPosition(wish: Wish): number | null {
  const { market, input, problems } = wish;
  if (input.max_position === undefined) return null;
  const lots = floorLots(market, input.max_position);
  if (lots !== null && lots > 0) return lots;
  const said = say('below_one_lot', { value: input.max_position });
  const allows = say('from', { value: market.rules.lot });
  problems.push(problemOf('max_position', 'off_lot', said, allows));
  return null;
}

/** A given size in lots; null, with a problem, when it is none. */
export function readQuantity(wish: Wish, value: DecimalInput): number | null {
  const { market, problems } = wish;
  const lots = lotsOf(market, value);
  if (lots !== null && lots > 0) return lots;
  const said = say('off_lot', { value, step: market.rules.lot });
  const floor = floorLots(market, value) ?? 0;
  const near = sizeText(market, Math.max(floor, market.min_lots));
  const allows = say('for_example', { value: near });
  problems.push(problemOf('order_quantity', 'off_lot', said, allows));
  return null;
}

/** Lots per grid by the first of quantity, investment and fence; null, with a problem. */
export function readSize(
  wish: Wish,
  lines: readonly number[],
  trigger: number | null,
): number | null {
  const { market, input, problems } = wish;
  if (input.order_quantity !== undefined) return readQuantity(wish, input.order_quantity);
  if (input.investment !== undefined) return sizeOfInvestment(wish, lines, trigger);
  if (input.max_position !== undefined) {
    const whole = floorLots(market, input.max_position);
    return whole === null ? null : Math.floor(whole / input.grid_num);
  }
  problems.push(problemOf('order_quantity', 'no_size', say('no_size')));
  return null;
}

function sizeOfInvestment(
  wish: Wish,
  lines: readonly number[],
  trigger: number | null,
): number | null {
  const { market, input } = wish;
  const investment = readPositive(wish, 'investment', input.investment ?? '0');
  const leverage = readPositive(wish, 'leverage', input.leverage ?? 1);
  if (investment === null || leverage === null) return null;
  const shape = {
    lines,
    direction: input.direction ?? 'neutral',
    open_position_at_start: input.open_position_at_start ?? true,
  };
  const scale = BigInt(investment.scale + leverage.scale);
  const money = investment.digits * leverage.digits * 10n ** BigInt(MONEY_DECIMALS);
  const dearer = worseSideTicks(shape, startTicks(wish, lines, trigger));
  const perLot = dearer * market.quantum * 10n ** scale;
  return perLot === 0n ? 0 : Number(money / perLot);
}

/** Ticks at which the grid is thought to start: trigger, present price, else the middle. */
export function startTicks(
  { market, input }: Wish,
  lines: readonly number[],
  trigger: number | null,
): number {
  const middle = Math.round(((lines[0] ?? 0) + (lines.at(-1) ?? 0)) / 2);
  const present = input.price === undefined ? null : nearestTicks(market, input.price);
  return trigger ?? present ?? middle;
}

/** The key that the size follows from. */
export function sizingKey(input: DesignInput): 'order_quantity' | 'investment' | 'max_position' {
  if (input.order_quantity !== undefined) return 'order_quantity';
  return input.investment === undefined ? 'max_position' : 'investment';
}

/** Sizes that the venue or the fence would not let trade. */
export function checkSize(
  wish: Wish,
  lines: readonly number[],
  lots: number,
  max: number | null,
): void {
  const { market, input, problems, warnings } = wish;
  const lowest = lines[0] ?? 0;
  const path = sizingKey(input);
  const perLot = BigInt(lowest) * market.quantum;
  const forNotional = Number((market.min_notional + perLot - 1n) / perLot);
  const least = Math.max(market.min_lots, forNotional);
  const allows = say('least_per_grid', { size: sizeText(market, least) });
  // Lots are counted exactly only as far as this, on either side of flat.
  const most = Math.floor(Number.MAX_SAFE_INTEGER / (2 * input.grid_num));
  if (lots > most) {
    const fits = say('most_per_grid', { size: sizeText(market, most) });
    problems.push(problemOf(path, 'too_many_lots', say('too_many_lots'), fits));
  } else if (lots < market.min_lots) {
    const said = say('below_smallest_order', { size: sizeText(market, lots) });
    problems.push(problemOf(path, 'below_min_quantity', said, allows));
  } else if (lots < forNotional) {
    const [size, price] = [sizeText(market, lots), priceText(market, lowest)];
    const said = say('below_smallest_value', { size, price });
    problems.push(problemOf(path, 'below_min_notional', said, allows));
  }
  if (max === null) return;
  if (max < lots) {
    const from = say('from', { value: sizeText(market, lots) });
    const said = say('fence_below_grid');
    problems.push(problemOf('max_position', 'fence_below_grid', said, from));
  } else if (max < lots * input.grid_num) {
    const said = say('fence_holds_back', { size: sizeText(market, lots * input.grid_num) });
    warnings.push(problemOf('max_position', 'fence_holds_back', said));
  }
}
