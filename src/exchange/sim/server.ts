/**
 * The sockets of a loopback venue: HTTP with keep-alive and WebSocket on one port of the loopback
 * address, faults on the way in and out, and the admin routes. It knows no protocol: what is asked
 * goes to the face, and what a face answers is already stored.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import type { SimAdmin } from './admin.ts';
import type { SimAnswer, SimFace, SimRequest } from './face.ts';
import type { Fault, FaultBoard } from './faults.ts';
import type { Traffic } from './traffic.ts';
import type { Troubles } from './world.ts';

const HOST = '127.0.0.1';
const MOST_BODY = 1 << 20;
const KEEP_ALIVE_MS = 65_000;
const PING_EVERY_MS = 60_000;
/** Pings without an answer after which a stream is closed. */
const MOST_UNANSWERED = 2;
const BEAT_MS = 100;
/** A client that does not answer a ping for so long is not waited for. */
const SETTLED_MS = 5000;
const GUARD_PAGE = '<html><head><title>403 Forbidden</title></head><body>Forbidden</body></html>';

export interface ServerParts {
  readonly face: SimFace;
  readonly faults: FaultBoard;
  readonly troubles: Troubles;
  readonly admin: SimAdmin;
  readonly traffic: Traffic;
  readonly clock: Clock;
}

export class SimServer {
  readonly #parts: ServerParts;
  readonly #http: Server;
  readonly #ws = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #unanswered = new WeakMap<WebSocket, number>();
  #cancels: (() => void)[] = [];

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      // What goes wrong in here is our bug, and ends the venue.
      void this.#serve(request, response);
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens; resolves with the port. */
  async open(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, HOST, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    const { clock, face } = this.#parts;
    this.#cancels = [
      clock.every(BEAT_MS, () => face.beat()),
      clock.every(PING_EVERY_MS, () => this.#ping()),
    ];
    return (this.#http.address() as AddressInfo).port;
  }

  /** Resolves when every client has received what was sent to it until now. */
  async settled(): Promise<void> {
    await Promise.all([...this.#ws.clients].map((socket) => this.#heard(socket)));
  }

  /** Cuts every stream, as a network does. */
  disconnect(): void {
    for (const socket of this.#ws.clients) socket.terminate();
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.disconnect();
    this.#parts.face.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming).catch(() => undefined);
    // The client went away.
    if (body === undefined) return;
    const { face, faults, troubles, admin, clock } = this.#parts;
    if (body === null) return answer(response, { status: 413, body: 'too large' });
    const request = requestOf(incoming, body);
    if (admin.owns(request.path)) return answer(response, await admin.handle(request));
    const { wait_ms, fault } = faults.take(request.method, request.path);
    if (wait_ms > 0) await clock.delay(wait_ms);
    const spoilt = fault === null ? null : before(face, fault);
    if (troubles.offline || spoilt === 'drop') return void response.destroy();
    if (spoilt !== null) return this.#tell(request, response, spoilt);
    const sound = face.handle(request);
    if (fault !== null) return this.#spoil(request, response, sound, fault);
    this.#tell(request, response, sound);
  }

  /** Answers what was done as a fault has it. */
  async #spoil(
    request: SimRequest,
    response: ServerResponse,
    sound: SimAnswer,
    fault: Fault,
  ): Promise<void> {
    const { face, clock } = this.#parts;
    switch (fault.kind) {
      case 'drop_after':
        return void response.destroy();
      case 'truncate':
        return truncated(response, sound);
      case 'error_after': {
        const { body } = face.trouble('server_error');
        return this.#tell(request, response, { status: fault.status, body });
      }
      case 'late_answer':
        await clock.delay(fault.ms);
        return this.#tell(request, response, sound);
      case 'double':
        return this.#tell(request, response, face.handle(request));
      default:
        return this.#tell(request, response, sound);
    }
  }

  #tell({ method, path }: SimRequest, response: ServerResponse, given: SimAnswer): void {
    const { traffic, clock } = this.#parts;
    traffic.count(method, path, given.status, clock.monotonic());
    answer(response, given);
  }

  #ping(): void {
    for (const socket of this.#ws.clients) {
      const unanswered = this.#unanswered.get(socket) ?? 0;
      if (unanswered >= MOST_UNANSWERED) {
        socket.terminate();
        continue;
      }
      this.#unanswered.set(socket, unanswered + 1);
      socket.ping();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { troubles, faults, clock } = this.#parts;
    if (troubles.offline) return void socket.destroy();
    this.#ws.handleUpgrade(request, socket, head, (client) => {
      const send = (text: string): void => {
        if (!troubles.mute) client.send(text);
      };
      const stream = {
        send,
        tell: (text: string) => {
          for (const ms of faults.takeEvent()) {
            if (ms === 0) send(text);
            else clock.after(ms, () => send(text), 'idle');
          }
        },
        close: (code: number) => client.close(code),
      };
      const session = this.#parts.face.connect(stream, request.url ?? '/');
      client.on('message', (data: Buffer) => session.message(data.toString('utf8')));
      client.on('pong', () => this.#unanswered.delete(client));
      client.on('close', () => session.closed());
      client.on('error', () => client.terminate());
    });
  }

  /** A pong comes only after everything that was sent before the ping was read. */
  #heard(socket: WebSocket): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        socket.off('pong', done).off('close', done);
        resolve();
      };
      const cancel = this.#parts.clock.after(SETTLED_MS, done, 'idle');
      socket.on('pong', done).on('close', done);
      socket.ping();
    });
  }
}

/** The body as text; null: it is too large. */
async function bodyOf(incoming: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function requestOf(incoming: IncomingMessage, body: string): SimRequest {
  const { method = 'GET', url = '/', headers } = incoming;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return { method, path, query: mark < 0 ? '' : url.slice(mark + 1), headers, body };
}

/** What a fault makes of a request before it is looked at; null: nothing. */
function before(face: SimFace, fault: Fault): SimAnswer | 'drop' | null {
  switch (fault.kind) {
    case 'drop_before':
      return 'drop';
    case 'error_before':
      return { status: fault.status, body: face.trouble('server_error').body };
    case 'rate_limit': {
      const { status, body } = face.trouble('rate_limited');
      return { status, body, headers: { 'retry-after': String(fault.retry_after_s) } };
    }
    case 'html':
      return { status: 403, body: GUARD_PAGE, headers: { 'content-type': 'text/html' } };
    case 'garbage':
      return { status: fault.status, body: 'upstream connect error' };
    default:
      return null;
  }
}

function answer(response: ServerResponse, { status, body, headers }: SimAnswer): void {
  const text = typeof body === 'string';
  const sent = text ? body : body === undefined ? '' : JSON.stringify(body);
  const type = text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const length = Buffer.byteLength(sent);
  response.writeHead(status, { 'content-type': type, 'content-length': length, ...headers });
  response.end(sent);
}

/** Sends half of an answer and ends the connection. */
function truncated(response: ServerResponse, { status, body }: SimAnswer): void {
  const sent = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const length = Buffer.byteLength(sent);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length });
  response.write(sent.slice(0, Math.floor(sent.length / 2)), () => response.destroy());
}
