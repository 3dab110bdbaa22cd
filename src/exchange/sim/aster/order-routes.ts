/** Orders at the simulated Aster: place, change, cancel, look up, one by one and in batches. */
import type { SimAccount } from '../account.ts';
import { isAlive } from '../desk.ts';
import type { SimMarket } from '../market.ts';
import type { SimOrder } from '../orders.ts';
import { AsterError, refusal } from './aster-error.ts';
import { acknowledgement, answerBody, orderBody, tradeBody } from './order-body.ts';
import { readChange, readOrderName, readOrderRequest, worded } from './order-request.ts';
import type { OrderName } from './order-request.ts';
import { RequestParams } from './request-params.ts';
import { limitOf, marketIfAny, marketOf, pageOf, rangeOf } from './route.ts';
import type { Route, SignedCall } from './route.ts';

const BOTH = [1, 3];
const WEEK_MS = 7 * 86_400_000;
/** Most orders in one call. */
const MOST_PLACED = 5;
const MOST_CANCELLED = 10;
/** Timers end at some time. */
const LONGEST_COUNTDOWN_MS = 86_400_000;

export const ORDER_ROUTES: readonly Route[] = [
  trade('POST', 'order', 1, (call) => {
    count(call, 1);
    return place(call, call.params);
  }),
  trade('PUT', 'order', 1, (call) => change(call, call.params), [3]),
  trade('DELETE', 'order', 1, (call) => cancel(call, marketOf(call), readOrderName(call.params))),
  trade('POST', 'batchOrders', 5, (call) => {
    const entries = batchOf(call);
    count(call, entries.length);
    return entries.map((entry) => settle(() => place(call, entry)));
  }),
  trade('PUT', 'batchOrders', 5, (call) => {
    return batchOf(call).map((entry) => settle(() => change(call, entry)));
  }, [3]),
  trade('DELETE', 'batchOrders', 1, cancelBatch),
  trade('DELETE', 'allOpenOrders', 1, (call) => {
    const { desk, account } = call;
    const { symbol } = marketOf(call);
    for (const order of account.alive(symbol)) desk.world.desk.cancel(account, order);
    return { code: '200', msg: 'The operation of cancel all open order is done.' };
  }),
  trade('POST', 'countdownCancelAll', 10, countdown),
  trade('POST', 'noop', 1, () => ({ code: 200, msg: 'success' }), [3]),
  ask('order', 1, (call) => {
    const sim = marketOf(call);
    const order = find(call, sim, readOrderName(call.params));
    const known = order !== null && !isForgotten(order, call.now_ms);
    if (!known || !isListed(call, order.at_ms)) throw refusal('NO_SUCH_ORDER');
    return orderBody(sim.market, order);
  }),
  ask('openOrder', 1, (call) => {
    const sim = marketOf(call);
    const order = find(call, sim, readOrderName(call.params));
    if (order === null || !isAlive(order) || !isListed(call, order.at_ms)) {
      throw refusal('NO_SUCH_ORDER');
    }
    return orderBody(sim.market, order);
  }),
  ask('openOrders', (params) => (params.text('symbol') === null ? 40 : 1), (call) => {
    const symbol = marketIfAny(call)?.symbol ?? null;
    const seen = call.desk.world.listedAlive(call.account, symbol);
    return seen.map((order) => orderBody(marketNamed(call, order.symbol).market, order));
  }),
  ask('allOrders', 5, allOrders),
  ask('userTrades', 5, userTrades),
];

type Answer = (call: SignedCall) => unknown;

function trade(
  method: Route['method'],
  path: string,
  weight: Route['weight'],
  answer: Answer,
  versions: readonly number[] = BOTH,
): Route {
  return { method, path, versions, weight, security: 'trade', answer };
}

function ask(path: string, weight: Route['weight'], answer: Answer): Route {
  return { method: 'GET', path, versions: BOTH, weight, security: 'signed', answer };
}

/** Counts orders against the account's own limit. */
function count({ desk, account, now_ms, header }: SignedCall, orders: number): void {
  const used = desk.limits.countOrders(account.name, orders, now_ms);
  header('X-MBX-ORDER-COUNT-1M', String(used));
}

function place(call: SignedCall, params: RequestParams): Readonly<Record<string, unknown>> {
  const { desk, account } = call;
  const sim = marketNamed(call, params.needText('symbol'));
  checkSide(call, params);
  // A share of the fee for somebody else is never agreed to here.
  for (const name of ['builder', 'feeRate']) {
    if (params.text(name) !== null) throw new AsterError(-2031, 'Invalid builder parameter.', 400);
  }
  const { ask: asked, full } = readOrderRequest(params, sim, desk.crossing);
  const placed = desk.world.desk.place(account, asked);
  if (!placed.ok) throw worded(placed.refused, sim);
  const { order } = placed;
  return full ? answerBody(sim.market, order) : acknowledgement(sim.market, order);
}

/** One-way accounts trade both sides in one position. */
function checkSide({ desk, account }: SignedCall, params: RequestParams): void {
  const side = params.choice('positionSide', ['BOTH', 'LONG', 'SHORT']) ?? 'BOTH';
  if (side !== 'BOTH' || desk.hedged.has(account.name)) throw refusal('POSITION_SIDE_MISMATCH');
}

function change(call: SignedCall, params: RequestParams): Readonly<Record<string, unknown>> {
  const { desk, account } = call;
  const sim = marketNamed(call, params.needText('symbol'));
  const order = find(call, sim, readOrderName(params));
  if (order === null || !isAlive(order)) throw refusal('NO_SUCH_ORDER');
  if (order.status === 'waiting' || order.ticks === null) throw refusal('INVALID_ORDER_TYPE');
  const { price, size } = readChange(params, sim, order.side);
  const changed = desk.world.desk.amend(account, order, price, size);
  if (!changed.ok) throw worded(changed.refused, sim);
  return answerBody(sim.market, changed.order);
}

