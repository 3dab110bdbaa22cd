/**
 * The market streams of the simulated Aster: which names there are, how often each is due and what
 * it says. What is sent to whom is the business of `stream-board.ts`.
 */
import { formatMoney } from '../../../contract/decimal.ts';
import { priceText, sizeText } from '../../../contract/market.ts';
import type { Market } from '../../../contract/market.ts';
import { candleBounds, candleOf, tradesOf } from '../candles.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';
import {
  aggTradeOf,
  bestOf,
  bookNumber,
  bookOf,
  dayFigures,
  levelTexts,
  premiumBody,
} from './market-body.ts';
import { KLINE_INTERVALS } from './market-routes.ts';

type Body = Readonly<Record<string, unknown>>;

/** One stream that somebody follows. */
export interface MarketStream {
  /** Milliseconds between two messages; 0: whenever something changed. */
  readonly every_ms: number;
  /** Symbols whose prices it tells; null: all. */
  readonly symbol: string | null;
  /** The messages that are due now, in order. */
  next(now_ms: number): readonly unknown[];
  /** A snapshot of so many levels of the book was handed out. */
  showed?(levels: number, now_ms: number): void;
}

/** Levels that updates of the whole book tell. */
const BOOK_LEVELS = 100;
const PERIODS: Readonly<Record<string, number>> = { '100ms': 100, '250ms': 250, '500ms': 500 };

/** Opens the stream of a name such as `btcusdt@ticker`; null: there is none. */
export function openMarketStream(world: World, name: string): MarketStream | null {
  if (name.startsWith('!')) return openAll(world, name);
  const [symbol = '', channel = '', speed] = name.split('@');
  const sim = world.market(symbol.toUpperCase());
  if (sim === null || symbol !== symbol.toLowerCase()) return null;
  const depth = /^depth(5|10|20)?$/.exec(channel);
  if (depth !== null) {
    const every = speed === undefined ? 250 : PERIODS[speed];
    if (every === undefined) return null;
    return depth[1] === undefined ? diffs(sim, every) : levels(sim, Number(depth[1]), every);
  }
  if (channel === 'markPrice') {
    if (speed !== undefined && speed !== '1s') return null;
    return timed(sim, speed === '1s' ? 1000 : 3000, (now) => markEvent(sim, now));
  }
  if (speed !== undefined) return null;
  const interval = /^kline_(\w+)$/.exec(channel)?.[1];
  if (interval !== undefined) {
    return KLINE_INTERVALS.includes(interval) ? klineStream(sim, interval) : null;
  }
  switch (channel) {
    case 'aggTrade':
      return tradeStream(sim);
    case 'bookTicker':
      return changing(sim, 0, (now) => bookEvent(sim, now));
    case 'ticker':
      return timed(sim, 500, (now) => tickerEvent(sim, now));
    case 'miniTicker':
      return timed(sim, 500, (now) => miniTickerEvent(sim, now));
    case 'forceOrder':
      // Liquidations of others are not invented.
      return timed(sim, 1000, () => null);
    default:
      return null;
  }
}

function openAll(world: World, name: string): MarketStream | null {
  const all = (every_ms: number, body: (sim: SimMarket, now: number) => Body): MarketStream => ({
    every_ms,
    symbol: null,
    next: (now) => [world.markets().map((sim) => body(sim, now))],
  });
  switch (name) {
    case '!markPrice@arr':
      return all(3000, markEvent);
    case '!markPrice@arr@1s':
      return all(1000, markEvent);
    case '!ticker@arr':
      return all(1000, tickerEvent);
    case '!miniTicker@arr':
      return all(1000, miniTickerEvent);
    case '!forceOrder@arr':
      return { every_ms: 1000, symbol: null, next: () => [] };
    case '!bookTicker': {
      const each = world.markets().map((sim) => changing(sim, 0, (now) => bookEvent(sim, now)));
      const next = (now: number) => {
        world.markets();
        return each.flatMap((one) => one.next(now));
      };
      return { every_ms: 0, symbol: null, next };
    }
    default:
      return null;
  }
}

function timed(sim: SimMarket, every_ms: number, next: (now: number) => Body | null): MarketStream {
  const due = (now: number): readonly Body[] => {
    const message = next(now);
    return message === null ? [] : [message];
  };
  return { every_ms, symbol: sim.symbol, next: due };
}

/** Says something only when it differs from what was said last, but for the time. */
function changing(sim: SimMarket, every_ms: number, body: (now: number) => Body): MarketStream {
  let said = '';
  return timed(sim, every_ms, (now) => {
    const found = body(now);
    const { E: _event, T: _time, u: _update, ...rest } = found;
    const text = JSON.stringify(rest);
    if (text === said) return null;
    said = text;
    return found;
  });
}

function markEvent(sim: SimMarket, now: number): Body {
  const premium = premiumBody(sim, now);
  return {
    e: 'markPriceUpdate',
    E: now,
    s: sim.symbol,
    p: premium['markPrice'],
    i: premium['indexPrice'],
    P: premium['estimatedSettlePrice'],
    r: premium['lastFundingRate'],
    T: premium['nextFundingTime'],
  };
}

