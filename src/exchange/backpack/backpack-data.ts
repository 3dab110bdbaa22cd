/** What Backpack tells anybody. */
import type { MarketRules } from '../../contract/market.ts';
import type { AssumedFigures, Candle, CandleInterval } from '../market-data.ts';
import type { MarketData, Ticker } from '../market-data.ts';
import { VenueFault } from '../port.ts';
import type { WireOptions } from '../venue-kind.ts';
import { Redaction } from '../wire/redaction.ts';
import { assertRoom } from '../wire/rest.ts';
import { candleOf, isPerpetual, lastOf, markOf, marketOf, tickerOf } from './parse-market.ts';
import { CANDLES } from './rate-limit.ts';
import { PublicRest } from './signed-rest.ts';

const INTERVAL_MS: Readonly<Record<CandleInterval, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};
/** Candles in one call. */
const CANDLES_A_CALL = 1000;

const FIRST_TIER = "of the first fee tier, from the venue's documents";
const ASSUMED: AssumedFigures = {
  maker_fee: FIRST_TIER,
  taker_fee: FIRST_TIER,
  max_orders: 'no limit is documented',
};

/** Opens the venue's public data. */
export function backpackData(options: WireOptions): MarketData {
  const rest = new PublicRest(options, new Redaction([]));
  return {
    name: 'backpack',
    assumed: ASSUMED,
    markets: () => marketsOf(rest),
    price: (symbol) => priceOf(rest, symbol),
    candles: (symbol, interval, fromMs, toMs) => candlesOf(rest, symbol, interval, fromMs, toMs),
    tickers: () => tickersOf(rest),
    serverTime: () => rest.serverTime(),
    close: () => rest.close(),
  };
}

/** The present price, dated by the venue's clock. */
export async function priceOf(
  rest: PublicRest,
  symbol: string,
): Promise<{ last: string; mark: string; at_ms: number }> {
  assertRoom(rest.limit, { requests: rest.time.offset === null ? 3 : 2 });
  const [ticker, marks, at_ms] = await Promise.all([
    rest.ask('/api/v1/ticker', { symbol }),
    rest.ask('/api/v1/markPrices', { symbol }),
    rest.time.offset === null ? rest.serverTime() : Promise.resolve(rest.time.now()),
  ]);
  if (ticker.given === null) throw symbolFault(`${symbol} has no price`);
  return { last: lastOf(ticker), mark: markOf(marks, symbol), at_ms };
}

async function marketsOf(rest: PublicRest): Promise<readonly MarketRules[]> {
  const rows = await rest.ask('/api/v1/markets');
  const found = rows.items().filter(isPerpetual).map(marketOf);
  return found.filter(({ is_open }) => is_open).map(({ rules }) => rules);
}

async function candlesOf(
  rest: PublicRest,
  symbol: string,
  interval: CandleInterval,
  fromMs: number,
  toMs: number,
): Promise<readonly Candle[]> {
  const step = INTERVAL_MS[interval];
  const found = new Map<number, Candle>();
  const first = Math.ceil(fromMs / step) * step;
  for (let start = first; start < toMs; start += CANDLES_A_CALL * step) {
    const end = Math.min(toMs, start + CANDLES_A_CALL * step);
    const rows = await rest.ask(
      '/api/v1/klines',
      // Seconds. The end is of the last candle's beginning, or of its end: both are asked for.
      { symbol, interval, startTime: start / 1000, endTime: Math.ceil(end / 1000) },
      CANDLES,
    );
    for (const candle of rows.items().map(candleOf)) {
      const wanted = candle !== null && candle.at_ms >= fromMs && candle.at_ms < toMs;
      if (wanted) found.set(candle.at_ms, candle);
    }
  }
  return [...found.values()].sort((a, b) => a.at_ms - b.at_ms);
}

async function tickersOf(rest: PublicRest): Promise<readonly Ticker[]> {
  const rows = await rest.ask('/api/v1/tickers');
  const perpetuals = rows.items().filter((row) => row.at('symbol').text().endsWith('_PERP'));
  return perpetuals.map(tickerOf);
}

/** The fault of a market that cannot be traded. */
export function symbolFault(message: string): VenueFault {
  return new VenueFault('refused', `backpack: ${message}`, null, 'symbol');
}
