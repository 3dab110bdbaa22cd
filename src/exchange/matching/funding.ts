/**
 * Funding: at each stamp of the venue's clock a position pays its notional at the mark times the
 * rate; longs pay when the rate is above zero, and shorts receive it. Pure.
 */
import { applyRate } from '../../contract/decimal.ts';
import type { Decimal, Money } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';

/** One payment: `at_ms` its stamp, `amount` > 0 received. */
export interface Payment {
  readonly at_ms: number;
  readonly amount: Money;
}

/** Eight hours, where the venue does not say otherwise. */
export const STAMP_MS = 8 * 3_600_000;

/**
 * Payments of the stamps after `since_ms` up to `now_ms`, for signed `lots` at mark `ticks`; stamps
 * are the multiples of `every_ms` since the epoch.
 */
export function paymentsDue(
  market: Market,
  position: { readonly lots: number; readonly ticks: number },
  rate: Decimal,
  since_ms: number,
  now_ms: number,
  every_ms = STAMP_MS,
): readonly Payment[] {
  const { lots, ticks } = position;
  if (lots === 0 || rate.digits === 0n) return [];
  const amount = -applyRate(notional(market, ticks, lots), rate);
  const payments: Payment[] = [];
  for (let at_ms = nextStamp(since_ms, every_ms); at_ms <= now_ms; at_ms += every_ms) {
    payments.push({ at_ms, amount });
  }
  return payments;
}

/** The first multiple of `every_ms` after a moment. */
export function nextStamp(after_ms: number, every_ms: number): number {
  return (Math.floor(after_ms / every_ms) + 1) * every_ms;
}
