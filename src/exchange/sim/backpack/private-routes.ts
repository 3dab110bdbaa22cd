/** What Backpack answers about one account, and the orders it takes from it. */
import { formatMoney } from '../../../contract/decimal.ts';
import { notional, priceText, sizeText, ticksOf } from '../../../contract/market.ts';
import type { SimAccount } from '../account.ts';
import { isAlive } from '../desk.ts';
import { leverageOf } from '../margin.ts';
import type { SimOrder } from '../orders.ts';
import type { World } from '../world.ts';
import { MOST_LEVERAGE, accountRow, collateralRow, positionRows } from './account-words.ts';
import { ApiError, badRequest, naiveTime, refusalError, unknownSymbol } from './answers.ts';
import { fillRow, historyRow, orderRow } from './order-words.ts';
import { objectOf, orderAsk, orderMeant, word } from './payload.ts';
import type { Payload } from './payload.ts';
import { page } from './public-routes.ts';
import type { Query } from './public-routes.ts';
import { QUOTE } from './specs.ts';

const MOST_ROWS = 1000;
const USUAL_ROWS = 100;
const DIRECTIONS = ['Asc', 'Desc'] as const;

/** A signed request: its instruction, and how it is answered. `undefined`: without a body. */
export interface PrivateRoute {
  readonly instruction: string;
  readonly answer: (account: SimAccount, query: Query, body: string) => unknown;
}

/** The routes with a key, by method and path. */
export function privateRoutes(
  world: World,
  crossing: 'refuse' | 'expire',
): Readonly<Record<string, PrivateRoute>> {
  return {
    ...tradingRoutes(world, crossing),
    ...historyRoutes(world),
    'GET /api/v1/account': {
      instruction: 'accountQuery',
      answer: (account) => accountRow(world, account),
    },
    'PATCH /api/v1/account': {
      instruction: 'accountUpdate',
      answer: (account, _query, body) => updateAccount(world, account, objectOf(body)),
    },
    'GET /api/v1/account/limits/order': {
      instruction: 'maxOrderQuantity',
      answer: (account, query) => orderLimit(world, account, query),
    },
    'GET /api/v1/capital': {
      instruction: 'balanceQuery',
      answer: (account) => ({
        [QUOTE]: { available: formatMoney(account.cash), locked: '0', staked: '0' },
      }),
    },
    'GET /api/v1/capital/collateral': {
      instruction: 'collateralQuery',
      answer: (account) => collateralRow(world, account),
    },
    'GET /api/v1/position': {
      instruction: 'positionQuery',
      answer: (account, { symbol }) => {
        if (symbol !== undefined && world.market(symbol) === null) throw unknownSymbol();
        const rows = positionRows(world, account, symbol ?? null);
        if (symbol === undefined || rows.length > 0) return rows;
        throw new ApiError(404, 'RESOURCE_NOT_FOUND', 'Position not found');
      },
    },
  };
}

function tradingRoutes(
  world: World,
  crossing: 'refuse' | 'expire',
): Readonly<Record<string, PrivateRoute>> {
  const row = (order: SimOrder) => orderRow(world.records.market(order.symbol).market, order);
  const place = (account: SimAccount, payload: Payload): unknown => {
    const ask = orderAsk(payload, crossing);
    if (world.market(ask.symbol) === null) throw unknownSymbol();
    const placed = world.desk.place(account, ask);
    if (!placed.ok) throw refusalError(placed.refused);
    return row(account.order(placed.order.id));
  };
  return {
    'POST /api/v1/order': {
      instruction: 'orderExecute',
      answer: (account, _query, body) => place(account, objectOf(body)),
    },
    'GET /api/v1/order': {
      instruction: 'orderQuery',
      answer: (account, query) => {
        const order = meant(account, query);
        if (order === null || !isListed(world, order.at_ms)) throw notFound(404);
        return row(order);
      },
    },
    'GET /api/v1/orders': {
      instruction: 'orderQueryAll',
      answer: (account, { symbol }) => {
        if (symbol !== undefined && world.market(symbol) === null) throw unknownSymbol();
        return world.listedAlive(account, symbol ?? null).map(row);
      },
    },
    'DELETE /api/v1/order': {
      instruction: 'orderCancel',
      answer: (account, _query, body) => {
        const order = meant(account, objectOf(body));
        if (order === null) throw notFound(400);
        const { slow_cancel_ms } = world.troubles;
        if (slow_cancel_ms > 0) {
          world.later(slow_cancel_ms, () => void world.desk.cancel(account, order));
          return undefined;
        }
        return row(world.desk.cancel(account, order) ?? order);
      },
    },
    'DELETE /api/v1/orders': {
      instruction: 'orderCancelAll',
      answer: (account, _query, body) => cancelAll(world, account, objectOf(body)).map(row),
    },
  };
}

