/**
 * What every page is served by: one HTTP application behind guard and access, with the files of the
 * page, its event streams, its API document and a port. A surface names only its routes and topics.
 * The port reported is the one really bound.
 */
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { judgeWebToken } from '../../contract/access.ts';
import type { WebToken } from '../../contract/access.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Clock } from '../../platform/clock.ts';
import { installAccess } from './access.ts';
import type { Surface } from './api-document.ts';
import { installDocs } from './docs-routes.ts';
import { makeHttpApp, makeHttpServer } from './error-reply.ts';
import { EventStreams, STREAM_LIMITS, addEventRoute } from './event-streams.ts';
import type { StreamLimits, TopicSource } from './event-streams.ts';
import { addressToBind, installGuard } from './http-guard.ts';
import { addPageRoutes } from './page-assets.ts';
import type { PageAssets } from './page-assets.ts';
import { bindPort } from './port-binding.ts';
import type { PortWish } from './port-binding.ts';

/** What whoever serves a page decides, whichever page it is. */
export interface PageServerOptions {
  /** An IP address; one beyond this machine without a token is BIND_REFUSED. */
  readonly host: string;
  /** Further names this server answers to, "name" or "name:port". */
  readonly allowedHosts?: readonly string[];
  readonly assets: PageAssets;
  /** The access token; absent: there is none. */
  readonly token?: () => WebToken;
  /** What is changed here may move real money. */
  readonly live?: () => boolean;
  readonly limits?: Partial<StreamLimits>;
  readonly clock?: Clock;
  /** Hears of failures that are our own bugs. */
  readonly log?: (error: unknown) => void;
}

/** What one page has that others have not. */
export interface PageSurface {
  readonly name: Surface;
  /** Of its event stream. */
  readonly topics: TopicSource;
  readonly port: Omit<PortWish, 'host'>;
  /** Adds hooks that come before guard and access. */
  readonly begin?: (app: FastifyInstance) => void;
  readonly addRoutes: (app: FastifyInstance) => void;
}

/** A served page. */
export interface PageServer {
  readonly port: number;
  /** e.g. "http://127.0.0.1:5001". */
  readonly url: string;
  /** Why it is not the wanted port; null when it is. */
  readonly warning: string | null;
  /** Ends the streams and every connection, then frees the port. */
  close(): Promise<void>;
}

/** Serves `surface`; rejects with PORT_TAKEN or BIND_REFUSED. */
export async function servePage(
  surface: PageSurface,
  options: PageServerOptions,
): Promise<PageServer> {
  const { token = () => judgeWebToken(undefined), live = () => false } = options;
  const { log = () => {}, clock = systemClock, allowedHosts = [] } = options;
  const address = addressToBind(options.host, token().token !== null);
  const limits = { ...STREAM_LIMITS, ...options.limits };
  const streams = new EventStreams(surface.topics, clock, limits, log);
  let bound: number | null = null;
  const port = () => bound;
  let server: Server | undefined;
  const app = makeHttpApp(log, {
    serverFactory: (handler) => {
      server = makeHttpServer(handler);
      return server;
    },
  });
  // Before all routes that it is to describe.
  installDocs(app, surface.name);
  surface.begin?.(app);
  installGuard(app, { port, allowedHosts, address });
  installAccess(app, { token, live, address, port, clock });
  addPageRoutes(app, options.assets);
  addEventRoute(app, streams);
  surface.addRoutes(app);
  await app.ready();
  if (server === undefined) throw new Error('no HTTP server was made');
  const listening = server;
  const { port: taken, warning } = await bindPort(listening, { ...surface.port, host: address });
  bound = taken;
  return {
    port: taken,
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    warning,
    async close() {
      streams.close();
      await app.close();
      await endServer(listening);
    },
  };
}

/** Ends a server and its connections: Fastify closes only what it listened on itself. */
function endServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
