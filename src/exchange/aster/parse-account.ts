/**
 * What Aster says of an account: executions, funding, position, balance, rates. A commission's sign
 * follows the account's own rate, because the venue's documents and its answers disagree on it.
 */
import { MONEY_DECIMALS, formatMoney, parseDecimal, rescale } from '../../contract/decimal.ts';
import { applyRate, parseMoney } from '../../contract/decimal.ts';
import type { Money } from '../../contract/decimal.ts';
import type { VenueBalance, VenueFill, VenueFunding, VenuePosition } from '../port.ts';
import { answerFault } from '../wire/json.ts';
import type { Answer } from '../wire/json.ts';
import { sideOf } from './parse-order.ts';

/** Fee rates of the account on the symbol as fractions; negative is a rebate. */
export interface FeeRates {
  readonly maker: string;
  readonly taker: string;
}

/** An execution of a listing, whose order is known by the venue's number only. */
export type ListedFill = Omit<VenueFill, 'client_id'>;

/** `commissionRate`. */
export function ratesOf(raw: Answer): FeeRates {
  return {
    maker: raw.at('makerCommissionRate').decimal(),
    taker: raw.at('takerCommissionRate').decimal(),
  };
}

/** One of `userTrades`; `quote`: the currency in which fees are counted. */
export function fillOf(raw: Answer, quote: string, rates: FeeRates): ListedFill {
  const price = raw.at('price').decimal();
  const size = raw.at('qty').decimal();
  const maker = raw.at('maker').bool();
  const asset = raw.at('commissionAsset').given?.text() ?? quote;
  const charge = { price, size, maker, commission: raw.at('commission').decimal(), asset };
  return {
    trade_id: raw.at('id').id(),
    venue_order_id: raw.at('orderId').id(),
    side: sideOf(raw.at('side')),
    price,
    size,
    fee: feeOf(charge, quote, rates, `${raw.path} commission`),
    maker,
    at_ms: raw.at('time').time('ms'),
  };
}

/** The execution in an `ORDER_TRADE_UPDATE`; null when it tells of none. */
export function streamFillOf(raw: Answer, quote: string, rates: FeeRates): VenueFill | null {
  const executed = raw.at('x').text() === 'TRADE' || raw.at('x').text() === 'CALCULATED';
  if (!executed || raw.at('l').decimal() === '0') return null;
  const price = raw.at('L').decimal();
  const size = raw.at('l').decimal();
  const maker = raw.at('m').bool();
  const asset = raw.at('N').given?.text() ?? quote;
  const commission = raw.at('n').given?.decimal() ?? '0';
  const charge = { price, size, maker, commission, asset };
  return {
    trade_id: raw.at('t').id(),
    client_id: raw.at('c').text(),
    venue_order_id: raw.at('i').id(),
    side: sideOf(raw.at('S')),
    price,
    size,
    fee: feeOf(charge, quote, rates, `${raw.path} n`),
    maker,
    at_ms: raw.at('T').time('ms'),
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
  if (rate === null) throw answerFault(`${path} has no rate`);
  if (charge.asset !== quote) return formatMoney(applyRate(valueOf(charge, path), rate));
  const amount = charge.commission.replace(/^-/, '');
  return rate.digits < 0n && amount !== '0' ? `-${amount}` : amount;
}

function valueOf({ price, size }: Charge, path: string): Money {
  const [x, y] = [parseDecimal(price), parseDecimal(size)];
  const exact = x === null || y === null ? null : product(x.digits * y.digits, x.scale + y.scale);
  if (exact === null) throw answerFault(`${path} is of a trade too fine to be valued`);
  return exact;
}

function product(digits: bigint, scale: number): Money | null {
  return rescale({ digits, scale }, MONEY_DECIMALS);
}

/** One `FUNDING_FEE` of `income`. */
export function fundingOf(raw: Answer, quote: string): VenueFunding {
  // In another currency it is no payment that these books can hold.
  raw.at('asset').word({ [quote]: true });
  return {
    funding_id: raw.at('tranId').id(),
    amount: raw.at('income').decimal(),
    at_ms: raw.at('time').time('ms'),
  };
}

/** What `positionRisk` says of one symbol. */
export interface AsterPosition {
  readonly position: VenuePosition;
  readonly leverage: string;
  readonly isolated: boolean;
}

/** The position of a symbol; hedge mode lists one per side, which is not a position we can hold. */
export function positionOf(raw: readonly Answer[], symbol: string): AsterPosition {
  const rows = raw.filter((row) => row.at('symbol').text() === symbol);
  const [row] = rows;
  if (row === undefined) throw answerFault(`the positions do not name ${symbol}`);
  row.at('positionSide').given?.word({ BOTH: true });
  const size = row.at('positionAmt').decimal();
  const liquidation = row.at('liquidationPrice').decimal();
  return {
    position: {
      size,
      entry_price: size === '0' ? null : row.at('entryPrice').decimal(),
      liquidation_price: size === '0' || liquidation === '0' ? null : liquidation,
    },
    leverage: row.at('leverage').decimal(),
    isolated: row.at('marginType').given?.text().toLowerCase() === 'isolated',
  };
}

/** What `balance` says of one asset; a venue that does not list it holds none of it. */
export function balanceOf(raw: readonly Answer[], asset: string): VenueBalance {
  const row = raw.find((each) => each.at('asset').text() === asset);
  if (row === undefined) return { cash: '0', equity: '0' };
  const cash = row.at('balance').decimal();
  const profit = row.at('crossUnPnl').decimal();
  const [x, y] = [parseMoney(cash), parseMoney(profit)];
  if (x === null || y === null) throw answerFault(`${row.path} is finer than money`);
  return { cash, equity: formatMoney(x + y) };
}

/** The venue's own code of the account, from `balance`. */
export function aliasOf(raw: readonly Answer[]): string {
  const [row] = raw;
  if (row === undefined) throw answerFault('the balance is empty');
  return row.at('accountAlias').text();
}
