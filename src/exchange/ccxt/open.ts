/**
 * Makes an instance of a ccxt class as gridd needs it: no builder fee, no sandbox, addresses of the
 * user's where they are given, ccxt's own spacing of requests left on.
 */
import type { Credentials, WireOptions } from '../venue-kind.ts';
import type { CcxtClass, CcxtExchange } from './exchange.ts';

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
  options: WireOptions,
  own: OwnAddresses,
  more: Readonly<Record<string, string | number>>,
): CcxtExchange {
  const exchange = new Exchange({
    ...more,
    enableRateLimit: true,
    // ccxt adds a fee of its own to orders on some exchanges unless it is told not to.
    options: { builderFee: false, defaultType: 'swap', warnOnFetchOpenOrdersWithoutSymbol: false },
  });
  exchange.timeout = options.read_timeout_ms;
  if (options.proxy !== null) {
    exchange.httpsProxy = options.proxy;
    exchange.wssProxy = options.proxy;
  }
  exchange.urls.api = redirect(exchange.urls.api, own, options);
  exchange.onRestResponse = (status, _words, url, method, _headers, body) => {
    options.trace(`${method} ${pathOf(url)} -> ${status}`);
    return body.trim();
  };
  return exchange;
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
