/** Trigger, stop-loss, take-profit and trailing caps of a wish: read, and judged by the lines. */
import { nearestTicks, priceText } from '../contract/market.ts';
import type { DecimalInput, DesignInput, Wish } from './design-input.ts';
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
    wish.problems.push({ path, message: `${value} is not a price above zero`, rule: 'no_number' });
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
    const message = 'the cap for trailing up is below the grid';
    const allowed = `from ${priceText(market, upper)}`;
    problems.push({ path: 'trail_upper_price', message, allowed, rule: 'trail_cap' });
  }
  if (down !== null && down > lower) {
    const message = 'the cap for trailing down is above the grid';
    const allowed = `to ${priceText(market, lower)}`;
    problems.push({ path: 'trail_lower_price', message, allowed, rule: 'trail_cap' });
  }
  const { direction = 'neutral' } = input;
  if (direction !== 'neutral') checkSides(wish, direction, levels);
  if (loss === null || profit === null) return;
  const [low, high] = direction === 'short' ? [profit, loss] : [loss, profit];
  if (direction === 'neutral' ? loss !== profit : low < high) return;
  const allowed = direction === 'short' ? 'above the take-profit' : 'below the take-profit';
  const message = 'stop-loss and take-profit are the wrong way round';
  problems.push({
    path: 'stop_loss_price',
    message,
    allowed: direction === 'neutral' ? 'not the take-profit' : allowed,
    rule: 'levels_crossed',
  });
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
  const where = `the ${waits ? 'trigger' : 'price'} ${text} has already reached`;
  const [lossSide, profitSide] = direction === 'long' ? ['below', 'above'] : ['above', 'below'];
  const reached = (level: number, side: string | undefined) =>
    side === 'below' ? level >= price : level <= price;
  if (loss !== null && reached(loss, lossSide)) {
    const message = `${where} the stop-loss`;
    const allowed = `${lossSide} ${text}`;
    problems.push({ path: 'stop_loss_price', message, allowed, rule: 'level_reached' });
  }
  if (profit !== null && reached(profit, profitSide)) {
    const message = `${where} the take-profit`;
    const allowed = `${profitSide} ${text}`;
    problems.push({ path: 'take_profit_price', message, allowed, rule: 'level_reached' });
  }
}

