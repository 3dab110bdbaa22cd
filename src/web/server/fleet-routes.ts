/**
 * The routes by which a fleet is read and moved, as the control socket and the console have them
 * both. Every route has a schema. How an instance is started differs between the two and is not
 * among them.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FleetService, StopRequest } from '../../contract/fleet-api.ts';
import {
  CleanupBody,
  IdParams,
  IdsBody,
  KeyHeader,
  PanicBody,
  ShutdownBody,
  StopBody,
} from '../../contract/fleet-schema.ts';
import { AcceptPositionBody, AdjustBody, NoFields } from '../../contract/instance-schema.ts';
import type { AcceptPositionRequest, AdjustRequest } from '../../contract/instance-api.ts';

/** Header in which every answer says whose it is; URI-encoded. */
export const HOME_HEADER = 'x-gridd-home';

/** The fleet as whoever sent `request` moves it. */
export type FleetOf = (request: FastifyRequest) => FleetService;

/** Has every answer name the home it speaks for, and be kept by nobody. */
export function nameHome(app: FastifyInstance, home: string): void {
  const text = encodeURI(home);
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header(HOME_HEADER, text).header('cache-control', 'no-store');
    done();
  });
}

/** Adds every route of the fleet but the start. */
export function addFleetRoutes(app: FastifyInstance, fleetOf: FleetOf): void {
  addReadRoutes(app, fleetOf);
  addVerbRoutes(app, fleetOf);
}

function addReadRoutes(app: FastifyInstance, fleetOf: FleetOf): void {
  app.get('/api/info', { schema: {} }, (request) => fleetOf(request).info());
  app.get('/api/instances', { schema: {} }, (request) => fleetOf(request).list());
  app.get<{ Params: { id: string } }>(
    '/api/instances/:id',
    { schema: { params: IdParams } },
    (request) => fleetOf(request).status(request.params.id),
  );
  app.get<{ Params: { id: string } }>(
    '/api/instances/:id/usage',
    { schema: { params: IdParams } },
    (request) => fleetOf(request).usage(request.params.id),
  );
}

function addVerbRoutes(app: FastifyInstance, fleetOf: FleetOf): void {
  app.post<{ Body: StopRequest }>(
    '/api/instances/stop',
    { schema: { body: StopBody } },
    (request) => fleetOf(request).stop(request.body),
  );
  for (const verb of ['restart', 'reload', 'pause', 'resume'] as const) {
    app.post<{ Body: { ids: string[] } }>(
      `/api/instances/${verb}`,
      { schema: { body: IdsBody } },
      (request) => fleetOf(request)[verb](request.body.ids),
    );
  }
  app.post<{ Body: { ids: string[] | null } }>(
    '/api/instances/panic',
    { schema: { body: PanicBody } },
    (request) => fleetOf(request).panic(request.body.ids),
  );
  app.post<{ Params: { id: string } }>(
    '/api/instances/:id/close-carry',
    { schema: { params: IdParams, body: NoFields } },
    (request) => fleetOf(request).closeCarry(request.params.id),
  );
  app.post<{ Params: { id: string }; Body: AcceptPositionRequest }>(
    '/api/instances/:id/accept-position',
    { schema: { params: IdParams, body: AcceptPositionBody } },
    (request) => fleetOf(request).acceptPosition(request.params.id, request.body),
  );
  app.post<{
    Params: { id: string };
    Body: AdjustRequest;
    Headers: { 'idempotency-key'?: string };
  }>(
    '/api/instances/:id/adjust',
    { schema: { params: IdParams, body: AdjustBody, headers: KeyHeader } },
    (request) => {
      const { params, body, headers } = request;
      return fleetOf(request).adjust(params.id, body, headers['idempotency-key'] ?? null);
    },
  );
  app.post<{ Body: { dry_run: boolean } }>(
    '/api/cleanup',
    { schema: { body: CleanupBody } },
    (request) => fleetOf(request).cleanup(request.body.dry_run),
  );
  app.post('/api/alerts/test', { schema: { body: NoFields } }, (request) =>
    fleetOf(request).testAlerts(),
  );
  app.post<{ Body: { bots: 'keep' | 'stop' } }>(
    '/api/shutdown',
    { schema: { body: ShutdownBody } },
    async (request) => {
      await fleetOf(request).shutdown(request.body.bots);
      return { ok: true };
    },
  );
}
