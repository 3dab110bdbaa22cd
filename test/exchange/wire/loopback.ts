/** A server on this machine whose answers a test writes, and the ways in which servers fail. */
import { once } from 'node:events';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/platform/clock.ts';
import type { HttpOptions } from '../../../src/exchange/wire/http.ts';
import { Redaction } from '../../../src/exchange/wire/redaction.ts';

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Loopback {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Connections that were opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

/** Opens a server that answers with `handler`. */
export async function serve(handler: Handler): Promise<Loopback> {
  const seen: Seen[] = [];
  let opened = 0;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString() };
      seen.push(one);
      handler(one, response);
    });
  });
  server.on('connection', () => (opened += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, seen, url: `http://127.0.0.1:${port}`, connections: () => opened },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server that does what it likes with each connection. */
export async function listen(
  take: (socket: net.Socket) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    take(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const { port, close } = await listen(() => undefined);
  await close();
  return port;
}

/** Options of a caller; `traced` collects its trace. */
export function callerOptions(url: string, more: Partial<HttpOptions> = {}): HttpOptions {
  return {
    ...{ url, proxy: null, connect_timeout_ms: 2000, read_timeout_ms: 2000, clock: systemClock },
    ...{ trace: () => undefined, redaction: new Redaction([]), ...more },
  };
}