function cancel(
  call: SignedCall,
  sim: SimMarket,
  name: OrderName,
): Readonly<Record<string, unknown>> {
  const order = find(call, sim, name);
  const cancelled = order === null ? null : call.desk.world.desk.cancel(call.account, order);
  if (cancelled === null) throw refusal('CANCEL_REJECTED');
  return answerBody(sim.market, cancelled);
}

function cancelBatch(call: SignedCall): unknown {
  const { params } = call;
  const sim = marketOf(call);
  const ids = params.text('orderIdList');
  const names = params.text('origClientOrderIdList');
  if (ids === null && names === null) {
    throw refusal('MISSING_EITHER', 'orderIdList', 'origClientOrderIdList');
  }
  const asked: readonly OrderName[] =
    ids === null
      ? readList(names ?? '', 'origClientOrderIdList').map((client_id) => nameOf(null, client_id))
      : readList(ids, 'orderIdList').map((id) => nameOf(Number(id), null));
  if (asked.length > MOST_CANCELLED) throw refusal('TOO_MANY_CANCELS');
  return asked.map((name) => settle(() => cancel(call, sim, name)));
}

function nameOf(id: number | null, client_id: string | null): OrderName {
  return { id, client_id };
}

function countdown(call: SignedCall): unknown {
  const { desk, account, params, now_ms } = call;
  const { symbol } = marketOf(call);
  const wait = params.needWhole('countdownTime');
  if (wait > LONGEST_COUNTDOWN_MS) throw refusal('INVALID_PARAMETER', 'countdownTime');
  const { [symbol]: _before, ...others } = account.facts.dead_men;
  const dead_men = wait === 0 ? others : { ...others, [symbol]: now_ms + wait };
  desk.world.setFacts(account, { dead_men });
  return { symbol, countdownTime: String(wait) };
}

function allOrders(call: SignedCall): unknown {
  const { account, params, now_ms } = call;
  const sim = marketOf(call);
  const first = params.whole('orderId');
  const range = rangeOf(call, WEEK_MS);
  const isAsked = (order: SimOrder) =>
    first === null
      ? order.at_ms >= range.from_ms && order.at_ms <= range.to_ms
      : order.id >= first;
  const found = ordersOf(account, sim).filter(
    (order) => isAsked(order) && !isForgotten(order, now_ms) && isListed(call, order.at_ms),
  );
  const page = pageOf(found, first === null && range.open, limitOf(call, 500, 1000));
  return page.map((order) => orderBody(sim.market, order));
}

function userTrades(call: SignedCall): unknown {
  const { account, params } = call;
  const sim = marketOf(call);
  const first = params.whole('fromId');
  const timed = params.text('startTime') !== null || params.text('endTime') !== null;
  if (first !== null && timed) throw refusal('BAD_COMBINATION');
  const range = rangeOf(call, WEEK_MS);
  const found = account.fills.filter((fill) => {
    if (fill.symbol !== sim.symbol || !isListed(call, fill.at_ms)) return false;
    if (first !== null) return fill.id >= first;
    return fill.at_ms >= range.from_ms && fill.at_ms <= range.to_ms;
  });
  const page = pageOf(found, first === null && range.open, limitOf(call, 500, 1000));
  return page.map((fill) => tradeBody(sim.market, fill));
}

function ordersOf(account: SimAccount, { symbol }: SimMarket): readonly SimOrder[] {
  return [...account.orders.values()].filter((order) => order.symbol === symbol);
}

/** An order of this symbol; null: none is known by that name. */
function find(
  { account }: SignedCall,
  { symbol }: SimMarket,
  { id, client_id }: OrderName,
): SimOrder | null {
  const order =
    id === null ? account.named(client_id ?? '') : (account.orders.get(id) ?? null);
  if (order === null || order.symbol !== symbol) return null;
  return order;
}

/** Whether listings show by now what happened at a moment. */
function isListed({ desk, now_ms }: SignedCall, at_ms: number): boolean {
  return at_ms <= now_ms - desk.world.troubles.listing_lag_ms;
}

/** Orders that ended without a trade are forgotten after a week. */
function isForgotten({ status, filled, at_ms }: SimOrder, now_ms: number): boolean {
  const ended = status === 'cancelled' || status === 'expired';
  return ended && filled === 0 && at_ms + WEEK_MS < now_ms;
}

function marketNamed({ desk }: SignedCall, symbol: string): SimMarket {
  const sim = desk.world.market(symbol);
  if (sim === null) throw refusal('BAD_SYMBOL');
  return sim;
}

/** The orders of a batch. */
function batchOf({ params }: SignedCall): readonly RequestParams[] {
  const entries = readArray(params.needText('batchOrders'), 'batchOrders');
  if (entries.length === 0 || entries.length > MOST_PLACED) {
    throw refusal('BAD_BATCH_SIZE', entries.length);
  }
  return entries.map((entry) => {
    if (typeof entry !== 'object' || entry === null) {
      throw refusal('INVALID_PARAMETER', 'batchOrders');
    }
    return RequestParams.of(entry as Readonly<Record<string, unknown>>);
  });
}

function readList(text: string, name: string): readonly string[] {
  return readArray(text, name).map(String);
}

function readArray(text: string, name: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value as readonly unknown[];
  } catch {
    // It is refused below, as everything else that is no list.
  }
  throw refusal('INVALID_PARAMETER', name);
}

/** What became of one of a batch: its body, or why not. */
function settle(act: () => Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AsterError)) throw error;
    return { ...error.body };
  }
}
