/** Public data of a ccxt exchange. */
import type { MarketRules } from '../../contract/market.ts';
import type { AssumedFigures, Candle, CandleInterval } from '../market-data.ts';
import type { MarketData, Ticker } from '../market-data.ts';
import { VenueFault } from '../port.ts';
import { venueTime } from './corrections.ts';
import type { CcxtExchange, CcxtMarket } from './exchange.ts';
import { faultOf } from './faults.ts';
import { wholeListing } from './listing.ts';
import { loadedMarkets } from './markets.ts';
import { candle, isTradable, marketRules, priceOf, tickerOf } from './parse.ts';

const CANDLES = { key: (c: Candle) => String(c.at_ms), at: (c: Candle) => c.at_ms };

const WHERE_NAMED = 'where ccxt names none, a usual one';
const ASSUMED: AssumedFigures = {
  ...{ maker_fee: WHERE_NAMED, taker_fee: WHERE_NAMED, max_leverage: WHERE_NAMED },
  ...{ maintenance: 'ccxt tells no tiers: 1 %', max_orders: 'ccxt tells none: a usual one' },
};

export class CcxtData implements MarketData {
  readonly name: string;
  readonly assumed = ASSUMED;
  readonly #exchange: CcxtExchange;

  constructor(name: string, exchange: CcxtExchange) {
    this.name = name;
    this.#exchange = exchange;
  }

  async markets(): Promise<readonly MarketRules[]> {
    return (await this.#tradable()).map((market) => marketRules(market, market.symbol));
  }

  async price(symbol: string): Promise<{ last: string; mark: string; at_ms: number }> {
    const market = await this.#named(symbol);
    const ticker = await this.#ask(() => this.#exchange.fetchTicker(market.symbol));
    return priceOf(ticker, await this.serverTime());
  }

  async candles(
    symbol: string,
    interval: CandleInterval,
    fromMs: number,
    toMs: number,
  ): Promise<readonly Candle[]> {
    const market = await this.#named(symbol);
    const page = async (since: number): Promise<readonly Candle[]> => {
      if (since >= toMs) return [];
      const rows = await this.#ask(() =>
        this.#exchange.fetchOHLCV(market.symbol, interval, since, CANDLES_ASKED),
      );
      return rows.map(candle).filter((found) => found !== null);
    };
    const found = await wholeListing(page, CANDLES, fromMs);
    return found.filter(({ at_ms }) => at_ms < toMs);
  }

  async tickers(): Promise<readonly Ticker[]> {
    const tradable = await this.#tradable();
    const tickers = await this.#ask(() => this.#exchange.fetchTickers());
    return tradable.flatMap(({ symbol }) => {
      const ticker = tickers[symbol];
      return ticker?.last === undefined ? [] : [tickerOf(symbol, ticker)];
    });
  }

  async serverTime(): Promise<number> {
    return this.#ask(() => venueTime(this.#exchange));
  }

  close(): void {
    // Sockets that were never opened make some classes reject here.
    void this.#exchange.close().catch(() => undefined);
  }

  async #tradable(): Promise<readonly CcxtMarket[]> {
    const markets = await this.#ask(() => loadedMarkets(this.#exchange));
    return Object.values(markets).filter(isTradable);
  }

  async #named(symbol: string): Promise<CcxtMarket> {
    const tradable = await this.#tradable();
    const market = tradable.find((each) => each.symbol === symbol || each.id === symbol);
    if (market !== undefined) return market;
    throw new VenueFault('refused', `the symbol ${symbol} is not known here`, null, 'symbol');
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw faultOf(error);
    }
  }
}

/** Most venues give so many candles at once, some fewer. */
const CANDLES_ASKED = 500;
