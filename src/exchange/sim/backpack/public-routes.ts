/** What Backpack tells anybody: markets, prices, candles, depth, trades, funding rates. */
import { formatDecimal, formatMoney } from '../../../contract/decimal.ts';
import { notional, priceText, sizeText } from '../../../contract/market.ts';
import { nextStamp } from '../../matching/funding.ts';
import { candlesOf, dayOf, tradesOf } from '../candles.ts';
import type { PublicTrade } from '../candles.ts';
import { depthAround } from '../depth.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';
import { functionRow } from './account-words.ts';
import { badRequest, candleTime, microseconds, naiveTime, unknownSymbol } from './answers.ts';
import type { DepthFeeds } from './depth-feed.ts';
import { QUOTE } from './specs.ts';

export type Query = Readonly<Record<string, string>>;
export type PublicRoute = (query: Query) => unknown;

const INTERVALS = '1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1month'.split(' ');
const DEPTHS = ['5', '10', '20', '50', '100', '500', '1000'];
const WEEK_MS = 7 * 86_400_000;
const MOST_CANDLES = 1000;
const CREATED = '2025-01-21T06:34:54.691858';
const PERP = '_PERP';

/** The routes without a key, by path; a text answers as text, `undefined` as 204. */
export function publicRoutes(
  world: World,
  depths: DepthFeeds,
): Readonly<Record<string, PublicRoute>> {
  const spot = (sim: SimMarket) => sim.symbol.slice(0, -PERP.length);
  /** The market of a symbol; a spot market has the prices of its perpetual. */
  const find = (symbol: string | undefined): SimMarket => {
    if (symbol === undefined) throw badRequest('Missing symbol');
    const sim = world.market(symbol) ?? world.market(`${symbol}${PERP}`);
    if (sim === null) throw unknownSymbol();
    return sim;
  };
  const chosen = ({ symbol }: Query): readonly SimMarket[] =>
    symbol === undefined ? world.markets() : [find(symbol)];
  return {
    '/api/v1/status': () => ({
      status: world.troubles.maintenance ? 'Maintenance' : 'Ok',
      message: null,
    }),
    '/api/v1/ping': () => 'pong',
    '/api/v1/time': () => String(world.now()),
    '/api/v1/assets': () => [QUOTE, ...world.markets().map(baseOf)].map(asset),
    '/api/v1/collateral': () => [collateral()],
    '/api/v1/markets': ({ marketType }) =>
      world
        .markets()
        .flatMap((sim) => [marketRow(sim, sim.symbol), marketRow(sim, spot(sim))])
        .filter((row) => marketType === undefined || row.marketType === marketType),
    '/api/v1/market': ({ symbol }) => marketRow(find(symbol), symbol ?? ''),
    '/api/v1/ticker': ({ symbol = '', interval }) => {
      const sim = world.market(symbol) ?? world.market(`${symbol}${PERP}`);
      return sim === null ? undefined : tickerRow(world, sim, symbol, interval);
    },
    '/api/v1/tickers': ({ interval }) =>
      world
        .markets()
        .flatMap((sim) =>
          [sim.symbol, spot(sim)].map((symbol) => tickerRow(world, sim, symbol, interval)),
        ),
    '/api/v1/depth': (query) => depthRow(world, find(query['symbol']), query['limit'], depths),
    '/api/v1/klines': (query) => klines(world, find(query['symbol']), query),
    '/api/v1/markPrices': (query) => chosen(query).map((sim) => markRow(world, sim)),
    '/api/v1/openInterest': (query) =>
      chosen(query).map((sim) => openInterestRow(world, sim)),
    '/api/v1/fundingRates': (query) => fundingRates(world, find(query['symbol']), query),
    '/api/v1/trades': (query) => trades(world, find(query['symbol']), query),
    '/api/v1/trades/history': (query) => trades(world, find(query['symbol']), query),
  };
}

/** A 24 h ticker, or one of a week. */
export function tickerRow(world: World, sim: SimMarket, symbol: string, interval = '1d') {
  const now = world.now();
  const { market } = sim;
  const day = dayOf(sim.candles, now, interval === '1w' ? WEEK_MS : undefined);
  const change = sim.present - day.open;
  const percent = Math.round((change * 1e6) / day.open);
  return {
    symbol,
    firstPrice: priceText(market, day.open),
    lastPrice: priceText(market, sim.present),
    priceChange: priceText(market, change),
    priceChangePercent: formatDecimal(BigInt(percent), 6),
    high: priceText(market, Math.max(day.high, sim.present)),
    low: priceText(market, Math.min(day.low, sim.present)),
    volume: sizeText(market, day.volume),
    quoteVolume: formatMoney(day.quote_volume),
    trades: String(day.trades),
  };
}

/** Mark, index and funding of a market. */
export function markRow(world: World, sim: SimMarket) {
  const { market, mark, spec } = sim;
  return {
    symbol: sim.symbol,
    markPrice: priceText(market, mark),
    indexPrice: priceText(market, sim.present),
    fundingRate: sim.fundingRateText,
    nextFundingTimestamp: nextStamp(world.now(), spec.funding_interval_ms),
  };
}

/** What the accounts of this venue hold of a market, and others beside them. */
export function openInterestRow(world: World, sim: SimMarket) {
  const day = dayOf(sim.candles, world.now());
  const openInterest = sizeText(sim.market, Math.floor(day.volume / 3));
  return { symbol: sim.symbol, openInterest, timestamp: world.now() };
}

