/**
 * Who may see and change what a page shows. At this machine a paper page asks nothing, a live one
 * for the token before it changes anything; a page that is reached from beyond this machine (by its
 * address, another name, a proxy) asks for it before it shows anything. The token comes as a Bearer
 * header, or once for a session in a cookie.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SessionView, TokenNeed, WebToken } from '../../contract/access.ts';
import { SessionBody } from '../../contract/access-schema.ts';
import { GriddError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { Attempts } from './attempts.ts';
import { SAFE_METHODS, isLoopbackAddress, isLoopbackHost } from './http-guard.ts';
import { cookieName, cookieValues, holdsSession, isSame } from './session-cookie.ts';
import { makeSession, setCookie } from './session-cookie.ts';

/** What access is decided by; each is asked at every request. */
export interface AccessRules {
  token(): WebToken;
  /** What is changed here may move real money. */
  live(): boolean;
  /** The address that is bound. */
  readonly address: string;
  port(): number | null;
  readonly clock: Clock;
}

/** What is shown to whoever may talk to this server: the empty page, how to sign in, a pulse. */
const OPEN_ROUTES = ['/', '/assets/:name', '/gridd.svg', '/api/session', '/health'];
/** Asked by POST for their long text; they change nothing. */
const QUESTIONS = ['/api/configs/check'];
/** Set by proxies: the caller is somewhere else, whatever the connection looks like. */
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'] as const;

/** Asks for the token where `rules` want it, and serves `/api/session`. After the guard. */
export function installAccess(app: FastifyInstance, rules: AccessRules): void {
  const door = new Door(rules);
  app.addHook('onRequest', (request, reply, done) => {
    try {
      door.admit(request);
      done();
    } catch (error) {
      sayWhen(reply, error, door.waitOf(request));
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.get('/api/session', { schema: {} }, (request) => door.view(request));
  app.post<{ Body: { token: string } }>(
    '/api/session',
    { schema: { body: SessionBody } },
    (request, reply) => {
      try {
        door.check(request, request.body.token);
      } catch (error) {
        sayWhen(reply, error, door.waitOf(request));
        throw error;
      }
      reply.header('set-cookie', door.newCookie(request));
      return { ...door.view(request), signed_in: true };
    },
  );
  app.delete('/api/session', { schema: {} }, (request, reply) => {
    reply.header('set-cookie', door.endCookie(request));
    return { ...door.view(request), signed_in: false };
  });
}

/** Who acts, as far as a page can know: with the token, or somebody at this machine. */
export function whoAsks(request: FastifyRequest): 'token' | 'loopback' {
  return SIGNED.has(request) ? 'token' : 'loopback';
}

/** Requests that came with the token or a session. */
const SIGNED = new WeakSet<FastifyRequest>();

class Door {
  readonly #rules: AccessRules;
  readonly #attempts: Attempts;

  constructor(rules: AccessRules) {
    this.#rules = rules;
    this.#attempts = new Attempts(rules.clock);
  }

  /** Throws TOKEN_NEEDED, TOKEN_WRONG, TOO_MANY_ATTEMPTS or READ_ONLY; else lets it through. */
  admit(request: FastifyRequest): void {
    const given = bearerOf(request);
    if (given !== null) this.check(request, given);
    if (given !== null || this.#hasSession(request)) SIGNED.add(request);
    const need = this.#needOf(request);
    const { url: route = '' } = request.routeOptions;
    const shows = SAFE_METHODS.includes(request.method) || QUESTIONS.includes(route);
    if (SIGNED.has(request) || need === 'never' || (need === 'changes' && shows)) return;
    if (OPEN_ROUTES.includes(route)) return;
    const { missing } = this.#rules.token();
    if (missing === null) {
      const what = need === 'always' ? 'show anything' : 'change anything';
      throw new GriddError('TOKEN_NEEDED', `This page does not ${what} without the access token.`);
    }
    throw new GriddError('READ_ONLY', readOnlySentence(need, missing));
  }

  /** Throws TOO_MANY_ATTEMPTS, TOKEN_WRONG, or READ_ONLY where there is no token at all. */
  check(request: FastifyRequest, given: string): void {
    const { token, missing } = this.#rules.token();
    if (token === null) {
      throw new GriddError('READ_ONLY', readOnlySentence(this.#needOf(request), missing));
    }
    const wait = this.waitOf(request);
    if (wait > 0) {
      const message = `Too many wrong tokens came from your address; wait ${wait} s.`;
      throw new GriddError('TOO_MANY_ATTEMPTS', message);
    }
    if (isSame(given, token)) return;
    this.#attempts.failed(request.ip);
    throw new GriddError('TOKEN_WRONG', 'This is not the access token of this home.');
  }

  /** Seconds until the caller's address may try again. */
  waitOf(request: FastifyRequest): number {
    return this.#attempts.waitOf(request.ip);
  }

  view(request: FastifyRequest): SessionView {
    const needs_token = this.#needOf(request);
    const { missing } = this.#rules.token();
    const closed = needs_token !== 'never' && missing !== null;
    const read_only = closed ? readOnlySentence(needs_token, missing) : null;
    return { needs_token, signed_in: SIGNED.has(request), read_only };
  }

  newCookie(request: FastifyRequest): string {
    const { token } = this.#rules.token();
    const port = this.#rules.port();
    if (token === null || port === null) throw new GriddError('INTERNAL', 'No token, no session.');
    const value = makeSession({ token, port }, this.#rules.clock.now());
    return setCookie(port, value, isSecure(request));
  }

  endCookie(request: FastifyRequest): string {
    return setCookie(this.#rules.port() ?? 0, '', isSecure(request));
  }

  #hasSession(request: FastifyRequest): boolean {
    const { token } = this.#rules.token();
    const port = this.#rules.port();
    if (token === null || port === null) return false;
    const values = cookieValues(request.headers.cookie, cookieName(port));
    return holdsSession({ token, port }, values, this.#rules.clock.now());
  }

  #needOf(request: FastifyRequest): TokenNeed {
    const { address } = this.#rules;
    // Browsers and curl speak 1.1; nginx, left to itself, speaks 1.0 and names nobody.
    const proxied =
      request.raw.httpVersion === '1.0' ||
      PROXY_HEADERS.some((name) => request.headers[name] !== undefined);
    const host = request.headers.host ?? '';
    const near = isLoopbackHost(host, this.#rules.port()) || host.startsWith(`${address}:`);
    if (proxied || !near || !isLoopbackAddress(address)) return 'always';
    return this.#rules.live() ? 'changes' : 'never';
  }
}

/** The token of `Authorization: Bearer …`; null: none (a proxy's Basic is not for us). */
function bearerOf({ headers }: FastifyRequest): string | null {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? null;
}

/** Whether the page came over TLS, by the word of the proxy that ended it. */
function isSecure({ headers }: FastifyRequest): boolean {
  return headers['x-forwarded-proto'] === 'https' || headers.origin?.startsWith('https:') === true;
}

function sayWhen(reply: FastifyReply, error: unknown, seconds: number): void {
  if (!(error instanceof GriddError) || error.code !== 'TOO_MANY_ATTEMPTS') return;
  void reply.header('retry-after', String(seconds));
}

function readOnlySentence(need: TokenNeed, missing: string): string {
  const why = need === 'always' ? 'is open beyond this machine' : 'moves real money';
  return `This page ${why}, and ${missing}: it takes no change.`;
}
