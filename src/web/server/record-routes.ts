/**
 * What the page of an instance reads beside its figures: candles, sums, heat, the engine's state,
 * and long tables in pages. They only read, and each costs a bounded look.
 */
import type { FastifyInstance } from 'fastify';
import type { InstanceService } from '../../contract/instance-api.ts';
import type { CandleInterval, CurveSpan } from '../../contract/page-api.ts';
import {
  CandlesQuery,
  EquityQuery,
  HappeningsQuery,
  HeatQuery,
  OrderPageQuery,
  PageQuery,
} from '../../contract/page-queries.ts';

const DEFAULT_ROWS = 100;

/** Adds the GET routes. */
export function addRecordRoutes(app: FastifyInstance, { page }: InstanceService): void {
  app.get<{ Querystring: { interval?: CandleInterval; from?: string; to?: string } }>(
    '/api/candles',
    { schema: { querystring: CandlesQuery } },
    ({ query: { interval = '1m', from, to } }) =>
      page.candles(interval, Number(from ?? 0), Number(to ?? Number.MAX_SAFE_INTEGER)),
  );
  app.get<{ Querystring: { span?: CurveSpan } }>(
    '/api/equity',
    { schema: { querystring: EquityQuery } },
    ({ query: { span = 'all' } }) => page.equity(span),
  );
  app.get<{ Querystring: { from?: string } }>(
    '/api/heat',
    { schema: { querystring: HeatQuery } },
    ({ query }) => page.heat(Number(query.from ?? 0)),
  );
  app.get('/api/engine', () => page.engine());
  app.get<{ Querystring: { limit?: string; before?: string } }>(
    '/api/fills/page',
    { schema: { querystring: PageQuery } },
    ({ query: { limit = DEFAULT_ROWS, before } }) => page.fills(Number(limit), before ?? null),
  );
  app.get<{ Querystring: { limit?: string; before?: string; status?: string } }>(
    '/api/orders/page',
    { schema: { querystring: OrderPageQuery } },
    ({ query: { limit = DEFAULT_ROWS, before, status } }) =>
      page.orders(Number(limit), before ?? null, status ?? null),
  );
  app.get<{ Querystring: { limit?: string; before?: string } }>(
    '/api/happenings',
    { schema: { querystring: HappeningsQuery } },
    ({ query: { limit = DEFAULT_ROWS, before } }) =>
      page.happenings(Number(limit), before === undefined ? null : Number(before)),
  );
}
