/**
 * From ccxt's unified answers to the port's values. Sizes are contracts there and base units here;
 * a field that is missing or no number is a `VenueFault` that names it, never a guess.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import type { Decimal } from '../../contract/decimal.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import type { Candle, Ticker } from '../market-data.ts';
import { VenueFault } from '../port.ts';
import type { VenueFill, VenueOrder, VenuePosition } from '../port.ts';
import type { CcxtMarket, CcxtOrder, CcxtPosition, CcxtTicker, CcxtTrade } from './exchange.ts';

/** Where a venue says nothing. */
const USUAL_LEVERAGE = '20';
const USUAL_MAINTENANCE = '0.01';
const USUAL_MOST_ORDERS = 200;
const USUAL_MAKER_FEE = 0.0002;
const USUAL_TAKER_FEE = 0.0005;

/** An answer that is not what ccxt documents. */
export function badAnswer(path: string, found: unknown): VenueFault {
  const text = `the answer's ${path} is ${JSON.stringify(found) ?? 'missing'}`;
  return new VenueFault('unreachable', text, null, 'answer');
}

/** Decimal text of a number (or text) of an answer. */
export function decimalText(value: unknown, path: string): string {
  const decimal = decimalOf(value, path);
  return formatDecimal(decimal.digits, decimal.scale);
}

function decimalOf(value: unknown, path: string): Decimal {
  const readable = typeof value === 'string' || typeof value === 'number';
  const decimal = readable ? parseDecimal(value) : null;
  if (decimal === null) throw badAnswer(path, value);
  return decimal;
}

export function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw badAnswer(path, value);
  return value;
}

export function timeOf(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badAnswer(path, value);
  return Math.round(value);
}

function sideOf(value: unknown, path: string): Side {
  if (value !== 'buy' && value !== 'sell') throw badAnswer(path, value);
  return value;
}

/** Base units in one contract. */
export function contractOf(market: CcxtMarket): Decimal {
  return decimalOf(market.contractSize ?? 1, `markets.${market.id}.contractSize`);
}

function times(a: Decimal, b: Decimal): string {
  return formatDecimal(a.digits * b.digits, a.scale + b.scale);
}

/** The exact sum of numbers of an answer. */
export function sumText(values: readonly (string | number)[]): string {
  const decimals = values.map((value) => decimalOf(value, 'balance'));
  const scale = Math.max(...decimals.map((decimal) => decimal.scale));
  const digits = decimals.map((decimal) => decimal.digits * 10n ** BigInt(scale - decimal.scale));
  return formatDecimal(digits.reduce((sum, each) => sum + each, 0n), scale);
}

/** Size in base units of so many contracts. */
export function baseSize(market: CcxtMarket, contracts: unknown, path: string): string {
  return times(decimalOf(contracts, path), contractOf(market));
}

/** Contracts of a size in base units, as text; null when they are no decimal that ends. */
export function contractsOf(market: CcxtMarket, size: string): string | null {
  const decimal = parseDecimal(size);
  const contract = contractOf(market);
  if (decimal === null || contract.digits <= 0n) return null;
  // Contracts are counted in powers of ten of base units, or in fives and twos of them.
  const numerator = decimal.digits * 10n ** BigInt(contract.scale + MOST_DECIMALS);
  const denominator = contract.digits * 10n ** BigInt(decimal.scale);
  if (numerator % denominator !== 0n) return null;
  return formatDecimal(numerator / denominator, MOST_DECIMALS);
}

const MOST_DECIMALS = 18;

/** Whether gridd can trade it: linear, settled in its quote currency. */
export function isTradable(market: CcxtMarket): boolean {
  const { swap, linear, active, settle, quote } = market;
  return swap === true && linear === true && active !== false && settle === quote;
}

/** Market rules. Of maintenance ccxt tells nothing here: the usual rate stands in for it. */
export function marketRules(market: CcxtMarket, symbol: string): MarketRules {
  const at = `markets.${market.id}`;
  const contract = contractOf(market);
  const lot = decimalOf(market.precision.amount, `${at}.precision.amount`);
  const least = market.limits.amount?.min;
  const rate = USUAL_MAINTENANCE;
  return {
    symbol,
    base: market.base,
    quote: market.quote,
    tick: decimalText(market.precision.price, `${at}.precision.price`),
    lot: times(lot, contract),
    min_quantity: least === undefined ? times(lot, contract) : baseSize(market, least, at),
    min_notional: decimalText(market.limits.cost?.min ?? 0, `${at}.limits.cost.min`),
    max_orders: USUAL_MOST_ORDERS,
    maker_fee: decimalText(market.maker ?? USUAL_MAKER_FEE, `${at}.maker`),
    taker_fee: decimalText(market.taker ?? USUAL_TAKER_FEE, `${at}.taker`),
    max_leverage: decimalText(market.limits.leverage?.max ?? USUAL_LEVERAGE, `${at}.limits`),
    maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate, amount: '0' }] },
  };
}

/** How an id of the venue is read back as ours. */
export type ReadId = (id: string) => string;

const STATUSES: Readonly<Record<string, VenueOrder['status']>> = {
  open: 'open',
  closed: 'filled',
  canceled: 'cancelled',
  cancelled: 'cancelled',
  expired: 'cancelled',
  rejected: 'rejected',
};

