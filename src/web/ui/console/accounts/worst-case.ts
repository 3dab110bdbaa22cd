/**
 * What of the allowed loss of an account its worse side would use, and in which other currencies it
 * trades. PURE, exact.
 */
import type { AccountView } from '../../../../contract/console-api.ts';
import { formatMoney, parseMoney } from '../../../../contract/decimal.ts';

/** `left` is below zero when the limit is exceeded; `percent` is for a bar, at most 100. */
export interface LossRoom {
  readonly limit: string;
  readonly left: string;
  readonly over: string | null;
  readonly percent: number;
}

/** Null where no limit is set or nothing is known of its grids. */
export function lossRoom({ max_loss: limit, worst }: AccountView): LossRoom | null {
  const allowed = limit === null ? null : parseMoney(limit);
  if (limit === null || allowed === null || worst.length === 0) return null;
  const losses = worst.map(({ loss }) => parseMoney(loss) ?? 0n);
  const most = losses.reduce((a, b) => (a > b ? a : b), 0n);
  const left = allowed - most;
  const percent = allowed === 0n ? 100 : Number((100n * most) / allowed);
  return {
    limit,
    left: formatMoney(left),
    over: left < 0n ? formatMoney(-left) : null,
    percent: Math.min(100, percent),
  };
}

/** Currencies beside that of `view` in which the same account trades. */
export function currenciesBeside(view: AccountView, all: readonly AccountView[]): string[] {
  const { account, mode, quote } = view;
  return all
    .filter((one) => one.account === account && one.mode === mode && one.quote !== quote)
    .map((one) => one.quote);
}