/** One order of a batch: an error is an item, not the answer. */
export function batchItem(answer: () => unknown): unknown {
  try {
    return { operation: 'Ok', ...(answer() as object) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { operation: 'Err', code: error.code, message: error.message };
  }
}

function historyRoutes(world: World): Readonly<Record<string, PrivateRoute>> {
  const marketOf = (symbol: string) => world.records.market(symbol).market;
  return {
    'GET /wapi/v1/history/fills': {
      instruction: 'fillHistoryQueryAll',
      answer: (account, query) => {
        const from = moment(query, 'from', 0);
        const to = moment(query, 'to', Number.MAX_SAFE_INTEGER);
        const { orderId, symbol, fillType } = query;
        const found = account.fills.filter(
          (fill) =>
            fill.at_ms >= from &&
            fill.at_ms <= to &&
            (orderId === undefined || String(fill.order_id) === orderId) &&
            (symbol === undefined || fill.symbol === symbol) &&
            (fillType !== 'User' || fill.origin === 'user') &&
            isListed(world, fill.at_ms),
        );
        return paged(found, query).map((fill) => fillRow(marketOf(fill.symbol), fill));
      },
    },
    'GET /wapi/v1/history/orders': {
      instruction: 'orderHistoryQueryAll',
      answer: (account, query) => {
        const { orderId, symbol } = query;
        const found = [...account.orders.values()].filter(
          (order) =>
            (orderId === undefined || String(order.id) === orderId) &&
            (symbol === undefined || order.symbol === symbol) &&
            isListed(world, order.at_ms),
        );
        return paged(found, query).map((order) => historyRow(marketOf(order.symbol), order));
      },
    },
    'GET /wapi/v1/history/funding': {
      instruction: 'fundingHistoryQueryAll',
      answer: (account, query) => {
        const { symbol } = query;
        const found = account.payments.filter(
          (payment) => symbol === undefined || payment.symbol === symbol,
        );
        return paged(found, query).map((payment) => ({
          userId: account.facts.number,
          subaccountId: 0,
          symbol: payment.symbol,
          quantity: formatMoney(payment.amount),
          intervalEndTimestamp: naiveTime(payment.at_ms).slice(0, 19),
          fundingRate: payment.rate,
        }));
      },
    },
    'GET /wapi/v1/history/settlement': { ...nothing('settlementHistoryQueryAll') },
    'GET /wapi/v1/history/interest': { ...nothing('interestHistoryQueryAll') },
    'GET /wapi/v1/history/strategies': { ...nothing('strategyHistoryQueryAll') },
    'GET /wapi/v1/history/position': { ...nothing('positionHistoryQueryAll') },
  };
}

/** A history in which this venue never has anything. */
function nothing(instruction: string): PrivateRoute {
  return { instruction, answer: () => [] };
}

/** The order that rests or waits under an id; null when none does. */
function meant(account: SimAccount, fields: Payload): SimOrder | null {
  const { symbol, orderId, clientId } = orderMeant(fields);
  const found =
    orderId === null ? account.named(clientId ?? '') : account.orders.get(Number(orderId));
  if (found === undefined || found === null) return null;
  return found.symbol === symbol && isAlive(found) ? found : null;
}

function cancelAll(world: World, account: SimAccount, fields: Payload): readonly SimOrder[] {
  const { symbol, orderType } = fields;
  if (typeof symbol !== 'string' || world.market(symbol) === null) throw unknownSymbol();
  const kinds = ['RestingLimitOrder', 'ConditionalOrder'];
  const kind = orderType === undefined ? null : word(fields, 'orderType', kinds);
  const status = kind === 'ConditionalOrder' ? 'waiting' : 'open';
  return account
    .alive(symbol)
    .filter((order) => kind === null || order.status === status)
    .flatMap((order) => world.desk.cancel(account, order) ?? []);
}

function updateAccount(world: World, account: SimAccount, fields: Payload): undefined {
  const { leverageLimit } = fields;
  if (leverageLimit === undefined) return undefined;
  const leverage = Number(leverageLimit);
  if (!Number.isInteger(leverage) || leverage < 1 || leverage > MOST_LEVERAGE) {
    throw new ApiError(400, 'MAX_LEVERAGE_REACHED', `Leverage is 1 to ${MOST_LEVERAGE}`);
  }
  world.setFacts(account, { leverage });
  return undefined;
}

/** The largest order that the margin still allows. */
function orderLimit(world: World, account: SimAccount, query: Query): unknown {
  const { symbol = '', side = '', price } = query;
  const sim = world.market(symbol);
  if (sim === null) throw unknownSymbol();
  word(query, 'side', ['Bid', 'Ask']);
  const ticks = price === undefined ? sim.present : ticksOf(sim.market, price);
  if (ticks === null || ticks <= 0) throw badRequest('Invalid price');
  const { equity, initial } = world.margin(account);
  const free = equity > initial ? equity - initial : 0n;
  const most = free * BigInt(leverageOf(account, sim));
  const lots = Number(most / notional(sim.market, ticks, 1));
  const maxOrderQuantity = sizeText(sim.market, lots);
  return { symbol, side, price: price ?? priceText(sim.market, ticks), maxOrderQuantity };
}

/** Whether listings show by now what happened at a moment. */
function isListed(world: World, at_ms: number): boolean {
  const { listing_lag_ms } = world.troubles;
  return listing_lag_ms === 0 || at_ms <= world.now() - listing_lag_ms;
}

/** The rows of a page: newest first unless `Asc` is asked for. */
function paged<T>(rows: readonly T[], query: Query): readonly T[] {
  const { limit, offset } = page(query, USUAL_ROWS, MOST_ROWS);
  const isAscending =
    query['sortDirection'] !== undefined && word(query, 'sortDirection', DIRECTIONS) === 'Asc';
  const sorted = isAscending ? rows : [...rows].reverse();
  return sorted.slice(offset, offset + limit);
}

function moment(query: Query, name: string, usual: number): number {
  const value = query[name];
  if (value === undefined) return usual;
  if (!/^\d{1,16}$/.test(value)) throw badRequest(`Invalid ${name}`);
  return Number(value);
}

function notFound(status: number): ApiError {
  return new ApiError(status, 'RESOURCE_NOT_FOUND', 'Order not found');
}
