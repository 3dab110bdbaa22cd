/**
 * Numbers as a venue tells them, made the engine's. What lies between our steps is the world's
 * doing and no bug: a price is taken at the nearest tick with the difference as a fee, so that the
 * cash stays exact; a size counts in whole lots. Null: it cannot be read at all. Pure.
 */
import type { Decimal, Money } from '../contract/decimal.ts';
import { MONEY_DECIMALS, divideRounded, parseDecimal } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { lotsOf, nearestTicks, notional } from '../contract/market.ts';
import type { VenueFill } from '../exchange/port.ts';

/** One execution in steps; `whole`: no part of its size is less than a lot. */
export interface FillNumbers {
  readonly ticks: number;
  readonly lots: number;
  readonly fee: Money;
  readonly whole: boolean;
}

/** Money nearest to a decimal, however fine it is; null when it is none. */
export function roundedMoney(text: string): Money | null {
  const decimal = parseDecimal(text);
  return decimal === null ? null : moneyOf(decimal);
}

/** A price in ticks, the nearest; null when it is no price. */
export function priceTicks(market: Market, price: string): number | null {
  const ticks = nearestTicks(market, price);
  return ticks === null || ticks <= 0 ? null : ticks;
}

/** A signed size in lots, toward zero; null when it is no decimal. */
export function wholeLots(market: Market, size: string): number | null {
  const decimal = parseDecimal(size);
  if (decimal === null) return null;
  const scale = Math.max(decimal.scale, market.lot.scale);
  const digits = decimal.digits * 10n ** BigInt(scale - decimal.scale);
  const lots = Number(digits / (market.lot.digits * 10n ** BigInt(scale - market.lot.scale)));
  return Number.isSafeInteger(lots) ? lots : null;
}

/** What a fill says, in our steps; null when it cannot be booked. */
export function fillNumbers(market: Market, fill: VenueFill): FillNumbers | null {
  const ticks = priceTicks(market, fill.price);
  const lots = wholeLots(market, fill.size);
  const price = parseDecimal(fill.price);
  const fee = roundedMoney(fill.fee);
  if (ticks === null || price === null || lots === null || lots <= 0 || fee === null) return null;
  const lot = { digits: BigInt(lots) * market.lot.digits, scale: market.lot.scale };
  const paid = moneyOf({ digits: price.digits * lot.digits, scale: price.scale + lot.scale });
  const dearer = paid - notional(market, ticks, lots);
  const whole = lotsOf(market, fill.size) !== null;
  return { ticks, lots, fee: fee + (fill.side === 'buy' ? dearer : -dearer), whole };
}

function moneyOf({ digits, scale }: Decimal): Money {
  if (scale <= MONEY_DECIMALS) return digits * 10n ** BigInt(MONEY_DECIMALS - scale);
  return divideRounded(digits, 10n ** BigInt(scale - MONEY_DECIMALS));
}