function marketRow(sim: SimMarket, symbol: string) {
  const { rules, initial, funding_interval_ms } = sim.spec;
  const isPerp = symbol.endsWith(PERP);
  return {
    symbol,
    baseSymbol: rules.base,
    quoteSymbol: rules.quote,
    marketType: isPerp ? 'PERP' : 'SPOT',
    filters: {
      price: {
        ...{ minPrice: rules.tick, maxPrice: null, tickSize: rules.tick },
        ...{ minMultiplier: '0.75', maxMultiplier: '1.25' },
        ...{ minImpactMultiplier: '0.95', maxImpactMultiplier: '1.05' },
        meanMarkPriceBand: isPerp ? { minMultiplier: '0.9', maxMultiplier: '1.1' } : null,
        meanPremiumBand: isPerp ? { tolerancePct: '0.05' } : null,
        ...{ borrowEntryFeeMaxMultiplier: null, borrowEntryFeeMinMultiplier: null },
      },
      quantity: { minQuantity: rules.min_quantity, maxQuantity: null, stepSize: rules.lot },
    },
    imfFunction: isPerp ? functionRow(initial) : null,
    mmfFunction: isPerp ? functionRow(rules.maintenance) : null,
    fundingInterval: isPerp ? funding_interval_ms : null,
    fundingRateUpperBound: isPerp ? '100' : null,
    fundingRateLowerBound: isPerp ? '-100' : null,
    openInterestLimit: isPerp ? '40000000' : '0',
    orderBookState: sim.open ? 'Open' : 'Closed',
    createdAt: CREATED,
    visible: true,
    positionLimitWeight: null,
  };
}

function depthRow(world: World, sim: SimMarket, limit: string | undefined, depths: DepthFeeds) {
  if (limit !== undefined && !DEPTHS.includes(limit)) throw badRequest('Invalid limit');
  const { market, seed, present } = sim;
  const count = Number(limit ?? DEPTHS.at(-1));
  const { id, at_ms } = depths.refresh(sim);
  const { bids, asks } = depthAround(market, seed, present, count, at_ms);
  const level = ({ ticks, lots }: { ticks: number; lots: number }) => [
    priceText(market, ticks),
    sizeText(market, lots),
  ];
  return {
    asks: asks.map(level),
    bids: bids.map(level).reverse(),
    lastUpdateId: String(id),
    timestamp: microseconds(world.now()),
  };
}

function klines(world: World, sim: SimMarket, query: Query): readonly unknown[] {
  const { interval = '' } = query;
  if (!INTERVALS.includes(interval)) throw badRequest('Invalid interval');
  const now_ms = world.now();
  const from_ms = seconds(query, 'startTime', null) * 1000;
  const to_ms = seconds(query, 'endTime', Math.floor(now_ms / 1000) + 1) * 1000;
  const { market } = sim;
  const found = candlesOf(sim.candles, interval, { from_ms, to_ms, now_ms }, MOST_CANDLES);
  return found.map((candle) => ({
    start: candleTime(candle.start_ms),
    end: candleTime(candle.end_ms),
    open: priceText(market, candle.open),
    high: priceText(market, candle.high),
    low: priceText(market, candle.low),
    close: priceText(market, candle.close),
    volume: sizeText(market, candle.volume),
    quoteVolume: formatMoney(candle.quote_volume),
    trades: String(candle.trades),
  }));
}

function fundingRates(world: World, sim: SimMarket, query: Query): readonly unknown[] {
  const every = sim.spec.funding_interval_ms;
  const { limit, offset } = page(query, 100, 1000);
  const last = nextStamp(world.now(), every) - every;
  return Array.from({ length: limit }, (_, index) => ({
    symbol: sim.symbol,
    intervalEndTimestamp: naiveTime(last - (offset + index) * every).slice(0, 19),
    fundingRate: sim.fundingRateText,
  }));
}

function trades(world: World, sim: SimMarket, query: Query): readonly unknown[] {
  const { limit, offset } = page(query, 100, 1000);
  const until = world.now() - offset * 1000;
  const { market } = sim;
  return [...tradesOf(sim.candles, until, limit)].reverse().map((trade: PublicTrade) => ({
    id: trade.id,
    price: priceText(market, trade.ticks),
    quantity: sizeText(market, trade.lots),
    quoteQuantity: formatMoney(notional(market, trade.ticks, trade.lots)),
    timestamp: trade.at_ms,
    isBuyerMaker: trade.side === 'sell',
  }));
}

/** Limit and offset of a listing; throws when they are no whole numbers or too large. */
export function page(query: Query, usual: number, most: number): { limit: number; offset: number } {
  const { limit = String(usual), offset = '0' } = query;
  if (!/^\d{1,9}$/.test(limit) || !/^\d{1,9}$/.test(offset)) throw badRequest('Invalid limit');
  if (Number(limit) > most) throw badRequest(`Limit must be at most ${most}`);
  return { limit: Number(limit), offset: Number(offset) };
}

function seconds(query: Query, name: string, usual: number | null): number {
  const value = query[name] ?? (usual === null ? '' : String(usual));
  if (!/^-?\d{1,12}$/.test(value)) throw badRequest(`Invalid ${name}`);
  return Number(value);
}

function baseOf({ spec }: SimMarket): string {
  return spec.rules.base;
}

function asset(symbol: string) {
  return {
    symbol,
    displayName: symbol,
    coingeckoId: null,
    tokens: [
      {
        ...{ displayName: symbol, blockchain: 'Solana', contractAddress: null },
        ...{ depositEnabled: true, minimumDeposit: '0.01', maximumWithdrawal: null },
        ...{ withdrawEnabled: true, minimumWithdrawal: '0.01', withdrawalFee: '0.01' },
      },
    ],
  };
}

function collateral() {
  const none = { type: 'sqrt', base: '0', factor: '0' };
  const haircutFunction = { weight: '1', kind: { type: 'identity' } };
  return { symbol: QUOTE, imfFunction: none, mmfFunction: none, haircutFunction };
}

