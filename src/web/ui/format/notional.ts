/** What a size is worth at a price, exactly. */
import {
  MONEY_DECIMALS,
  divideRounded,
  formatMoney,
  parseMoney,
} from '../../../contract/decimal.ts';

/** Absolute value of `size` x `price` as decimal text; null when one of them is no decimal. */
export function notionalOf(size: string, price: string): string | null {
  const left = parseMoney(size);
  const right = parseMoney(price);
  if (left === null || right === null) return null;
  const value = divideRounded(left * right, 10n ** BigInt(MONEY_DECIMALS));
  return formatMoney(value < 0n ? -value : value);
}

/** `a` - `b` as decimal text; null when one of them is no decimal. */
export function differenceOf(a: string, b: string): string | null {
  const left = parseMoney(a);
  const right = parseMoney(b);
  return left === null || right === null ? null : formatMoney(left - right);
}
