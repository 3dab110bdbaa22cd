/**
 * Makes an instance of a ccxt class as gridd needs it: no builder fee, no sandbox, addresses of the
 * user's where they are given, its requests spaced by our clock, each answer whole in time, and no
 * key in what it throws or in the trace.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Credentials, WireOptions } from '../venue-kind.ts';
import { Redaction } from '../wire/redaction.ts';
import type { CcxtClass, CcxtExchange } from './exchange.ts';
import type { Pace } from './pace.ts';

/** Credentials by the names that ccxt gives them. */
export function credentialsIn(credentials: Credentials): Readonly<Record<string, string>> {
  const { api_key, secret_key, passphrase, account_address, private_key } = credentials;
  return {
    ...(api_key === undefined ? {} : { apiKey: api_key }),
    ...(secret_key === undefined ? {} : { secret: secret_key }),
    ...(passphrase === undefined ? {} : { password: passphrase }),
    ...(account_address === undefined ? {} : { walletAddress: account_address }),
    ...(private_key === undefined ? {} : { privateKey: private_key }),
  };
}

/** A new instance; nothing is sent. `own`: the addresses that ccxt would use by itself. */
export function openExchange(
  Exchange: CcxtClass,
  options: WireOptions & { readonly credentials?: Credentials },
  own: OwnAddresses,
  pace: Pace,
): CcxtExchange {
  const { credentials = {} } = options;
  const exchange = new Exchange({
    ...credentialsIn(credentials),
    enableRateLimit: true,
    // Of what is sent over its sockets, which it spaces itself.
    rateLimit: pace.spacingMs,
    // ccxt adds a fee of its own to orders on some exchanges unless it is told not to.
    options: { builderFee: false, defaultType: 'swap', warnOnFetchOpenOrdersWithoutSymbol: false },
  });
  exchange.throttle = (cost) => pace.turn(cost);
  exchange.timeout = options.read_timeout_ms;
  const redaction = new Redaction(secretsIn(credentials));
  const fetch = exchange.fetch.bind(exchange);
  // ccxt's own limit ends with the head of an answer: its body would be waited for as it comes.
  const limitMs = 2 * options.read_timeout_ms;
  exchange.fetch = async (...request) => {
    try {
      return await within(fetch(...request), limitMs, options.clock);
    } catch (error) {
      if (error instanceof Error) error.message = redaction.clean(error.message);
      throw error;
    }
  };
  if (options.proxy !== null) {
    exchange.httpsProxy = options.proxy;
    exchange.wssProxy = options.proxy;
  }
  exchange.urls.api = redirect(exchange.urls.api, own, options);
  exchange.onRestResponse = (status, _words, url, method, _headers, body) => {
    options.trace(redaction.clean(`${method} ${pathOf(url)} -> ${status}`));
    return body.trim();
  };
  return exchange;
}

/** Every value, a key in hexadecimal also without the mark of that. */
function secretsIn(credentials: Credentials): string[] {
  return Object.values(credentials).flatMap((text) => [text, text.replace(/^0x/, '')]);
}

/** Named as ccxt's: its own classes are copies of each file. */
class NetworkError extends Error {}
class RequestTimeout extends NetworkError {}

function within<T>(answer: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new RequestTimeout(`no whole answer within ${ms} ms`));
    const cancel = clock.after(ms, late);
    answer.then(resolve, reject).finally(cancel);
  });
}

/** The first addresses among those of an exchange. */
export interface OwnAddresses {
  readonly rest_url: string;
  readonly ws_url: string;
}

/** The addresses that an exchange has by itself; empty where it has none. */
export function ownAddresses(exchange: CcxtExchange): OwnAddresses {
  const { hostname = '' } = exchange;
  const found = textsOf(exchange.urls.api).map((text) => text.replace('{hostname}', hostname));
  const first = (scheme: RegExp) => originOf(found.find((text) => scheme.test(text)) ?? '');
  return { rest_url: first(/^https:/), ws_url: first(/^wss:/) };
}

/** Without its query, which holds signatures and keys. */
function pathOf(url: string): string {
  return url.slice(originOf(url).length).replace(/[?#].*$/s, '');
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsOf);
}

/** Scheme and host; ccxt writes hosts with names in braces, which no URL parser takes. */
function originOf(address: string): string {
  return /^[a-z]+:\/\/[^/]+/.exec(address)?.[0] ?? '';
}

/** Addresses with another origin where the user named one; their paths stay. */
function redirect(value: unknown, own: OwnAddresses, to: OwnAddresses): unknown {
  if (typeof value === 'string') {
    const origin = originOf(value);
    const ws = /^wss?:/.test(value);
    const [from, wanted] = ws ? [own.ws_url, to.ws_url] : [own.rest_url, to.rest_url];
    return wanted === '' || wanted === from ? value : wanted + value.slice(origin.length);
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, each]) => [key, redirect(each, own, to)]);
  return Object.fromEntries(entries) as unknown;
}
