/**
 * Where a position is liquidated (GRID 6): the first tick, walking from the mark against the
 * position, at which the account's equity no longer exceeds the maintenance margin. Exact; equity
 * at the mark stands for wallet balance and entries, so it needs neither.
 */
import type { Decimal, Money } from '../contract/decimal.ts';
import { applyRate, formatFixed } from '../contract/decimal.ts';
import { tierFloors } from '../contract/maintenance.ts';
import type { Market } from '../contract/market.ts';
import { maintenanceMargin, notional } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';
import type { GridState } from './state.ts';
import { remaining } from './state.ts';
import type { GridPlan } from './types.ts';

/** A position in lots (> 0 long) with the account's equity, both at one mark price in ticks. */
export interface Exposure {
  readonly lots: number;
  readonly equity: Money;
  readonly ticks: number;
}

/** What still may execute. `ticks` null: at the mark, as taker; else at its line, as maker. */
export interface Resting {
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly reduce_only: boolean;
}

/** Liquidation prices in ticks; null: there is none. */
export interface Liquidations {
  readonly now: number | null;
  /** With all resting buys filled, and with all resting sells filled. */
  readonly buys_filled: number | null;
  readonly sells_filled: number | null;
  /** Distance of the nearest from the mark, percent of it, rounded down; null: there is none. */
  readonly nearest_percent: string | null;
  /** The nearest is within 3 % of the mark. */
  readonly alarm: boolean;
}

/** Nearer to the mark than this is an alarm, percent. */
const ALARM_PERCENT = 3;

/** Beyond this there is no price; below it sums of two ticks are exact. */
const FARTHEST = 2 ** 50;

/** The same account at another mark. */
export function markedAt(market: Market, exposure: Exposure, ticks: number): Exposure {
  const { lots, equity, ticks: from } = exposure;
  return { lots, equity: equity + notional(market, ticks - from, lots), ticks };
}

/** The account after an execution at `ticks`, still at its mark; `rate` is the fee's. */
export function afterFill(
  market: Market,
  exposure: Exposure,
  fill: { readonly side: Side; readonly ticks: number; readonly lots: number },
  rate: Decimal,
): Exposure {
  const signed = fill.side === 'buy' ? fill.lots : -fill.lots;
  const gain = notional(market, exposure.ticks - fill.ticks, signed);
  const fee = applyRate(notional(market, fill.ticks, fill.lots), rate);
  return { ...exposure, lots: exposure.lots + signed, equity: exposure.equity + gain - fee };
}

/** Whether the position would be liquidated at its mark; `other`: see `liquidationTicks`. */
export function isLiquidated(market: Market, exposure: Exposure, other: Money = 0n): boolean {
  const { lots, equity, ticks } = exposure;
  if (lots === 0) return false;
  return equity + other <= maintenanceMargin(market, notional(market, ticks, Math.abs(lots)));
}

/**
 * Liquidation price in ticks: the mark itself when it is reached already, null when no price above
 * zero liquidates. `other` is what the account's other positions add when the margin is shared
 * (cross): their unrealised profit less their maintenance margins.
 */
export function liquidationTicks(
  market: Market,
  exposure: Exposure,
  other: Money = 0n,
): number | null {
  const gone = (ticks: number): boolean => {
    return isLiquidated(market, markedAt(market, exposure, ticks), other);
  };
  if (exposure.lots === 0) return null;
  const step = exposure.lots > 0 ? -1 : 1;
  let near = exposure.ticks;
  // Within a tier equity less margin only falls on this way; where a tier begins it may jump.
  for (const far of tierEnds(market, exposure, other)) {
    if (gone(near)) return near;
    if (gone(far)) return firstGone(gone, near, far);
    near = far + step;
  }
  return null;
}

