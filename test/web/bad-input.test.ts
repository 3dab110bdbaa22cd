import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { ErrorBody } from '../../src/contract/errors.ts';
import { makeHttpApp, makeHttpServer } from '../../src/web/server/error-reply.ts';
import { ask, sendRaw } from './http-client.ts';
import type { HttpAnswer } from './http-client.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

let served: Served;

beforeAll(async () => {
  served = await serveSample();
});
afterAll(() => served.server.close());

function adjust(body: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  return ask(served.port, '/api/grid/adjust', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

function paths(json: unknown): string[] {
  const { problems = [] } = json as ErrorBody;
  return problems.map(({ path }) => path).sort();
}

const RANGE = { grid_upper_price: 165, grid_lower_price: 135 };
const with_ = (more: object) => JSON.stringify({ ...RANGE, ...more });

const BODIES: readonly [string, string, string[]][] = [
  ['nothing given', '{}', ['body']],
  ['price as words', with_({ grid_upper_price: 'high' }), ['grid_upper_price']],
  ['price zero', with_({ grid_lower_price: 0 }), ['grid_lower_price']],
  ['price zero as text', with_({ grid_lower_price: '0.00' }), ['grid_lower_price']],
  ['price below zero', with_({ grid_lower_price: -1 }), ['grid_lower_price']],
  ['price below zero as text', with_({ grid_lower_price: '-1' }), ['grid_lower_price']],
  ['price null', with_({ grid_lower_price: null }), ['grid_lower_price']],
  ['price as list', with_({ grid_lower_price: [135] }), ['grid_lower_price']],
  ['price with exponent text', with_({ grid_lower_price: '1e2' }), ['grid_lower_price']],
  ['price with a space', with_({ grid_lower_price: ' 135' }), ['grid_lower_price']],
  ['price of 40 digits', with_({ grid_lower_price: '9'.repeat(40) }), ['grid_lower_price']],
  ['infinite price', '{"grid_upper_price":1e999,"grid_lower_price":1}', ['grid_upper_price']],
  ['half a grid', with_({ grid_num: 2.5 }), ['grid_num']],
  ['no grid', with_({ grid_num: 0 }), ['grid_num']],
  ['too many grids', with_({ grid_num: 1001 }), ['grid_num']],
  ['grids as text', with_({ grid_num: '20' }), ['grid_num']],
  ['size zero', with_({ order_quantity: 0 }), ['order_quantity']],
  ['unknown position', with_({ position: 'close' }), ['position']],
  ['dry_run as text', with_({ dry_run: 'true' }), ['dry_run']],
  ['unknown field', with_({ grid_count: 20 }), ['grid_count']],
  ['a list', '[]', ['body']],
  ['a number', '5', ['body']],
  ['null', 'null', ['body']],
  ['no body', '', ['body']],
  ['broken JSON', '{"grid_upper_price": 165,', ['body']],
  ['a prototype', with_({}).replace('{', '{"__proto__": {"x": 1}, '), ['body']],
  ['too much', with_({ grid_num: 'x'.repeat(70_000) }), ['body']],
  [
    'five things at once',
    JSON.stringify({ grid_upper_price: 'a', grid_num: 0, dry_run: 1, position: 2, b: 3 }),
    ['b', 'dry_run', 'grid_num', 'grid_upper_price', 'position'],
  ],
];

it.each(BODIES)('adjust refuses %s, naming every field', async (_name, body, expected) => {
  const { status, json } = await adjust(body);
  expect(status).toBe(400);
  expect(json).toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.any(String) as string,
    hint: expect.any(String) as string,
  });
  expect(paths(json)).toEqual(expected);
  expect(served.service.adjustments).toEqual([]);
});

it('names what was found and what is allowed', async () => {
  const { json } = await adjust(with_({ grid_num: 2.5 }));
  expect(json).toMatchObject({
    problems: [
      {
        path: 'grid_num',
        message: 'must be a whole number from 1 to 1000',
        found: 2.5,
        allowed: 'a whole number from 1 to 1000',
      },
    ],
  });
});

