/**
 * An account on one market: position at average entry, cash, margin. Pure and exact: what a
 * reduction takes from the entry cost it adds to the realised profit, digit for digit, so that
 * always cash = start + realised - fees + funding, and cash + position x price - cost = start + all
 * cash flows of trades and funding.
 */
import { assert } from '../../contract/assert.ts';
import { divideRounded, formatMoney } from '../../contract/decimal.ts';
import type { Money } from '../../contract/decimal.ts';
import { maintenanceMargin, notional } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';

/** Position in lots (> 0 long); `cost` is what its lots cost at their entries, never negative. */
export interface Account {
  readonly starting: Money;
  readonly realised: Money;
  readonly fees: Money;
  /** Sum of the payments, > 0 received. */
  readonly funding: Money;
  readonly lots: number;
  readonly cost: Money;
}

/** Signed lots of an execution. */
export function signedLots(side: Side, lots: number): number {
  return side === 'buy' ? lots : -lots;
}

/** An execution: `lots` > 0, `fee` > 0 a cost. */
export interface Execution {
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly fee: Money;
}

/** The account after an execution. */
export function afterTrade(market: Market, account: Account, trade: Execution): Account {
  assert(trade.lots > 0, 'a trade has lots');
  const held = Math.abs(account.lots);
  const opposes = account.lots !== 0 && account.lots > 0 !== (trade.side === 'buy');
  const closed = opposes ? Math.min(held, trade.lots) : 0;
  const released = closed === 0 ? 0n : divideRounded(account.cost * BigInt(closed), BigInt(held));
  const proceeds = notional(market, trade.ticks, closed);
  const gain = account.lots > 0 ? proceeds - released : released - proceeds;
  const opened = notional(market, trade.ticks, trade.lots - closed);
  return {
    starting: account.starting,
    realised: account.realised + gain,
    fees: account.fees + trade.fee,
    funding: account.funding,
    lots: account.lots + signedLots(trade.side, trade.lots),
    cost: account.cost - released + opened,
  };
}

/** Balance without unrealised profit. */
export function cashOf(account: Account): Money {
  return account.starting + account.realised - account.fees + account.funding;
}

/** Balance with the position marked to `ticks`. */
export function equityOf(market: Market, account: Account, ticks: number): Money {
  const value = notional(market, ticks, Math.abs(account.lots));
  return cashOf(account) + (account.lots >= 0 ? value - account.cost : account.cost - value);
}

/** Average entry as price text (rounded at 1e-18); null when flat. */
export function entryPrice(market: Market, account: Account): string | null {
  if (account.lots === 0) return null;
  const { digits, scale } = market.lot;
  const units = BigInt(Math.abs(account.lots)) * digits;
  return formatMoney(divideRounded(account.cost * 10n ** BigInt(scale), units));
}

/**
 * Whether equity at `ticks` covers the initial margin of the position with every resting order of
 * one side executed; `sideNotional` is that of all resting orders of the side, the new one
 * included.
 */
export function coversMargin(
  market: Market,
  account: Account,
  side: Side,
  sideNotional: Money,
  ticks: number,
): boolean {
  const value = notional(market, ticks, account.lots);
  const exposure = sideNotional + (side === 'buy' ? value : -value);
  const { digits, scale } = market.max_leverage;
  const equity = equityOf(market, account, ticks);
  return exposure <= 0n || exposure * 10n ** BigInt(scale) <= equity * digits;
}

/** Nobody looks for a liquidation price beyond this multiple of the present price. */
const FARTHEST = 1024;

/**
 * The first price in ticks, from `ticks` against the position, at which equity is down to the
 * maintenance margin; null: there is none. An estimate: the venue liquidates nobody.
 */
export function liquidationTicks(market: Market, account: Account, ticks: number): number | null {
  if (account.lots === 0) return null;
  return firstGone(account.lots, ticks, (at) => {
    const value = notional(market, at, Math.abs(account.lots));
    return equityOf(market, account, at) <= maintenanceMargin(market, value);
  });
}

/**
 * The first price, from `ticks` against a position of signed `lots`, at which `isGone` holds; null:
 * there is none. Once it holds it goes on holding.
 */
export function firstGone(
  lots: number,
  ticks: number,
  isGone: (ticks: number) => boolean,
): number | null {
  if (isGone(ticks)) return ticks;
  let safe = ticks;
  let gone = lots > 0 ? 1 : ticks * FARTHEST;
  if (!isGone(gone)) return null;
  while (Math.abs(gone - safe) > 1) {
    const middle = Math.floor((safe + gone) / 2);
    if (isGone(middle)) gone = middle;
    else safe = middle;
  }
  return gone;
}
