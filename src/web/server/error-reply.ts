/**
 * The one HTTP application that every surface starts from: strict JSON in, JSON out, and every
 * failure (bad field, bad JSON, wrong type, too large, unknown address, our own bug) in the one
 * shape of `ErrorBody`. It coerces nothing and drops no unknown field silently.
 */
import Fastify from 'fastify';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifySchemaCompiler,
  FastifyServerOptions,
} from 'fastify';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { ERRORS, GriddError, errorBody } from '../../contract/errors.ts';
import type { Problem } from '../../contract/errors.ts';
import { schemaFaults } from '../../platform/json-schema.ts';
import { securityHeaders } from './http-guard.ts';

/** Largest body that is read. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** Characters of a name in an address, escapes included. */
const LONGEST_NAME = 512;
/** A request that takes longer to arrive is refused. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * More than all streams and pages take, far fewer than a process may have open: whoever opens
 * connections without end takes none from database and venue.
 */
const MOST_CONNECTIONS = 1200;

/** Checks what a route takes against its schema. */
const validateRoute: FastifySchemaCompiler<object> = ({ schema }) => {
  const faultsOf = schemaFaults(schema);
  return (value) => {
    const faults = faultsOf(value);
    return faults.length === 0 ? true : { error: [...faults] };
  };
};

type Violation = NonNullable<FastifyError['validation']>[number] & { readonly data?: unknown };

/**
 * A Fastify application with JSON bodies only, strict validation (a TypeBox `schema` on a route;
 * its `description`s become the messages) and the error shape. `log` hears of INTERNAL failures.
 */
export function makeHttpApp(
  log: (error: unknown) => void = () => {},
  more: Pick<FastifyServerOptions<Server>, 'serverFactory'> = {},
): FastifyInstance {
  const app = Fastify({
    logger: false,
    routerOptions: { maxParamLength: LONGEST_NAME },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    clientErrorHandler: (_error, socket) => refuseGarbage(socket),
    frameworkErrors: (_error, _request, reply) => {
      reply.headers(securityHeaders());
      replyError(reply, new GriddError('BAD_REQUEST', 'The address is not a valid URL path.'));
    },
    ...more,
  });
  // Fastify's own compile every route's schema at the start, which twenty bots begin with.
  app.setValidatorCompiler(validateRoute);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  acceptJsonOnly(app);
  installErrorReply(app, log);
  return app;
}

/**
 * An HTTP server that holds to its limits: a request must have arrived within `timeoutMs`, however
 * slowly it comes, and connections are counted.
 */
export function makeHttpServer(handler: RequestListener, timeoutMs = REQUEST_TIMEOUT_MS): Server {
  const server = createServer(
    {
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: timeoutMs / 3,
    },
    handler,
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** Answers every failure of `app` in the shape of `ErrorBody`. */
function installErrorReply(app: FastifyInstance, log: (error: unknown) => void): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toGriddError(error, request.headers['content-type']);
    if (known === null) log(error);
    replyError(reply, known ?? error);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    replyError(reply, new GriddError('NOT_FOUND', `There is no ${request.method} ${path} here.`));
  });
}

/** Sends a thrown value as JSON with its HTTP status; what is not the user's is INTERNAL, 500. */
function replyError(reply: FastifyReply, thrown: unknown): void {
  const body = errorBody(thrown);
  void reply.code(ERRORS[body.code].http).type('application/json; charset=utf-8').send(body);
}

/** BAD_REQUEST that lists `problems`. */
export function badRequest(problems: readonly Problem[]): GriddError {
  const noun = problems.length === 1 ? 'field is' : 'fields are';
  return new GriddError('BAD_REQUEST', `${problems.length} ${noun} not acceptable.`, { problems });
}

/** The user's error behind what Fastify or a handler threw; null when it is our bug. */
function toGriddError(thrown: unknown, contentType: string | undefined): GriddError | null {
  if (thrown instanceof GriddError) return thrown;
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  if (isFastifyError(thrown) && thrown.validation !== undefined) {
    return badRequest(problemsOf(thrown.validation, thrown.validationContext ?? 'body'));
  }
  switch (thrown.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return malformed(
        `Bodies of the type "${contentType ?? 'none'}" are not taken.`,
        'Send JSON with the header Content-Type: application/json.',
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return malformed(
        'The body is too large.',
        `Send at most ${BODY_LIMIT_BYTES / 1024} kB.`,
      );
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return malformed('The body holds a key that is never accepted.', 'Leave out __proto__.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return malformed('Content-Length and body differ.', 'Send the whole body.');
    default:
      return null;
  }
}

function isFastifyError(error: Error): error is FastifyError {
  return 'code' in error && 'name' in error;
}

function malformed(message: string, hint: string): GriddError {
  return new GriddError('BAD_REQUEST', message, { hint, problems: [{ path: 'body', message }] });
}

/** One problem per field, in the order in which they were met. */
function problemsOf(violations: readonly Violation[], context: string): Problem[] {
  const problems = new Map<string, Problem>();
  for (const violation of violations) {
    const problem = problemOf(violation, context);
    // A field with alternatives is reported once per alternative, and at last as a whole.
    if (!problems.has(problem.path) || violation.keyword === 'anyOf') {
      problems.set(problem.path, problem);
    }
  }
  return [...problems.values()];
}

function problemOf(violation: Violation, context: string): Problem {
  const { keyword, params, parentSchema } = violation as Violation & { parentSchema?: unknown };
  const base = violation.instancePath.slice(1).replaceAll('/', '.');
  const within = (name: unknown) => (base === '' ? String(name) : `${base}.${String(name)}`);
  if (keyword === 'required') {
    return { path: within(params['missingProperty']), message: 'is missing' };
  }
  if (keyword === 'additionalProperties') {
    const allowed = namesOf(parentSchema).join(', ');
    return {
      path: within(params['additionalProperty']),
      message: 'is not a known field',
      allowed: allowed === '' ? 'no fields' : allowed,
    };
  }
  const wanted = describe(parentSchema);
  return {
    path: base === '' ? context : base,
    message: wanted === null ? (violation.message ?? 'is not valid') : `must be ${wanted}`,
    found: found(violation.data),
    ...(wanted === null ? {} : { allowed: wanted }),
  };
}

function namesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  return Object.keys(schema.properties ?? {});
}

function describe(schema: unknown): string | null {
  if (typeof schema !== 'object' || schema === null || !('description' in schema)) return null;
  return typeof schema.description === 'string' ? schema.description : null;
}

/** Short enough to repeat; nested values are named only, for their depth is the caller's. */
function found(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 80)}…` : value;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : (value ?? null);
}

/** JSON only. An empty body is no body, whatever its type says, so that a bare curl -d '' works. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body.length === 0) return done(null, undefined);
      try {
        JSON.parse(body);
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unreadable';
        return done(malformed(`The body is not JSON: ${why}.`, 'Send one JSON object.'));
      }
      void parse(request, body, done);
    },
  );
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    const type = request.headers['content-type'] ?? 'none';
    done(
      malformed(
        `Bodies of the type "${type}" are not taken.`,
        'Send JSON with the header Content-Type: application/json.',
      ),
    );
  });
}

/** Bytes that are not HTTP: one plain answer, then the connection is closed. */
function refuseGarbage(socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const error = new GriddError('BAD_REQUEST', 'This is not a complete HTTP request.');
  const body = JSON.stringify(error.toBody());
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
