/**
 * Exact decimals. Prices are integer ticks, sizes integer lots, money a bigint in 1e-18 of the
 * quote currency; decimal text is parsed and printed here and nowhere else. Nothing is ever a
 * rounded float.
 */
import { assert } from './assert.ts';

/** Money: quote currency in units of 1e-18. */
export type Money = bigint;

/** Text of a decimal above zero, as configs hold it. */
export const POSITIVE_TEXT = '^(?=.*[1-9])\\d{1,30}(\\.\\d{1,18})?$';

/** Decimal places of `Money`. */
export const MONEY_DECIMALS = 18;

/** An exact decimal: `digits` x 10^-`scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses decimal text or a JSON number (through its shortest text); null when it is not a
 * decimal.
 */
export function parseDecimal(input: string | number): Decimal | null {
  const text = typeof input === 'number' ? String(input) : input.trim();
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  let digits = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { digits: sign === '-' ? -digits : digits, scale };
}

/** `digits` x 10^-`scale` as plain text: no exponent, no trailing zeros, "0" for zero. */
export function formatDecimal(digits: bigint, scale: number): string {
  const text = formatFixed(digits, scale);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `digits` x 10^-`scale` as plain text with exactly `scale` decimals. */
export function formatFixed(digits: bigint, scale: number): string {
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const body = scale === 0 ? whole : `${whole}.${text.slice(text.length - scale)}`;
  return negative ? `-${body}` : body;
}

/** Money from decimal text; null when it is no decimal or finer than 1e-18. */
export function parseMoney(input: string | number): Money | null {
  const decimal = parseDecimal(input);
  if (decimal === null) return null;
  return rescale(decimal, MONEY_DECIMALS);
}

/** Money as exact decimal text, e.g. "-0.35". */
export function formatMoney(money: Money): string {
  return formatDecimal(money, MONEY_DECIMALS);
}

/** `decimal`'s digits at `scale` decimals; null when that would lose a digit. */
export function rescale(decimal: Decimal, scale: number): bigint | null {
  if (scale >= decimal.scale) return decimal.digits * 10n ** BigInt(scale - decimal.scale);
  const factor = 10n ** BigInt(decimal.scale - scale);
  return decimal.digits % factor === 0n ? decimal.digits / factor : null;
}

/** Money rounded half away from zero to `decimals` places, as text. For tables and pages only. */
export function formatMoneyRounded(money: Money, decimals: number): string {
  const factor = 10n ** BigInt(MONEY_DECIMALS - decimals);
  return formatFixed(divideRounded(money, factor), decimals);
}

/** a / b rounded half away from zero. */
export function divideRounded(a: bigint, b: bigint): bigint {
  assert(b !== 0n, 'division by zero');
  const negative = a < 0n !== b < 0n;
  const x = a < 0n ? -a : a;
  const y = b < 0n ? -b : b;
  const quotient = (2n * x + y) / (2n * y);
  return negative ? -quotient : quotient;
}

/** A rate such as "0.0002" applied to money, rounded half away from zero to 1e-18. */
export function applyRate(money: Money, rate: Decimal): Money {
  return divideRounded(money * rate.digits, 10n ** BigInt(rate.scale));
}
