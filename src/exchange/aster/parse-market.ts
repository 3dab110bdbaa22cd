/**
 * What Aster tells anybody: the rules of its markets, prices, candles and tickers. Brackets that the
 * venue shows only to a key are made up for by the margins it names for everybody.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import type { MaintenanceRules } from '../../contract/maintenance.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Candle, Ticker } from '../market-data.ts';
import { answerFault, countOf, decimalOf, items } from './fields.ts';
import type { Fields } from './fields.ts';
import type { FeeRates } from './parse-account.ts';

/** What new accounts pay, as fractions. */
export const PUBLIC_RATES: FeeRates = { maker: '0.0001', taker: '0.00035' };

/** The leverage and maintenance of a market. */
export interface Brackets {
  readonly max_leverage: string;
  readonly maintenance: MaintenanceRules;
}

/** Whether a symbol of `exchangeInfo` is a perpetual market in which is traded. */
export function isOpen(raw: Fields): boolean {
  return raw.text('contractType') === 'PERPETUAL' && raw.text('status') === 'TRADING';
}

/** The rules of one symbol of `exchangeInfo`. */
export function rulesOf(raw: Fields, rates: FeeRates, brackets: Brackets): MarketRules {
  const filters = new Map(raw.objects('filters').map((each) => [each.text('filterType'), each]));
  const filter = (name: string): Fields => {
    const found = filters.get(name);
    if (found === undefined) throw answerFault(`${raw.path}.filters`, `without ${name}`, undefined);
    return found;
  };
  const steps = filter('LOT_SIZE');
  const notional = filters.get('MIN_NOTIONAL');
  return {
    symbol: raw.text('symbol'),
    base: raw.text('baseAsset'),
    quote: raw.text('quoteAsset'),
    tick: filter('PRICE_FILTER').decimal('tickSize'),
    lot: steps.decimal('stepSize'),
    min_quantity: steps.decimal('minQty'),
    min_notional: notional === undefined ? '0' : notional.decimal('notional'),
    max_orders: filter('MAX_NUM_ORDERS').count('limit'),
    maker_fee: rates.maker,
    taker_fee: rates.taker,
    max_leverage: brackets.max_leverage,
    maintenance: brackets.maintenance,
  };
}

/** `leverageBracket` of one symbol, which comes alone or in a list. */
export function bracketsOf(answer: readonly Fields[], symbol: string): Brackets {
  const raw = answer.find((each) => each.text('symbol') === symbol);
  if (raw === undefined) throw answerFault('leverageBracket', `without ${symbol}`, undefined);
  const rows = raw.objects('brackets').map((row) => ({
    floor: row.decimal('notionalFloor'),
    rate: row.decimal('maintMarginRatio'),
    amount: row.has('cum') ? row.decimal('cum') : '0',
    leverage: row.count('initialLeverage'),
  }));
  rows.sort((a, b) => Number(a.floor) - Number(b.floor));
  const [first] = rows;
  if (first === undefined) throw answerFault(`${raw.path}.brackets`, 'empty', undefined);
  const tiers = rows.map(({ floor, rate, amount }) => ({ floor, rate, amount }));
  return { max_leverage: String(first.leverage), maintenance: { kind: 'tiers', tiers } };
}

/** One tier from the margins that `exchangeInfo` names for everybody, in percent. */
export function publicBrackets(raw: Fields): Brackets {
  const rate = fractionOf(raw.decimal('maintMarginPercent'));
  const required = Number(raw.decimal('requiredMarginPercent'));
  const leverage = required > 0 ? Math.max(1, Math.floor(100 / required)) : 1;
  const tiers = [{ floor: '0', rate, amount: '0' }];
  return { max_leverage: String(leverage), maintenance: { kind: 'tiers', tiers } };
}

/** A percentage as a fraction. */
function fractionOf(percent: string): string {
  const { digits, scale } = parseDecimal(percent) ?? { digits: 0n, scale: 0 };
  return formatDecimal(digits, scale + 2);
}

/** One of `klines`: open time, open, high, low, close, volume. */
export function candleOf(value: unknown, path: string): Candle {
  const row = items(value, path);
  const [open, high, low, close, volume] = [1, 2, 3, 4, 5].map((column) =>
    decimalOf(row[column], `${path}[${column}]`),
  ) as [string, string, string, string, string];
  return { at_ms: countOf(row[0], `${path}[0]`), open, high, low, close, volume };
}

/** One of `ticker/24hr`. */
export function tickerOf(raw: Fields): Ticker {
  return {
    symbol: raw.text('symbol'),
    last: raw.decimal('lastPrice'),
    high: raw.decimal('highPrice'),
    low: raw.decimal('lowPrice'),
    change: fractionOf(raw.decimal('priceChangePercent')),
    quote_volume: raw.decimal('quoteVolume'),
  };
}
