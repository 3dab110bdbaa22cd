/**
 * The face of a loopback Aster: futures as Aster documents them, `/fapi/v1` for older keys and
 * `/fapi/v3` for agent wallets. It knows one-way mode, cross margin and one currency; nobody is
 * ever given a share of its fees.
 */
import { randomBytes } from 'node:crypto';
import type { SimKeys } from '../account.ts';
import type { FaceKind, FaceOptions, SimAnswer, SimFace } from '../face.ts';
import type { SimRequest, SimStream, StreamSession, Trouble } from '../face.ts';
import type { WorldEvent } from '../orders.ts';
import type { World } from '../world.ts';
import { ACCOUNT_ROUTES } from './account-routes.ts';
import { executionEvent, fundingEvent } from './account-body.ts';
import { AsterError, refusal } from './aster-error.ts';
import { ListenKeys } from './listen-keys.ts';
import { MARKET_ROUTES } from './market-routes.ts';
import { orderEvent } from './order-body.ts';
import { ORDER_ROUTES } from './order-routes.ts';
import { RequestAuth } from './request-auth.ts';
import type { KeyHolder, KeyRing, SignedRequest } from './request-auth.ts';
import { ASTER_LIMITS, RequestLimits, usedHeaders } from './request-limits.ts';
import { RequestParams } from './request-params.ts';
import type { Desk, Route } from './route.ts';
import { StreamBoard } from './stream-board.ts';
import { asterSymbols } from './symbol-list.ts';
import { addressOf } from './typed-data.ts';
import { formatMoney } from '../../../contract/decimal.ts';

/** Everybody who reaches a loopback venue has one address, by which it counts. */
const ADDRESS = 'loopback';

/** What the owner of an account holds; which of it is needed, the way of signing says. */
export interface AsterKeys {
  /** The wallet of the account, and its own key, with which ccxt signs. */
  readonly account_address: string;
  readonly wallet_key: string;
  /** The key of the agent that signs for it, and the agent's address. */
  readonly private_key: string;
  readonly agent_address: string;
  /** An older pair of key and secret. */
  readonly api_key: string;
  readonly secret_key: string;
}

export const asterFace: FaceKind = {
  name: 'aster',
  stream_path: '',
  specs: (seed, count) => asterSymbols(count, seed),
  makeKeys,
  open: (world, options) => new AsterFace(world, options),
};

function makeKeys(): SimKeys {
  const wallet_key = `0x${randomBytes(32).toString('hex')}`;
  const private_key = `0x${randomBytes(32).toString('hex')}`;
  const keys: AsterKeys = {
    account_address: addressOf(wallet_key),
    wallet_key,
    private_key,
    agent_address: addressOf(private_key),
    api_key: randomBytes(32).toString('hex'),
    secret_key: randomBytes(32).toString('hex'),
  };
  return { ...keys };
}

class AsterFace implements SimFace {
  readonly #world: World;
  readonly #auth: RequestAuth;
  readonly #limits: RequestLimits;
  readonly #streams: StreamBoard;
  readonly #desk: Desk;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #deafen: () => void;

