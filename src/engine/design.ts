/**
 * From wishes to a plan: lines, size and fence made exact for one market, or every reason at once
 * why such a grid must not run (GRID 5 and 7). A plan it returns earns in every gap.
 */
import type { Decimal } from '../contract/decimal.ts';
import { MONEY_DECIMALS, parseDecimal } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import {
  floorLots,
  lotsOf,
  nearestTicks,
  priceText,
  sizeText,
  ticksOf,
} from '../contract/market.ts';
import type { Direction, GridType, OnStop, OutOfRange, TriggerBy } from '../contract/trading.ts';
import type { FenceInput } from './design-fences.ts';
import { designFences } from './design-fences.ts';
import { layoutAt } from './layout.ts';
import type { ProfitRange } from './lines.ts';
import { isProfitable, makeLines, profitRange } from './lines.ts';
import type { GridPlan } from './types.ts';

type DecimalInput = string | number;

/**
 * The keys of `strategy_config` that shape a grid; prices and sizes as decimal text or JSON
 * numbers.
 */
export interface DesignInput extends FenceInput {
  readonly grid_lower_price: DecimalInput;
  readonly grid_upper_price: DecimalInput;
  readonly grid_num: number;
  readonly grid_type?: GridType;
  readonly direction?: Direction;
  readonly order_quantity?: DecimalInput;
  readonly investment?: DecimalInput;
  readonly leverage?: DecimalInput;
  readonly max_position?: DecimalInput;
  readonly open_position_at_start?: boolean;
  readonly out_of_range?: OutOfRange;
  readonly trail_upper_price?: DecimalInput;
  readonly trail_lower_price?: DecimalInput;
  readonly stop_loss_price?: DecimalInput;
  readonly take_profit_price?: DecimalInput;
  readonly trigger_price?: DecimalInput;
  readonly trigger_by?: TriggerBy;
  readonly on_stop?: Partial<OnStop>;
  /**
   * Present price, for sizing by investment; without it the trigger, else the middle of the grid.
   */
  readonly price?: DecimalInput;
}

/** One thing wrong with a wish: the key, a sentence, and what would be allowed. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly allowed?: string;
}

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

/** More lines than this are refused before they are computed, whatever the venue allows. */
const MOST_GRIDS = 5000;

interface Wish {
  readonly market: Market;
  readonly input: DesignInput;
  readonly problems: Problem[];
  readonly warnings: Problem[];
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
  if (lots !== null) checkSize(wish, lines, lots, max);
  const fenced = designFences({ market, lines, lots }, input);
  wish.problems.push(...fenced.problems);
  wish.warnings.push(...fenced.warnings);
  if (wish.problems.length > 0 || lots === null) return { problems: wish.problems };
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
  return { plan, warnings: wish.warnings, profit: profitRange(market, lines) };
}

type Levels = Pick<
  GridPlan,
  'trail_upper' | 'trail_lower' | 'trigger_ticks' | 'stop_loss_ticks' | 'take_profit_ticks'
>;