it('survives nesting as deep as the limit allows', async () => {
  const nested = '['.repeat(30_000) + ']'.repeat(30_000);
  const deep = `{"grid_upper_price":1,"grid_lower_price":1,"x":${nested}}`;
  expect(paths((await adjust(deep)).json)).toEqual(['x']);
  const price = deep.replace('"grid_lower_price":1,"x"', '"grid_lower_price"');
  expect(paths((await adjust(price)).json)).toEqual(['grid_lower_price']);
});

it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ''])(
  'refuses a body of the type "%s"',
  async (type) => {
    const { status, json } = await adjust(with_({}), { 'content-type': type });
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'BAD_REQUEST' });
    expect(paths(json)).toEqual(['body']);
    expect(served.service.adjustments).toEqual([]);
  },
);

it.each(['', 'two words', 'ü', 'x'.repeat(129)])(
  'refuses the Idempotency-Key "%s"',
  async (key) => {
    const { status, json } = await adjust(with_({}), { 'idempotency-key': key });
    expect(status).toBe(400);
    expect(paths(json)).toEqual(['Idempotency-Key']);
    expect(served.service.adjustments).toEqual([]);
  },
);

it.each(['limit=0', 'limit=-1', 'limit=1001', 'limit=ten', 'limit=', 'limit=1&limit=2'])(
  'refuses /api/fills?%s',
  async (query) => {
    const { status, json } = await ask(served.port, `/api/fills?${query}`);
    expect(status).toBe(400);
    expect(paths(json)).toEqual(['limit']);
  },
);

it('refuses an unknown query parameter', async () => {
  const { status, json } = await ask(served.port, '/api/fills?limits=5');
  expect([status, paths(json)]).toEqual([400, ['limits']]);
});

it('refuses fields in pause', async () => {
  const answer = await ask(served.port, '/api/pause', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"force":true}',
  });
  expect(answer.status).toBe(400);
  expect(paths(answer.json)).toEqual(['force']);
  expect(served.service.shown.grid_state).toBe('running');
});

it.each([
  ['GET', '/api/pause'],
  ['PUT', '/api/grid/adjust'],
  ['OPTIONS', '/api/status'],
])('%s %s is not there, and nothing invites other origins', async (method, path) => {
  const { status, json, headers } = await ask(served.port, path, { method });
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: 'NOT_FOUND' });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

it('refuses an address that is no URL path', async () => {
  const { status, json } = await ask(served.port, '/assets/%zz');
  expect([status, json]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
});

it('answers bytes that are not HTTP in the same shape and closes', async () => {
  const answer = await sendRaw(served.port, 'HELLO\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'BAD_REQUEST' });
});

describe('requests that arrive too slowly', () => {
  const TIMEOUT_MS = 600;
  const HEAD = 'POST /take HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

  /** Sends `begin`, then one byte after another; resolves with the answer when it was cut off. */
  function drip(port: number, begin: string): Promise<{ answer: string; ms: number }> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      let answer = '';
      let drops: ReturnType<typeof setInterval> | undefined;
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(begin);
        drops = setInterval(() => socket.write('x'), 20);
      });
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      // What is written after the end is answered with a reset.
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(drops);
        resolve({ answer, ms: performance.now() - startedAt });
      });
    });
  }

  it.each([
    ['head', `${HEAD}X-Long: `],
    ['body', `${HEAD}Content-Length: 50000\r\n\r\n{`],
  ])('cuts off a slow %s, and answers others meanwhile', async (_part, begin) => {
    let taken = 0;
    let server: ReturnType<typeof makeHttpServer> | undefined;
    const app = makeHttpApp(() => {}, {
      serverFactory: (handler) => (server = makeHttpServer(handler, TIMEOUT_MS)),
    });
    app.post('/take', () => (taken += 1));
    app.get('/', () => 'well');
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const slow = Array.from({ length: 50 }, () => drip(port, begin));
    expect((await ask(port, '/')).text).toBe('well');
    for (const { answer, ms } of await Promise.all(slow)) {
      expect(answer === '' || answer.startsWith('HTTP/1.1 4')).toBe(true);
      expect(ms).toBeGreaterThan(TIMEOUT_MS / 2);
    }
    expect((await ask(port, '/')).text).toBe('well');
    expect([taken, server?.listening]).toEqual([0, true]);
    await app.close();
  });
});
