/**
 * What Aster tells anybody: the rules of its markets, prices, candles and tickers. Brackets, which
 * the venue shows only to a key, are made up for by the margins it names for everybody.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import type { MaintenanceRules } from '../../contract/maintenance.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Candle, Ticker } from '../market-data.ts';
import { answerFault } from '../wire/json.ts';
import type { Answer } from '../wire/json.ts';
import type { FeeRates } from './parse-account.ts';

/** What new accounts pay, as fractions. */
export const PUBLIC_RATES: FeeRates = { maker: '0.0001', taker: '0.00035' };

/** The leverage and maintenance of a market. */
export interface Brackets {
  readonly max_leverage: string;
  readonly maintenance: MaintenanceRules;
}

/** Whether a symbol of `exchangeInfo` is a perpetual market in which is traded. */
export function isOpen(raw: Answer): boolean {
  return raw.at('contractType').text() === 'PERPETUAL' && raw.at('status').text() === 'TRADING';
}

/** The rules of one symbol of `exchangeInfo`. */
export function rulesOf(raw: Answer, rates: FeeRates, brackets: Brackets): MarketRules {
  const listed = raw.at('filters').items();
  const filters = new Map(listed.map((each) => [each.at('filterType').text(), each]));
  const filter = (name: string): Answer => {
    const found = filters.get(name);
    if (found === undefined) throw answerFault(`${raw.path} filters lack ${name}`);
    return found;
  };
  const steps = filter('LOT_SIZE');
  return {
    symbol: raw.at('symbol').text(),
    base: raw.at('baseAsset').text(),
    quote: raw.at('quoteAsset').text(),
    tick: positive(filter('PRICE_FILTER').at('tickSize')),
    lot: positive(steps.at('stepSize')),
    min_quantity: steps.at('minQty').decimal(),
    min_notional: filters.get('MIN_NOTIONAL')?.at('notional').decimal() ?? '0',
    max_orders: countOf(filter('MAX_NUM_ORDERS').at('limit')),
    maker_fee: rates.maker,
    taker_fee: rates.taker,
    max_leverage: brackets.max_leverage,
    maintenance: brackets.maintenance,
  };
}

/** `leverageBracket` of one symbol, which comes alone or in a list. */
export function bracketsOf(answer: Answer, symbol: string): Brackets {
  const rows = answer.isList ? answer.items() : [answer];
  const raw = rows.find((each) => each.at('symbol').text() === symbol);
  if (raw === undefined) throw answerFault(`${answer.path} does not name ${symbol}`);
  const read = raw.at('brackets').items().map((row) => ({
    floor: row.at('notionalFloor').decimal(),
    rate: row.at('maintMarginRatio').decimal(),
    amount: row.at('cum').given?.decimal() ?? '0',
    leverage: countOf(row.at('initialLeverage')),
  }));
  read.sort((a, b) => Number(a.floor) - Number(b.floor));
  const [first] = read;
  if (first === undefined) throw answerFault(`${raw.path} brackets is empty`);
  const tiers = read.map(({ floor, rate, amount }) => ({ floor, rate, amount }));
  return { max_leverage: String(first.leverage), maintenance: { kind: 'tiers', tiers } };
}

/** One tier from the margins that `exchangeInfo` names for everybody, in percent. */
export function publicBrackets(raw: Answer): Brackets {
  const rate = fractionOf(raw.at('maintMarginPercent'));
  const required = Number(raw.at('requiredMarginPercent').decimal());
  const leverage = required > 0 ? Math.max(1, Math.floor(100 / required)) : 1;
  const tiers = [{ floor: '0', rate, amount: '0' }];
  return { max_leverage: String(leverage), maintenance: { kind: 'tiers', tiers } };
}

/** A price by itself, from `ticker/price` or `premiumIndex`. */
export function priceOf(
  raw: Answer,
  field: 'price' | 'markPrice',
): { readonly price: string; readonly at_ms: number } {
  return { price: positive(raw.at(field)), at_ms: raw.at('time').time('ms') };
}

/** One of `klines`. */
export function candleOf(raw: Answer): Candle {
  return {
    at_ms: raw.item(0).time('ms'),
    open: raw.item(1).decimal(),
    high: raw.item(2).decimal(),
    low: raw.item(3).decimal(),
    close: raw.item(4).decimal(),
    volume: raw.item(5).decimal(),
  };
}

/** One of `ticker/24hr`. */
export function tickerOf(raw: Answer): Ticker {
  return {
    symbol: raw.at('symbol').text(),
    last: raw.at('lastPrice').decimal(),
    high: raw.at('highPrice').decimal(),
    low: raw.at('lowPrice').decimal(),
    change: fractionOf(raw.at('priceChangePercent')),
    quote_volume: raw.at('quoteVolume').decimal(),
  };
}

/** A percentage as a fraction. */
function fractionOf(raw: Answer): string {
  const { digits, scale } = parseDecimal(raw.decimal()) ?? { digits: 0n, scale: 0 };
  return formatDecimal(digits, scale + 2);
}

/** A figure above zero: nothing has no price, and steps of nothing count nothing. */
export function positive(raw: Answer): string {
  const figure = raw.decimal();
  if (figure !== '0' && !figure.startsWith('-')) return figure;
  throw answerFault(`${raw.path} is ${figure} instead of a figure above zero`);
}

function countOf(raw: Answer): number {
  const count = raw.integer();
  if (count < 1) throw answerFault(`${raw.path} is ${count} instead of a count from 1`);
  return count;
}
