/**
 * Every route of Aster's that this client knows, with the weight the venue gives it: nothing else
 * is ever sent. No route and no parameter names a builder, so no order pays one.
 */

/** What an address may send a minute, in the venue's weights, and an account, in orders. */
export const WEIGHT_PER_MINUTE = 2400;
export const ORDERS_PER_MINUTE = 1200;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** `proof`: how the sender is shown; `stream`: older keys only name themselves. */
export interface Route {
  readonly method: Method;
  /** After "/fapi/v3/" or "/fapi/v1/". */
  readonly path: string;
  /** Where the older generation has it under another number than 1. */
  readonly v1?: string;
  readonly proof: 'none' | 'signed' | 'stream';
  readonly weight: number;
}

function ask(path: string, weight: number, proof: Route['proof'] = 'signed'): Route {
  return { method: 'GET', path, proof, weight };
}

export const ROUTES = {
  time: ask('time', 1, 'none'),
  exchangeInfo: ask('exchangeInfo', 1, 'none'),
  premiumIndex: ask('premiumIndex', 1, 'none'),
  price: ask('ticker/price', 1, 'none'),
  tickers: ask('ticker/24hr', 40, 'none'),
  klines: ask('klines', 5, 'none'),
  commissionRate: ask('commissionRate', 20),
  leverageBracket: ask('leverageBracket', 1),
  positionRisk: { ...ask('positionRisk', 5), v1: 'v2' },
  balance: { ...ask('balance', 5), v1: 'v2' },
  account: { ...ask('accountWithJoinMargin', 5), v1: 'v4' },
  positionMode: ask('positionSide/dual', 30),
  order: ask('order', 1),
  openOrders: ask('openOrders', 1),
  allOrders: ask('allOrders', 5),
  userTrades: ask('userTrades', 5),
  income: ask('income', 30),
  submit: { method: 'POST', path: 'order', proof: 'signed', weight: 1 },
  submitBatch: { method: 'POST', path: 'batchOrders', proof: 'signed', weight: 5 },
  cancel: { method: 'DELETE', path: 'order', proof: 'signed', weight: 1 },
  cancelBatch: { method: 'DELETE', path: 'batchOrders', proof: 'signed', weight: 1 },
  leverage: { method: 'POST', path: 'leverage', proof: 'signed', weight: 1 },
  countdown: { method: 'POST', path: 'countdownCancelAll', proof: 'signed', weight: 10 },
  openStream: { method: 'POST', path: 'listenKey', proof: 'stream', weight: 1 },
  keepStream: { method: 'PUT', path: 'listenKey', proof: 'stream', weight: 1 },
} as const satisfies Record<string, Route>;

/** The path of a route for a generation of keys; public data is the same in both. */
export function pathOf(route: Route, version: 'v1' | 'v3'): string {
  const { path, v1 = 'v1' } = route;
  if (version === 'v3') return `/fapi/v3/${path}`;
  return `/fapi/${v1}/${path === 'accountWithJoinMargin' ? 'account' : path}`;
}
