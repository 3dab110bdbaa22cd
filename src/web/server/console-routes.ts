/**
 * What the console has beside the routes of the control API: the fleet at a glance, audit, ends,
 * the doctor, and a start by ids. It never takes a path of a file, and no consent to a first live
 * start: that is given where its figures are shown, in a terminal.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, ConsoleService, StartByIds } from '../../contract/console-api.ts';
import { GriddError } from '../../contract/errors.ts';
import { AuditQuery, ExitsQuery, StartByIdsBody } from '../../contract/fleet-schema.ts';

const DEFAULT_LINES = 100;

/** Who gives the verbs of a request, for the audit. */
export type ActorOf = (request: FastifyRequest) => Actor;

/** Adds the routes that only the console has. */
export function addConsoleRoutes(
  app: FastifyInstance,
  service: ConsoleService,
  actorOf: ActorOf,
): void {
  app.get('/api/fleet', { schema: {} }, () => service.topics());
  app.get<{ Querystring: { limit?: string; before?: string; instance?: string } }>(
    '/api/audit',
    { schema: { querystring: AuditQuery } },
    ({ query: { limit = DEFAULT_LINES, before, instance = null } }) =>
      service.audit({
        instance,
        before: before === undefined ? null : Number(before),
        limit: Number(limit),
      }),
  );
  app.get<{ Querystring: { limit?: string } }>(
    '/api/exits',
    { schema: { querystring: ExitsQuery } },
    ({ query }) => service.exits(Number(query.limit ?? DEFAULT_LINES)),
  );
  app.get('/api/doctor', { schema: {} }, () => service.doctor());
  app.post<{ Body: StartByIds }>(
    '/api/instances/start',
    {
      schema: { body: StartByIdsBody },
      preValidation: ({ body }, _reply, done) => done(consentIn(body) ?? undefined),
    },
    (request) => service.start(request.body, actorOf(request)),
  );
}

/** LIVE_UNCONFIRMED where a body would consent to a first live start. */
function consentIn(body: unknown): GriddError | null {
  if (typeof body !== 'object' || body === null || !('live' in body)) return null;
  const message = 'A first live start is confirmed in a terminal, never over HTTP.';
  return new GriddError('LIVE_UNCONFIRMED', message);
}
