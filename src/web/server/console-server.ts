/**
 * The fleet console: the supervisor's page and its HTTP API on a loopback port, with the routes of
 * the control API and what the console shows beside them. It shows and obeys what it is handed. The
 * port reported is the one really bound.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { judgeWebToken } from '../../contract/access.ts';
import type { WebToken } from '../../contract/access.ts';
import { CONSOLE_PORT } from '../../contract/console-config.ts';
import type { ConsoleService } from '../../contract/console-api.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Clock } from '../../platform/clock.ts';
import { installAccess, whoAsks } from './access.ts';
import { addConsoleRoutes } from './console-routes.ts';
import type { ActorOf } from './console-routes.ts';
import { REQUEST_TIMEOUT_MS, makeHttpApp } from './error-reply.ts';
import { EventStreams, STREAM_LIMITS, addEventRoute } from './event-streams.ts';
import type { StreamLimits } from './event-streams.ts';
import { addFleetRoutes, nameHome } from './fleet-routes.ts';
import { addressToBind, installGuard } from './http-guard.ts';
import { endServer } from './instance-server.ts';
import { addPageRoutes } from './page-assets.ts';
import type { PageAssets } from './page-assets.ts';
import { bindPort } from './port-binding.ts';

/** Between two events of a fleet: its bots beat every two seconds. */
const GAP_MS = 250;

export interface ConsoleServerOptions {
  /** The home answered for. */
  readonly home: string;
  /** An IP address; one beyond this machine without a token is BIND_REFUSED. */
  readonly host: string;
  /** null: 5000, else the next one that is free and not to be avoided; 0: any. */
  readonly port: number | null;
  readonly avoidPorts: readonly number[];
  /** Further names this server answers to, "name" or "name:port". */
  readonly allowedHosts: readonly string[];
  readonly assets: PageAssets;
  /** The access token; absent: there is none. */
  readonly token?: () => WebToken;
  /** Some instance moves real money. */
  readonly live?: () => boolean;
  /** Further routes; they are told who acts. */
  readonly more?: readonly ((app: FastifyInstance, actorOf: ActorOf) => void)[];
  readonly limits?: Partial<StreamLimits>;
  readonly clock?: Clock;
  /** Hears of failures that are our own bugs. */
  readonly log?: (error: unknown) => void;
}

/** A served console. */
export interface ConsoleServer {
  readonly port: number;
  /** e.g. "http://127.0.0.1:5000". */
  readonly url: string;
  /** Why it is not the wanted port; null when it is. */
  readonly warning: string | null;
  /** Ends the streams and every connection, then frees the port. */
  close(): Promise<void>;
}

/** Serves `service`; rejects with PORT_TAKEN or BIND_REFUSED. */
export async function serveConsole(
  service: ConsoleService,
  options: ConsoleServerOptions,
): Promise<ConsoleServer> {
  const { token = () => judgeWebToken(undefined), live = () => false } = options;
  const { log = () => {}, clock = systemClock } = options;
  const host = addressToBind(options.host, token().token !== null);
  const source = {
    read: () => ({ ...service.topics() }),
    subscribe: (listener: () => void) => service.subscribe(listener),
  };
  const limits = { ...STREAM_LIMITS, gapMs: GAP_MS, ...options.limits };
  const streams = new EventStreams(source, clock, limits, log);
  let bound: number | null = null;
  let server: Server | undefined;
  const app = makeHttpApp(log, {
    serverFactory: (handler) => {
      server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, handler);
      return server;
    },
  });
  nameHome(app, options.home);
  const port = () => bound;
  installGuard(app, { port, allowedHosts: options.allowedHosts, address: host });
  installAccess(app, { token, live, address: host, port, clock });
  const actorOf: ActorOf = (request) => ({
    who: whoAsks(request),
    from: `console ${request.ip}`,
  });
  addPageRoutes(app, options.assets);
  addEventRoute(app, streams);
  addFleetRoutes(app, (request) => service.as(actorOf(request)));
  addConsoleRoutes(app, service, actorOf);
  for (const add of options.more ?? []) add(app, actorOf);
  await app.ready();
  if (server === undefined) throw new Error('no HTTP server was made');
  const listening = server;
  const { port: taken, warning } = await bindPort(listening, wishOf(host, options));
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

/** A port that nobody chose gives way to an instance that did; one that was chosen is tried. */
function wishOf(host: string, { port, avoidPorts }: ConsoleServerOptions) {
  const claimed = port === null && avoidPorts.includes(CONSOLE_PORT);
  const wanted = claimed ? null : (port ?? CONSOLE_PORT);
  return { host, port: wanted, avoidPorts, strictPort: false, firstPort: CONSOLE_PORT };
}
