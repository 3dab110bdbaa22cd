/** Backpack's public answers in the words of the port: markets, prices, candles, tickers. */
import { divideRounded, formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Candle, Ticker } from '../market-data.ts';
import { answerFault } from '../wire/json.ts';
import type { Answer } from '../wire/json.ts';

/** Fees of a new account, as fractions. */
export const NEW_ACCOUNT = { maker_fee: '0.0002', taker_fee: '0.0005' } as const;
/** The venue documents no limit; so many are listed at once. */
const MOST_ORDERS = 1000;

/** A market as the venue describes it. */
export interface MarketRow {
  readonly rules: MarketRules;
  readonly is_perpetual: boolean;
  /** Orders rest and trade. */
  readonly is_open: boolean;
}

/** Whether a market is a perpetual that is traded for its quote asset. */
export function isPerpetual(row: Answer): boolean {
  return row.at('marketType').text() === 'PERP';
}

/** The rules of a perpetual market, with the fees of a new account. */
export function marketOf(row: Answer): MarketRow {
  const filters = row.at('filters');
  const lot = filters.at('quantity');
  const maintenance = row.at('mmfFunction');
  maintenance.at('type').word({ sqrt: true });
  const state = row.at('orderBookState').text();
  return {
    is_perpetual: isPerpetual(row),
    is_open: state !== 'Closed',
    rules: {
      symbol: row.at('symbol').text(),
      base: row.at('baseSymbol').text(),
      quote: row.at('quoteSymbol').text(),
      tick: positive(filters.at('price').at('tickSize')),
      lot: positive(lot.at('stepSize')),
      min_quantity: lot.at('minQuantity').decimal(),
      min_notional: '0',
      max_orders: MOST_ORDERS,
      ...NEW_ACCOUNT,
      max_leverage: inverse(row.at('imfFunction').at('base')),
      maintenance: {
        kind: 'sqrt',
        base: positive(maintenance.at('base')),
        factor: maintenance.at('factor').decimal(),
      },
    },
  };
}

/** The lower of two leverages. */
export function lowerLeverage(a: string, b: string): string {
  const x = parseDecimal(a) ?? { digits: 0n, scale: 0 };
  const y = parseDecimal(b) ?? { digits: 0n, scale: 0 };
  return x.digits * 10n ** BigInt(y.scale) <= y.digits * 10n ** BigInt(x.scale) ? a : b;
}

/** The mark price of `symbol`. */
export function markOf(rows: Answer, symbol: string): string {
  const row = rows.items().find((item) => item.at('symbol').text() === symbol);
  if (row === undefined) throw answerFault(`${rows.path} lacks ${symbol}`);
  return positive(row.at('markPrice'));
}

/** The last price of a ticker. */
export function lastOf(ticker: Answer): string {
  return positive(ticker.at('lastPrice'));
}

/** The last 24 hours of one market. */
export function tickerOf(row: Answer): Ticker {
  const change = row.at('priceChangePercent');
  return {
    symbol: row.at('symbol').text(),
    last: row.at('lastPrice').decimal(),
    high: row.at('high').decimal(),
    low: row.at('low').decimal(),
    // A market without trades has none.
    change: change.value === 'N/A' ? '0' : change.decimal(),
    quote_volume: row.at('quoteVolume').decimal(),
  };
}

/** A candle; null for a stretch without trades. */
export function candleOf(row: Answer): Candle | null {
  const prices = ['open', 'high', 'low', 'close'].map((name) => row.at(name).given);
  const [open, high, low, close] = prices;
  if (!open || !high || !low || !close) return null;
  return {
    at_ms: row.at('start').naiveTime(),
    open: open.decimal(),
    high: high.decimal(),
    low: low.decimal(),
    close: close.decimal(),
    volume: row.at('volume').decimal(),
  };
}

/** A decimal above zero. */
export function positive(value: Answer): string {
  const text = value.decimal();
  if ((parseDecimal(text)?.digits ?? 0n) > 0n) return text;
  throw answerFault(`${value.path} is ${text} instead of a number above 0`);
}

/** 1 / a fraction, to two decimals. */
function inverse(value: Answer): string {
  const { digits, scale } = parseDecimal(positive(value)) ?? { digits: 1n, scale: 0 };
  return formatDecimal(divideRounded(100n * 10n ** BigInt(scale), digits), 2);
}
