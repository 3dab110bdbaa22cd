/**
 * Markets as the simulated Aster writes them: rules, book, trades, candles, marks, tickers, for
 * answers and streams. Pure: from a market as it is at a moment.
 */
import {
  divideRounded,
  formatFixed,
  formatMoney,
  formatMoneyRounded,
} from '../../../contract/decimal.ts';
import { notional, priceText, sizeText } from '../../../contract/market.ts';
import type { Market } from '../../../contract/market.ts';
import { dayOf } from '../candles.ts';
import type { PublicTrade, SimCandle } from '../candles.ts';
import { depthAround } from '../depth.ts';
import type { DepthBook, DepthLevel } from '../depth.ts';
import type { SimMarket } from '../market.ts';
import { TRIGGER_TYPES } from './order-body.ts';
import { MOST_LOTS, PRICE_BAND, highestTicks } from './order-request.ts';
import { ASTER_LIMITS } from './request-limits.ts';
import { QUOTE } from './symbol-list.ts';

type Body = Readonly<Record<string, unknown>>;

/** Where contracts without an end say they end: 2100-12-25. */
const DELIVERY_MS = 4_133_404_800_000;
/** When the markets came to be, where nobody knows: 2023-11-14. */
const ONBOARD_MS = 1_700_000_000_000;
const MOST_STOPS = 100;

/** `exchangeInfo`. */
export function exchangeInfo(markets: readonly SimMarket[], now_ms: number): Body {
  const limit = (rateLimitType: string, count: number) => ({
    ...{ rateLimitType, interval: 'MINUTE', intervalNum: 1, limit: count },
  });
  return {
    exchangeFilters: [],
    rateLimits: [
      limit('REQUEST_WEIGHT', ASTER_LIMITS.weight_per_minute),
      limit('ORDERS', ASTER_LIMITS.orders_per_minute),
    ],
    serverTime: now_ms,
    assets: [{ asset: QUOTE, marginAvailable: true, autoAssetExchange: 0 }],
    symbols: markets.map(symbolBody),
    timezone: 'UTC',
  };
}

function symbolBody(sim: SimMarket): Body {
  const { symbol, base, quote, tick, lot, min_quantity, min_notional } = sim.spec.rules;
  const { market } = sim;
  const lots = { minQty: min_quantity, maxQty: sizeText(market, MOST_LOTS), stepSize: lot };
  return {
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    deliveryDate: DELIVERY_MS,
    onboardDate: ONBOARD_MS,
    status: sim.open ? 'TRADING' : 'SETTLING',
    maintMarginPercent: '0.5000',
    requiredMarginPercent: '1.0000',
    baseAsset: base,
    quoteAsset: quote,
    marginAsset: quote,
    pricePrecision: market.tick.scale,
    quantityPrecision: market.lot.scale,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    settlePlan: 0,
    triggerProtect: '0.1500',
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: tick,
        maxPrice: priceText(market, highestTicks(sim)),
        tickSize: tick,
      },
      { filterType: 'LOT_SIZE', ...lots },
      { filterType: 'MARKET_LOT_SIZE', ...lots },
      { filterType: 'MAX_NUM_ORDERS', limit: sim.max_orders },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: MOST_STOPS },
      { filterType: 'MIN_NOTIONAL', notional: min_notional },
      {
        filterType: 'PERCENT_PRICE',
        multiplierUp: PRICE_BAND.up,
        multiplierDown: PRICE_BAND.down,
        multiplierDecimal: 4,
      },
    ],
    orderTypes: ['LIMIT', 'MARKET', ...TRIGGER_TYPES],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'HIDDEN'],
    liquidationFee: '0.000000',
    marketTakeBound: '0.15',
  };
}

/** Number of the book's state at a moment: it changes with time and price. */
export function bookNumber(now_ms: number): number {
  return Math.floor(now_ms);
}

/** The book around the present price, best first. */
export function bookOf(sim: SimMarket, levels: number, now_ms: number): DepthBook {
  return depthAround(sim.market, sim.seed, sim.present, levels, now_ms);
}

export function levelTexts(
  market: Market,
  levels: readonly DepthLevel[],
): readonly (readonly [string, string])[] {
  return levels.map(({ ticks, lots }) => [priceText(market, ticks), sizeText(market, lots)]);
}

/** `depth`. */
export function depthBody(sim: SimMarket, levels: number, now_ms: number): Body {
  const { bids, asks } = bookOf(sim, levels, now_ms);
  return {
    lastUpdateId: bookNumber(now_ms),
    E: now_ms,
    T: now_ms,
    bids: levelTexts(sim.market, bids),
    asks: levelTexts(sim.market, asks),
  };
}

/** `ticker/bookTicker`. */
export function bookTickerBody(sim: SimMarket, now_ms: number): Body {
  const { bid, ask } = bestOf(sim, now_ms);
  return {
    symbol: sim.symbol,
    bidPrice: bid[0],
    bidQty: bid[1],
    askPrice: ask[0],
    askQty: ask[1],
    time: now_ms,
  };
}

