/**
 * The worst that a grid can hold: straight moves from its start to the edges of its range, filled
 * through the same accounting as liquidation (GRID 5 to 7). Pure and exact; only a size that was
 * found to fit is ever offered.
 */
import { assert } from '../contract/assert.ts';
import type { Decimal, Money } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import { layoutAt } from './layout.ts';
import type { Exposure } from './liquidation.ts';
import { afterFill, isLiquidated, liquidationTicks, markedAt } from './liquidation.ts';
import type { GridPlan } from './types.ts';

/** What of a plan decides how its inventory grows. */
export type GridShape = Pick<
  GridPlan,
  'lines' | 'direction' | 'open_position_at_start' | 'lots_per_grid' | 'max_position_lots'
>;

/** Grids that fill together at one price. */
interface Entry {
  readonly ticks: number;
  readonly grids: number;
  /** At market, with the taker fee. */
  readonly taker: boolean;
}

/** A grid about to start: its price in ticks and the account's equity. */
export interface Start {
  readonly ticks: number;
  readonly balance: Money;
}

/** The sides on which a grid opens positions: neutral both, long buys, short sells. */
export function openingSides({ direction }: Pick<GridShape, 'direction'>): readonly Side[] {
  if (direction === 'neutral') return ['buy', 'sell'];
  return direction === 'long' ? ['buy'] : ['sell'];
}

/** Sum of the prices, in ticks, that one lot per grid costs on the dearer side (GRID 5). */
export function worseSideTicks(
  shape: Pick<GridShape, 'lines' | 'direction' | 'open_position_at_start'>,
  startTicks: number,
): bigint {
  const sums = openingSides(shape).map((side) =>
    entriesOf(shape, startTicks, side).reduce((sum, { ticks, grids }) => {
      return sum + BigInt(ticks) * BigInt(grids);
    }, 0n),
  );
  return sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
}

/** The account at the edge of the range (or the start beyond it) with all of `side` filled. */
export function atEdge(market: Market, shape: GridShape, start: Start, side: Side): Exposure {
  let exposure = opening(shape, start, side);
  for (const fill of fillsOf(shape, start, side)) {
    exposure = afterFill(market, exposure, fill, fill.rate(market));
  }
  return markedAt(market, exposure, edgeTicks(shape, start, side));
}

/**
 * Where a straight move that fills all of `side` is liquidated, in ticks, be it before or beyond
 * the edge; null: nowhere above zero.
 */
export function liquidatedOnTheWay(
  market: Market,
  shape: GridShape,
  start: Start,
  side: Side,
): number | null {
  let exposure = opening(shape, start, side);
  for (const fill of fillsOf(shape, start, side)) {
    const there = markedAt(market, exposure, fill.ticks);
    if (isLiquidated(market, there)) return liquidationTicks(market, exposure);
    exposure = afterFill(market, there, fill, fill.rate(market));
  }
  return liquidationTicks(market, exposure);
}

/** Edge of the range toward which `side` fills; the start where that lies beyond it. */
export function edgeTicks(shape: Pick<GridShape, 'lines'>, start: Start, side: Side): number {
  const edge = side === 'buy' ? shape.lines[0] : shape.lines.at(-1);
  assert(edge !== undefined, 'a grid has lines');
  return side === 'buy' ? Math.min(edge, start.ticks) : Math.max(edge, start.ticks);
}

/** Initial margin of a position: notional at its price / `leverage`, rounded up. */
export function initialMargin(
  market: Market,
  { ticks, lots }: Pick<Exposure, 'ticks' | 'lots'>,
  leverage: Decimal,
): Money {
  const needed = notional(market, ticks, Math.abs(lots)) * 10n ** BigInt(leverage.scale);
  return (needed + leverage.digits - 1n) / leverage.digits;
}

/** Money missing at the edge to cover its initial margin; 0 when covered. */
export function marginShortage(market: Market, edge: Exposure, leverage: Decimal): Money {
  const margin = initialMargin(market, edge, leverage);
  return margin > edge.equity ? margin - edge.equity : 0n;
}

/**
 * The largest size per grid up to the shape's, in lots, whose edges all satisfy `holds`; 0: none.
 * What is found was tried; under a `max_position` a larger one might hold by chance.
 */
export function largestSize(
  shape: GridShape,
  holds: (candidate: GridShape) => boolean,
): number {
  if (holds(shape)) return shape.lots_per_grid;
  let low = 0;
  let high = shape.lots_per_grid;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds({ ...shape, lots_per_grid: middle })) low = middle;
    else high = middle;
  }
  return low;
}

interface Fill {
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly rate: (market: Market) => Decimal;
}

// In price order, up to the fence.
function fillsOf(shape: GridShape, start: Start, side: Side): Fill[] {
  const { lots_per_grid: size, max_position_lots: max } = shape;
  let room = max === null ? Infinity : Math.floor(max / size);
  const fills: Fill[] = [];
  for (const { ticks, grids, taker } of entriesOf(shape, start.ticks, side)) {
    const taken = Math.min(grids, room);
    if (taken === 0) break;
    room -= taken;
    const rate = (market: Market) => (taker ? market.taker_fee : market.maker_fee);
    fills.push({ side, ticks, lots: taken * size, rate });
  }
  return fills;
}

// Waiting gaps enter on the way back from the far edge: there the move begins.
function opening(shape: GridShape, { ticks, balance }: Start, side: Side): Exposure {
  const waits = shape.direction !== 'neutral' && !shape.open_position_at_start;
  const far = (side === 'buy' ? shape.lines.at(-1) : shape.lines[0]) ?? ticks;
  const worst = side === 'buy' ? Math.max(far, ticks) : Math.min(far, ticks);
  return { lots: 0, equity: balance, ticks: waits ? worst : ticks };
}

function entriesOf(
  shape: Pick<GridShape, 'lines' | 'direction' | 'open_position_at_start'>,
  startTicks: number,
  side: Side,
): Entry[] {
  const { lines, direction, open_position_at_start: opens } = shape;
  const { line, open } = layoutAt(shape, startTicks);
  const ahead = side === 'buy' ? linesBelow(lines, open ?? line - 1) : lines.slice(line + 1);
  const resting = ahead.map((ticks) => ({ ticks, grids: 1, taker: false }));
  if (direction === 'neutral') return resting;
  const held =
    side === 'buy' ? linesBelow(lines.slice(line, -1), Infinity) : lines.slice(1, line + 1);
  if (!opens) return [...held.map((ticks) => ({ ticks, grids: 1, taker: false })), ...resting];
  if (held.length === 0) return resting;
  return [{ ticks: startTicks, grids: held.length, taker: true }, ...resting];
}

// Lines 0..last, the highest first.
function linesBelow(lines: readonly number[], last: number): number[] {
  return lines.filter((_, index) => index <= last).reverse();
}
