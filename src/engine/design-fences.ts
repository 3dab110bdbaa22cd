/**
 * The fences of a wish made exact for one market, or the reason why a grid could not work inside
 * them. `max_position` is checked with the size, not here.
 */
import { divideRounded, formatMoney, parseDecimal, parseMoney } from '../contract/decimal.ts';
import type { Money } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import { problemOf } from './design-problem.ts';
import type { Problem } from './design-problem.ts';
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
type Finding = Problem & { readonly path: keyof FenceInput };

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
    problems.push(problemOf(path, 'no_number', say('no_amount_above_zero', { value })));
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
  const said = say('no_percentage', { value: percent });
  const allows = say('above_and_below', { low: 0, high: 100 });
  problems.push(problemOf('price_collar_percent', 'no_percentage', said, allows));
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
    const [said, allows] = [say('few_open_orders', { orders }), say('from', { value: 2 })];
    problems.push(problemOf('max_open_orders', 'few_open_orders', said, allows));
  } else if (orders !== undefined && orders < lines.length - 1) {
    const said = say('lines_left_out', { lines: lines.length, orders });
    warnings.push(problemOf('max_open_orders', 'lines_left_out', said));
  }
  if (rate !== undefined && !whole(rate, 1)) {
    const [said, allows] = [say('no_count_of_orders', { value: rate }), say('from', { value: 1 })];
    problems.push(problemOf('max_orders_per_minute', 'no_number', said, allows));
  } else if (rate !== undefined && rate < lines.length) {
    const said = say('rate_too_low', { lines: lines.length, orders: rate });
    const allows = say('from', { value: lines.length });
    problems.push(problemOf('max_orders_per_minute', 'rate_too_low', said, allows));
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
    const said = say('smallest_order', { amount: formatMoney(lowest) });
    const allows = say('from', { value: formatMoney(highest) });
    problems.push(problemOf(path, 'order_notional', said, allows));
  } else if (highest > most) {
    const said = say('lines_stay_empty', { amount: formatMoney(most) });
    warnings.push(problemOf(path, 'notional_leaves_out', said));
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
  const allows = say('from', { value: (Math.ceil(widest * 10_000) / 100).toFixed(2) });
  const said = say('narrow_collar');
  problems.push(problemOf('price_collar_percent', 'narrow_collar', said, allows));
}
