/**
 * Who may talk to a page: only callers that name this server by a loopback name (or an allowed one)
 * and the port it really holds, and only pages that this server itself served. That stops a web
 * page the user visits (DNS rebinding, cross-site POST, another port of localhost) from reading or
 * moving a grid. Nothing here answers a CORS request.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { GriddError } from '../../contract/errors.ts';

/** What the guard must know; `port` is asked at each request, null before the port is bound. */
export interface GuardOptions {
  port(): number | null;
  /** Further names, "name" (any port) or "name:port", e.g. of a proxy in front. */
  readonly allowedHosts?: readonly string[];
  /** The address that is bound; absent: loopback. */
  readonly address?: string;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
/** What a link on another site may open. */
const LINKED_ROUTES = ['/', '/health', '/api/docs'];
/** Methods that change nothing. */
export const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Headers of every answer; a route that serves assets may replace cache-control. */
export function securityHeaders(): Readonly<Record<string, string>> {
  return SECURITY_HEADERS;
}

/** Checks Host, Origin and Sec-Fetch-Site of every request and sets the security headers. */
export function installGuard(app: FastifyInstance, options: GuardOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done(refusalOf(request, options) ?? undefined);
  });
}

/** Why a request must not be served (HOST_FORBIDDEN); null when it may. */
function refusalOf(request: FastifyRequest, options: GuardOptions): GriddError | null {
  const { headers } = request;
  const host = (headers.host ?? '').toLowerCase();
  const schemes = schemesOf(host, options);
  if (schemes === null) return forbidden(`The Host "${host}" is not a name of this server.`);
  const origin = headers.origin?.toLowerCase();
  if (origin !== undefined && !schemes.some((scheme) => origin === `${scheme}://${host}`)) {
    return forbidden(`A page of "${origin}" may not talk to this server.`);
  }
  if (isForeignFetch(request)) {
    return forbidden('A page of another site may not talk to this server.');
  }
  return null;
}

/** The address to bind for `web_host`. BIND_REFUSED: none, or an open one without a token. */
export function addressToBind(host: string, hasToken: boolean): string {
  const bare = host === 'localhost' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1');
  // inet_aton shorthands such as 127.1 are left out: one spelling, nothing to misread.
  if (isIP(bare) === 0) {
    throw new GriddError('BIND_REFUSED', `web_host "${host}" is no address that can be bound.`, {
      hint: 'Use an IP address such as 127.0.0.1, or localhost.',
    });
  }
  if (hasToken || isLoopbackAddress(bare)) return bare;
  const message = `web_host "${host}" is open beyond this machine, and there is no access token.`;
  throw new GriddError('BIND_REFUSED', message);
}

/** Whether an IP address is this machine's alone. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** Whether a Host header names this machine itself and `port`. */
export function isLoopbackHost(header: string, port: number | null): boolean {
  const host = header.toLowerCase();
  if (port === null) return false;
  if (port === 80 && LOOPBACK_NAMES.includes(host)) return true;
  return LOOPBACK_NAMES.some((name) => host === `${name}:${port}`);
}

/** Schemes a page named by this Host may have been loaded with; null: not our name. */
function schemesOf(host: string, options: GuardOptions): readonly string[] | null {
  const port = options.port();
  if (isLoopbackHost(host, port)) return ['http'];
  if (port !== null && isBoundAddress(host, port, options.address)) return ['http'];
  const name = host.replace(/:\d{1,5}$/, '');
  const allowed = options.allowedHosts?.map((entry) => entry.toLowerCase()) ?? [];
  return allowed.includes(host) || allowed.includes(name) ? ['http', 'https'] : null;
}

/**
 * Whether `host` is the bound address with our port; where all addresses are bound, any address: a
 * page that would rebind a name sends that name.
 */
function isBoundAddress(host: string, port: number, address = '127.0.0.1'): boolean {
  const [, named = '', , at = ''] = /^(\[([0-9a-f:.]+)\]|[0-9.]+)(:\d+)?$/.exec(host) ?? [];
  const bare = named.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 0 || at !== (port === 80 ? '' : `:${port}`)) return false;
  return address === '0.0.0.0' || address === '::' || bare === address;
}

/**
 * Another site's script, form or frame; following a link to a page is not that. What costs work,
 * such as the doctor or a stream, is no page.
 */
function isForeignFetch({ method, headers, routeOptions }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  const link = SAFE_METHODS.includes(method) && headers['sec-fetch-mode'] === 'navigate';
  const framed = (headers['sec-fetch-dest'] ?? 'document') !== 'document';
  return !link || framed || !LINKED_ROUTES.includes(routeOptions.url ?? '');
}

function forbidden(message: string): GriddError {
  return new GriddError('HOST_FORBIDDEN', message);
}
