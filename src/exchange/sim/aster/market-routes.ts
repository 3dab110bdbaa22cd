/** What the simulated Aster tells anybody: time, rules, book, trades, candles, marks, tickers. */
import { candleBounds, candlesOf, tradesOf } from '../candles.ts';
import { intervalMs } from '../candles.ts';
import type { SimMarket } from '../market.ts';
import { refusal } from './aster-error.ts';
import {
  aggTradeOf,
  bookTickerBody,
  depthBody,
  exchangeInfo,
  fundingInfoBody,
  fundingRates,
  klineOf,
  premiumBody,
  tickerBody,
  tradeOf,
} from './market-body.ts';
import type { RequestParams } from './request-params.ts';
import { limitOf, marketIfAny, marketOf } from './route.ts';
import type { PublicCall, Route } from './route.ts';
import { priceText } from '../../../contract/market.ts';

/** The lengths of candles. */
export const KLINE_INTERVALS = [
  ...['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M'],
];

const DEPTH_WEIGHTS = new Map([
  [5, 2],
  [10, 2],
  [20, 2],
  [50, 2],
  [100, 5],
  [500, 10],
  [1000, 20],
]);
const BOTH = [1, 3];

export const MARKET_ROUTES: readonly Route[] = [
  open('ping', 1, () => ({})),
  open('time', 1, ({ now_ms }) => ({ serverTime: now_ms })),
  open('exchangeInfo', 1, ({ desk, now_ms }) => exchangeInfo(desk.world.markets(), now_ms)),
  open('depth', depthWeight, depth),
  open('trades', 1, (call) => trades(call, 500)),
  open('historicalTrades', 20, (call) => trades(call, 500)),
  open('aggTrades', 20, (call) => {
    const sim = marketOf(call);
    const found = tradesOf(sim.candles, call.now_ms, limitOf(call, 500, 1000));
    return found.map((trade) => aggTradeOf(sim.market, trade));
  }),
  open('klines', klineWeight, (call) => klines(call, marketOf(call))),
  open('markPriceKlines', klineWeight, (call) => klines(call, marketOf(call))),
  open('indexPriceKlines', klineWeight, (call) => klines(call, marketOf(call, 'pair'))),
  open('premiumIndex', 1, (call) => each(call, premiumBody)),
  open('fundingRate', 1, fundingRate),
  open('fundingInfo', 1, ({ desk, now_ms, params }) => {
    const symbol = params.text('symbol');
    const markets = desk.world.markets();
    const asked = markets.filter((sim) => symbol === null || sim.symbol === symbol);
    return asked.map((sim) => fundingInfoBody(sim, now_ms));
  }),
  open('ticker/24hr', (params) => weightOfAll(params, 40), (call) => each(call, tickerBody)),
  open('ticker/price', (params) => weightOfAll(params, 2), (call) =>
    each(call, (sim, time) => {
      return { symbol: sim.symbol, price: priceText(sim.market, sim.present), time };
    }),
  ),
  open('ticker/bookTicker', (params) => weightOfAll(params, 2), (call) =>
    each(call, bookTickerBody),
  ),
];

function open(
  path: string,
  weight: Route['weight'],
  answer: (call: PublicCall) => unknown,
): Route {
  return { method: 'GET', path, versions: BOTH, weight, security: 'public', answer };
}

/** One body for the symbol that is asked for, a list of all when none is. */
function each(
  call: PublicCall,
  body: (sim: SimMarket, now_ms: number) => Readonly<Record<string, unknown>>,
): unknown {
  const sim = marketIfAny(call);
  const { desk, now_ms } = call;
  return sim === null ? desk.world.markets().map((one) => body(one, now_ms)) : body(sim, now_ms);
}

function depth(call: PublicCall): unknown {
  const sim = marketOf(call);
  const levels = call.params.whole('limit') ?? 500;
  if (!DEPTH_WEIGHTS.has(levels)) throw refusal('BAD_DEPTH_LIMIT', levels);
  call.desk.showed(sim, levels);
  return depthBody(sim, levels, call.now_ms);
}

function trades(call: PublicCall, usual: number): unknown {
  const sim = marketOf(call);
  const found = tradesOf(sim.candles, call.now_ms, limitOf(call, usual, 1000));
  return found.map((trade) => tradeOf(sim.market, trade));
}

function klines(call: PublicCall, sim: SimMarket): unknown {
  const { params, now_ms } = call;
  const interval = params.needText('interval');
  if (!KLINE_INTERVALS.includes(interval)) throw refusal('BAD_INTERVAL');
  const limit = limitOf(call, 500, 1500);
  const start = params.whole('startTime');
  const end = params.whole('endTime') ?? now_ms;
  if (start !== null && start > end) throw refusal('START_AFTER_END');
  const from_ms = start ?? firstOf(interval, end, limit);
  const range = { from_ms, to_ms: end + 1, now_ms };
  return candlesOf(sim.candles, interval, range, limit).map((one) => klineOf(sim.market, one));
}

/** Where the first of the latest `limit` candles begins. */
function firstOf(interval: string, end_ms: number, limit: number): number {
  const last = candleBounds(interval, end_ms)?.start ?? end_ms;
  const length = intervalMs(interval);
  if (length !== null) return last - (limit - 1) * length;
  const month = new Date(last);
  return Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - (limit - 1), 1);
}

function fundingRate(call: PublicCall): unknown {
  const { params, now_ms } = call;
  const sim = marketIfAny(call);
  const limit = limitOf(call, 100, 1000);
  const start = params.whole('startTime');
  const end = Math.min(params.whole('endTime') ?? now_ms, now_ms);
  const markets = sim === null ? call.desk.world.markets() : [sim];
  const found = markets.flatMap((one) => {
    const from_ms = start ?? end - limit * one.spec.funding_interval_ms + 1;
    return fundingRates(one, { from_ms, to_ms: end }, limit);
  });
  return found.slice(0, Math.max(limit, markets.length));
}

function depthWeight(params: RequestParams): number {
  return DEPTH_WEIGHTS.get(params.whole('limit') ?? 500) ?? 20;
}

function klineWeight(params: RequestParams): number {
  const limit = params.whole('limit') ?? 500;
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1000 ? 5 : 10;
}

function weightOfAll(params: RequestParams, all: number): number {
  return params.text('symbol') === null ? all : 1;
}
