/**
 * The API document of a server (OpenAPI 3.1), made of the schemas by which its routes judge what
 * they are sent, and of the types of what they answer. It describes the routes that really are
 * there.
 */
import type { RouteOptions } from 'fastify';
import answers from '../../contract/answers.json' with { type: 'json' };
import { CONSOLE_ROUTES, INSTANCE_ROUTES } from './route-words.ts';
import type { RouteWords } from './route-words.ts';

/** A JSON Schema as it stands in the document. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly $ref: string } | { description: string; content: Content }>
  >;
}

export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Servers that have a document. */
const SURFACES = {
  instance: { title: 'gridd: one instance', words: INSTANCE_ROUTES },
  console: { title: 'gridd: the fleet', words: CONSOLE_ROUTES },
};
export type Surface = keyof typeof SURFACES;
/** Of the API, not of the program: it moves when a route goes or takes something else. */
const API_VERSION = '1';
const DESCRIPTION =
  'Money, prices and sizes are decimal text; moments are ISO text in UTC, or seconds since 1970 ' +
  'where a name says "time". Every failure answers with an ErrorBody. Where a token is asked ' +
  'for, scripts send it as "Authorization: Bearer ...". An adjust takes an Idempotency-Key: sent ' +
  'again with it, the same request has the first answer and changes nothing. No other route ' +
  'reads one: it asks for a state (paused, stopped, flat, this version saved), which a second ' +
  'request finds or is refused by. What happened in between counts, though: a resume lifts a ' +
  'trip that came since, a restart starts anew. After a lost answer look before you repeat.';

/** A route as it was added. */
export type Route = Pick<RouteOptions, 'method' | 'url' | 'schema'>;

/** The document of `routes`, with the words that the server named `surface` has for them. */
export function apiDocument(surface: Surface, routes: readonly Route[]): ApiDocument {
  const { title, words } = SURFACES[surface];
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
    for (const method of [route.method].flat()) {
      if (method === 'HEAD') continue;
      const said = words[`${method} ${route.url}`] ?? null;
      (paths[path] ??= {})[method.toLowerCase()] = operationOf(method, route, said);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title, version: API_VERSION, description: DESCRIPTION },
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: usedBy(paths),
      responses: {
        Refused: {
          description: 'Why not, in words, with a code that stays.',
          content: { 'application/json': { schema: refTo('ErrorBody') } },
        },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(method: string, { url, schema }: Route, words: RouteWords | null): Operation {
  const parameters = [
    ...parametersOf('path', schema?.params, namesIn(url)),
    ...parametersOf('query', schema?.querystring),
    ...parametersOf('header', schema?.headers, words?.keyed === true ? ['Idempotency-Key'] : []),
  ];
  const body = schema?.body as JsonSchema | undefined;
  return {
    operationId: `${method.toLowerCase()}${url.replaceAll(/[^a-zA-Z0-9]+(\w?)/g, capital)}`,
    summary: words?.says ?? '',
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: {
      '200': { description: 'Done.', content: contentOf(words) },
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

function capital(_all: string, letter: string): string {
  return letter.toUpperCase();
}

function namesIn(url: string): string[] {
  return [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
}

/** One per property of `schema`, and per further name that it does not have. */
function parametersOf(where: string, schema: unknown, more: readonly string[] = []): Parameter[] {
  const { properties = {}, required = [] } = (schema ?? {}) as JsonSchema;
  const named = Object.keys(properties).map((name) => name.toLowerCase());
  const others = more.filter((name) => !named.includes(name.toLowerCase()));
  const all = [
    ...Object.entries(properties),
    ...others.map((name): [string, JsonSchema] => [name, { type: 'string' }]),
  ];
  return all.map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: plain(rest),
  }));
}

/** A body none of whose fields is needed may be left out. */
function bodyOf(schema: JsonSchema): Operation['requestBody'] {
  const required = (schema.required ?? []).length > 0 || schema['minProperties'] !== undefined;
  return { required, content: { 'application/json': { schema: plain(schema) } } };
}

function contentOf(words: RouteWords | null): Content {
  if (words === null) return { 'application/json': {} };
  const { answer } = words;
  if ('media' in answer) return { [answer.media]: {} };
  return { 'application/json': { schema: schemaOf(answer) } };
}

function schemaOf(answer: Exclude<RouteWords['answer'], { readonly media: string }>): JsonSchema {
  if ('one' in answer) return refTo(answer.one);
  if ('list' in answer) return { type: 'array', items: refTo(answer.list) };
  const fields = Object.entries(answer.fields);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, type]) => [name, { type }])),
    required: fields.map(([name]) => name),
  };
}

function refTo(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Without what a schema library notes for itself. */
function plain(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema)) as JsonSchema;
}

/** The schemas that `paths` name, with those that these name. */
function usedBy(paths: object): Record<string, unknown> {
  const all: Readonly<Record<string, unknown>> = answers;
  const used: Record<string, unknown> = {};
  const unread: unknown[] = [paths, refTo('ErrorBody')];
  for (let part = unread.pop(); part !== undefined; part = unread.pop()) {
    const text = JSON.stringify(part);
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (name in used || all[name] === undefined) continue;
      used[name] = all[name];
      unread.push(all[name]);
    }
  }
  return used;
}
