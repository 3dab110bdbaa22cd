/**
 * Backpack's protocol over a loopback venue: public and signed REST, batches, histories, streams.
 * An order is found only while it rests or waits, as on the venue.
 */
import type { FaceKind, FaceOptions, SimAnswer, SimFace, SimRequest } from '../face.ts';
import type { Trouble } from '../face.ts';
import { RequestLimit } from '../limits.ts';
import type { World } from '../world.ts';
import { ApiError, badRequest, maintenance } from './answers.ts';
import { listOf } from './payload.ts';
import { batchItem, privateRoutes } from './private-routes.ts';
import type { PrivateRoute } from './private-routes.ts';
import { publicRoutes } from './public-routes.ts';
import type { PublicRoute, Query } from './public-routes.ts';
import { Signatures, claimOf, makeKeys, queryForms, signedText } from './signature.ts';
import { backpackSpecs } from './specs.ts';
import { Streams } from './streams.ts';

/** Requests a minute and key; those for candles and past trades, a minute and address. */
const REQUESTS = 2000;
const HISTORICAL = 30;
const HISTORICAL_PATHS = ['/api/v1/klines', '/api/v1/trades/history'];
const BATCH_PATH = 'POST /api/v1/orders';
const MOST_BATCH = 20;
/** The one route that is answered while everything else is under maintenance. */
const STATUS_PATH = '/api/v1/status';

export const backpackFace: FaceKind = {
  name: 'backpack',
  stream_path: '',
  specs: backpackSpecs,
  makeKeys,
  open: (world, options) => new BackpackFace(world, options),
};

class BackpackFace implements SimFace {
  readonly #world: World;
  readonly #signatures: Signatures;
  readonly #streams: Streams;
  readonly #public: Readonly<Record<string, PublicRoute>>;
  readonly #private: Readonly<Record<string, PrivateRoute>>;
  readonly #limit: RequestLimit;
  readonly #historical = new RequestLimit(HISTORICAL);

  constructor(world: World, options: FaceOptions) {
    this.#world = world;
    this.#signatures = new Signatures(world);
    this.#streams = new Streams(world, this.#signatures);
    this.#public = publicRoutes(world, this.#streams.depths);
    this.#private = privateRoutes(world, options.crossing);
    this.#limit = new RequestLimit(options.requests_per_minute ?? REQUESTS);
  }

  handle(request: SimRequest): SimAnswer {
    try {
      const limited = this.#limited(request);
      if (limited !== null) return limited;
      if (this.#world.troubles.maintenance && request.path !== STATUS_PATH) throw maintenance();
      const body = this.#world.act(() => this.#answer(request));
      return { status: body === undefined ? emptyStatus(request) : 200, body };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Only the histories document this status.
      const isHistory = request.path.startsWith('/wapi/');
      const is401 = isHistory && error.code === 'UNAUTHORIZED';
      return is401 ? { ...error.answer, status: 401 } : error.answer;
    }
  }

  trouble(trouble: Trouble): SimAnswer {
    if (trouble === 'rate_limited') {
      return new ApiError(429, 'TOO_MANY_REQUESTS', 'Too many requests').answer;
    }
    if (trouble === 'not_found') {
      return new ApiError(404, 'RESOURCE_NOT_FOUND', 'Not found').answer;
    }
    return new ApiError(500, 'SERVER_ERROR', 'Internal server error').answer;
  }

  connect: SimFace['connect'] = (stream) => this.#streams.connect(stream);

  beat(): void {
    this.#streams.beat();
  }

  close(): void {
    this.#streams.close();
  }

  /** Counts a request; the answer when there were too many. */
  #limited({ path, headers }: SimRequest): SimAnswer | null {
    const now = this.#world.now();
    const key = headers['x-api-key'];
    const who = typeof key === 'string' ? key : 'address';
    const counted = [this.#limit.count(who, 1, now)];
    if (HISTORICAL_PATHS.includes(path)) counted.push(this.#historical.count('address', 1, now));
    const over = counted.find(({ allowed }) => !allowed);
    if (over === undefined) return null;
    const headers429 = { 'retry-after': String(over.retry_after_s) };
    return { ...this.trouble('rate_limited'), headers: headers429 };
  }

  #answer(request: SimRequest): unknown {
    const { method, path, query, body } = request;
    const open = method === 'GET' ? this.#public[path] : undefined;
    const [decoded = {}] = queryForms(query);
    if (open !== undefined) return open(decoded);
    const name = `${method} ${path}`;
    if (name === BATCH_PATH) return this.#batch(request);
    const route = this.#private[name];
    if (route === undefined) throw new ApiError(404, 'RESOURCE_NOT_FOUND', 'Not found');
    const forms: readonly Query[] = method === 'GET' ? queryForms(query) : [fieldsOf(body)];
    const texts = forms.map((form) => signedText(route.instruction, form));
    const account = this.#signatures.accountOf(claimOf(request), texts);
    return route.answer(account, decoded, body);
  }

  /** Several orders under one signature; each is answered for itself. */
  #batch(request: SimRequest): unknown {
    const payloads = listOf(request.body);
    if (payloads.length === 0 || payloads.length > MOST_BATCH) {
      throw badRequest(`A batch has 1 to ${MOST_BATCH} orders`);
    }
    const text = payloads.map((payload) => signedText('orderExecute', payload)).join('&');
    const account = this.#signatures.accountOf(claimOf(request), [text]);
    const place = this.#private['POST /api/v1/order'];
    return payloads.map((payload) =>
      batchItem(() => place?.answer(account, {}, JSON.stringify(payload))),
    );
  }
}

/** The fields of a body as they were signed; none when it cannot be read. */
function fieldsOf(body: string): Query {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return typeof value === 'object' && value !== null ? (value as Query) : {};
  } catch {
    throw badRequest('Failed to parse JSON body');
  }
}

/** Without a body: no such ticker, a cancel that is only taken note of, or just done. */
function emptyStatus({ method, path }: SimRequest): number {
  if (path === '/api/v1/ticker') return 204;
  return method === 'DELETE' ? 202 : 200;
}
