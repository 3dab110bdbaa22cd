/** What a loopback venue does wrong on demand, its limits, and the admin routes. */
import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { FaultBoard } from '../../../src/exchange/sim/faults.ts';
import { FAULT_DEFAULTS, openSimVenue, readScript } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import { RequestLimit } from '../../../src/exchange/sim/limits.ts';
import { manualClock } from '../manual-clock.ts';
import { BackpackClient } from './backpack-client.ts';

const SYMBOL = 'SOL_USDC_PERP';
const ORDER = '/api/v1/order';

let venue: SimVenue;
let client: BackpackClient;

beforeEach(async () => {
  venue = await openSimVenue({ face: backpackFace, symbols: 3 });
  client = new BackpackClient(venue);
});
afterEach(() => venue.close());

function orders(): number {
  return venue.account().orders.size;
}

async function admin(name: string, body?: object) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const response = await fetch(`${venue.url}/__sim/${name}`, { method: 'POST', body: text });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe('faults of answers', () => {
  test.each([
    ['error_before', 503, 0],
    ['error_after', 503, 1],
    ['html', 403, 0],
    ['rate_limit', 429, 0],
    ['garbage', 503, 0],
  ] as const)('%s answers %d and leaves %d orders', async (kind, status, made) => {
    venue.command('fault', { kind, path: ORDER });
    const got = await client.order();
    expect([got.status, orders()]).toEqual([status, made]);
    if (kind === 'html') expect(got.text).toMatch(/^<html>/);
    if (kind === 'rate_limit') expect(got.headers.get('retry-after')).toBe('1');
    if (kind === 'garbage') expect(got.json).toBeNull();
    expect((await client.order()).status, 'once').toBe(200);
  });

  test.each([['drop_before', 0], ['drop_after', 1], ['truncate', 1]] as const)(
    '%s ends without an answer and leaves %d orders',
    async (kind, made) => {
      venue.command('fault', { kind, method: 'POST', path: ORDER });
      await expect(client.order()).rejects.toThrow();
      expect(orders()).toBe(made);
      expect((await client.order()).status).toBe(200);
    },
  );

  test('latency holds a request back, and is not counted as its fault', async () => {
    venue.command('fault', { kind: 'latency', ms: 120, times: null, path: '/api/v1/time' });
    venue.command('fault', { kind: 'error_before', status: 500, path: '/api/v1/time' });
    const before = performance.now();
    expect((await client.open('/api/v1/time')).status).toBe(500);
    expect((await client.open('/api/v1/time')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(240);
    venue.command('clear');
    expect(venue.faults.waiting).toEqual([]);
  });

  test('a fault waits, is drawn and comes as often as it is told to', () => {
    const board = new FaultBoard(3);
    const usual = { ...FAULT_DEFAULTS, kind: 'drop_before' } as const;
    board.add({ ...usual, skip: 2, times: 1, method: 'POST' });
    const kinds = (method: string) => board.take(method, '/x').fault?.kind ?? null;
    expect([kinds('GET'), kinds('POST'), kinds('POST'), kinds('POST'), kinds('POST')]).toEqual(
      [null, null, null, 'drop_before', null],
    );
    board.add({ ...usual, share: 0.25, times: null });
    const many = Array.from({ length: 1000 }, () => kinds('GET')).filter((each) => each !== null);
    expect(many.length).toBeGreaterThan(180);
    expect(many.length).toBeLessThan(320);
  });
});

test('a cancel may be taken note of and done later', async () => {
  venue.command('slow-cancel', { ms: 30 });
  const { json } = await client.order();
  const { id } = json as { id: string };
  expect(await client.cancel({ orderId: id })).toMatchObject({ status: 202, text: '' });
  expect(venue.account().order(Number(id)).status).toBe('open');
  await expect.poll(() => venue.account().order(Number(id)).status).toBe('cancelled');
  venue.command('clear');
  expect((await client.cancel({ orderId: id })).status).toBe(400);
});

test('a late answer is of something that was done at once', async () => {
  const clock = manualClock();
  const slow = await openSimVenue({ face: backpackFace, symbols: 3, clock });
  slow.command('fault', { kind: 'late_answer', ms: 5000, path: ORDER });
  const heard: number[] = [];
  const answer = new BackpackClient(slow).order().then(({ status }) => heard.push(status));
  await expect.poll(() => slow.account().orders.size).toBe(1);
  clock.advance(4999);
  expect(heard).toEqual([]);
  clock.advance(1);
  await answer;
  expect(heard).toEqual([200]);
  await slow.close();
});

test('a doubled request is done twice, and the second answer is told', async () => {
  venue.command('fault', { kind: 'double', method: 'POST', path: ORDER });
  const ask = { clientId: 7 };
  expect((await client.order(ask)).status).toBe(400);
  expect(orders()).toBe(1);
  expect(venue.faults.happened).toEqual(new Map([['double', 1]]));
});

test('nobody reaches a venue that is offline; its owner does', async () => {
  const stream = await client.stream();
  const closed = stream.closed();
  await admin('offline');
  await closed;
  await expect(client.order()).rejects.toThrow();
  await expect(client.stream()).rejects.toThrow();
  expect(orders()).toBe(0);
  await admin('offline', { on: false });
  expect((await client.order()).status).toBe(200);
  await client.stream();
});

test('without margin only what reduces is taken', async () => {
  const market = { orderType: 'Market', price: undefined, postOnly: undefined };
  expect((await client.order({ ...market, side: 'Bid', quantity: '1' })).status).toBe(200);
  await admin('no-margin');
  const more = await client.order({ ...market, side: 'Bid', quantity: '1' });
  expect(more.json).toMatchObject({ code: 'INSUFFICIENT_MARGIN' });
  expect((await client.order({ ...market, side: 'Ask', quantity: '2' })).status).toBe(400);
  expect((await client.order({ ...market, side: 'Ask', quantity: '1' })).status).toBe(200);
  await admin('clear');
  expect((await client.order({ ...market, side: 'Bid', quantity: '1' })).status).toBe(200);
});

describe('faults of streams', () => {
  test('events are dropped, told again and told late; answers are not', async () => {
    const clock = manualClock();
    const odd = await openSimVenue({ face: backpackFace, symbols: 3, clock });
    const trader = new BackpackClient(odd);
    const stream = await trader.stream();
    await stream.subscribe(['account.orderUpdate']);
    const told = () => stream.told.map((each) => (each as { data: { c: number } }).data.c);
    const placed = async (clientId: number, kind: string) => {
      odd.command('fault', { kind, ms: 500, method: 'GET', path: '/none' });
      await trader.order({ clientId });
      await odd.settled();
    };
    await placed(1, 'drop_event');
    expect(told()).toEqual([]);
    await placed(2, 'double_event');
    await placed(3, 'late_event');
    await trader.order({ clientId: 4 });
    await odd.settled();
    expect(told()).toEqual([2, 4]);
    clock.advance(500);
    await odd.settled();
    expect(told()).toEqual([2, 4, 2, 3]);
    await odd.close();
  });

  test('a cut stream is closed; a mute one says nothing and stays', async () => {
    const stream = await client.stream();
    await stream.subscribe(['account.orderUpdate']);
    venue.command('mute');
    await client.order();
    await venue.settled();
    expect(stream.told).toEqual([]);
    venue.command('mute', { on: false });
    await client.order();
    await venue.settled();
    expect(stream.told).toHaveLength(1);
    const closed = stream.closed();
    venue.command('disconnect');
    await closed;
  });
});

test('a client that answers no pings is closed after two of them', async () => {
  const clock = manualClock();
  const quiet = await openSimVenue({ face: backpackFace, symbols: 3, clock });
  const deaf = new WebSocket(quiet.ws_url, { autoPong: false });
  const alive = new WebSocket(quiet.ws_url);
  await Promise.all([once(deaf, 'open'), once(alive, 'open')]);
  const closed = once(deaf, 'close');
  const met = { closed: false };
  void closed.then(() => (met.closed = true));
  for (let k = 0; k < 2; k += 1) {
    const pinged = [once(deaf, 'ping'), once(alive, 'ping')];
    clock.advance(60_000);
    await Promise.all(pinged);
    await roundTrip(alive);
  }
  expect(met.closed).toBe(false);
  clock.advance(60_000);
  await closed;
  expect(alive.readyState).toBe(WebSocket.OPEN);
  alive.terminate();
  await quiet.close();
});

/** The venue has read everything that was sent on the socket, pongs included. */
async function roundTrip(socket: WebSocket): Promise<void> {
  const answer = once(socket, 'pong');
  socket.ping();
  await answer;
}

describe('limits', () => {
  test('a key over its limit is told how long to wait, another is not', async () => {
    const clock = manualClock();
    const tight = await openSimVenue({
      ...{ face: backpackFace, symbols: 3, requests_per_minute: 5, clock },
      accounts: ['main', 'other'],
    });
    const asked = (who: BackpackClient) => who.get('accountQuery', '/api/v1/account');
    const [mine, other] = ['main', 'other'].map((name) => new BackpackClient(tight, name));
    if (mine === undefined || other === undefined) throw new Error('two clients');
    for (let k = 0; k < 5; k += 1) expect((await asked(mine)).status).toBe(200);
    clock.advance(20_000);
    const over = await asked(mine);
    expect(over).toMatchObject({ status: 429, json: { code: 'TOO_MANY_REQUESTS' } });
    expect(over.headers.get('retry-after')).toBe('40');
    expect((await asked(other)).status).toBe(200);
    clock.advance(40_000);
    expect((await asked(mine)).status).toBe(200);
    await tight.close();
  });

  test('candles have a limit of their own', async () => {
    const path = `/api/v1/klines?symbol=${SYMBOL}&interval=1m&startTime=${Date.now() / 1000 - 60}`;
    const whole = path.replace(/\.\d+$/, '');
    for (let k = 0; k < 30; k += 1) expect((await client.open(whole)).status).toBe(200);
    expect((await client.open(whole)).status).toBe(429);
    expect((await client.open('/api/v1/time')).status).toBe(200);
  });

  test('weights add up over the last minute', () => {
    const limit = new RequestLimit(10);
    expect(limit.count('k', 6, 0)).toMatchObject({ allowed: true, used: 6 });
    expect(limit.count('k', 4, 30_000)).toMatchObject({ allowed: true, used: 10 });
    expect(limit.count('k', 1, 59_000)).toMatchObject({ allowed: false, retry_after_s: 1 });
    expect(limit.count('k', 6, 60_000)).toMatchObject({ allowed: true, used: 10 });
    expect(limit.count('k', 1, 61_000)).toMatchObject({ allowed: false, retry_after_s: 29 });
  });
});

describe('admin routes', () => {
  test('move, pass, partial, market and account do what they say', async () => {
    await client.order();
    await admin('partial', { part: '0.25', symbol: SYMBOL });
    expect((await admin('move', { symbol: SYMBOL, price: '148' })).status).toBe(200);
    await admin('funding', { symbol: SYMBOL });
    const { json } = await admin('account', { name: 'main' });
    expect(json).toMatchObject({
      positions: [{ symbol: SYMBOL, size: '0.25', entry_price: '149', fees: '0.00745' }],
      fills: [{ id: 1, price: '149', size: '0.25', maker: true }],
      open_orders: [{ filled: '0.25' }],
      payments: [{ amount: '-0.0004625' }],
    });
    expect((await admin('accounts')).json).toEqual([json]);
    await admin('market', { symbol: SYMBOL, open: false, premium_ticks: 50, max_orders: 1 });
    expect((await client.order()).json).toMatchObject({ code: 'INVALID_MARKET' });
    const mark = await client.open(`/api/v1/markPrices?symbol=${SYMBOL}`);
    expect(mark.json).toMatchObject([{ markPrice: '148.5', indexPrice: '148' }]);
    await admin('account', { name: 'main', can_trade: false });
    await admin('market', { symbol: SYMBOL, open: true });
    expect((await client.order()).json).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('what came and how it was answered is counted, commands are not', async () => {
    venue.command('fault', { kind: 'rate_limit', path: ORDER });
    await client.order();
    await client.order();
    await client.open('/api/v1/time');
    const route = `POST ${ORDER}`;
    const counted = { requests: 3, limited: 1, banned: 0, busiest_minute: 3 };
    const { json } = await admin('traffic', { reset: true });
    expect(json).toMatchObject({ ...counted, routes: { [route]: { requests: 2, limited: 1 } } });
    expect((await admin('traffic')).json).toMatchObject({ requests: 0, busiest_minute: 0 });
  });

  test.each([
    ['none', {}],
    ['move', { symbol: 'NONE', price: '1' }],
    ['move', { symbol: SYMBOL, price: '1.001' }],
    ['pass', { ms: 'long' }],
    ['partial', { part: '2' }],
    ['fault', { kind: 'weather' }],
    ['fault', { kind: 'drop_before', times: 'often' }],
    ['account', { name: 'nobody' }],
  ])('%s with %j is refused with a sentence', async (name, body) => {
    const { status, json } = await admin(name, body);
    expect([status, typeof json['error']]).toEqual([400, 'string']);
  });

  test('a web page gives no commands', async () => {
    const headers = { origin: 'http://localhost:8080' };
    const body = JSON.stringify({ symbol: SYMBOL, price: '1' });
    const got = await fetch(`${venue.url}/__sim/move`, { method: 'POST', body, headers });
    expect(got.status).toBe(403);
    expect(venue.world.market(SYMBOL)?.present).toBe(15_000);
  });

  test('a body that is too large is not read', async () => {
    const huge = new Promise<number>((resolve, reject) => {
      const sent = request(`${venue.url}${ORDER}`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end('x'.repeat((1 << 20) + 1));
    });
    expect(await huge).toBe(413);
    expect((await admin('move', {})).status).toBe(400);
  });

  test('a script gives its commands at their times, again where it says so', async () => {
    const clock = manualClock();
    const script = [
      { at_ms: 1000, command: 'move', body: { symbol: SYMBOL, price: '120' } },
      { at_ms: 500, every_ms: 400, command: 'fault', body: { kind: 'latency', ms: 1 } },
      { at_ms: 600, command: 'move', body: { symbol: 'NONE', price: '1' } },
    ];
    const scripted = await openSimVenue({ face: backpackFace, symbols: 3, clock, script });
    const present = () => scripted.world.market(SYMBOL)?.present;
    clock.advance(999);
    expect([present(), scripted.faults.waiting.length]).toEqual([15_000, 2]);
    clock.advance(1);
    expect(present()).toBe(12_000);
    await scripted.close();
    clock.advance(5000);
    expect(scripted.faults.waiting).toHaveLength(2);
  });

  test.each([
    ['{', /JSON/],
    ['{}', /no list/],
    ['[1]', /line 1: it is no object/],
    ['[{"command":"move"}]', /line 1: at_ms/],
    ['[{"at_ms":0,"every_ms":0,"command":"move"}]', /every_ms/],
    ['[{"at_ms":0,"command":"dance"}]', /command is one of move/],
    ['[{"at_ms":0,"command":"move","body":[]}]', /body is an object/],
  ])('the script %s is refused', (text, pattern) => {
    expect(readScript(text)).toMatch(pattern);
  });

  test('a sound script is read', () => {
    expect(readScript('[{"at_ms":0,"command":"clear"}]')).toEqual([{ at_ms: 0, command: 'clear' }]);
  });
});
