/** The stream of an account: subscriptions, order of events, what cannot be read, what is refused. */
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { AddressInfo } from 'node:net';
import type { VenueEvent } from '../../../src/exchange/port.ts';
import { KEYS, SYMBOL } from './account.ts';
import { RESTING } from './answers.ts';
import { recordedVenue } from './recorded-venue.ts';
import type { Recorded } from './recorded-venue.ts';

let far: WebSocketServer;
let recorded: Recorded;
let sockets: WebSocket[];
let asked: string[];
let heard: VenueEvent[];
let changed: () => void = () => undefined;

beforeEach(async () => {
  [sockets, asked, heard] = [[], [], []];
  far = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(far, 'listening');
  far.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data) => {
      asked.push(String(data));
      changed();
    });
  });
  const ws_url = `ws://127.0.0.1:${(far.address() as AddressInfo).port}`;
  recorded = await recordedVenue({ ws_url });
});
afterEach(async () => {
  await recorded.close();
  for (const client of far.clients) client.terminate();
  far.close();
  await once(far, 'close');
});

/** Resolves when `look` finds something. */
function until<T>(look: () => T | undefined | false): Promise<T> {
  return new Promise((resolve) => {
    changed = () => {
      const found = look();
      if (found !== undefined && found !== false) resolve(found);
    };
    changed();
  });
}

const connect = () =>
  recorded.venue.connect(async (event) => {
    heard.push(event);
    changed();
  });
const tell = (stream: string, data: object) =>
  sockets.at(-1)?.send(JSON.stringify({ stream, data }));
const typesOf = () => heard.map(({ type }) => type).filter((type) => type !== 'alive');
const ORDERS = `account.orderUpdate.${SYMBOL}`;
const UPDATE = {
  ...{ E: 1_772_366_405_100_456, T: 1_772_366_405_100_123, s: SYMBOL, c: 4_294_967_295, S: 'Bid' },
  ...{ o: 'LIMIT', q: '2.5', p: '140.5', i: RESTING.id, r: false, z: '0' },
};

