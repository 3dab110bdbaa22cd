/**
 * The routes of one instance: what it shows, and what it obeys (adjust, pause, resume, close-carry,
 * accept-position). They check the shape of what comes in; whether a grid makes sense is the
 * service's to say.
 */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteShorthandOptions,
} from 'fastify';
import type {
  AcceptPositionRequest,
  AdjustRequest,
  InstanceActions,
  InstanceService,
  StopReceipt,
} from '../../contract/instance-api.ts';
import {
  AcceptPositionBody,
  AdjustBody,
  FillsQuery,
  NoFields,
  ReceiptsQuery,
  StopWishBody,
} from '../../contract/instance-schema.ts';
import type { InstanceTopics, StopBody } from '../../contract/page-api.ts';
import { whoAsks } from './access.ts';
import { badRequest } from './error-reply.ts';

const DEFAULT_FILLS = 100;
/** Newest fills in the topic of that name. */
const TOPIC_FILLS = 50;
const DEFAULT_RECEIPTS = 30;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/** The topics of the event stream. */
export function topicsOf(service: InstanceService): Record<string, unknown> {
  const topics: InstanceTopics = {
    status: service.status(),
    levels: service.levels(),
    fills: service.fills(TOPIC_FILLS),
    health: service.page.health(),
    marks: service.page.marks(),
  };
  return { ...topics };
}

/** GET routes: health and figures. */
export function addReadRoutes(app: FastifyInstance, service: InstanceService): void {
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
}

/** POST routes: what the instance obeys. Each answers with JSON. */
export function addWriteRoutes(app: FastifyInstance, service: InstanceService): void {
  type Body = typeof NoFields | typeof AcceptPositionBody | typeof StopWishBody;
  const by = (request: FastifyRequest) =>
    service.as({ who: whoAsks(request), from: `page ${request.ip}` });
  const bodyless = (body: Body): RouteShorthandOptions => ({
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
    (request) => by(request).adjust(request.body, idempotencyKey(request.headers)),
  );
  app.post('/api/pause', bare, async (request) => {
    await by(request).pause();
    return { ok: true, grid_state: service.status().grid_state };
  });
  app.post('/api/resume', bare, async (request) => {
    const { was_tripped } = await by(request).resume();
    return { ok: true, grid_state: service.status().grid_state, was_tripped };
  });
  app.post('/api/close-carry', bare, (request) => by(request).closeCarry());
  app.post<{ Body: AcceptPositionRequest }>(
    '/api/accept-position',
    bodyless(AcceptPositionBody),
    (request) => by(request).acceptPosition(request.body),
  );
  app.post<{ Body: StopBody }>('/api/stop', bodyless(StopWishBody), (request, reply) => {
    const actions = by(request);
    return receiptSent(actions, reply, actions.stop(request.body));
  });
  app.post('/api/panic', bare, (request, reply) => {
    const actions = by(request);
    return receiptSent(actions, reply, actions.panic());
  });
}

/** The receipt; the bot, which waits for that, is told when it is out. */
async function receiptSent(
  actions: InstanceActions,
  { raw }: FastifyReply,
  asked: Promise<StopReceipt>,
): Promise<StopReceipt> {
  const receipt = await asked;
  if (raw.destroyed) actions.answered();
  else raw.once('close', () => actions.answered());
  return receipt;
}

function idempotencyKey(headers: Record<string, unknown>): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  const allowed = '1 to 128 visible ASCII characters, no spaces';
  throw badRequest([{ path: 'Idempotency-Key', message: `must be ${allowed}`, allowed }]);
}
