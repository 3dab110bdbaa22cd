/** The whole truth about an account of a loopback venue, for referees to compare books with. */
import { formatMoney } from '../../contract/decimal.ts';
import { priceText, sizeText } from '../../contract/market.ts';
import { entryPrice } from '../matching/account.ts';
import type { SimAccount } from './account.ts';
import type { SimFill, SimOrder } from './orders.ts';
import type { World } from './world.ts';

/** Decimals as text, money exact, sizes of positions signed. */
export function accountFacts(world: World, account: SimAccount) {
  const { cash, equity } = world.margin(account);
  return {
    name: account.name,
    cash: formatMoney(cash),
    equity: formatMoney(equity),
    positions: [...account.holdings].map(([symbol, { sums, market }]) => ({
      symbol,
      size: sizeText(market, sums.lots),
      entry_price: entryPrice(market, sums),
      realised: formatMoney(sums.realised),
      fees: formatMoney(sums.fees),
      funding: formatMoney(sums.funding),
    })),
    open_orders: account.alive(null).map((order) => orderFacts(world, order)),
    fills: account.fills.map((fill) => fillFacts(world, fill)),
    payments: account.payments.map(({ id, symbol, amount, at_ms }) => ({
      ...{ id, symbol, amount: formatMoney(amount), at_ms },
    })),
  };
}

function orderFacts(world: World, order: SimOrder) {
  const { id, symbol, client_id, side, ticks, lots, filled, status } = order;
  const { market } = world.records.market(symbol);
  return {
    ...{ id, symbol, client_id, side, status },
    price: ticks === null ? null : priceText(market, ticks),
    size: sizeText(market, lots),
    filled: sizeText(market, filled),
  };
}

function fillFacts(world: World, fill: SimFill) {
  const { id, symbol, order_id, client_id, side, ticks, lots, fee, maker, origin, at_ms } = fill;
  const { market } = world.records.market(symbol);
  return {
    ...{ id, symbol, order_id, client_id, side, maker, origin, at_ms },
    price: priceText(market, ticks),
    size: sizeText(market, lots),
    fee: formatMoney(fee),
  };
}
