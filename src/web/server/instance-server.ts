/**
 * The page and HTTP API of one instance, on a loopback port of its own. It shows and obeys what it
 * is handed and knows nothing of bot or supervisor. The port reported is the one really bound.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { judgeWebToken } from '../../contract/access.ts';
import type { WebToken } from '../../contract/access.ts';
import type { InstanceService } from '../../contract/instance-api.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Clock } from '../../platform/clock.ts';
import { installAccess } from './access.ts';
import { REQUEST_TIMEOUT_MS, makeHttpApp } from './error-reply.ts';
import { EventStreams, STREAM_LIMITS } from './event-streams.ts';
import type { StreamLimits } from './event-streams.ts';
import { addressToBind, installGuard } from './http-guard.ts';
import { addReadRoutes, addWriteRoutes, topicsOf } from './instance-routes.ts';
import { addLogRoutes } from './log-routes.ts';
import type { PageAssets } from './page-assets.ts';
import { addRecordRoutes } from './record-routes.ts';
import { bindPort } from './port-binding.ts';

export interface InstanceServerOptions {
  /** An IP address; one beyond this machine without a token is BIND_REFUSED. */
  readonly host: string;
  /** null: the first free one from 5001; 0: any. */
  readonly port: number | null;
  readonly avoidPorts: readonly number[];
  readonly strictPort: boolean;
  /** The access token; absent: there is none. */
  readonly token?: () => WebToken;
  /** What is changed here may move real money. */
  readonly live?: () => boolean;
  /** Further names this server answers to, "name" or "name:port". */
  readonly allowedHosts?: readonly string[];
  readonly assets: PageAssets;
  /** Its log folder; absent: it shows no log. */
  readonly logDir?: string;
  readonly limits?: Partial<StreamLimits>;
  readonly clock?: Clock;
  /** Hears of failures that are our own bugs. */
  readonly log?: (error: unknown) => void;
}

/** A served instance. */
export interface InstanceServer {
  readonly port: number;
  /** e.g. "http://127.0.0.1:5001". */
  readonly url: string;
  /** Why it is not the wanted port; null when it is. */
  readonly warning: string | null;
  /** Ends the streams and every connection, then frees the port. */
  close(): Promise<void>;
}

/** Serves `service`; rejects with PORT_TAKEN or BIND_REFUSED. */
export async function serveInstance(
  service: InstanceService,
  options: InstanceServerOptions,
): Promise<InstanceServer> {
  const { token = () => judgeWebToken(undefined), live = () => false } = options;
  const clock = options.clock ?? systemClock;
  const host = addressToBind(options.host, token().token !== null);
  const log = options.log ?? (() => {});
  const source = {
    read: () => topicsOf(service),
    subscribe: (listener: () => void) => service.subscribe(listener),
  };
  const limits = { ...STREAM_LIMITS, ...options.limits };
  const streams = new EventStreams(source, clock, limits, log);
  let bound: number | null = null;
  let server: Server | undefined;
  const app = makeHttpApp(log, {
    serverFactory: (handler) => {
      server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, handler);
      return server;
    },
  });
  const port = () => bound;
  const allowedHosts = options.allowedHosts ?? [];
  installGuard(app, { port, allowedHosts, address: host });
  installAccess(app, { token, live, address: host, port, clock });
  addReadRoutes(app, service, options.assets, streams);
  addRecordRoutes(app, service);
  const { logDir } = options;
  if (logDir !== undefined) {
    addLogRoutes(app, { folders: () => [{ id: service.id, dir: logDir }] });
  }
  addWriteRoutes(app, service);
  await app.ready();
  if (server === undefined) throw new Error('no HTTP server was made');
  const listening = server;
  const { port: taken, warning } = await bindPort(listening, { ...options, host });
  bound = taken;
  return {
    port: taken,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    warning,
    async close() {
      streams.close();
      await app.close();
      await endServer(listening);
    },
  };
}

/** Ends a server and its connections: Fastify closes only what it listened on itself. */
export function endServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
