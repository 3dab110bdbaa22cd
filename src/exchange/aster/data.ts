/** Aster's public data, without a key. */
import type { AssumedFigures, Candle, MarketData } from '../market-data.ts';
import type { WireOptions } from '../venue-kind.ts';
import { AsterConnection } from './connection.ts';
import { PUBLIC_RATES, candleOf, isOpen } from './parse-market.ts';
import { publicBrackets, rulesOf, tickerOf } from './parse-market.ts';
import { pricesOf } from './questions.ts';
import { ROUTES } from './routes.ts';

/** Candles in one answer. */
const PAGE = 1000;

const NEW_ACCOUNTS = 'of new accounts, from the documents of others';
const FOR_EVERYBODY = 'from the margins that exchangeInfo names for everybody; brackets need a key';
const ASSUMED: AssumedFigures = {
  ...{ maker_fee: NEW_ACCOUNTS, taker_fee: NEW_ACCOUNTS },
  ...{ max_leverage: FOR_EVERYBODY, maintenance: FOR_EVERYBODY },
};

/** Opens the public data. */
export function openAsterData(options: WireOptions): MarketData {
  const connection = new AsterConnection(options, null, []);
  return {
    name: 'aster',
    assumed: ASSUMED,
    async markets() {
      const info = await connection.ask(ROUTES.exchangeInfo);
      const open = info.at('symbols').items().filter(isOpen);
      return open.map((raw) => rulesOf(raw, PUBLIC_RATES, publicBrackets(raw)));
    },
    async price(symbol) {
      const { last, mark } = await pricesOf(connection, symbol);
      const at_ms = Math.max(last.at_ms, mark.at_ms);
      return { last: last.price, mark: mark.price, at_ms };
    },
    async candles(symbol, interval, fromMs, toMs) {
      const found: Candle[] = [];
      for (let from = fromMs; from < toMs; ) {
        const span = { startTime: String(from), endTime: String(toMs - 1), limit: String(PAGE) };
        const answer = await connection.ask(ROUTES.klines, { symbol, interval, ...span });
        const page = answer.items().map(candleOf);
        found.push(...page.filter(({ at_ms }) => at_ms >= from && at_ms < toMs));
        const last = page.at(-1)?.at_ms ?? toMs;
        if (page.length < PAGE || last < from) break;
        from = last + 1;
      }
      return found;
    },
    async tickers() {
      return (await connection.ask(ROUTES.tickers)).items().map(tickerOf);
    },
    serverTime: () => connection.time.now(),
    close: () => connection.close(),
  };
}
