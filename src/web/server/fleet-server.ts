/**
 * The control API: the supervisor's HTTP routes on a unix socket (mode 0600, in a folder of this
 * user). Every route has a schema; every answer names the home it speaks for, so that no caller
 * ever moves another home's grids. It knows nothing of the supervisor but what it is handed.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { FleetService, StartRequest } from '../../contract/fleet-api.ts';
import { StartBody } from '../../contract/fleet-schema.ts';
import { makeHttpApp } from './error-reply.ts';
import { addFleetRoutes, nameHome } from './fleet-routes.ts';

const REQUEST_TIMEOUT_MS = 15_000;

export interface FleetServerOptions {
  /** Path of the unix socket; a file there is replaced. */
  readonly socket: string;
  /** The home answered for. */
  readonly home: string;
  /** Hears of failures that are our own bugs. */
  readonly log: (error: unknown) => void;
  /** Adds further routes. */
  readonly more?: (app: FastifyInstance) => void;
}

export interface FleetServer {
  /** Listens again at the same path, for when the file has disappeared. */
  reopen(): Promise<void>;
  /** Answers what is under way, then ends. */
  close(): Promise<void>;
}

/** Serves `service`; rejects when the socket cannot be opened. */
export async function serveFleet(
  service: FleetService,
  options: FleetServerOptions,
): Promise<FleetServer> {
  const app = makeHttpApp(options.log);
  nameHome(app, options.home);
  addFleetRoutes(app, () => service);
  app.post<{ Body: StartRequest }>(
    '/api/instances/start',
    { schema: { body: StartBody } },
    ({ body }) => service.start(body),
  );
  options.more?.(app);
  await app.ready();
  let server = await listen();

  function listen(): Promise<Server> {
    rmSync(options.socket, { force: true });
    const next = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) =>
      app.routing(request, response),
    );
    return new Promise((resolve, reject) => {
      next.once('error', reject);
      next.listen(options.socket, () => {
        chmodSync(options.socket, 0o600);
        next.on('error', options.log);
        resolve(next);
      });
    });
  }
  return {
    async reopen() {
      server.close();
      server = await listen();
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await app.close();
    },
  };
}
