/**
 * Accounts as the simulated Aster writes them: balance, margin, positions, income, for answers and
 * the user stream. Figures are exact where the venue would round to eight decimals. Pure.
 */
import { formatMoney } from '../../../contract/decimal.ts';
import type { Money } from '../../../contract/decimal.ts';
import { maintenanceMargin, notional, priceText, sizeText } from '../../../contract/market.ts';
import { entryPrice } from '../../matching/account.ts';
import type { SimAccount } from '../account.ts';
import { leverageOf, liquidationPrice, unrealisedOf } from '../margin.ts';
import type { MarketOf, MarginState } from '../margin.ts';
import type { SimMarket } from '../market.ts';
import type { SimFill, SimPayment } from '../orders.ts';
import { BRACKETS, NO_CAP, QUOTE, notionalCap } from './symbol-list.ts';

type Body = Readonly<Record<string, unknown>>;

/** `balance`. */
export function balanceBody(account: SimAccount, margin: MarginState, now_ms: number): Body {
  const cash = formatMoney(margin.cash);
  const free = formatMoney(freeOf(margin));
  return {
    accountAlias: aliasOf(account),
    asset: QUOTE,
    balance: cash,
    crossWalletBalance: cash,
    crossUnPnl: formatMoney(margin.unrealised),
    availableBalance: free,
    maxWithdrawAmount: free,
    marginAvailable: true,
    updateTime: now_ms,
  };
}

/** `account`; `markets`: those whose positions are listed. */
export function accountBody(
  account: SimAccount,
  margin: MarginState,
  markets: readonly SimMarket[],
  now_ms: number,
): Body {
  const cash = formatMoney(margin.cash);
  const unrealised = formatMoney(margin.unrealised);
  const free = formatMoney(freeOf(margin));
  const orders = formatMoney(margin.initial - margin.position_initial);
  return {
    feeTier: 0,
    canTrade: account.facts.can_trade,
    canDeposit: true,
    canWithdraw: true,
    updateTime: 0,
    totalInitialMargin: formatMoney(margin.initial),
    totalMaintMargin: formatMoney(margin.maintenance),
    totalWalletBalance: cash,
    totalUnrealizedProfit: unrealised,
    totalMarginBalance: formatMoney(margin.equity),
    totalPositionInitialMargin: formatMoney(margin.position_initial),
    totalOpenOrderInitialMargin: orders,
    totalCrossWalletBalance: cash,
    totalCrossUnPnl: unrealised,
    availableBalance: free,
    maxWithdrawAmount: free,
    assets: [
      {
        asset: QUOTE,
        walletBalance: cash,
        unrealizedProfit: unrealised,
        marginBalance: formatMoney(margin.equity),
        maintMargin: formatMoney(margin.maintenance),
        initialMargin: formatMoney(margin.initial),
        positionInitialMargin: formatMoney(margin.position_initial),
        openOrderInitialMargin: orders,
        crossWalletBalance: cash,
        crossUnPnl: unrealised,
        availableBalance: free,
        maxWithdrawAmount: free,
        marginAvailable: true,
        updateTime: now_ms,
      },
    ],
    positions: markets.map((sim) => accountPosition(account, sim, now_ms)),
  };
}

function accountPosition(account: SimAccount, sim: SimMarket, now_ms: number): Body {
  const { leverage, size, entry, unrealised, initial, maintenance } = figuresOf(account, sim);
  return {
    symbol: sim.symbol,
    initialMargin: initial,
    maintMargin: maintenance,
    unrealizedProfit: unrealised,
    positionInitialMargin: initial,
    openOrderInitialMargin: '0',
    leverage: String(leverage),
    isolated: false,
    entryPrice: entry,
    maxNotional: notionalCap(leverage),
    positionSide: 'BOTH',
    positionAmt: size,
    updateTime: size === '0' ? 0 : now_ms,
  };
}

/** One of `positionRisk`. */
export function positionBody(
  account: SimAccount,
  sim: SimMarket,
  marketOf: MarketOf,
  now_ms: number,
): Body {
  const { leverage, size, entry, unrealised } = figuresOf(account, sim);
  const liquidation = liquidationPrice(account, sim, marketOf);
  return {
    symbol: sim.symbol,
    positionAmt: size,
    entryPrice: entry,
    markPrice: priceText(sim.market, sim.mark),
    unRealizedProfit: unrealised,
    liquidationPrice: liquidation === null ? '0' : priceText(sim.market, liquidation),
    leverage: String(leverage),
    maxNotionalValue: notionalCap(leverage),
    marginType: 'cross',
    isolatedMargin: '0.00000000',
    isAutoAddMargin: 'false',
    positionSide: 'BOTH',
    updateTime: size === '0' ? 0 : now_ms,
  };
}