test('it subscribes, the account with a signature, and begins with the present price', async () => {
  await connect();
  await until(() => asked.length === 2 && heard.some(({ type }) => type === 'price'));
  const [signed, open] = asked.map((text) => JSON.parse(text) as Record<string, string[]>);
  expect(open).toEqual({
    ...{ method: 'SUBSCRIBE', params: [`ticker.${SYMBOL}`, `markPrice.${SYMBOL}`] },
  });
  expect(signed?.['params']).toEqual([ORDERS]);
  const [key, signature = '', time, window] = signed?.['signature'] ?? [];
  expect(key).toBe(KEYS.api_key);
  const spki = Buffer.from('302a300506032b6570032100', 'hex');
  const whole = Buffer.concat([spki, Buffer.from(KEYS.api_key, 'base64')]);
  const publicKey = createPublicKey({ key: whole, format: 'der', type: 'spki' });
  const text = Buffer.from(`instruction=subscribe&timestamp=${time}&window=${window}`);
  expect(verify(null, text, publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  expect(heard[0]).toEqual({ type: 'connected' });
  expect(heard.find(({ type }) => type === 'price')).toMatchObject({
    ...{ last: '150.25', mark: '150.2134' },
  });
});

test('prices come with a mark; a fill comes before the order that it ends', async () => {
  await connect();
  await until(() => heard.some(({ type }) => type === 'price'));
  sockets[0]?.send('{"result":null,"id":1}');
  tell(`ticker.${SYMBOL}`, { e: 'ticker', E: 1_772_366_405_000_000, s: SYMBOL, c: '151.01' });
  await until(() => heard.some((event) => event.type === 'price' && event.last === '151.01'));
  const mark = { e: 'markPrice', T: '1772366406000000', s: SYMBOL, p: '151.02' };
  tell(`markPrice.${SYMBOL}`, mark);
  await until(() => heard.some((event) => event.type === 'price' && event.mark === '151.02'));
  expect(heard.at(-1)).toMatchObject({ last: '151.01', at_ms: 1_772_366_406_000 });
  await recorded.venue.openOrders();
  const part = { e: 'orderFill', X: 'Filled', t: 7, l: '2.5', z: '2.5', L: '140.5', m: true };
  tell(ORDERS, { ...UPDATE, ...part, n: '0.07', N: 'USDC' });
  await until(() => typesOf().includes('order'));
  expect(typesOf().slice(-2)).toEqual(['fill', 'order']);
  expect(heard.find(({ type }) => type === 'fill')).toMatchObject({
    fill: { trade_id: '7', client_id: '4294967295', fee: '0.07', at_ms: 1_772_366_405_100 },
  });
  // Made when the book says so, not when it was told of.
  expect(heard.at(-1)).toMatchObject({ order: { status: 'filled', at_ms: RESTING.createdAt } });
});

test('when the subscription stands, what came before is asked for: once a connection', async () => {
  await connect();
  await until(() => asked.length === 2);
  const ticker = { e: 'ticker', E: 1_772_366_405_000_000, s: SYMBOL, c: '151.01' };
  tell(`ticker.${SYMBOL}`, ticker);
  await until(() => heard.some((event) => event.type === 'price' && event.last === '151.01'));
  tell(`ticker.${SYMBOL}`, { ...ticker, c: '151.02' });
  await until(() => heard.some((event) => event.type === 'price' && event.last === '151.02'));
  expect(typesOf().filter((type) => type === 'gap')).toEqual(['gap']);
  sockets[0]?.close();
  await until(() => asked.length === 4);
  tell(`ticker.${SYMBOL}`, ticker);
  await until(() => typesOf().filter((type) => type === 'gap').length === 2);
});

test('what cannot be read is told as a gap, and the stream goes on', async () => {
  await connect();
  await until(() => asked.length === 2);
  tell(`ticker.${SYMBOL}`, { e: 'ticker', E: 1_772_366_405_000_000, s: SYMBOL, c: '151' });
  await until(() => typesOf().includes('gap'));
  heard.length = 0;
  tell(ORDERS, { ...UPDATE, e: 'orderFill', X: 'Filled' });
  await until(() => typesOf().includes('gap'));
  expect(heard.find(({ type }) => type === 'gap')).toMatchObject({
    reason: expect.stringContaining('stream data'),
  });
  sockets[0]?.send('{"half');
  tell(ORDERS, { ...UPDATE, e: 'orderCancelled', X: 'Cancelled' });
  tell(ORDERS, { ...UPDATE, e: 'orderCancelled', X: 'Cancelled', s: 'BTC_USDC_PERP', i: '9' });
  await until(() => typesOf().includes('order'));
  expect(typesOf().filter((type) => type === 'gap')).toHaveLength(2);
  expect(sockets).toHaveLength(1);
});

test('a refused subscription ends the connection and is said; another is tried', async () => {
  await connect();
  await until(() => asked.length === 2);
  sockets[0]?.send('{"id":null,"error":{"code":4006,"message":"Invalid stream"}}');
  const lost = await until(() => heard.find(({ type }) => type === 'disconnected'));
  expect(lost).toEqual({
    ...{ type: 'disconnected', reason: 'the venue refused a subscription: Invalid stream' },
  });
  await until(() => asked.length === 4);
  await until(() => typesOf().filter((type) => type === 'connected').length === 2);
});

test('closed, the listener hears nothing any more', async () => {
  await connect();
  await until(() => asked.length === 2);
  await recorded.venue.close();
  const count = heard.length;
  tell(ORDERS, { ...UPDATE, e: 'orderCancelled', X: 'Cancelled' });
  await recorded.venue.serverTime();
  expect(heard).toHaveLength(count);
});
