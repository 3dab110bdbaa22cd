/**
 * What a venue tells anybody, without a key: markets, prices, candles, tickers. Decimals cross as
 * text, times as milliseconds; a question without an answer rejects with a `VenueFault`.
 */
import type { MarketRules } from '../contract/market.ts';

/** One candle. `at_ms`: its open time; `volume` in base units. */
export interface Candle {
  readonly at_ms: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Last 24 hours of one market; `change` as a fraction, `quote_volume` in quote units. */
export interface Ticker {
  readonly symbol: string;
  readonly last: string;
  readonly high: string;
  readonly low: string;
  readonly change: string;
  readonly quote_volume: string;
}

/** The lengths of candles that every venue has. */
export const CANDLE_INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type CandleInterval = (typeof CANDLE_INTERVALS)[number];

/** Figures of a market that could not be read at the venue, and where they are from, in words. */
export type AssumedFigures = Readonly<Partial<Record<keyof MarketRules, string>>>;

/** Public data of one venue; every listing is complete, candles oldest first. */
export interface MarketData {
  readonly name: string;
  /** Of its `markets`, for want of a key. */
  readonly assumed: AssumedFigures;
  /** Rules of every perpetual market that is open; fees are the venue's for new accounts. */
  markets(): Promise<readonly MarketRules[]>;
  price(symbol: string): Promise<{ last: string; mark: string; at_ms: number }>;
  /** Candles that begin from `fromMs` up to, without, `toMs`, however many calls that takes. */
  candles(
    symbol: string,
    interval: CandleInterval,
    fromMs: number,
    toMs: number,
  ): Promise<readonly Candle[]>;
  tickers(): Promise<readonly Ticker[]>;
  serverTime(): Promise<number>;
  /** Lets go of its connections. */
  close(): void;
}
