/**
 * Decimal text as people read it: rounded for the eye with the exact text kept for the tooltip. No
 * amount is ever a float here.
 */
import { formatMoneyRounded, parseMoney } from '../../../contract/decimal.ts';

/** Money with `decimals` places and separated thousands; other text comes back as it is. */
export function money(text: string, decimals = 2): string {
  const value = parseMoney(text);
  return value === null ? text : withSeparators(formatMoneyRounded(value, decimals));
}

/** Money with its sign always written, e.g. "+1.20", "−0.35", "0.00". */
export function signedMoney(text: string, decimals = 2): string {
  const shown = money(text, decimals);
  return toneOf(text) === 'gain' && !isZero(shown) ? `+${shown}` : shown;
}

/** Decimal text as it stands, with separated thousands and a real minus. */
export function exact(text: string): string {
  return parseMoney(text) === null ? text : withSeparators(text);
}

/** Decimal text with separated thousands and zeros up to `decimals` places; never rounded. */
export function padded(text: string, decimals: number): string {
  if (parseMoney(text) === null) return text;
  const [whole = '', fraction = ''] = text.split('.');
  const full = fraction.padEnd(decimals, '0');
  return withSeparators(full === '' ? whole : `${whole}.${full}`);
}

/** "gain", "loss" or "" for zero and what is no amount. */
export function toneOf(text: string): 'gain' | 'loss' | '' {
  const value = parseMoney(text);
  if (value === null || value === 0n) return '';
  return value > 0n ? 'gain' : 'loss';
}

/** Decimals for amounts that may be far below a cent: two, or up to six when two show nothing. */
export function decimalsFor(text: string): number {
  const value = parseMoney(text);
  if (value === null || value === 0n) return 2;
  const size = value < 0n ? -value : value;
  if (size >= 10n ** 18n) return 2;
  return size >= 10n ** 16n ? 4 : 6;
}

/** Whether `a` is above `b`; false when one of them is no decimal. */
export function isAbove(a: string, b: string): boolean {
  const left = parseMoney(a);
  const right = parseMoney(b);
  return left !== null && right !== null && left > right;
}

/** Whether both texts are the same decimal, e.g. "150" and "150.0". */
export function isSame(a: string, b: string): boolean {
  const left = parseMoney(a);
  return left !== null && left === parseMoney(b);
}

function isZero(shown: string): boolean {
  return /^[0.,]*$/.test(shown);
}

function withSeparators(text: string): string {
  const [whole = '', fraction] = text.replace(/^-/, '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const body = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return text.startsWith('-') && !isZero(body) ? `−${body}` : body;
}
