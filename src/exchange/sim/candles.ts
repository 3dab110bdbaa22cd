/**
 * Candles, tickers and public trades of a symbol, made from its price path whenever they are asked
 * for. Volumes are invented by minute, so that long candles hold what their short ones hold. Pure.
 */
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Money } from '../../contract/decimal.ts';
import type { Side } from '../../contract/trading.ts';
import { hash32 } from '../matching/seeded-hash.ts';
import type { Extremes, PricePath } from './price-path.ts';

/** One candle: prices in ticks, `volume` in lots; `end_ms` belongs to the next one. */
export interface SimCandle extends Extremes {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly volume: number;
  readonly quote_volume: Money;
  readonly trades: number;
}

/** A public trade that nobody of this venue made. `side`: of the taker. */
export interface PublicTrade {
  readonly id: number;
  readonly at_ms: number;
  readonly ticks: number;
  readonly lots: number;
  readonly side: Side;
}

/** What candles of a symbol are made of. */
export interface CandleSource {
  readonly market: Market;
  readonly path: PricePath;
  readonly seed: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Weeks begin on Monday; the epoch was a Thursday. */
const WEEK_SHIFT_MS = 4 * DAY_MS;
/** Places in which the extremes of the last day are looked for. */
const TICKER_STEP_MS = HOUR_MS / 4;
const TRADE_EVERY_MS = 1000;

const UNITS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** Length of an interval such as 5m, 4h, 1d, 1w; null for others. Months have no length. */
export function intervalMs(interval: string): number | null {
  const [, count = '', unit = ''] = /^(\d{1,2})([mhdw])$/.exec(interval) ?? [];
  const length = UNITS[unit];
  return length === undefined ? null : Number(count) * length;
}

/** Where the candle that holds a moment begins, and where the next does. */
export function candleBounds(interval: string, ms: number): { start: number; end: number } | null {
  if (/^1(month|M)$/.test(interval)) return monthOf(ms);
  const length = intervalMs(interval);
  if (length === null || length === 0) return null;
  const shift = interval.endsWith('w') ? WEEK_SHIFT_MS : 0;
  const start = Math.floor((ms - shift) / length) * length + shift;
  return { start, end: start + length };
}

/** Candles from `from_ms` up to `to_ms`, oldest first, at most `limit`; none of the future. */
export function candlesOf(
  source: CandleSource,
  interval: string,
  range: { from_ms: number; to_ms: number; now_ms: number },
  limit: number,
): readonly SimCandle[] {
  const found: SimCandle[] = [];
  const last = Math.min(range.to_ms, range.now_ms + 1);
  let bounds = candleBounds(interval, range.from_ms);
  if (bounds !== null && bounds.start < range.from_ms) bounds = candleBounds(interval, bounds.end);
  while (bounds !== null && bounds.start < last && found.length < limit) {
    found.push(candleOf(source, bounds.start, bounds.end, range.now_ms));
    bounds = candleBounds(interval, bounds.end);
  }
  return found;
}

/** The candle of a stretch of time, as far as it has gone by. */
export function candleOf(
  { market, path, seed }: CandleSource,
  start_ms: number,
  end_ms: number,
  now_ms: number,
): SimCandle {
  const extremes = path.extremes(start_ms, Math.min(end_ms, now_ms));
  let volume = 0;
  let trades = 0;
  const busy = busyLots(market, path.anchors[0]?.ticks ?? 1);
  const until = Math.min(end_ms, now_ms + 1);
  for (let minute = start_ms; minute < until; minute += MINUTE_MS) {
    const draw = hash32(seed, minute / MINUTE_MS, 7);
    volume += busy * (1 + (draw % 9));
    trades += 1 + (draw % 60);
  }
  const middle = Math.round((extremes.high + extremes.low) / 2);
  const quote_volume = notional(market, middle, volume);
  return { start_ms, end_ms, ...extremes, volume, quote_volume, trades };
}

/** The last day (or longer) as one candle; extremes are those of its quarters of hours. */
export function dayOf(
  { market, path, seed }: CandleSource,
  now_ms: number,
  length_ms = DAY_MS,
): SimCandle {
  const start_ms = now_ms - length_ms;
  const open = path.at(start_ms);
  const close = path.at(now_ms);
  let high = Math.max(open, close);
  let low = Math.min(open, close);
  const first = Math.ceil(start_ms / TICKER_STEP_MS) * TICKER_STEP_MS;
  for (let at = first; at < now_ms; at += TICKER_STEP_MS) {
    const ticks = path.at(at);
    high = Math.max(high, ticks);
    low = Math.min(low, ticks);
  }
  const draw = hash32(seed, Math.floor(now_ms / DAY_MS), 11);
  const volume = busyLots(market, open) * (length_ms / MINUTE_MS) * (3 + (draw % 4));
  const quote_volume = notional(market, Math.round((high + low) / 2), volume);
  const prices = { open, high, low, close };
  return { start_ms, end_ms: now_ms, ...prices, volume, quote_volume, trades: volume % 90_000 };
}

/** The public trades before a moment, newest last: one a second. */
export function tradesOf(
  { market, path, seed }: CandleSource,
  now_ms: number,
  limit: number,
): readonly PublicTrade[] {
  const last = Math.floor(now_ms / TRADE_EVERY_MS);
  return Array.from({ length: limit }, (_, index): PublicTrade => {
    const id = last - limit + 1 + index;
    const at_ms = id * TRADE_EVERY_MS;
    const ticks = path.at(at_ms);
    const draw = hash32(seed, id, 13);
    const lots = Math.max(1, Math.floor((busyLots(market, ticks) * (1 + (draw % 50))) / 200));
    return { id, at_ms, ticks, lots, side: (draw & 1) === 0 ? 'buy' : 'sell' };
  });
}

/** Lots worth about 10 000 of the quote currency, at least the smallest order. */
export function busyLots(market: Market, ticks: number): number {
  const one = notional(market, Math.max(1, ticks), 1);
  const many = one === 0n ? 1n : (10_000n * 10n ** 18n) / one;
  return Math.max(market.min_lots, Number(many > 1_000_000_000n ? 1_000_000_000n : many));
}

function monthOf(ms: number): { start: number; end: number } {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
}
