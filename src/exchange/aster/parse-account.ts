/**
 * What Aster says of an account: executions, funding, position, balance, rates. A commission's sign
 * follows the account's own rate, because the venue's documents and its answers disagree on it.
 */
import { MONEY_DECIMALS, formatMoney, parseDecimal, rescale } from '../../contract/decimal.ts';
import { applyRate, parseMoney } from '../../contract/decimal.ts';
import type { Money } from '../../contract/decimal.ts';
import type { VenueBalance, VenueFill, VenueFunding, VenuePosition } from '../port.ts';
import { answerFault } from './fields.ts';
import type { Fields } from './fields.ts';
import { sideOf } from './parse-order.ts';

/** Fee rates of the account on the symbol as fractions; negative is a rebate. */
export interface FeeRates {
  readonly maker: string;
  readonly taker: string;
}

/** An execution of a listing, whose order is known by the venue's number only. */
export type ListedFill = Omit<VenueFill, 'client_id'>;

/** `commissionRate`. */
export function ratesOf(raw: Fields): FeeRates {
  return { maker: raw.decimal('makerCommissionRate'), taker: raw.decimal('takerCommissionRate') };
}

/** One of `userTrades`; `quote`: the currency in which fees are counted. */
export function fillOf(raw: Fields, quote: string, rates: FeeRates): ListedFill {
  const price = raw.decimal('price');
  const size = raw.decimal('qty');
  const maker = raw.flag('maker');
  const asset = raw.has('commissionAsset') ? raw.text('commissionAsset') : quote;
  const charge = { price, size, maker, commission: raw.decimal('commission'), asset };
  return {
    trade_id: raw.text('id'),
    venue_order_id: raw.text('orderId'),
    side: sideOf(raw, 'side'),
    price,
    size,
    fee: feeOf(charge, quote, rates, `${raw.path}.commission`),
    maker,
    at_ms: raw.count('time'),
  };
}

/** The execution in an `ORDER_TRADE_UPDATE`; null when it tells of none. */
export function streamFillOf(raw: Fields, quote: string, rates: FeeRates): VenueFill | null {
  const executed = raw.text('x') === 'TRADE' || raw.text('x') === 'CALCULATED';
  if (!executed || raw.decimal('l') === '0') return null;
  const price = raw.decimal('L');
  const size = raw.decimal('l');
  const maker = raw.flag('m');
  const asset = raw.has('N') ? raw.text('N') : quote;
  const commission = raw.has('n') ? raw.decimal('n') : '0';
  const charge = { price, size, maker, commission, asset };
  return {
    trade_id: raw.text('t'),
    client_id: raw.text('c'),
    venue_order_id: raw.text('i'),
    side: sideOf(raw, 'S'),
    price,
    size,
    fee: feeOf(charge, quote, rates, `${raw.path}.n`),
    maker,
    at_ms: raw.count('T'),
  };
}

interface Charge {
  readonly price: string;
  readonly size: string;
  readonly maker: boolean;
  readonly commission: string;
  readonly asset: string;
}

/** The fee in quote currency, > 0 a cost; one taken in another asset counts by the rate. */
function feeOf(charge: Charge, quote: string, rates: FeeRates, path: string): string {
  const rate = parseDecimal(charge.maker ? rates.maker : rates.taker);
  if (rate === null) throw answerFault(path, 'without a rate', charge.commission);
  if (charge.asset !== quote) return formatMoney(applyRate(valueOf(charge, path), rate));
  const amount = charge.commission.replace(/^-/, '');
  return rate.digits < 0n && amount !== '0' ? `-${amount}` : amount;
}

function valueOf({ price, size }: Charge, path: string): Money {
  const [x, y] = [parseDecimal(price), parseDecimal(size)];
  const exact = x === null || y === null ? null : product(x.digits * y.digits, x.scale + y.scale);
  if (exact === null) throw answerFault(path, 'of a trade too fine to be valued', price);
  return exact;
}

function product(digits: bigint, scale: number): Money | null {
  return rescale({ digits, scale }, MONEY_DECIMALS);
}

/** One `FUNDING_FEE` of `income`. */
export function fundingOf(raw: Fields, quote: string): VenueFunding {
  const asset = raw.text('asset');
  if (asset !== quote) throw answerFault(`${raw.path}.asset`, `not ${quote}`, asset);
  return {
    funding_id: raw.text('tranId'),
    amount: raw.decimal('income'),
    at_ms: raw.count('time'),
  };
}

/** What `positionRisk` says of one symbol. */
export interface AsterPosition {
  readonly position: VenuePosition;
  readonly leverage: string;
  readonly isolated: boolean;
}

/** The position of a symbol; hedge mode lists one per side, which is not a position we can hold. */
export function positionOf(raw: readonly Fields[], symbol: string): AsterPosition {
  const rows = raw.filter((row) => row.text('symbol') === symbol);
  const [row] = rows;
  if (row === undefined) throw answerFault('positionRisk', `without ${symbol}`, rows);
  if (row.has('positionSide') && row.text('positionSide') !== 'BOTH') {
    throw answerFault(`${row.path}.positionSide`, 'not BOTH', row.text('positionSide'));
  }
  const size = row.decimal('positionAmt');
  const liquidation = row.decimal('liquidationPrice');
  return {
    position: {
      size,
      entry_price: size === '0' ? null : row.decimal('entryPrice'),
      liquidation_price: size === '0' || liquidation === '0' ? null : liquidation,
    },
    leverage: row.decimal('leverage'),
    isolated: row.has('marginType') && row.text('marginType').toLowerCase() === 'isolated',
  };
}

/** What `balance` says of one asset; a venue that does not list it holds none of it. */
export function balanceOf(raw: readonly Fields[], asset: string): VenueBalance {
  const row = raw.find((each) => each.text('asset') === asset);
  if (row === undefined) return { cash: '0', equity: '0' };
  const cash = row.decimal('balance');
  const profit = row.decimal('crossUnPnl');
  const [x, y] = [parseMoney(cash), parseMoney(profit)];
  if (x === null || y === null) throw answerFault(row.path, 'finer than money', [cash, profit]);
  return { cash, equity: formatMoney(x + y) };
}

/** The venue's own code of the account, from `balance`. */
export function aliasOf(raw: readonly Fields[]): string {
  const [row] = raw;
  if (row === undefined) throw answerFault('balance', 'empty', raw);
  return row.text('accountAlias');
}