function readLevels(wish: Wish): Levels {
  const level = (path: keyof DesignInput, value: DecimalInput | undefined): number | null => {
    if (value === undefined) return null;
    const ticks = nearestTicks(wish.market, value);
    if (ticks !== null && ticks > 0) return ticks;
    wish.problems.push({ path, message: `${value} is not a price above zero` });
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

function readLines(wish: Wish): number[] | null {
  const { market, input, problems } = wish;
  const lower = readBound(wish, 'grid_lower_price', input.grid_lower_price);
  const upper = readBound(wish, 'grid_upper_price', input.grid_upper_price);
  const ordered = lower !== null && upper !== null && lower < upper;
  if (lower !== null && upper !== null && !ordered) {
    const message = `the lower price ${priceText(market, lower)} is not below the upper price`;
    const allowed = `below ${priceText(market, upper)}`;
    problems.push({ path: 'grid_lower_price', message, allowed });
  }
  const most = mostGrids(wish);
  const grids = input.grid_num;
  const allowed = `1 to ${most}`;
  if (!Number.isSafeInteger(grids) || grids < 1) {
    problems.push({ path: 'grid_num', message: `${grids} is not a number of grids`, allowed });
    return null;
  }
  if (grids > most) {
    const message = `${grids} grids need more orders than the venue allows on one market`;
    problems.push({ path: 'grid_num', message, allowed });
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
    problems.push({ path, message: `${value} is not a price above zero` });
  } else {
    const message = `${value} is not on the venue's price step of ${market.rules.tick}`;
    problems.push({ path, message, allowed: `for example ${priceText(market, nearest)}` });
  }
  return null;
}

function checkLines(wish: Wish, lines: readonly number[]): void {
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
  const allowed = most === 0 ? 'a wider range' : `at most ${most} grids in this range`;
  if (equal >= 0) {
    const text = priceText(market, lines[equal] ?? 0);
    const message = `lines ${equal - 1} and ${equal} fall on the same price ${text}`;
    problems.push({ path: 'grid_num', message, allowed });
    return;
  }
  const { min } = profitRange(market, lines);
  const message = `the least profit per grid after fees is ${min} % of its buy value`;
  problems.push({ path: 'grid_num', message, allowed });
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

function checkLevels(wish: Wish, lines: readonly number[], levels: Levels): void {
  const { market, input, problems } = wish;
  const [lower = 0, upper = 0] = [lines[0], lines[lines.length - 1]];
  const { trail_upper: up, trail_lower: down, stop_loss_ticks: loss } = levels;
  const profit = levels.take_profit_ticks;
  if (up !== null && up < upper) {
    const message = 'the cap for trailing up is below the grid';
    const allowed = `from ${priceText(market, upper)}`;
    problems.push({ path: 'trail_upper_price', message, allowed });
  }
  if (down !== null && down > lower) {
    const message = 'the cap for trailing down is above the grid';
    const allowed = `to ${priceText(market, lower)}`;
    problems.push({ path: 'trail_lower_price', message, allowed });
  }
  const { direction = 'neutral' } = input;
  if (direction !== 'neutral') checkSides(wish, direction, { loss, profit });
  if (loss === null || profit === null) return;
  const [low, high] = direction === 'short' ? [profit, loss] : [loss, profit];
  if (direction === 'neutral' ? loss !== profit : low < high) return;
  const allowed = direction === 'short' ? 'above the take-profit' : 'below the take-profit';
  const message = 'stop-loss and take-profit are the wrong way round';
  problems.push({
    path: 'stop_loss_price',
    message,
    allowed: direction === 'neutral' ? 'not the take-profit' : allowed,
  });
}

/** A level that the market has already reached would end the grid with its first trade. */
function checkSides(
  { market, input, problems }: Wish,
  direction: 'long' | 'short',
  { loss, profit }: { loss: number | null; profit: number | null },
): void {
  const price = input.price === undefined ? null : nearestTicks(market, input.price);
  if (price === null) return;
  const text = priceText(market, price);
  const [lossSide, profitSide] = direction === 'long' ? ['below', 'above'] : ['above', 'below'];
  const reached = (level: number, side: string | undefined) =>
    side === 'below' ? level >= price : level <= price;
  if (loss !== null && reached(loss, lossSide)) {
    const message = `the price ${text} has already reached the stop-loss`;
    problems.push({ path: 'stop_loss_price', message, allowed: `${lossSide} ${text}` });
  }
  if (profit !== null && reached(profit, profitSide)) {
    const message = `the price ${text} has already reached the take-profit`;
    problems.push({ path: 'take_profit_price', message, allowed: `${profitSide} ${text}` });
  }
}

function readMaxPosition(wish: Wish): number | null {
  const { market, input, problems } = wish;
  if (input.max_position === undefined) return null;
  const lots = floorLots(market, input.max_position);
  if (lots !== null && lots > 0) return lots;
  const message = `${input.max_position} is not a size of at least one lot`;
  problems.push({ path: 'max_position', message, allowed: `from ${market.rules.lot}` });
  return null;
}

function readQuantity(wish: Wish, value: DecimalInput): number | null {
  const { market, problems } = wish;
  const lots = lotsOf(market, value);
  if (lots !== null && lots > 0) return lots;
  const message = `${value} is not a size on the venue's step of ${market.rules.lot}`;
  const floor = floorLots(market, value) ?? 0;
  const allowed = `for example ${sizeText(market, Math.max(floor, market.min_lots))}`;
  problems.push({ path: 'order_quantity', message, allowed });
  return null;
}

function readSize(wish: Wish, lines: readonly number[], trigger: number | null): number | null {
  const { market, input, problems } = wish;
  if (input.order_quantity !== undefined) return readQuantity(wish, input.order_quantity);
  if (input.investment !== undefined) return sizeOfInvestment(wish, lines, trigger);
  if (input.max_position !== undefined) {
    const whole = floorLots(market, input.max_position);
    return whole === null ? null : Math.floor(whole / input.grid_num);
  }
  const message = 'no size: one of order_quantity, investment or max_position is needed';
  problems.push({ path: 'order_quantity', message });
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
  const middle = Math.round(((lines[0] ?? 0) + (lines[lines.length - 1] ?? 0)) / 2);
  const present = input.price === undefined ? null : nearestTicks(market, input.price);
  const price = trigger ?? present ?? middle;
  const scale = BigInt(investment.scale + leverage.scale);
  const money = investment.digits * leverage.digits * 10n ** BigInt(MONEY_DECIMALS);
  const perLot = BigInt(worseSide(input, lines, price)) * market.quantum * 10n ** scale;
  return perLot === 0n ? 0 : Number(money / perLot);
}

function readPositive(wish: Wish, path: keyof DesignInput, value: DecimalInput): Decimal | null {
  const decimal = parseDecimal(value);
  if (decimal !== null && decimal.digits > 0n) return decimal;
  wish.problems.push({ path, message: `${value} is not a number above zero` });
  return null;
}

// Sum of the prices, in ticks, that one lot per grid would cost on the dearer side (GRID 5).
function worseSide(input: DesignInput, lines: readonly number[], price: number): number {
  const direction = input.direction ?? 'neutral';
  const sum = (prices: readonly number[]): number => prices.reduce((all, one) => all + one, 0);
  if (direction === 'neutral') {
    const buys = sum(lines.filter((line) => line < price));
    return Math.max(buys, sum(lines.filter((line) => line > price)));
  }
  const { line } = layoutAt({ lines, direction }, price);
  const opens = input.open_position_at_start ?? true;
  const atStart = (entries: readonly number[]): number =>
    opens ? entries.length * price : sum(entries);
  if (direction === 'long') return sum(lines.slice(0, line)) + atStart(lines.slice(line, -1));
  return sum(lines.slice(line + 1)) + atStart(lines.slice(1, line + 1));
}

function checkSize(
  wish: Wish,
  lines: readonly number[],
  lots: number,
  max: number | null,
): void {
  const { market, input, problems, warnings } = wish;
  const lowest = lines[0] ?? 0;
  const { order_quantity: quantity, investment } = input;
  const byFence = investment === undefined ? 'max_position' : 'investment';
  const path = quantity === undefined ? byFence : 'order_quantity';
  const perLot = BigInt(lowest) * market.quantum;
  const forNotional = Number((market.min_notional + perLot - 1n) / perLot);
  const least = Math.max(market.min_lots, forNotional);
  const allowed = `at least ${sizeText(market, least)} per grid`;
  if (lots < market.min_lots) {
    const message = `${sizeText(market, lots)} per grid is below the venue's smallest order`;
    problems.push({ path, message, allowed });
  } else if (lots < forNotional) {
    const at = priceText(market, lowest);
    const size = sizeText(market, lots);
    const message = `${size} per grid at ${at} is below the venue's smallest value`;
    problems.push({ path, message, allowed });
  }
  if (max === null) return;
  if (max < lots) {
    const message = 'max_position is smaller than one grid: no order could ever rest';
    problems.push({ path: 'max_position', message, allowed: `from ${sizeText(market, lots)}` });
  } else if (max < lots * input.grid_num) {
    const full = sizeText(market, lots * input.grid_num);
    const message = `a full grid may need ${full}: orders beyond max_position are held back`;
    warnings.push({ path: 'max_position', message });
  }
}
