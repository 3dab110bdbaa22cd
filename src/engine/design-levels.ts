/** Trigger, stop-loss, take-profit and trailing caps of a wish: read, and judged by the lines. */
import { nearestTicks, priceText } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { DecimalInput, DesignInput, Wish } from './design-input.ts';
import { problemOf } from './design-problem.ts';
import type { GridPlan } from './types.ts';

/** The price levels of a plan, in ticks. */
export type Levels = Pick<
  GridPlan,
  'trail_upper' | 'trail_lower' | 'trigger_ticks' | 'stop_loss_ticks' | 'take_profit_ticks'
>;

/** The levels as ticks; null where none is given or it is no price. */
export function readLevels(wish: Wish): Levels {
  const level = (path: keyof DesignInput, value: DecimalInput | undefined): number | null => {
    if (value === undefined) return null;
    const ticks = nearestTicks(wish.market, value);
    if (ticks !== null && ticks > 0) return ticks;
    wish.problems.push(problemOf(path, 'no_number', say('no_price', { value })));
    return null;
  };
  const { input } = wish;
  return {
    trail_upper: level('trail_upper_price', input.trail_upper_price),
    trail_lower: level('trail_lower_price', input.trail_lower_price),
    trigger_ticks: level('trigger_price', input.trigger_price),
    stop_loss_ticks: level('stop_loss_price', input.stop_loss_price),
    take_profit_ticks: level('take_profit_price', input.take_profit_price),
  };
}

/** Levels on the wrong side of the lines, of each other or of the price. */
export function checkLevels(wish: Wish, lines: readonly number[], levels: Levels): void {
  const { market, input, problems } = wish;
  const [lower = 0, upper = 0] = [lines[0], lines[lines.length - 1]];
  const { trail_upper: up, trail_lower: down, stop_loss_ticks: loss } = levels;
  const profit = levels.take_profit_ticks;
  if (up !== null && up < upper) {
    const allows = say('from', { value: priceText(market, upper) });
    problems.push(problemOf('trail_upper_price', 'trail_cap', say('cap_below_grid'), allows));
  }
  if (down !== null && down > lower) {
    const allows = say('to', { value: priceText(market, lower) });
    problems.push(problemOf('trail_lower_price', 'trail_cap', say('cap_above_grid'), allows));
  }
  const { direction = 'neutral' } = input;
  if (direction !== 'neutral') checkSides(wish, direction, levels);
  if (loss === null || profit === null) return;
  const [low, high] = direction === 'short' ? [profit, loss] : [loss, profit];
  if (direction === 'neutral' ? loss !== profit : low < high) return;
  const allows = {
    neutral: say('not_take_profit'),
    long: say('below_take_profit'),
    short: say('above_take_profit'),
  }[direction];
  const said = say('levels_crossed');
  problems.push(problemOf('stop_loss_price', 'levels_crossed', said, allows));
}

/** A level that is reached already where the grid begins would end it with its first trade. */
function checkSides(
  { market, input, problems }: Wish,
  direction: 'long' | 'short',
  { stop_loss_ticks: loss, take_profit_ticks: profit, trigger_ticks: trigger }: Levels,
): void {
  const present = input.price === undefined ? null : nearestTicks(market, input.price);
  const waits = trigger !== null && input.laid_out !== true;
  const price = waits ? trigger : present;
  if (price === null) return;
  const text = priceText(market, price);
  const lossSide = direction === 'long' ? 'below' : 'above';
  const profitSide = direction === 'long' ? 'above' : 'below';
  const reached = (level: number, side: 'below' | 'above') =>
    side === 'below' ? level >= price : level <= price;
  if (loss !== null && reached(loss, lossSide)) {
    const code = waits ? 'trigger_at_stop_loss' : 'price_at_stop_loss';
    const allows = say(lossSide, { value: text });
    const said = say(code, { price: text });
    problems.push(problemOf('stop_loss_price', 'level_reached', said, allows));
  }
  if (profit !== null && reached(profit, profitSide)) {
    const code = waits ? 'trigger_at_take_profit' : 'price_at_take_profit';
    const allows = say(profitSide, { value: text });
    const said = say(code, { price: text });
    problems.push(problemOf('take_profit_price', 'level_reached', said, allows));
  }
}

