/**
 * The figures and their audit. Invariant: total (cash and position x mark) = grid profit (cycles)
 * + unpaired (open inventory and results outside cycles), each from sums of its own, exactly.
 */
import type { Money } from '../contract/decimal.ts';
import { formatMoney } from '../contract/decimal.ts';
import type { Market } from '../contract/market.ts';
import { notional } from '../contract/market.ts';
import type { GridState } from './state.ts';
import { carryLots, gapLots } from './state.ts';
import type { GridFigures } from './types.ts';

/** Figures at a mark price in ticks. */
export function figures(market: Market, state: GridState, markTicks: number): GridFigures {
  const { books } = state;
  return {
    position_lots: books.position_lots,
    grid_profit: books.grid_profit,
    unpaired: unpairedAt(market, state, markTicks),
    total: books.cash + notional(market, markTicks, books.position_lots),
    fees: books.fees,
    funding: books.funding,
    cycles: books.cycles,
    carry_lots: carryLots(state),
    open_orders: state.orders.length,
  };
}

/** Null while the books agree; else one sentence that names the breach and both figures. */
export function auditIdentity(market: Market, state: GridState, markTicks: number): string | null {
  const held = state.gaps.reduce((sum, gap) => sum + gapLots(gap), 0) + carryLots(state);
  if (held !== state.books.position_lots) {
    return `fills give a position of ${state.books.position_lots} lots, parcels ${held}`;
  }
  const { total, grid_profit: profit, unpaired } = figures(market, state, markTicks);
  if (total === profit + unpaired) return null;
  const sum = formatMoney(profit + unpaired);
  return `total ${formatMoney(total)} is not grid profit + unpaired ${sum}`;
}

function unpairedAt(market: Market, state: GridState, markTicks: number): Money {
  const { differences, closed_result: closed, funding } = state.books;
  let sum = differences + closed + funding;
  for (const { buy, sell } of state.gaps) {
    if (buy.lots === 0 && sell.lots === 0) continue;
    sum += sell.quote - buy.quote - buy.fee - sell.fee;
    sum += notional(market, markTicks, buy.lots - sell.lots);
  }
  for (const { lots, quote, fee } of state.carry) {
    sum += (lots > 0 ? -quote : quote) - fee + notional(market, markTicks, lots);
  }
  return sum;
}
