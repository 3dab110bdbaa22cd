/**
 * The control API: the supervisor's HTTP routes on a unix socket (mode 0600, in a folder of this
 * user). Every route has a schema; every answer names the home it speaks for, so that no caller
 * ever moves another home's grids. It knows nothing of the supervisor but what it is handed.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { FleetService, StartRequest, StopRequest } from '../../contract/fleet-api.ts';
import {
  CleanupBody,
  IdParams,
  IdsBody,
  KeyHeader,
  PanicBody,
  ShutdownBody,
  StartBody,
  StopBody,
} from '../../contract/fleet-schema.ts';
import { AcceptPositionBody, AdjustBody, NoFields } from '../../contract/instance-schema.ts';
import type { AcceptPositionRequest, AdjustRequest } from '../../contract/instance-api.ts';
import { makeHttpApp } from './error-reply.ts';

/** Header in which every answer says whose it is; URI-encoded. */
export const HOME_HEADER = 'x-gridd-home';
const REQUEST_TIMEOUT_MS = 15_000;

export interface FleetServerOptions {
  /** Path of the unix socket; a file there is replaced. */
  readonly socket: string;
  /** The home answered for. */
  readonly home: string;
  /** Hears of failures that are our own bugs. */
  readonly log: (error: unknown) => void;
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
  const home = encodeURI(options.home);
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header(HOME_HEADER, home).header('cache-control', 'no-store');
    done();
  });
  addReadRoutes(app, service);
  addVerbRoutes(app, service);
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

function addReadRoutes(app: FastifyInstance, service: FleetService): void {
  app.get('/api/info', { schema: {} }, () => service.info());
  app.get('/api/instances', { schema: {} }, () => service.list());
  app.get<{ Params: { id: string } }>(
    '/api/instances/:id',
    { schema: { params: IdParams } },
    ({ params }) => service.status(params.id),
  );
  app.get<{ Params: { id: string } }>(
    '/api/instances/:id/usage',
    { schema: { params: IdParams } },
    ({ params }) => service.usage(params.id),
  );
}

function addVerbRoutes(app: FastifyInstance, service: FleetService): void {
  app.post<{ Body: StartRequest }>(
    '/api/instances/start',
    { schema: { body: StartBody } },
    ({ body }) => service.start(body),
  );
  app.post<{ Body: StopRequest }>(
    '/api/instances/stop',
    { schema: { body: StopBody } },
    ({ body }) => service.stop(body),
  );
  for (const verb of ['restart', 'reload', 'pause', 'resume'] as const) {
    app.post<{ Body: { ids: string[] } }>(
      `/api/instances/${verb}`,
      { schema: { body: IdsBody } },
      ({ body }) => service[verb](body.ids),
    );
  }
  app.post<{ Body: { ids: string[] | null } }>(
    '/api/instances/panic',
    { schema: { body: PanicBody } },
    ({ body }) => service.panic(body.ids),
  );
  app.post<{ Params: { id: string } }>(
    '/api/instances/:id/close-carry',
    { schema: { params: IdParams, body: NoFields } },
    ({ params }) => service.closeCarry(params.id),
  );
  app.post<{ Params: { id: string }; Body: AcceptPositionRequest }>(
    '/api/instances/:id/accept-position',
    { schema: { params: IdParams, body: AcceptPositionBody } },
    ({ params, body }) => service.acceptPosition(params.id, body),
  );
  app.post<{
    Params: { id: string };
    Body: AdjustRequest;
    Headers: { 'idempotency-key'?: string };
  }>(
    '/api/instances/:id/adjust',
    { schema: { params: IdParams, body: AdjustBody, headers: KeyHeader } },
    ({ params, body, headers }) =>
      service.adjust(params.id, body, headers['idempotency-key'] ?? null),
  );
  app.post<{ Body: { dry_run: boolean } }>(
    '/api/cleanup',
    { schema: { body: CleanupBody } },
    ({ body }) => service.cleanup(body.dry_run),
  );
  app.post('/api/alerts/test', { schema: { body: NoFields } }, () => service.testAlerts());
  app.post<{ Body: { bots: 'keep' | 'stop' } }>(
    '/api/shutdown',
    { schema: { body: ShutdownBody } },
    async ({ body }) => {
      await service.shutdown(body.bots);
      return { ok: true };
    },
  );
}
