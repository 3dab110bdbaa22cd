/**
 * The routes of one instance: what it shows, and what it obeys (adjust, pause, resume, close-carry,
 * accept-position). They check the shape of what comes in; whether a grid makes sense is the
 * service's to say.
 */
import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import type {
  AcceptPositionRequest,
  AdjustRequest,
  InstanceService,
} from '../../contract/instance-api.ts';
import {
  AcceptPositionBody,
  AdjustBody,
  FillsQuery,
  NoFields,
  ReceiptsQuery,
} from '../../contract/instance-schema.ts';
import { badRequest } from './error-reply.ts';
import { addEventRoute } from './event-streams.ts';
import type { EventStreams } from './event-streams.ts';
import { addPageRoutes } from './page-assets.ts';
import type { PageAssets } from './page-assets.ts';

const DEFAULT_FILLS = 100;
/** Newest fills in the topic of that name. */
const TOPIC_FILLS = 50;
const DEFAULT_RECEIPTS = 30;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;
/** The topics of the event stream. */
export function topicsOf(service: InstanceService): Record<string, unknown> {
  return {
    status: service.status(),
    levels: service.levels(),
    fills: service.fills(TOPIC_FILLS),
  };
}

/** GET routes: the page, health, figures and the event stream. */
export function addReadRoutes(
  app: FastifyInstance,
  service: InstanceService,
  assets: PageAssets,
  streams: EventStreams,
): void {
  addPageRoutes(app, assets);
  app.get('/health', () => ({
    status: 'healthy',
    instance_id: service.id,
    pid: process.pid,
  }));
  app.get('/healthz', async (_request, reply) => {
    const health = await service.health();
    return reply.code(health.ok ? 200 : 503).send(health);
  });
  app.get('/api/status', () => service.status());
  app.get('/api/orders', () => service.orders());
  app.get('/api/levels', () => service.levels());
  app.get<{ Querystring: { limit?: string } }>(
    '/api/fills',
    { schema: { querystring: FillsQuery } },
    (request) => service.fills(Number(request.query.limit ?? DEFAULT_FILLS)),
  );
  app.get<{ Querystring: { limit?: string; by?: 'stop' | 'day' } }>(
    '/api/receipts',
    { schema: { querystring: ReceiptsQuery } },
    ({ query: { limit = DEFAULT_RECEIPTS, by = 'stop' } }) => service.receipts(Number(limit), by),
  );
  addEventRoute(app, streams);
}

/** POST routes: what the instance obeys. Each answers with JSON. */
export function addWriteRoutes(app: FastifyInstance, service: InstanceService): void {
  const bodyless = (body: typeof NoFields | typeof AcceptPositionBody): RouteShorthandOptions => ({
    schema: { body },
    preValidation(request, _reply, done) {
      request.body ??= {};
      done();
    },
  });
  const bare = bodyless(NoFields);
  app.post<{ Body: AdjustRequest }>(
    '/api/grid/adjust',
    { schema: { body: AdjustBody } },
    (request) => service.adjust(request.body, idempotencyKey(request.headers)),
  );
  app.post('/api/pause', bare, async () => {
    await service.pause();
    return { ok: true, grid_state: service.status().grid_state };
  });
  app.post('/api/resume', bare, async () => {
    const { was_tripped } = await service.resume();
    return { ok: true, grid_state: service.status().grid_state, was_tripped };
  });
  app.post('/api/close-carry', bare, () => service.closeCarry());
  app.post<{ Body: AcceptPositionRequest }>(
    '/api/accept-position',
    bodyless(AcceptPositionBody),
    ({ body }) => service.acceptPosition(body),
  );
}

function idempotencyKey(headers: Record<string, unknown>): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  const allowed = '1 to 128 visible ASCII characters, no spaces';
  throw badRequest([{ path: 'Idempotency-Key', message: `must be ${allowed}`, allowed }]);
}