/** Best bid and ask as price and size. */
export function bestOf(
  sim: SimMarket,
  now_ms: number,
): { readonly bid: readonly [string, string]; readonly ask: readonly [string, string] } {
  const { bids, asks } = bookOf(sim, 1, now_ms);
  const [bid = ['0', '0'] as const] = levelTexts(sim.market, bids);
  const [ask = ['0', '0'] as const] = levelTexts(sim.market, asks);
  return { bid, ask };
}

/** One of `trades`. */
export function tradeOf(market: Market, trade: PublicTrade): Body {
  return {
    id: trade.id,
    price: priceText(market, trade.ticks),
    qty: sizeText(market, trade.lots),
    quoteQty: formatMoney(notional(market, trade.ticks, trade.lots)),
    time: trade.at_ms,
    isBuyerMaker: trade.side === 'sell',
  };
}

/** One of `aggTrades`, also what the stream of them carries. */
export function aggTradeOf(market: Market, trade: PublicTrade): Body {
  return {
    a: trade.id,
    p: priceText(market, trade.ticks),
    q: sizeText(market, trade.lots),
    f: trade.id,
    l: trade.id,
    T: trade.at_ms,
    m: trade.side === 'sell',
  };
}

/** One of `klines`. */
export function klineOf(market: Market, candle: SimCandle): readonly unknown[] {
  return [
    candle.start_ms,
    priceText(market, candle.open),
    priceText(market, candle.high),
    priceText(market, candle.low),
    priceText(market, candle.close),
    sizeText(market, candle.volume),
    candle.end_ms - 1,
    formatMoney(candle.quote_volume),
    candle.trades,
    sizeText(market, Math.floor(candle.volume / 2)),
    formatMoney(candle.quote_volume / 2n),
    '0',
  ];
}

/** `premiumIndex`. */
export function premiumBody(sim: SimMarket, now_ms: number): Body {
  const { funding_interval_ms } = sim.spec;
  return {
    symbol: sim.symbol,
    markPrice: priceText(sim.market, sim.mark),
    indexPrice: priceText(sim.market, sim.present),
    estimatedSettlePrice: priceText(sim.market, sim.present),
    lastFundingRate: sim.fundingRateText,
    nextFundingTime: (Math.floor(now_ms / funding_interval_ms) + 1) * funding_interval_ms,
    interestRate: '0.00010000',
    time: now_ms,
  };
}

/** The last 24 hours with what both ticker and stream of it tell. */
export function dayFigures(sim: SimMarket, now_ms: number): DayFigures {
  const { market } = sim;
  const day = dayOf(sim.candles, now_ms);
  const change = day.close - day.open;
  const percent = divideRounded(BigInt(change) * 100_000n, BigInt(day.open));
  const { digits, scale } = market.lot;
  const units = BigInt(Math.max(1, day.volume)) * digits;
  return {
    open: priceText(market, day.open),
    high: priceText(market, day.high),
    low: priceText(market, day.low),
    last: priceText(market, day.close),
    change: priceText(market, change),
    percent: formatFixed(percent, 3),
    average: formatMoneyRounded(divideRounded(day.quote_volume * 10n ** BigInt(scale), units), 8),
    volume: sizeText(market, day.volume),
    quote_volume: formatMoney(day.quote_volume),
    last_size: market.rules.min_quantity,
    from_ms: day.start_ms,
    to_ms: day.end_ms,
    trades: day.trades,
  };
}

/** Decimals as text; `percent` in hundredths of the open price. */
export interface DayFigures {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly last: string;
  readonly change: string;
  readonly percent: string;
  readonly average: string;
  readonly volume: string;
  readonly quote_volume: string;
  readonly last_size: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly trades: number;
}

/** `ticker/24hr`. */
export function tickerBody(sim: SimMarket, now_ms: number): Body {
  const day = dayFigures(sim, now_ms);
  return {
    symbol: sim.symbol,
    priceChange: day.change,
    priceChangePercent: day.percent,
    weightedAvgPrice: day.average,
    prevClosePrice: day.open,
    lastPrice: day.last,
    lastQty: day.last_size,
    openPrice: day.open,
    highPrice: day.high,
    lowPrice: day.low,
    volume: day.volume,
    quoteVolume: day.quote_volume,
    openTime: day.from_ms,
    closeTime: day.to_ms,
    firstId: 1,
    lastId: day.trades,
    count: day.trades,
  };
}

/** Rates of the stamps from `from_ms` to `to_ms`, oldest first, at most `limit`. */
export function fundingRates(
  sim: SimMarket,
  range: { readonly from_ms: number; readonly to_ms: number },
  limit: number,
): readonly Body[] {
  const every = sim.spec.funding_interval_ms;
  const rates: Body[] = [];
  const first = Math.ceil(range.from_ms / every) * every;
  for (let at = first; at <= range.to_ms && rates.length < limit; at += every) {
    rates.push({ symbol: sim.symbol, fundingRate: sim.fundingRateText, fundingTime: at });
  }
  return rates;
}

/** `fundingInfo`. */
export function fundingInfoBody(sim: SimMarket, now_ms: number): Body {
  return {
    symbol: sim.symbol,
    interestRate: '0.00010000',
    time: now_ms,
    fundingIntervalHours: sim.spec.funding_interval_ms / 3_600_000,
    fundingFeeCap: 0.03,
    fundingFeeFloor: -0.03,
  };
}
