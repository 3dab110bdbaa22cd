/**
 * Funding: at each stamp of the venue's clock a position pays its notional at the mark times the
 * rate; longs pay when the rate is above zero, and shorts receive it. Pure.
 */
import { applyRate } from '../../contract/decimal.ts';
import type { Decimal } from '../../contract/decimal.ts';
import { notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { PaperFunding } from './ledger.ts';

/** Stamps are the multiples of eight hours since the epoch. */
export const STAMP_MS = 8 * 3_600_000;

/** Payments of the stamps after `since_ms` up to `now_ms`, for signed `lots` at mark `ticks`. */
export function paymentsDue(
  market: Market,
  position: { readonly lots: number; readonly ticks: number },
  rate: Decimal,
  since_ms: number,
  now_ms: number,
): readonly PaperFunding[] {
  const { lots, ticks } = position;
  if (lots === 0 || rate.digits === 0n) return [];
  const amount = -applyRate(notional(market, ticks, lots), rate);
  const payments: PaperFunding[] = [];
  for (let at_ms = nextStamp(since_ms); at_ms <= now_ms; at_ms += STAMP_MS) {
    payments.push({ at_ms, amount });
  }
  return payments;
}

function nextStamp(after_ms: number): number {
  return (Math.floor(after_ms / STAMP_MS) + 1) * STAMP_MS;
}