function bookEvent(sim: SimMarket, now: number): Body {
  const { bid, ask } = bestOf(sim, now);
  const times = { u: bookNumber(now), E: now, T: now };
  return { e: 'bookTicker', ...times, s: sim.symbol, b: bid[0], B: bid[1], a: ask[0], A: ask[1] };
}

function tickerEvent(sim: SimMarket, now: number): Body {
  const day = dayFigures(sim, now);
  return {
    e: '24hrTicker',
    ...{ E: now, s: sim.symbol, p: day.change, P: day.percent, w: day.average, c: day.last },
    ...{ Q: day.last_size, o: day.open, h: day.high, l: day.low, v: day.volume },
    ...{ q: day.quote_volume, O: day.from_ms, C: day.to_ms, F: 1, L: day.trades, n: day.trades },
  };
}

function miniTickerEvent(sim: SimMarket, now: number): Body {
  const day = dayFigures(sim, now);
  return {
    ...{ e: '24hrMiniTicker', E: now, s: sim.symbol, c: day.last, o: day.open },
    ...{ h: day.high, l: day.low, v: day.volume, q: day.quote_volume },
  };
}

/** A public trade each second, and one wherever the price has come. Ids only ever grow. */
function tradeStream(sim: SimMarket): MarketStream {
  let second = -1;
  let told = sim.present;
  let id = 0;
  return timed(sim, 0, (now) => {
    const [latest] = tradesOf(sim.candles, now, 1);
    if (latest === undefined || (latest.id === second && told === sim.present)) return null;
    second = latest.id;
    told = sim.present;
    id = Math.max(id + 1, now);
    const trade = { ...latest, id, ticks: sim.present, at_ms: now };
    return { e: 'aggTrade', E: now, s: sim.symbol, ...aggTradeOf(sim.market, trade) };
  });
}

function klineStream(sim: SimMarket, interval: string): MarketStream {
  let open_ms: number | null = null;
  return timed(sim, 250, (now) => {
    const bounds = candleBounds(interval, open_ms ?? now);
    if (bounds === null) return null;
    const closed = now >= bounds.end;
    // Candles of a time in which nobody looked are not told one by one.
    open_ms = closed ? (candleBounds(interval, now)?.start ?? null) : bounds.start;
    return klineEvent(sim, interval, bounds, closed, now);
  });
}

function klineEvent(
  sim: SimMarket,
  interval: string,
  bounds: { readonly start: number; readonly end: number },
  closed: boolean,
  now: number,
): Body {
  const { market } = sim;
  const candle = candleOf(sim.candles, bounds.start, bounds.end, now);
  const k = {
    ...{ t: bounds.start, T: bounds.end - 1, s: sim.symbol, i: interval, f: 1, L: candle.trades },
    o: priceText(market, candle.open),
    c: priceText(market, candle.close),
    h: priceText(market, candle.high),
    l: priceText(market, candle.low),
    v: sizeText(market, candle.volume),
    ...{ n: candle.trades, x: closed, q: formatMoney(candle.quote_volume) },
    V: sizeText(market, Math.floor(candle.volume / 2)),
    Q: formatMoney(candle.quote_volume / 2n),
    B: '0',
  };
  return { e: 'kline', E: now, s: sim.symbol, k };
}

/** The nearest levels of both sides, each time all of them. */
function levels(sim: SimMarket, count: number, every_ms: number): MarketStream {
  let before = 0;
  return timed(sim, every_ms, (now) => {
    const { bids, asks } = bookOf(sim, count, now);
    const update = updateOf(sim, now, before, {
      b: levelTexts(sim.market, bids),
      a: levelTexts(sim.market, asks),
    });
    before = bookNumber(now);
    return update;
  });
}

/**
 * Updates from which a client keeps a book: every level as it is now, and a zero for each that a
 * client may know from an earlier update or snapshot and that is no more.
 */
function diffs(sim: SimMarket, every_ms: number): MarketStream {
  let before = 0;
  const shown = { bids: new Set<number>(), asks: new Set<number>() };
  return {
    every_ms,
    symbol: sim.symbol,
    next(now) {
      const book = bookOf(sim, BOOK_LEVELS, now);
      const side = (name: 'bids' | 'asks') => {
        const gone = shown[name];
        for (const { ticks } of book[name]) gone.delete(ticks);
        shown[name] = new Set(book[name].map(({ ticks }) => ticks));
        return [...levelTexts(sim.market, book[name]), ...removed(sim.market, gone)];
      };
      const update = updateOf(sim, now, before, { b: side('bids'), a: side('asks') });
      before = bookNumber(now);
      return [update];
    },
    showed(count, now) {
      const book = bookOf(sim, count, now);
      for (const { ticks } of book.bids) shown.bids.add(ticks);
      for (const { ticks } of book.asks) shown.asks.add(ticks);
    },
  };
}

function removed(
  market: Market,
  gone: ReadonlySet<number>,
): readonly (readonly [string, string])[] {
  return [...gone].map((ticks) => [priceText(market, ticks), '0']);
}

function updateOf(sim: SimMarket, now: number, before: number, sides: Body): Body {
  const U = before === 0 ? bookNumber(now) : before + 1;
  const numbers = { U, u: bookNumber(now), pu: before };
  return { e: 'depthUpdate', E: now, T: now, s: sim.symbol, ...numbers, ...sides };
}