/** `ACCOUNT_UPDATE` after an execution on `sim`. */
export function executionEvent(account: SimAccount, sim: SimMarket, now_ms: number): Body {
  const { size, entry, unrealised } = figuresOf(account, sim);
  const realised = account.holdings.get(sim.symbol)?.sums.realised ?? 0n;
  const position = {
    ...{ s: sim.symbol, pa: size, ep: entry, cr: formatMoney(realised), up: unrealised },
    ...{ mt: 'cross', iw: '0.00000000', ps: 'BOTH' },
  };
  return accountEvent('ORDER', account, 0n, [position], now_ms);
}

/** `ACCOUNT_UPDATE` after a funding payment. */
export function fundingEvent(account: SimAccount, payment: SimPayment, now_ms: number): Body {
  return accountEvent('FUNDING_FEE', account, payment.amount, [], now_ms);
}

function accountEvent(
  m: string,
  account: SimAccount,
  change: Money,
  P: readonly Body[],
  now_ms: number,
): Body {
  const cash = formatMoney(account.cash);
  const B = [{ a: QUOTE, wb: cash, cw: cash, bc: formatMoney(change) }];
  return { e: 'ACCOUNT_UPDATE', E: now_ms, T: now_ms, a: { m, B, P } };
}

/** One line of `income`. */
export interface Income {
  readonly symbol: string;
  readonly type: 'TRANSFER' | 'REALIZED_PNL' | 'COMMISSION' | 'FUNDING_FEE';
  readonly amount: Money;
  readonly at_ms: number;
  /** Unique within the type. */
  readonly id: number;
  readonly trade_id: number | null;
}

/** Everything that changed the account's cash, oldest first. */
export function incomeOf(account: SimAccount): readonly Income[] {
  const fills = account.fills.flatMap(incomeOfFill);
  const payments = account.payments.map(({ symbol, amount, at_ms, id }): Income => {
    return { symbol, type: 'FUNDING_FEE', amount, at_ms, id, trade_id: null };
  });
  return [...fills, ...payments].sort((a, b) => a.at_ms - b.at_ms || a.id - b.id);
}

function incomeOfFill({ symbol, id, at_ms, fee, realised }: SimFill): readonly Income[] {
  const common = { symbol, at_ms, id, trade_id: id };
  const paid: Income = { ...common, type: 'COMMISSION', amount: -fee };
  return realised === 0n ? [paid] : [paid, { ...common, type: 'REALIZED_PNL', amount: realised }];
}

export function incomeBody({ symbol, type, amount, at_ms, id, trade_id }: Income): Body {
  return {
    symbol,
    incomeType: type,
    income: formatMoney(amount),
    asset: QUOTE,
    info: type,
    time: at_ms,
    tranId: String(id),
    tradeId: trade_id === null ? '' : String(trade_id),
  };
}

/** `leverageBracket` of one symbol. */
export function bracketBody(sim: SimMarket): Body {
  return {
    symbol: sim.symbol,
    brackets: BRACKETS.map(({ leverage, floor, cap, rate, cum }, index) => ({
      bracket: index + 1,
      initialLeverage: leverage,
      notionalCap: Number(cap ?? NO_CAP),
      notionalFloor: Number(floor),
      maintMarginRatio: Number(rate),
      cum: Number(cum),
    })),
  };
}

/** The code by which the venue tells accounts apart. */
export function aliasOf({ facts }: SimAccount): string {
  return `sim${facts.number}`;
}

interface Figures {
  readonly leverage: number;
  readonly size: string;
  readonly entry: string;
  readonly unrealised: string;
  readonly initial: string;
  readonly maintenance: string;
}

function figuresOf(account: SimAccount, sim: SimMarket): Figures {
  const holding = account.holdings.get(sim.symbol);
  const leverage = leverageOf(account, sim);
  if (holding === undefined || holding.sums.lots === 0) {
    const none = { size: '0', entry: '0.0', unrealised: '0', initial: '0', maintenance: '0' };
    return { leverage, ...none };
  }
  const { market, sums } = holding;
  const value = notional(market, sim.mark, Math.abs(sums.lots));
  return {
    leverage,
    size: sizeText(market, sums.lots),
    entry: entryPrice(market, sums) ?? '0.0',
    unrealised: formatMoney(unrealisedOf(holding, sim.mark)),
    initial: formatMoney(sim.initialMargin(value, leverage)),
    maintenance: formatMoney(maintenanceMargin(market, value)),
  };
}

/** What may still be used as margin or taken out; never below zero. */
function freeOf({ equity, initial }: MarginState): Money {
  return equity > initial ? equity - initial : 0n;
}
