/** The lines of a wish: as many as the venue takes, all apart, and every gap earning its fees. */
import { nearestTicks, priceText, ticksOf } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { DecimalInput, DesignInput, Wish } from './design-input.ts';
import { problemOf } from './design-problem.ts';
import { isProfitable, makeLines, profitRange } from './lines.ts';

/** More lines than this are refused before they are computed, whatever the venue allows. */
const MOST_GRIDS = 5000;

/** The lines in ticks, two of which may still be equal; null when there can be none. */
export function readLines(wish: Wish): number[] | null {
  const { market, input, problems } = wish;
  const lower = readBound(wish, 'grid_lower_price', input.grid_lower_price);
  const upper = readBound(wish, 'grid_upper_price', input.grid_upper_price);
  const ordered = lower !== null && upper !== null && lower < upper;
  if (lower !== null && upper !== null && !ordered) {
    const said = say('bounds_order', { price: priceText(market, lower) });
    const allows = say('below', { value: priceText(market, upper) });
    problems.push(problemOf('grid_lower_price', 'bounds_order', said, allows));
  }
  const most = mostGrids(wish);
  const grids = input.grid_num;
  const allows = say('between', { least: 1, most });
  if (!Number.isSafeInteger(grids) || grids < 1) {
    const said = say('no_count_of_grids', { value: grids });
    problems.push(problemOf('grid_num', 'no_whole_number', said, allows));
    return null;
  }
  if (grids > most) {
    const said = say('too_many_grids', { grids });
    problems.push(problemOf('grid_num', 'too_many_orders', said, allows));
    return null;
  }
  if (!ordered || lower === null || upper === null) return null;
  return makeLines(input.grid_type ?? 'arithmetic', lower, upper, grids);
}

// A neutral grid has an order on each of its N+1 lines until the first fill.
function mostGrids(wish: Wish): number {
  const orders = wish.market.rules.max_orders;
  const neutral = (wish.input.direction ?? 'neutral') === 'neutral';
  return Math.min(MOST_GRIDS, neutral ? orders - 1 : orders);
}

function readBound(wish: Wish, path: keyof DesignInput, value: DecimalInput): number | null {
  const { market, problems } = wish;
  const ticks = ticksOf(market, value);
  if (ticks !== null && ticks > 0) return ticks;
  const nearest = nearestTicks(market, value);
  if (nearest === null || ticks !== null || nearest <= 0) {
    problems.push(problemOf(path, 'no_number', say('no_price', { value })));
  } else {
    const said = say('off_tick', { value, step: market.rules.tick });
    const allows = say('for_example', { value: priceText(market, nearest) });
    problems.push(problemOf(path, 'off_tick', said, allows));
  }
  return null;
}

/** Lines that fall together or earn nothing, with the number of grids that would do. */
export function checkLines(wish: Wish, lines: readonly number[]): void {
  const { market, input, problems } = wish;
  const type = input.grid_type ?? 'arithmetic';
  const [lower = 0, upper = 0] = [lines[0], lines[lines.length - 1]];
  const equal = lines.findIndex((line, i) => i > 0 && line === lines[i - 1]);
  const sound = (candidate: readonly number[]): boolean =>
    candidate.every((line, i) => i === 0 || line > (candidate[i - 1] ?? 0)) &&
    isProfitable(market, candidate);
  if (equal < 0 && isProfitable(market, lines)) return;
  const soundAt = (grids: number): boolean => sound(makeLines(type, lower, upper, grids));
  const most = largestSound(soundAt, input.grid_num);
  const allows = most === 0 ? say('wider_range') : say('most_grids', { grids: most });
  if (equal >= 0) {
    const price = priceText(market, lines[equal] ?? 0);
    const said = say('same_price', { first: equal - 1, second: equal, price });
    problems.push(problemOf('grid_num', 'equal_lines', said, allows));
    return;
  }
  const said = say('least_profit', { percent: profitRange(market, lines).min });
  problems.push(problemOf('grid_num', 'no_profit', said, allows));
}

// Fewer grids are wider, so soundness falls with the number but for rounding: search, then verify.
function largestSound(sound: (grids: number) => boolean, below: number): number {
  let low = 0;
  let high = below;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (sound(middle)) low = middle;
    else high = middle;
  }
  return low;
}