/** The three liquidation prices of an account with orders resting, and how near they are. */
export function liquidations(
  market: Market,
  exposure: Exposure,
  orders: readonly Resting[],
  other: Money = 0n,
): Liquidations {
  const prices = {
    now: liquidationTicks(market, exposure, other),
    buys_filled: liquidationTicks(market, withFilled(market, exposure, orders, 'buy'), other),
    sells_filled: liquidationTicks(market, withFilled(market, exposure, orders, 'sell'), other),
  };
  const mark = exposure.ticks;
  const distances = Object.values(prices).flatMap((ticks) =>
    ticks === null ? [] : [Math.abs(ticks - mark)],
  );
  if (distances.length === 0) return { ...prices, nearest_percent: null, alarm: false };
  const nearest = BigInt(Math.min(...distances));
  const hundredths = (nearest * 10_000n) / BigInt(mark);
  const alarm = nearest * 100n <= BigInt(mark) * BigInt(ALARM_PERCENT);
  return { ...prices, nearest_percent: formatFixed(hundredths, 2), alarm };
}

/** The first of the three that lies in the range, or between it and `mark`; null: none does. */
export function liquidationInside(
  { lines }: Pick<GridPlan, 'lines'>,
  mark: number,
  { now, buys_filled: bought, sells_filled: sold }: Liquidations,
): number | null {
  const low = Math.min(lines[0] ?? mark, mark);
  const high = Math.max(lines.at(-1) ?? mark, mark);
  const inside = [now, bought, sold].find((ticks) => {
    return ticks !== null && ticks >= low && ticks <= high;
  });
  return inside ?? null;
}

/** Everything of a grid that may still execute; orders being cancelled may, too. */
export function restingOrders(state: Pick<GridState, 'orders'>): Resting[] {
  return state.orders.map((order) => ({ ...order, lots: remaining(order) }));
}

/**
 * The account at its mark with all orders of `side` filled in price order. A reduce-only order
 * executes up to the position that it finds.
 */
export function withFilled(
  market: Market,
  exposure: Exposure,
  orders: readonly Resting[],
  side: Side,
): Exposure {
  const toward = side === 'buy' ? -1 : 1;
  const first = -toward * Infinity;
  const place = ({ ticks }: Resting): number => ticks ?? first;
  const inOrder = orders
    .filter((order) => order.side === side)
    .sort((a, b) => (place(a) === place(b) ? 0 : toward * (place(a) - place(b))));
  let filled = exposure;
  for (const order of inOrder) {
    const held = side === 'buy' ? -filled.lots : filled.lots;
    const lots = order.reduce_only ? Math.min(order.lots, Math.max(0, held)) : order.lots;
    if (lots === 0) continue;
    const rate = order.ticks === null ? market.taker_fee : market.maker_fee;
    filled = afterFill(market, filled, { side, ticks: order.ticks ?? exposure.ticks, lots }, rate);
  }
  return filled;
}

// Last ticks of the tiers on the way from the mark against the position, to where nothing is left.
function tierEnds(market: Market, exposure: Exposure, other: Money): number[] {
  const { lots, equity, ticks } = exposure;
  const perTick = notional(market, 1, Math.abs(lots));
  const begins = tierFloors(market.maintenance).map((floor) => stepsUp(floor, perTick));
  if (lots > 0) return [...begins.filter((tick) => tick > 1 && tick <= ticks).reverse(), 1];
  const ruin = Math.min(FARTHEST, ticks + Math.max(0, stepsUp(equity + other, perTick)));
  const ends = begins.map((tick) => tick - 1).filter((tick) => tick >= ticks && tick < ruin);
  return [...ends, Math.max(ruin, ticks)];
}

// Steps of `size` needed to reach `amount`.
function stepsUp(amount: Money, size: Money): number {
  return Number((amount + size - 1n) / size);
}

// The first of near..far (either way) that is gone; far is, near is not.
function firstGone(gone: (ticks: number) => boolean, near: number, far: number): number {
  let safe = near;
  let lost = far;
  while (Math.abs(lost - safe) > 1) {
    const middle = Math.floor((safe + lost) / 2);
    if (gone(middle)) lost = middle;
    else safe = middle;
  }
  return lost;
}
