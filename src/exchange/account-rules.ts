/**
 * What an account makes of a market: its own fees and leverage in place of the venue's usual ones;
 * and which accounts no grid can run on. PURE.
 */
import { parseDecimal } from '../contract/decimal.ts';
import type { Decimal } from '../contract/decimal.ts';
import { GriddError } from '../contract/errors.ts';
import type { MarketRules } from '../contract/market.ts';
import type { VenueAccount, VenueCapabilities } from './port.ts';

/** The rules of a market for one account, and what its user should know of them. */
export interface AccountRules {
  readonly rules: MarketRules;
  /** Leverage to be set on the symbol first; null: it is so already, or not ours to set. */
  readonly set_leverage: number | null;
  readonly warnings: readonly string[];
}

/** `wanted`: the leverage of the config. Where it is shared by all symbols it is only checked. */
export function accountRules(
  rules: MarketRules,
  account: VenueAccount,
  capabilities: Pick<VenueCapabilities, 'leverage'>,
  wanted: number,
): AccountRules {
  const own = { ...rules, maker_fee: account.maker_fee, taker_fee: account.taker_fee };
  const most = floor(parseDecimal(rules.max_leverage));
  const whole = Math.min(Math.ceil(wanted), most);
  const present = account.leverage === null ? null : parseDecimal(account.leverage);
  if (capabilities.leverage === 'symbol') {
    const same = present !== null && compare(present, { digits: BigInt(whole), scale: 0 }) === 0;
    return { rules: own, set_leverage: same ? null : whole, warnings: [] };
  }
  const granted = parseDecimal(rules.max_leverage);
  const less = present !== null && granted !== null && compare(present, granted) < 0;
  if (!less || floor(present) < 1) return { rules: own, set_leverage: null, warnings: [] };
  const max_leverage = account.leverage ?? rules.max_leverage;
  const short = compare(present, { digits: BigInt(whole), scale: 0 }) < 0;
  const warning =
    `The leverage of the account is ${max_leverage}, below the ${wanted} of the config; ` +
    'it is shared by all symbols and left as it is.';
  const warnings = short ? [warning] : [];
  return { rules: { ...own, max_leverage }, set_leverage: null, warnings };
}

/** Refuses accounts on which no grid can run: VENUE_MODE, VENUE_PERMISSION. */
export function refuseUnfit(venue: string, account: VenueAccount): void {
  if (account.position_mode === 'hedge') {
    const message = `The ${venue} account keeps long and short positions apart (hedge mode).`;
    throw new GriddError('VENUE_MODE', message);
  }
  if (account.can_trade === false) {
    throw new GriddError('VENUE_PERMISSION', `The key may not place orders at ${venue}.`);
  }
}

function floor(decimal: Decimal | null): number {
  return decimal === null ? 1 : Number(decimal.digits / 10n ** BigInt(decimal.scale));
}

function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const x = a.digits * 10n ** BigInt(scale - a.scale);
  const y = b.digits * 10n ** BigInt(scale - b.scale);
  return x < y ? -1 : x > y ? 1 : 0;
}
