/**
 * Line prices and the profit between them, decided in integers only. Lines outside 0..N continue
 * the same series, for trailing.
 */
import type { Market } from '../contract/market.ts';
import type { GridType } from '../contract/trading.ts';
import { divideRounded, formatFixed } from '../contract/decimal.ts';
import { geometricLines } from './geometric.ts';

/** Smallest and largest net profit of a gap as part of its buy value, text with 6 decimals. */
export interface ProfitRange {
  readonly min: string;
  readonly max: string;
}

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/**
 * Tick nearest (half up) to line `index` of `grids` between `lower` and `upper` ticks; any integer
 * index. Infinity for a geometric line too far away to be a price.
 */
export function lineTicks(
  type: GridType,
  lower: number,
  upper: number,
  grids: number,
  index: number,
): number {
  if (index === 0) return lower;
  if (index === grids) return upper;
  return type === 'arithmetic'
    ? arithmeticLine(BigInt(lower), BigInt(upper), BigInt(grids), BigInt(index))
    : geometricLines(lower, upper, grids)(index);
}

/** The N+1 rounded lines; two may be equal when the range is too narrow. */
export function makeLines(type: GridType, lower: number, upper: number, grids: number): number[] {
  const indexes = Array.from({ length: grids + 1 }, (_, index) => index);
  if (type === 'arithmetic') return indexes.map((at) => lineTicks(type, lower, upper, grids, at));
  const line = geometricLines(lower, upper, grids);
  return indexes.map((at) => (at === 0 ? lower : at === grids ? upper : line(at)));
}

/** Least and most net profit per gap at the maker fee; exact, as a percentage with 4 decimals. */
export function profitRange(market: Market, lines: readonly number[]): ProfitRange {
  const { least, most } = extremes(market, lines);
  return { min: percentText(least), max: percentText(most) };
}

/** True when every gap earns more than its two maker fees. */
export function isProfitable(market: Market, lines: readonly number[]): boolean {
  return extremes(market, lines).least.over > 0n;
}

function arithmeticLine(lower: bigint, upper: bigint, grids: bigint, index: bigint): number {
  const over = 2n * (lower * grids + index * (upper - lower)) + grids;
  const under = 2n * grids;
  const quotient = over / under;
  return Number(over < 0n && over % under !== 0n ? quotient - 1n : quotient);
}

function extremes(market: Market, lines: readonly number[]): { least: Fraction; most: Fraction } {
  const one = 10n ** BigInt(market.maker_fee.scale);
  const fee = market.maker_fee.digits;
  let least: Fraction | null = null;
  let most: Fraction | null = null;
  for (let i = 0; i + 1 < lines.length; i++) {
    const buy = BigInt(lines[i] ?? 0);
    const sell = BigInt(lines[i + 1] ?? 0);
    const gain = { over: sell * (one - fee) - buy * (one + fee), under: buy * one };
    if (least === null || gain.over * least.under < least.over * gain.under) least = gain;
    if (most === null || gain.over * most.under > most.over * gain.under) most = gain;
  }
  const none = { over: 0n, under: 1n };
  return { least: least ?? none, most: most ?? none };
}

function percentText(fraction: Fraction): string {
  return formatFixed(divideRounded(fraction.over * 1_000_000n, fraction.under), 4);
}
