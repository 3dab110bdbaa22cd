/** Positions, collateral and settings of an account as Backpack writes them. Pure. */
import { divideRounded, formatDecimal, formatMoney } from '../../../contract/decimal.ts';
import type { Decimal, Money } from '../../../contract/decimal.ts';
import { maintenanceMargin, notional, priceText, sizeText } from '../../../contract/market.ts';
import { entryPrice } from '../../matching/account.ts';
import type { Holding, SimAccount } from '../account.ts';
import { leverageOf, liquidationPrice, unrealisedOf } from '../margin.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';
import { QUOTE } from './specs.ts';

const ONE = 10n ** 18n;

/** What the venue lets an account owe at most. */
export const MOST_LEVERAGE = 50;

/** An open position; its size is `netQuantity`, the exposure contains what rests. */
export function positionRow(world: World, account: SimAccount, sim: SimMarket) {
  const holding = account.holding(sim.market);
  const { market, mark } = sim;
  const { sums } = holding;
  const { lots } = sums;
  const value = notional(market, mark, Math.abs(lots));
  const exposure = exposedLots(holding);
  const leverage = leverageOf(account, sim);
  const marketOf = (symbol: string) => world.records.market(symbol);
  const liquidation = liquidationPrice(account, sim, marketOf);
  const signedCost = lots >= 0 ? sums.cost : -sums.cost;
  return {
    symbol: sim.symbol,
    positionId: `${account.facts.number}-${sim.symbol}`,
    userId: account.facts.number,
    subaccountId: 0,
    netQuantity: sizeText(market, lots),
    netCost: formatMoney(signedCost),
    entryPrice: entryPrice(market, sums) ?? '0',
    breakEvenPrice: breakEven(holding),
    markPrice: priceText(market, mark),
    pnlRealized: formatMoney(sums.realised),
    pnlUnrealized: formatMoney(unrealisedOf(holding, mark)),
    cumulativeFundingPayment: formatMoney(sums.funding),
    cumulativeInterest: '0',
    netExposureQuantity: sizeText(market, exposure),
    netExposureNotional: formatMoney(notional(market, mark, Math.abs(exposure))),
    imf: share(sim.initialMargin(value, leverage), value),
    imfFunction: functionRow(sim.spec.initial),
    mmf: share(maintenanceMargin(market, value), value),
    mmfFunction: functionRow(market.rules.maintenance),
    estLiquidationPrice: liquidation === null ? '0' : priceText(market, liquidation),
  };
}

/** Open positions of an account, on one symbol or on all. */
export function positionRows(world: World, account: SimAccount, symbol: string | null) {
  return [...account.holdings]
    .filter(([name, { sums }]) => sums.lots !== 0 && (symbol === null || name === symbol))
    .map(([name]) => positionRow(world, account, world.records.market(name)));
}

/** What the margin of an account is made of. */
export function collateralRow(world: World, account: SimAccount) {
  const margin = world.margin(account);
  const free = margin.equity - margin.initial;
  const available = free > 0n ? free : 0n;
  let exposure = 0n;
  for (const [symbol, holding] of account.holdings) {
    const { market, mark } = world.records.market(symbol);
    exposure += notional(market, mark, Math.abs(exposedLots(holding)));
  }
  const cash = formatMoney(margin.cash);
  return {
    assetsValue: cash,
    borrowLiability: '0',
    collateral: [
      {
        symbol: QUOTE,
        ...{ assetMarkPrice: '1', totalQuantity: cash, balanceNotional: cash },
        ...{ collateralWeight: '1', collateralValue: cash, openOrderQuantity: '0' },
        ...{ lendQuantity: '0', availableQuantity: formatMoney(available) },
      },
    ],
    imf: share(margin.initial, exposure),
    mmf: share(margin.maintenance, margin.exposure),
    marginFraction: margin.exposure === 0n ? null : share(margin.equity, margin.exposure),
    netEquity: formatMoney(margin.equity),
    netEquityAvailable: formatMoney(available),
    netEquityLocked: formatMoney(margin.equity - available),
    netExposureFutures: formatMoney(exposure),
    pnlUnrealized: formatMoney(margin.unrealised),
    liabilitiesValue: '0',
    unsettledEquity: '0',
  };
}

/** Settings and rates of an account; fees in basis points. */
export function accountRow(world: World, account: SimAccount) {
  const { facts } = account;
  const alive = account.alive(null);
  const [usual] = world.records.markets.values();
  const maker = facts.maker_fee ?? usual?.market.maker_fee;
  const taker = facts.taker_fee ?? usual?.market.taker_fee;
  return {
    ...{ autoBorrowSettlements: false, autoLend: false, autoRealizePnl: false },
    ...{ autoRepayBorrows: false, borrowLimit: '0', positionLimit: '0', liquidating: false },
    futuresMakerFee: basisPoints(maker),
    futuresTakerFee: basisPoints(taker),
    spotMakerFee: '8',
    spotTakerFee: '10',
    leverageLimit: String(facts.leverage ?? MOST_LEVERAGE),
    limitOrders: alive.filter(({ status }) => status === 'open').length,
    triggerOrders: alive.filter(({ status }) => status === 'waiting').length,
  };
}

export function functionRow(rule: SimMarket['spec']['initial']) {
  if (rule === null || rule.kind !== 'sqrt') return { type: 'sqrt', base: '0', factor: '0' };
  return { type: 'sqrt', base: rule.base, factor: rule.factor };
}

/** Lots of a position with the resting orders that would make it larger. */
export function exposedLots({ sums, book }: Holding): number {
  let buys = 0;
  let sells = 0;
  for (const { side, lots, filled } of book.all()) {
    if (side === 'buy') buys += lots - filled;
    else sells += lots - filled;
  }
  const long = sums.lots + buys;
  const short = sums.lots - sells;
  return long >= -short ? long : short;
}

/** The price at which closing brings back what fees and funding have cost. */
function breakEven({ sums, market }: Holding): string {
  const { lots, cost, fees, funding } = sums;
  if (lots === 0) return '0';
  const paid = fees - funding;
  const needed = lots > 0 ? cost + paid : cost - paid;
  const { digits, scale } = market.lot;
  const units = BigInt(Math.abs(lots)) * digits;
  return formatMoney(divideRounded(needed * 10n ** BigInt(scale), units));
}

function basisPoints(rate: Decimal | undefined): string {
  return rate === undefined ? '0' : formatDecimal(rate.digits * 10_000n, rate.scale);
}

/** a / b as decimal text; "0" when b is. */
function share(a: Money, b: Money): string {
  return b === 0n ? '0' : formatMoney(divideRounded(a * ONE, b));
}
