/**
 * The market of a paper venue that stands for no real one, and of symbols that nobody recorded:
 * round figures of gridd's own for SOL, ETH and BTC, a rule for every other symbol, whatever its
 * spelling. Never changed: accounts of an older gridd go on with them. Pure.
 */
import { parseDecimal } from '../../contract/decimal.ts';
import type { MarketRules } from '../../contract/market.ts';

const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'TUSD', 'USDE', 'USD1', 'USD', 'EUR'];
const SUFFIXES = new Set(['PERP', 'PERPETUAL', 'SWAP', 'FUTURES']);

interface Steps {
  readonly tick: string;
  readonly lot: string;
}

const PRESETS: Readonly<Record<string, Steps>> = {
  SOL: { tick: '0.01', lot: '0.01' },
  ETH: { tick: '0.01', lot: '0.001' },
  BTC: { tick: '0.1', lot: '0.00001' },
};

/**
 * Rules for a symbol in any spelling (SOL_USDC_PERP, SOLUSDT, SOL/USDC:USDC). A base without a
 * preset gets tick 0.0001 and lot 0.01; with `price`, a tick of five significant digits of it (at
 * least 1e-10) and a lot of about 0.01 to 0.1 in quote currency, never finer than 1e-6 nor
 * coarser than 1e6.
 */
export function paperMarket(symbol: string, price?: string | number): MarketRules {
  const { base, quote } = splitSymbol(symbol);
  const { tick, lot } = PRESETS[base] ?? stepsFor(price);
  return {
    symbol,
    base,
    quote,
    tick,
    lot,
    min_quantity: lot,
    min_notional: '0',
    max_orders: 1000,
    maker_fee: '0.0002',
    taker_fee: '0.0005',
    max_leverage: '50',
    maintenance: { kind: 'tiers', tiers: [{ floor: '0', rate: '0.01', amount: '0' }] },
  };
}

/** Base and quote of a symbol in any common spelling, upper case; the quote defaults to USDC. */
export function splitSymbol(symbol: string): { base: string; quote: string } {
  const parts = symbol
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((part) => part !== '' && !SUFFIXES.has(part));
  const [first = symbol.toUpperCase(), second] = parts;
  if (second !== undefined) return { base: first, quote: second };
  const joined = first.replace(/(?:PERP|SWAP)$/, '');
  const quote = QUOTES.find((name) => joined.endsWith(name) && joined.length > name.length);
  if (quote !== undefined) return { base: joined.slice(0, -quote.length), quote };
  return { base: joined === '' ? first : joined, quote: 'USDC' };
}

function stepsFor(price: string | number | undefined): Steps {
  const decimal = price === undefined ? null : parseDecimal(price);
  if (decimal === null || decimal.digits <= 0n) return { tick: '0.0001', lot: '0.01' };
  const magnitude = decimal.digits.toString().length - decimal.scale - 1;
  return {
    tick: powerOfTen(Math.max(-10, magnitude - 4)),
    lot: powerOfTen(Math.min(6, Math.max(-6, -magnitude - 2))),
  };
}

function powerOfTen(exponent: number): string {
  return exponent >= 0 ? `1${'0'.repeat(exponent)}` : `0.${'0'.repeat(-exponent - 1)}1`;
}
