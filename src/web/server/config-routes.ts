/**
 * The routes by which configs are read and edited, each with a schema. They show and obey what they
 * are handed; what may not be changed over HTTP is refused behind them, whoever calls.
 */
import type { FastifyInstance } from 'fastify';
import type { ConfigService, NewConfig, SaveConfig } from '../../contract/console-api.ts';
import {
  CheckConfigBody,
  ConfigParams,
  FileParams,
  NameParams,
  NewConfigBody,
  NoteBody,
  RollbackBody,
  SaveConfigBody,
  TemplateQuery,
  VersionParams,
} from '../../contract/config-schema.ts';
import { NoFields } from '../../contract/instance-schema.ts';
import type { ActorOf } from './console-routes.ts';

interface ById {
  readonly Params: { readonly id: string };
}

/** Adds every route of configs; `actorOf`: who sent a request. */
export function addConfigRoutes(
  app: FastifyInstance,
  configs: ConfigService,
  actorOf: ActorOf,
): void {
  addReadRoutes(app, configs);
  addEditRoutes(app, configs, actorOf);
}

function addReadRoutes(app: FastifyInstance, configs: ConfigService): void {
  app.get('/api/configs', { schema: {} }, () => configs.list());
  app.get('/api/archived', { schema: {} }, () => configs.archived());
  app.get('/api/config-schema', { schema: {} }, () => configs.schema());
  app.get('/api/templates', { schema: {} }, () => configs.templates());
  app.get<{ Params: { name: string }; Querystring: { id?: string } }>(
    '/api/templates/:name',
    { schema: { params: NameParams, querystring: TemplateQuery } },
    ({ params, query }) => configs.template(params.name, query.id ?? null),
  );
  app.get<ById>('/api/configs/:id', { schema: { params: ConfigParams } }, ({ params }) =>
    configs.view(params.id),
  );
  app.get<ById>('/api/configs/:id/versions', { schema: { params: ConfigParams } }, ({ params }) =>
    configs.versions(params.id),
  );
  app.get<{ Params: { id: string; n: string } }>(
    '/api/configs/:id/versions/:n',
    { schema: { params: VersionParams } },
    ({ params }) => configs.version(params.id, Number(params.n)),
  );
  app.post<{ Body: { id?: string; text: string } }>(
    '/api/configs/check',
    { schema: { body: CheckConfigBody } },
    ({ body }) => configs.check(body.id ?? null, body.text),
  );
}

function addEditRoutes(
  app: FastifyInstance,
  configs: ConfigService,
  actorOf: ActorOf,
): void {
  app.post<{ Body: NewConfig }>(
    '/api/configs',
    { schema: { body: NewConfigBody } },
    (request) => configs.create(request.body, actorOf(request)),
  );
  app.put<ById & { Body: SaveConfig }>(
    '/api/configs/:id',
    { schema: { params: ConfigParams, body: SaveConfigBody } },
    (request) => configs.save(request.params.id, request.body, actorOf(request)),
  );
  app.post<ById & { Body: { version: number; note: string } }>(
    '/api/configs/:id/rollback',
    { schema: { params: ConfigParams, body: RollbackBody } },
    (request) => {
      const { version, note } = request.body;
      return configs.rollback(request.params.id, version, note, actorOf(request));
    },
  );
  app.post<ById>(
    '/api/configs/:id/archive',
    { schema: { params: ConfigParams, body: NoFields } },
    (request) => configs.archive(request.params.id, actorOf(request)),
  );
  app.post<{ Params: { file: string }; Body: { note: string } }>(
    '/api/archived/:file/restore',
    { schema: { params: FileParams, body: NoteBody } },
    (request) => configs.restore(request.params.file, request.body.note, actorOf(request)),
  );
}

/**
 * Adds the route by which the command line says who wrote a file: only for a socket that nobody but
 * this user reaches.
 */
export function addAuthorRoute(
  app: FastifyInstance,
  configs: Pick<ConfigService, 'author'>,
  actorOf: ActorOf,
): void {
  app.post<ById & { Body: { note: string } }>(
    '/api/configs/:id/author',
    { schema: { params: ConfigParams, body: NoteBody } },
    (request) => configs.author(request.params.id, request.body.note, actorOf(request)) ?? {},
  );
}
