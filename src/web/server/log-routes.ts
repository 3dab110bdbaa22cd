/**
 * `GET /api/log`: the logs of one or several instances in pages. It is told whose folders there
 * are, and reads nothing else.
 */
import type { FastifyInstance } from 'fastify';
import type { LogLevel, LogLine } from '../../contract/page-api.ts';
import { LogQuery } from '../../contract/page-queries.ts';
import { readLogPage } from '../../platform/log-reading/log-page.ts';
import type { LogFolder } from '../../platform/log-reading/log-page.ts';
import { badRequest } from './error-reply.ts';

/** Whose logs a server shows. */
export interface LogFolders {
  /** Of these instances, those that are known; null: of all. */
  folders(ids: readonly string[] | null): readonly LogFolder[];
}

const DEFAULT_LINES = 200;

interface Query {
  readonly ids?: string;
  readonly after?: string;
  readonly before?: string;
  readonly limit?: string;
  readonly level?: LogLevel;
  readonly q?: string;
  readonly stream?: LogLine['stream'];
}

/** Adds the route; `ids`, comma-separated, chooses instances. */
export function addLogRoutes(app: FastifyInstance, logs: LogFolders): void {
  app.get<{ Querystring: Query }>(
    '/api/log',
    { schema: { querystring: LogQuery } },
    ({ query }) => {
      const { ids, after, before, limit = DEFAULT_LINES, level = 'trace', q = '' } = query;
      const page = readLogPage({
        folders: logs.folders(ids === undefined ? null : ids.split(',')),
        ...{ after: after ?? null, before: before ?? null, level, text: q },
        limit: Number(limit),
        stream: query.stream ?? null,
      });
      if (page !== null) return page;
      const path = after === undefined ? 'before' : 'after';
      const allowed = 'the `cursor` or `older` of an earlier page';
      throw badRequest([{ path, message: `must be ${allowed}`, allowed }]);
    },
  );
}
