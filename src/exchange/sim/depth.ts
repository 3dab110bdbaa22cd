/**
 * The book of the outside market around a price: what takers of this venue meet has no end, so its
 * sizes are only there to be looked at. Pure: the same price and moment give the same book.
 */
import type { Market } from '../../contract/market.ts';
import { hash32 } from '../matching/seeded-hash.ts';
import { busyLots } from './candles.ts';

/** The nearest levels change their sizes so often. */
const BREATH_MS = 200;

/** One level: price in ticks, size in lots. */
export interface DepthLevel {
  readonly ticks: number;
  readonly lots: number;
}

/** Both sides, best first. */
export interface DepthBook {
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

/** `count` levels a side around `ticks`: an order executes at once when it is a tick beyond. */
export function depthAround(
  market: Market,
  seed: number,
  ticks: number,
  count: number,
  now_ms: number,
): DepthBook {
  const breath = Math.floor(now_ms / BREATH_MS);
  const level = (at: number, away: number): DepthLevel => {
    // The nearest levels breathe, the others rest.
    const draw = hash32(seed, at, away < 3 ? breath : 0);
    const lots = Math.floor((busyLots(market, ticks) * (1 + (draw % 100))) / 100);
    return { ticks: at, lots: Math.max(market.min_lots, lots) };
  };
  const bids: DepthLevel[] = [];
  const asks: DepthLevel[] = [];
  for (let away = 1; away <= count; away += 1) {
    if (ticks - away >= 1) bids.push(level(ticks - away, away));
    asks.push(level(ticks + away, away));
  }
  return { bids, asks };
}
