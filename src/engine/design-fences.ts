/**
 * The fences of a wish made exact for one market, or the reason why a grid could not work inside
 * them. `max_position` is checked with the size, not here.
 */
import { divideRounded, formatMoney, parseDecimal, parseMoney } from '../contract/decimal.ts';
import type { Money } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import type { ProblemRule } from '../contract/said-codes.ts';
import type { Fences } from './types.ts';

/** The keys of `strategy_config` that fence a grid in; money and percent as text or number. */
export interface FenceInput {
  readonly max_open_orders?: number;
  readonly max_loss?: string | number;
  readonly max_order_notional?: string | number;
  readonly price_collar_percent?: string | number;
  readonly max_orders_per_minute?: number;
}

/** One thing to say about a fence. */
interface Finding {
  readonly path: keyof FenceInput;
  readonly message: string;
  readonly allowed?: string;
  readonly rule: ProblemRule;
}

/** What the fences are held against: the lines in ticks and the lots per grid, where known. */
interface FencedGrid {
  readonly market: Market;
  readonly lines: readonly number[];
  readonly lots: number | null;
}

/** Fences, with what must be refused and what is only worth a warning. */
export interface DesignedFences {
  readonly fences: Fences;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Millionths of a price in one percent of it. */
const PER_PERCENT = 10_000n;

/** Reads the fences and holds them against the grid. */
export function designFences(grid: FencedGrid, input: FenceInput): DesignedFences {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  const money = (path: 'max_loss' | 'max_order_notional'): Money | null => {
    const value = input[path];
    if (value === undefined) return null;
    const parsed = parseMoney(value);
    if (parsed !== null && parsed > 0n) return parsed;
    problems.push({ path, message: `${value} is not an amount above zero`, rule: 'no_number' });
    return null;
  };
  const fences: Fences = {
    max_open_orders: input.max_open_orders ?? null,
    max_loss: money('max_loss'),
    max_order_notional: money('max_order_notional'),
    price_collar: readCollar(input, problems),
    max_orders_per_minute: input.max_orders_per_minute ?? null,
  };
  checkCounts(grid, input, problems, warnings);
  checkNotional(grid, fences, problems, warnings);
  checkCollar(grid, fences, problems);
  return { fences, problems, warnings };
}

function readCollar(input: FenceInput, problems: Finding[]): number | null {
  const percent = input.price_collar_percent;
  if (percent === undefined) return null;
  const decimal = parseDecimal(percent);
  if (decimal !== null) {
    const scale = 10n ** BigInt(decimal.scale);
    const millionths = Number(divideRounded(decimal.digits * PER_PERCENT, scale));
    if (millionths > 0 && millionths < 1_000_000) return millionths;
  }
  const message = `${percent} is not a percentage of a price`;
  const allowed = 'above 0 and below 100';
  problems.push({ path: 'price_collar_percent', message, allowed, rule: 'no_percentage' });
  return null;
}

function checkCounts(
  { lines }: FencedGrid,
  input: FenceInput,
  problems: Finding[],
  warnings: Finding[],
): void {
  const { max_open_orders: orders, max_orders_per_minute: rate } = input;
  const whole = (value: number, least: number): boolean =>
    Number.isSafeInteger(value) && value >= least;
  if (orders !== undefined && !whole(orders, 2)) {
    const message = `${orders} orders are too few: a grid rests one on either side of the price`;
    const rule = 'few_open_orders';
    problems.push({ path: 'max_open_orders', message, allowed: 'from 2', rule });
  } else if (orders !== undefined && orders < lines.length - 1) {
    const message = `of ${lines.length} lines only the ${orders} nearest the price have an order`;
    warnings.push({ path: 'max_open_orders', message, rule: 'lines_left_out' });
  }
  if (rate !== undefined && !whole(rate, 1)) {
    const message = `${rate} is not a number of orders`;
    const allowed = 'from 1';
    problems.push({ path: 'max_orders_per_minute', message, allowed, rule: 'no_number' });
  } else if (rate !== undefined && rate < lines.length) {
    const message = `laying out ${lines.length} lines takes more than ${rate} orders`;
    const allowed = `from ${lines.length}`;
    problems.push({ path: 'max_orders_per_minute', message, allowed, rule: 'rate_too_low' });
  }
}

function checkNotional(
  { market, lines, lots }: FencedGrid,
  { max_order_notional: most }: Fences,
  problems: Finding[],
  warnings: Finding[],
): void {
  if (most === null || lots === null) return;
  const lowest = notional(market, lines[0] ?? 0, lots);
  const highest = notional(market, lines[lines.length - 1] ?? 0, lots);
  const path = 'max_order_notional';
  if (lowest > most) {
    const message = `the smallest order of this grid is worth ${formatMoney(lowest)}`;
    const allowed = `from ${formatMoney(highest)}`;
    problems.push({ path, message, allowed, rule: 'order_notional' });
  } else if (highest > most) {
    const message = `lines whose order is worth more than ${formatMoney(most)} stay empty`;
    warnings.push({ path, message, rule: 'notional_leaves_out' });
  }
}

// Somewhere in its widest gap the price would have no order beside it.
function checkCollar(
  { lines }: FencedGrid,
  { price_collar: collar }: Fences,
  problems: Finding[],
): void {
  if (collar === null) return;
  let widest = 0;
  for (let i = 0; i + 1 < lines.length; i++) {
    const low = lines[i] ?? 1;
    widest = Math.max(widest, ((lines[i + 1] ?? low) - low) / low);
  }
  if (collar >= widest * 1_000_000) return;
  const allowed = `from ${(Math.ceil(widest * 10_000) / 100).toFixed(2)}`;
  const message = 'the collar is narrower than the widest grid: no order may be near the price';
  problems.push({ path: 'price_collar_percent', message, allowed, rule: 'narrow_collar' });
}