/** One order. An ended order that was not filled whole is `cancelled`, whatever the venue says. */
export function venueOrder(market: CcxtMarket, order: CcxtOrder, read: ReadId): VenueOrder {
  const size = baseSize(market, order.amount, 'order.amount');
  const filled = baseSize(market, order.filled ?? 0, 'order.filled');
  const said = STATUSES[order.status ?? ''];
  if (said === undefined) throw badAnswer('order.status', order.status);
  const status = said === 'filled' && filled !== size ? 'cancelled' : said;
  const hasPrice = order.type !== 'market' && order.price !== undefined && order.price > 0;
  return {
    client_id: read(order.clientOrderId ?? ''),
    venue_order_id: textOf(order.id, 'order.id'),
    side: sideOf(order.side, 'order.side'),
    price: hasPrice ? decimalText(order.price, 'order.price') : null,
    size,
    filled,
    status,
    reduce_only: order.reduceOnly === true,
    at_ms: timeOf(order.timestamp, 'order.timestamp'),
  };
}

/**
 * One execution. A fee in another currency than the quote is booked at the rate of the market, for
 * its worth in quote is not known.
 */
export function venueFill(
  market: CcxtMarket,
  trade: CcxtTrade,
  clientId: string,
): VenueFill {
  const size = baseSize(market, trade.amount, 'trade.amount');
  const maker = trade.takerOrMaker === 'maker';
  const price = decimalText(trade.price, 'trade.price');
  const { fee } = trade;
  const known = fee?.cost !== undefined && fee.currency === market.quote;
  const rate = maker ? (market.maker ?? USUAL_MAKER_FEE) : (market.taker ?? USUAL_TAKER_FEE);
  return {
    trade_id: textOf(trade.id, 'trade.id'),
    client_id: clientId,
    venue_order_id: textOf(trade.order, 'trade.order'),
    side: sideOf(trade.side, 'trade.side'),
    price,
    size,
    fee: known ? decimalText(fee.cost, 'trade.fee.cost') : estimatedFee(price, size, rate),
    maker,
    at_ms: timeOf(trade.timestamp, 'trade.timestamp'),
  };
}

function estimatedFee(price: string, size: string, rate: number): string {
  const [a, b, c] = [decimalOf(price, ''), decimalOf(size, ''), decimalOf(rate, 'market.taker')];
  return formatDecimal(a.digits * b.digits * c.digits, a.scale + b.scale + c.scale);
}

const FLAT: VenuePosition = { size: '0', entry_price: null, liquidation_price: null };

/** The position of one market among those of an answer. */
export function venuePosition(
  market: CcxtMarket,
  positions: readonly CcxtPosition[],
): VenuePosition {
  const open = positions.filter(
    ({ symbol, contracts }) => symbol === market.symbol && (contracts ?? 0) !== 0,
  );
  const [position, another] = open;
  if (position === undefined) return FLAT;
  // Long and short side by side are no position of a grid.
  if (another !== undefined) throw badAnswer('positions', `${open.length} of ${market.symbol}`);
  const size = baseSize(market, Math.abs(position.contracts ?? 0), 'position.contracts');
  const { side } = position;
  if (side !== 'long' && side !== 'short') throw badAnswer('position.side', side);
  return {
    size: side === 'short' ? `-${size}` : size,
    entry_price: optional(position.entryPrice, 'position.entryPrice'),
    liquidation_price: optional(position.liquidationPrice, 'position.liquidationPrice'),
  };
}

function optional(value: number | undefined, path: string): string | null {
  return value === undefined || value === 0 ? null : decimalText(value, path);
}

/** One candle of `fetchOHLCV`: time of its opening, open, high, low, close, volume. */
export function candle(row: readonly (number | undefined)[]): Candle | null {
  const [at, open, high, low, close, volume] = row;
  // Minutes without a trade have no prices on some venues.
  if (open === undefined || close === undefined) return null;
  return {
    at_ms: timeOf(at, 'candle[0]'),
    open: decimalText(open, 'candle[1]'),
    high: decimalText(high, 'candle[2]'),
    low: decimalText(low, 'candle[3]'),
    close: decimalText(close, 'candle[4]'),
    volume: decimalText(volume ?? 0, 'candle[5]'),
  };
}

/** The last 24 hours of one market. */
export function tickerOf(symbol: string, ticker: CcxtTicker): Ticker {
  const last = decimalText(ticker.last, `tickers.${symbol}.last`);
  const percent = decimalOf(ticker.percentage ?? 0, `tickers.${symbol}.percentage`);
  return {
    symbol,
    last,
    high: ticker.high === undefined ? last : decimalText(ticker.high, 'ticker.high'),
    low: ticker.low === undefined ? last : decimalText(ticker.low, 'ticker.low'),
    change: formatDecimal(percent.digits, percent.scale + 2),
    quote_volume: decimalText(ticker.quoteVolume ?? 0, `tickers.${symbol}.quoteVolume`),
  };
}

/** Last and mark price; the last price stands in for a mark price that is not told. */
export function priceOf(ticker: CcxtTicker, now: number) {
  const last = decimalText(ticker.last, 'ticker.last');
  const mark = ticker.mark ?? ticker.markPrice;
  return {
    last,
    mark: mark === undefined ? last : decimalText(mark, 'ticker.mark'),
    at_ms: ticker.timestamp ?? now,
  };
}
