/**
 * Margin of one account over all its symbols: equity and what positions and resting orders ask of
 * it, at the marks. Pure sums, exact.
 */
import type { Money } from '../../contract/decimal.ts';
import { maintenanceMargin, notional } from '../../contract/market.ts';
import type { Side } from '../../contract/trading.ts';
import { equityOf, firstGone } from '../matching/account.ts';
import type { Holding, SimAccount } from './account.ts';
import type { SimMarket } from './market.ts';

/** The market of a symbol. */
export type MarketOf = (symbol: string) => SimMarket;

/** What an account is worth and owes, quote currency. */
export interface MarginState {
  readonly cash: Money;
  readonly unrealised: Money;
  readonly equity: Money;
  /** Of positions with the resting orders of their dearer side. */
  readonly initial: Money;
  /** Of positions alone. */
  readonly position_initial: Money;
  readonly maintenance: Money;
  /** Sum of the notionals of all positions. */
  readonly exposure: Money;
}

/** Leverage of an account on a symbol, whole. */
export function leverageOf(account: SimAccount, sim: SimMarket): number {
  const { digits, scale } = sim.market.max_leverage;
  const most = Math.floor(Number(digits) / 10 ** scale);
  const { leverage, leverages } = account.facts;
  return Math.min(most, leverages[sim.symbol] ?? leverage ?? most);
}

/** Profit of a position at the mark. */
export function unrealisedOf(holding: Holding, mark: number): Money {
  const { sums, market } = holding;
  return equityOf(market, { ...sums, realised: 0n, fees: 0n, funding: 0n }, mark);
}

/** Everything at the present marks. */
export function marginOfAccount(account: SimAccount, marketOf: MarketOf): MarginState {
  let unrealised = 0n;
  let initial = 0n;
  let position_initial = 0n;
  let maintenance = 0n;
  let exposure = 0n;
  for (const [symbol, holding] of account.holdings) {
    const sim = marketOf(symbol);
    const leverage = leverageOf(account, sim);
    const value = notional(sim.market, sim.mark, Math.abs(holding.sums.lots));
    unrealised += unrealisedOf(holding, sim.mark);
    initial += sim.initialMargin(exposureOf(holding, sim.mark, null, 0n), leverage);
    position_initial += sim.initialMargin(value, leverage);
    maintenance += maintenanceMargin(sim.market, value);
    exposure += value;
  }
  const { cash } = account;
  const equity = cash + unrealised;
  return { cash, unrealised, equity, initial, position_initial, maintenance, exposure };
}

/**
 * Whether the account carries orders worth `value` more on one side of a symbol. What only reduces
 * is always carried.
 */
export function carries(
  account: SimAccount,
  sim: SimMarket,
  side: Side,
  value: Money,
  marketOf: MarketOf,
): boolean {
  const holding = account.holding(sim.market);
  const held = notional(sim.market, sim.mark, holding.sums.lots);
  const after = holding.book.notionalOf(side) + value + (side === 'buy' ? held : -held);
  if (after <= 0n) return true;
  const { equity, initial } = marginOfAccount(account, marketOf);
  const leverage = leverageOf(account, sim);
  const before = sim.initialMargin(exposureOf(holding, sim.mark, null, 0n), leverage);
  const needed = sim.initialMargin(exposureOf(holding, sim.mark, side, value), leverage);
  return initial - before + needed <= equity;
}

/** Whether equity is down to the maintenance margin of the positions. */
export function isGone(account: SimAccount, marketOf: MarketOf): boolean {
  const { equity, maintenance, exposure } = marginOfAccount(account, marketOf);
  return exposure > 0n && equity <= maintenance;
}

/**
 * The first price in ticks of one symbol, from its present against the position, at which the
 * account is liquidated while all others stand still; null: there is none.
 */
export function liquidationPrice(
  account: SimAccount,
  sim: SimMarket,
  marketOf: MarketOf,
): number | null {
  const holding = account.holdings.get(sim.symbol);
  if (holding === undefined || holding.sums.lots === 0) return null;
  const state = marginOfAccount(account, marketOf);
  const ownValue = notional(sim.market, sim.mark, Math.abs(holding.sums.lots));
  const others = state.equity - unrealisedOf(holding, sim.mark);
  const othersNeed = state.maintenance - maintenanceMargin(sim.market, ownValue);
  const gone = (ticks: number): boolean => {
    const mark = Math.max(1, ticks + sim.premium);
    const value = notional(sim.market, mark, Math.abs(holding.sums.lots));
    const need = othersNeed + maintenanceMargin(sim.market, value);
    return others + unrealisedOf(holding, mark) <= need;
  };
  return firstGone(holding.sums.lots, sim.present, gone);
}

/** Notional of a position with the resting orders of the side that would make it larger. */
function exposureOf(holding: Holding, mark: number, side: Side | null, more: Money): Money {
  const { sums, book, market } = holding;
  const held = notional(market, mark, sums.lots);
  const buys = book.notionalOf('buy') + (side === 'buy' ? more : 0n);
  const sells = book.notionalOf('sell') + (side === 'sell' ? more : 0n);
  const long = held + buys;
  const short = sells - held;
  return long > short ? long : short;
}
