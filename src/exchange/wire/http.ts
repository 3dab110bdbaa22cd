/**
 * One venue's REST over a connection that is kept: an answer or a named failure, never an
 * exception, and never a second try. Of a failure it is known whether the request may have reached
 * the venue: only what failed before the connection stood was provably not sent.
 */
import http from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Cancel } from '../../platform/clock.ts';
import type { WireOptions } from '../venue-kind.ts';
import type { Redaction } from './redaction.ts';

/** A request. `path`: from the base address on, its query included. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Whatever the venue, or what stands before it, answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `blocked`: a proxy refused; `answer`: too large to be one. */
export type TransportCause = 'name' | 'tls' | 'connection' | 'timeout' | 'blocked' | 'answer';

/** No answer. `sent`: the request may have reached the venue. */
export interface TransportFailure {
  readonly because: TransportCause;
  readonly message: string;
  readonly sent: boolean;
}

export type HttpResult = { readonly answer: HttpAnswer } | { readonly failure: TransportFailure };

export interface HttpOptions extends Omit<WireOptions, 'rest_url' | 'ws_url'> {
  /** Base address, without a slash at the end. */
  readonly url: string;
  readonly redaction: Redaction;
}

/** Connections at once; more requests wait for one. */
const MOST_SOCKETS = 16;
/** A connection that was idle so long is not trusted any more, ms. */
const IDLE_MS = 45_000;
/** The largest answer that is read, bytes. */
const LARGEST_ANSWER = 32 * 1024 * 1024;

export class HttpCaller {
  readonly #options: HttpOptions;
  readonly #base: URL;
  readonly #agent: http.Agent;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#base = new URL(options.url);
    const kept = {
      ...{ keepAlive: true, keepAliveMsecs: 15_000, timeout: IDLE_MS },
      ...{ maxSockets: MOST_SOCKETS, maxFreeSockets: 4, scheduling: 'lifo' as const },
    };
    if (options.proxy !== null) this.#agent = new HttpsProxyAgent(options.proxy, kept);
    else this.#agent = this.#isTls ? new https.Agent(kept) : new http.Agent(kept);
  }

  /** Sends once. */
  async call(request: HttpRequest): Promise<HttpResult> {
    const { clock, trace, redaction } = this.#options;
    const began = clock.monotonic();
    const result = await this.#send(request);
    const ms = Math.round(clock.monotonic() - began);
    const end =
      'answer' in result
        ? `${result.answer.status}, ${result.answer.text.length} characters`
        : `${result.failure.because}, ${result.failure.message}`;
    trace(redaction.clean(`${request.method} ${request.path} -> ${end}, ${ms} ms`));
    return result;
  }

  /** Lets go of the connections that nothing uses; what is under way comes to its end. */
  close(): void {
    const idle = Object.values(this.#agent.freeSockets).flatMap((sockets) => sockets ?? []);
    for (const socket of idle) socket.destroy();
  }

  get #isTls(): boolean {
    return this.#base.protocol === 'https:';
  }

  #send({ method, path, headers, body }: HttpRequest): Promise<HttpResult> {
    const { hostname, port, pathname, protocol } = this.#base;
    const call = this.#isTls ? https.request : http.request;
    const request = call({
      ...{ method, agent: this.#agent, protocol, port },
      host: hostname.replace(/^\[|\]$/g, ''),
      path: (pathname === '/' ? '' : pathname) + path,
      headers: {
        'user-agent': 'gridd',
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    const exchange = new Exchange(request, this.#options);
    request.end(body);
    return exchange.result;
  }
}

/** One request under way: the first end of it counts. */
class Exchange {
  readonly result: Promise<HttpResult>;
  readonly #request: ClientRequest;
  readonly #options: HttpOptions;
  #resolve: (result: HttpResult) => void = () => undefined;
  #sent = false;
  #stopTimer: Cancel;

  constructor(request: ClientRequest, options: HttpOptions) {
    this.#request = request;
    this.#options = options;
    this.result = new Promise((resolve) => (this.#resolve = resolve));
    this.#stopTimer = this.#timer(options.connect_timeout_ms, 'no connection');
    request.once('socket', (socket) => this.#follow(socket));
    request.once('response', (response) => this.#read(response));
    // Told by the proxy agent before it hands a socket over.
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200) return;
      this.#fail('blocked', `the proxy answered ${statusCode} to CONNECT`);
    });
    // Stays: what fails after the end of a request is nobody's affair.
    request.on('error', (error) => this.#failWith(error));
    request.once('close', () => this.#fail('connection', 'the connection ended'));
  }

  #follow(socket: Socket): void {
    if (this.#request.reusedSocket) this.#connected();
    else if ('encrypted' in socket) socket.once('secureConnect', () => this.#connected());
    else if (socket.connecting) socket.once('connect', () => this.#connected());
    else this.#connected();
  }

  #connected(): void {
    this.#sent = true;
    this.#stopTimer();
    this.#stopTimer = this.#timer(this.#options.read_timeout_ms, 'no answer');
  }

  #timer(ms: number, what: string): Cancel {
    return this.#options.clock.after(ms, () => this.#fail('timeout', `${what} in ${ms} ms`));
  }

  #read(response: IncomingMessage): void {
    const parts: Buffer[] = [];
    let size = 0;
    response.on('data', (part: Buffer) => {
      size += part.length;
      if (size > LARGEST_ANSWER) this.#fail('answer', `an answer over ${LARGEST_ANSWER} bytes`);
      else parts.push(part);
    });
    response.once('error', (error) => this.#failWith(error));
    response.once('end', () => {
      const { statusCode: status = 0, headers } = response;
      this.#end({ answer: { status, headers, text: Buffer.concat(parts).toString('utf8') } });
    });
  }

  #failWith(error: Error): void {
    this.#fail(causeOf(error), error.message);
  }

  #fail(because: TransportCause, message: string): void {
    const { redaction } = this.#options;
    this.#end({ failure: { because, message: redaction.clean(message), sent: this.#sent } });
    this.#request.destroy();
  }

  #end(result: HttpResult): void {
    this.#stopTimer();
    this.#resolve(result);
  }
}

const NAME_CODES = /^(ENOTFOUND|EAI_\w+)$/;
const TLS_CODES = /^(ERR_TLS|ERR_SSL|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_)/;

/** What stood in the way, by the code that the system gave the error. */
export function causeOf(error: Error): TransportCause {
  const code = 'code' in error ? String(error.code) : '';
  if (NAME_CODES.test(code)) return 'name';
  if (TLS_CODES.test(code)) return 'tls';
  return code === 'ETIMEDOUT' ? 'timeout' : 'connection';
}
