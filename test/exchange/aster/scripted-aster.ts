/**
 * An Aster whose answers a test writes: what it does not script is answered as recorded. Keeps
 * every request, whatever generation of keys it came with.
 */
import { asterKind } from '../../../src/exchange/aster/index.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import type { Credentials, WireOptions } from '../../../src/exchange/venue-kind.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { serve } from '../wire/loopback.ts';
import * as recorded from './recorded.ts';

/** Of the documents; nothing was ever kept under it. */
export const AGENT: Credentials = {
  account_address: '0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e',
  private_key: '0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1',
};
export const OLDER: Credentials = {
  api_key: 'dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83',
  secret_key: '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9',
};

/** A request as the venue reads it. */
export interface Asked {
  readonly method: string;
  /** Behind "/fapi/v3/", or whatever the version is. */
  readonly path: string;
  readonly version: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What was signed and the signature, as it came. */
  readonly raw: string;
}

/** An answer: text is sent as it is, anything else as JSON. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

type Script = (asked: Asked) => Reply | null;

export interface ScriptedAster {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Requests of a route, e.g. "POST order". */
  to(route: string): readonly Asked[];
  /** Answers a route from now on; null: as recorded. */
  script(route: string, script: Script | Reply): void;
  options(more?: Partial<WireOptions>): WireOptions;
  open(credentials?: Credentials, more?: Partial<WireOptions>): Venue;
  close(): Promise<void>;
}

/** Opens it; its clock is that of the machine, `aheadMs` on. */
export async function scriptedAster(aheadMs = 0): Promise<ScriptedAster> {
  const asked: Asked[] = [];
  const scripts = new Map<string, Script>();
  const server = await serve((seen, response) => {
    const one = readRequest(seen.method, seen.url, seen.body, seen.headers);
    asked.push(one);
    const route = `${one.method} ${one.path}`;
    const reply = scripts.get(route)?.(one) ?? { body: recordedBody(route, one, aheadMs) };
    if (reply.cut === true) return void response.destroy();
    const { status = 200, body, headers = {} } = reply;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  });
  const options = (more: Partial<WireOptions> = {}): WireOptions => ({
    ...{ rest_url: server.url, ws_url: server.url.replace('http', 'ws'), proxy: null },
    ...{ connect_timeout_ms: 2000, read_timeout_ms: 2000, clock: systemClock },
    ...{ trace: () => undefined, ...more },
  });
  return {
    ...{ url: server.url, asked, options },
    to: (route) => asked.filter(({ method, path }) => `${method} ${path}` === route),
    script: (route, script) => {
      scripts.set(route, typeof script === 'function' ? script : () => script);
    },
    open: (credentials = AGENT, more = {}) =>
      asterKind.open({ ...options(more), symbol: recorded.SYMBOL, credentials }),
    close: () => server.close(),
  };
}

function readRequest(
  method: string,
  url: string,
  body: string,
  headers: Asked['headers'],
): Asked {
  const [whole = '', query = ''] = url.split('?');
  const [, version = '', path = ''] = /^\/fapi\/(v\d)\/(.+)$/.exec(whole) ?? [];
  const raw = query === '' ? body : query;
  const params = Object.fromEntries(new URLSearchParams(raw));
  return { method, path: path === '' ? whole : path, version, params, headers, raw };
}

function recordedBody(route: string, { params }: Asked, aheadMs: number): unknown {
  const order = { ...recorded.NEW_ORDER, clientOrderId: params['newClientOrderId'] ?? 'g1-42' };
  switch (route) {
    case 'GET time':
      return { serverTime: systemClock.now() + aheadMs };
    case 'GET exchangeInfo':
      return recorded.EXCHANGE_INFO;
    case 'GET leverageBracket':
      return recorded.BRACKETS;
    case 'GET commissionRate':
      return recorded.COMMISSION_RATE;
    case 'GET premiumIndex':
      return recorded.PREMIUM_INDEX;
    case 'GET ticker/price':
      return recorded.TICKER_PRICE;
    case 'GET ticker/24hr':
      return [recorded.TICKER];
    case 'GET klines':
      return [recorded.KLINE];
    case 'GET positionRisk':
      return [recorded.POSITION];
    case 'GET balance':
      return [recorded.BALANCE];
    case 'GET account':
    case 'GET accountWithJoinMargin':
      return recorded.ACCOUNT;
    case 'GET positionSide/dual':
      return { dualSidePosition: false };
    case 'GET order':
      return recorded.ORDER;
    case 'GET openOrders':
    case 'GET allOrders':
      return [recorded.ORDER, recorded.STOP_ORDER];
    case 'GET userTrades':
      return [{ ...recorded.USER_TRADE, time: Number(params['startTime']) + 1 }];
    case 'GET income':
      return [{ ...recorded.FUNDING_FEE, time: Number(params['startTime']) + 1 }];
    case 'POST order':
      return order;
    case 'POST batchOrders': {
      const list = JSON.parse(params['batchOrders'] ?? '[]') as { newClientOrderId: string }[];
      return list.map(({ newClientOrderId }, index) => ({
        ...{ ...order, clientOrderId: newClientOrderId, orderId: 500 + index },
      }));
    }
    case 'DELETE order':
      return { ...order, clientOrderId: params['origClientOrderId'], status: 'CANCELED' };
    case 'DELETE batchOrders': {
      const ids = JSON.parse(params['origClientOrderIdList'] ?? '[]') as string[];
      return ids.map((clientOrderId) => ({ ...order, clientOrderId, status: 'CANCELED' }));
    }
    case 'POST leverage':
      return { leverage: Number(params['leverage']), maxNotionalValue: '1000000', symbol: '' };
    case 'POST countdownCancelAll':
      return { symbol: params['symbol'], countdownTime: params['countdownTime'] };
    case 'POST listenKey':
      return { listenKey: 'pqia91ma19a5s61cv6a81va65sdf19v8a65a1' };
    default:
      return {};
  }
}
