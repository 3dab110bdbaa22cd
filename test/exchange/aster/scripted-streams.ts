/** The streams of a scripted Aster: a test says what each connection is told. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface ScriptedStreams {
  readonly url: string;
  /** Paths of all connections so far, in order. */
  readonly paths: readonly string[];
  /** Sends to every open connection whose path begins so; text as it is, else as JSON. */
  send(path: string, message: unknown): void;
  /** Cuts every open connection whose path begins so. */
  cut(path: string): void;
  close(): Promise<void>;
}

export async function scriptedStreams(): Promise<ScriptedStreams> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const paths: string[] = [];
  const open = new Map<WebSocket, string>();
  server.on('connection', (socket, request) => {
    const path = request.url ?? '';
    paths.push(path);
    open.set(socket, path);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  const of = (path: string) => [...open].filter(([, each]) => each.startsWith(path));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    send(path, message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      for (const [socket] of of(path)) socket.send(text);
    },
    cut(path) {
      for (const [socket] of of(path)) socket.terminate();
    },
    async close() {
      for (const [socket] of of('')) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