  constructor(world: World, { crossing, requests_per_minute }: FaceOptions) {
    this.#world = world;
    this.#auth = new RequestAuth(keyRing(world));
    const weight_per_minute = requests_per_minute ?? ASTER_LIMITS.weight_per_minute;
    const limits = new RequestLimits({ ...ASTER_LIMITS, weight_per_minute });
    this.#limits = limits;
    const listenKeys = new ListenKeys(() => randomBytes(32).toString('hex'));
    const streams = new StreamBoard(world, listenKeys);
    this.#streams = streams;
    this.#desk = {
      ...{ world, limits, listenKeys, crossing, hedged: new Set<string>() },
      tell: (account, event) => streams.tell(account, event),
      showed: (sim, levels) => streams.showed(sim, levels),
      hangUp: () => streams.hangUp(),
    };
    this.#routes = routeTable();
    this.#deafen = world.subscribe((event) => this.#told(event));
  }

  handle(request: SimRequest): SimAnswer {
    const headers: Record<string, string> = {};
    try {
      const body = this.#world.act(() => this.#answer(request, headers));
      return { status: 200, body, headers };
    } catch (error) {
      if (!(error instanceof AsterError)) throw error;
      return { status: error.status, body: error.body, headers: { ...headers, ...error.headers } };
    }
  }

  trouble(trouble: Trouble): SimAnswer {
    const names = { server_error: 'TIMEOUT', rate_limited: 'TOO_MANY_REQUESTS' } as const;
    if (trouble === 'not_found') return { status: 404, body: noSuchPath('', '').body };
    const { status, body } = refusal(names[trouble], ASTER_LIMITS.weight_per_minute);
    return { status, body };
  }

  connect(stream: SimStream, path: string): StreamSession {
    return this.#streams.connect(stream, path);
  }

  beat(): void {
    this.#streams.beat();
  }

  close(): void {
    this.#deafen();
  }

  #answer(request: SimRequest, headers: Record<string, string>): unknown {
    const { method, path, query, body } = request;
    const [, version = '', name = ''] = /^\/fapi\/v([1-4])\/(.+)$/.exec(path) ?? [];
    // Its spot exchange has no markets; clients ask for both.
    if (path === '/api/v3/exchangeInfo') return { timezone: 'UTC', symbols: [], assets: [] };
    const route = this.#routes.get(`${method} v${version}/${name}`);
    if (route === undefined) throw noSuchPath(method, path);
    const now_ms = this.#world.now();
    const params = RequestParams.read(query, body);
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(params);
    Object.assign(headers, usedHeaders(this.#limits.charge(ADDRESS, weight, now_ms)));
    if (this.#world.troubles.maintenance) throw refusal('MAINTENANCE');
    const call = { desk: this.#desk, params, now_ms };
    if (route.security === 'public') return route.answer(call);
    const key = request.headers['x-mbx-apikey'];
    const signed = { api_key: typeof key === 'string' ? key : null, query, body, params };
    const holder = this.#holder(route, version === '3', signed);
    if (route.security === 'trade' && !holder.can_trade) throw refusal('REJECTED_KEY');
    const account = this.#world.records.account(holder.account);
    const header = (title: string, value: string) => void (headers[title] = value);
    return route.answer({ ...call, account, header });
  }

  /** Who signed, by the way that the version has. */
  #holder(route: Route, agent: boolean, signed: SignedRequest): KeyHolder {
    const { params } = signed;
    if (!agent && route.security === 'stream') return this.#auth.byKey(signed);
    const stamp = agent ? Number(params.text('nonce')) / 1000 : Number(params.text('timestamp'));
    const now = this.#clockNear(stamp);
    return agent ? this.#auth.byAgent(signed, now) : this.#auth.byHmac(signed, now);
  }

  /** Time that was let pass by hand went by on no other clock: both are right. */
  #clockNear(stamp: number): number {
    const [now, unpassed] = [this.#world.now(), this.#world.unpassed()];
    return Math.abs(stamp - unpassed) < Math.abs(stamp - now) ? unpassed : now;
  }

  #told(event: WorldEvent): void {
    const now = this.#world.now();
    const { records } = this.#world;
    switch (event.type) {
      case 'price':
        return this.#streams.price(event.symbol);
      case 'order': {
        const { order, change, fill } = event;
        const { market } = records.market(order.symbol);
        const { book } = records.account(order.account).holding(market);
        const bids = formatMoney(book.notionalOf('buy'));
        const asks = formatMoney(book.notionalOf('sell'));
        const body = orderEvent(market, change, order, fill, { bids, asks });
        return this.#streams.tell(order.account, body);
      }
      case 'position': {
        const { account, symbol } = event;
        const body = executionEvent(records.account(account), records.market(symbol), now);
        return this.#streams.tell(account, body);
      }
      case 'funding': {
        const { payment } = event;
        const body = fundingEvent(records.account(payment.account), payment, now);
        return this.#streams.tell(payment.account, body);
      }
    }
  }
}

/** Routes by method, version and path. */
function routeTable(): ReadonlyMap<string, Route> {
  const routes = [...MARKET_ROUTES, ...ORDER_ROUTES, ...ACCOUNT_ROUTES];
  return new Map(
    routes.flatMap((route) =>
      route.versions.map((version) => {
        return [`${route.method} v${version}/${route.path}`, route] as const;
      }),
    ),
  );
}

/** The keys of all accounts, as they are when somebody asks. */
function keyRing(world: World): KeyRing {
  const find = (fits: (keys: SimKeys) => boolean) => {
    const found = [...world.records.accounts.values()].find(({ facts }) => fits(facts.keys));
    if (found === undefined) return null;
    const { name, can_trade, keys } = found.facts;
    return { account: name, can_trade, keys };
  };
  return {
    byApiKey(key) {
      const found = find(({ api_key }) => api_key === key);
      return found === null ? null : { ...found, secret: found.keys['secret_key'] ?? '' };
    },
    byAgent(signer) {
      // The wallet itself may sign as well as its agent.
      const found = find(
        ({ account_address, agent_address }) =>
          account_address === signer || agent_address === signer,
      );
      return found === null ? null : { ...found, user: found.keys['account_address'] ?? '' };
    },
  };
}

function noSuchPath(method: string, path: string): AsterError {
  return new AsterError(-5000, `Path ${path}, Method ${method} is invalid`, 404);
}
