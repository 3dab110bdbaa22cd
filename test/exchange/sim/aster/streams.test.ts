/** The streams of the loopback Aster: what they say, how they are asked for, how they end. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAsterBench } from './aster-bench.ts';
import type { AsterBench, Body, StreamClient } from './aster-bench.ts';
import * as shapes from './documented-shapes.ts';
import { deviations } from './documented-shapes.ts';
import type { Shape } from './documented-shapes.ts';

const SOL = { symbol: 'SOLUSDT' };
const HOUR_MS = 3_600_000;

let bench: AsterBench;
beforeEach(async () => {
  bench = await openAsterBench();
});
afterEach(() => bench.close());

function move(price: string): void {
  bench.venue.command('move', { ...SOL, price });
}

async function listenKey(method = 'POST'): Promise<Body> {
  return (await bench.v3(method, 'listenKey')).body;
}

async function userStream(): Promise<StreamClient> {
  const { listenKey: key } = await listenKey();
  return bench.stream(`/ws/${String(key)}`);
}

/** Lets the venue beat so often. */
async function beat(times = 1): Promise<void> {
  bench.clock.advance(times * 100);
  await bench.venue.settled();
}

const orders = (stream: StreamClient) =>
  stream.heard.flatMap((each) => (each['o'] === undefined ? [] : [each['o'] as Body]));

describe('the user stream', () => {
  test('tells of every change of an order, as documented', async () => {
    const stream = await userStream();
    await bench.order({ newClientOrderId: 'a', quantity: '2' });
    bench.venue.command('partial', { part: '0.25' });
    move('139');
    await bench.v3('PUT', 'order', {
      ...{ ...SOL, origClientOrderId: 'a', quantity: '3', price: '130' },
    });
    await bench.v3('DELETE', 'order', { ...SOL, origClientOrderId: 'a' });
    await bench.order({ timeInForce: 'GTX', price: '150' });
    await bench.venue.settled();
    expect(orders(stream).map(({ c, x, X, z }) => [c === 'a', x, X, z])).toEqual([
      [true, 'NEW', 'NEW', '0'],
      [true, 'TRADE', 'PARTIALLY_FILLED', '0.5'],
      [true, 'AMENDMENT', 'PARTIALLY_FILLED', '0.5'],
      [true, 'CANCELED', 'CANCELED', '0.5'],
      [false, 'EXPIRED', 'EXPIRED', '0'],
    ]);
    const updates = stream.heard.filter(({ e }) => e === 'ORDER_TRADE_UPDATE');
    for (const update of updates) {
      const isTrade = (update['o'] as Body)['x'] === 'TRADE';
      const shape = isTrade ? shapes.TRADE_UPDATE : shapes.ORDER_UPDATE;
      expect(deviations(shape, update)).toEqual([]);
    }
    expect(orders(stream)[1]).toMatchObject({
      ...{ l: '0.5', L: '140', n: '0.007', N: 'USDT', m: true, rp: '0', S: 'BUY', f: 'GTC' },
    });
  });

  test('tells of balance and position after a trade and at a funding stamp', async () => {
    const stream = await userStream();
    await bench.order({ type: 'MARKET', price: '', timeInForce: '' });
    bench.venue.command('funding', SOL);
    await bench.venue.settled();
    const updates = stream.heard.filter(({ e }) => e === 'ACCOUNT_UPDATE');
    expect(updates.flatMap((each) => deviations(shapes.ACCOUNT_UPDATE, each))).toEqual([]);
    expect(updates.map(({ a }) => a)).toMatchObject([
      { m: 'ORDER', B: [{ a: 'USDT', wb: '9999.9475', bc: '0' }], P: [{ pa: '1', ep: '150' }] },
      { m: 'FUNDING_FEE', B: [{ wb: '9999.9325', bc: '-0.015' }], P: [] },
    ]);
  });

  test('tells nobody of another account', async () => {
    const two = await openAsterBench({ accounts: ['main', 'other'] });
    const other = two.venue.account('other').facts.keys;
    const theirs = await two.v1('POST', 'listenKey', {}, { api_key: other['api_key'] ?? '' });
    const stream = await two.stream(`/ws/${String(theirs.body['listenKey'])}`);
    await two.order();
    await two.venue.settled();
    expect(stream.heard).toEqual([]);
    await two.close();
  });

  test('a change of leverage is told', async () => {
    const stream = await userStream();
    const { body } = await bench.v3('POST', 'leverage', { ...SOL, leverage: '20' });
    expect(body).toEqual({ leverage: 20, maxNotionalValue: '1000000', ...SOL });
    await bench.venue.settled();
    expect(stream.heard).toMatchObject([
      { e: 'ACCOUNT_CONFIG_UPDATE', ac: { s: 'SOLUSDT', l: 20 } },
    ]);
    for (const leverage of ['0', '101']) {
      const refused = await bench.v3('POST', 'leverage', { ...SOL, leverage });
      expect(refused.body).toMatchObject({ code: -4028 });
    }
  });

  test('a listen key is one per account and runs out an hour after it was kept alive', async () => {
    const first = await listenKey();
    expect(await listenKey()).toEqual(first);
    const stream = await bench.stream(`/ws/${String(first['listenKey'])}`);
    bench.sleep(HOUR_MS - 1000);
    expect(await listenKey('PUT')).toEqual({});
    bench.sleep(HOUR_MS - 1000);
    await bench.order();
    await bench.venue.settled();
    expect(orders(stream)).toHaveLength(1);
    await beat(11);
    expect(stream.heard.at(-1)).toMatchObject({ e: 'listenKeyExpired' });
    await bench.order();
    await bench.venue.settled();
    expect(orders(stream)).toHaveLength(1);
    expect(await listenKey('PUT')).toMatchObject({ code: -1125 });
    expect((await listenKey())['listenKey']).not.toBe(first['listenKey']);
  });

  test('a closed listen key ends its stream', async () => {
    const stream = await userStream();
    expect(await listenKey('DELETE')).toEqual({});
    expect(await stream.closed).toBe(1000);
  });
});

describe('market streams', () => {
  const CASES: readonly (readonly [string, string, Shape])[] = [
    ['solusdt@markPrice', 'markPriceUpdate', shapes.MARK_EVENT],
    ['solusdt@markPrice@1s', 'markPriceUpdate', shapes.MARK_EVENT],
    ['solusdt@bookTicker', 'bookTicker', shapes.BOOK_EVENT],
    ['solusdt@ticker', '24hrTicker', shapes.TICKER_EVENT],
    ['solusdt@miniTicker', '24hrMiniTicker', shapes.MINI_TICKER_EVENT],
    ['solusdt@aggTrade', 'aggTrade', shapes.AGG_TRADE_EVENT],
    ['solusdt@kline_1m', 'kline', shapes.KLINE_EVENT],
    ['solusdt@depth', 'depthUpdate', shapes.DEPTH_EVENT],
    ['solusdt@depth5@100ms', 'depthUpdate', shapes.DEPTH_EVENT],
  ];

  test.each(CASES)('%s', async (name, event, shape) => {
    const raw = await bench.stream(`/ws/${name}`);
    const combined = await bench.stream(`/stream?streams=${name}/ethusdt@ticker`);
    await beat();
    const { e } = await raw.find(() => true);
    expect(e).toBe(event);
    expect(raw.heard.flatMap((each) => deviations(shape, each))).toEqual([]);
    const wrapped = await combined.find(({ stream }) => stream === name);
    expect(deviations(shape, wrapped['data'])).toEqual([]);
  });

  test('each comes as often as it is said to', async () => {
    const stream = await bench.stream(
      '/stream?streams=solusdt@markPrice@1s/solusdt@markPrice/solusdt@ticker/solusdt@depth5',
    );
    await beat();
    stream.heard.length = 0;
    await beat(60);
    const count = (name: string) => stream.heard.filter((each) => each['stream'] === name).length;
    expect(count('solusdt@markPrice@1s')).toBe(6);
    expect(count('solusdt@markPrice')).toBe(2);
    expect(count('solusdt@ticker')).toBe(12);
    expect(count('solusdt@depth5')).toBe(20);
  });

  test('a price is told when it moves, a book that stands is not told again', async () => {
    const stream = await bench.stream('/ws/solusdt@bookTicker');
    await beat(20);
    const told = stream.heard.map(({ b, B, a, A }) => [b, B, a, A].join());
    expect(told.length).toBeLessThan(20);
    expect(told.filter((each, i) => each === told[i - 1])).toEqual([]);
    move('151');
    await bench.venue.settled();
    expect(stream.heard.at(-1)).toMatchObject({ b: '150.99', a: '151.01' });
  });

  test('all markets at once', async () => {
    const stream = await bench.stream('/ws/!markPrice@arr@1s');
    await beat();
    const all: unknown = stream.heard[0];
    const symbols = (all as readonly Body[]).map(({ s }) => s);
    expect(symbols).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT']);
  });

  test('the best prices of all markets, each when it changes', async () => {
    const stream = await bench.stream('/ws/!bookTicker');
    await beat();
    expect(stream.heard.map(({ s }) => s)).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT']);
    expect(stream.heard.flatMap((each) => deviations(shapes.BOOK_EVENT, each))).toEqual([]);
    move('151');
    await bench.venue.settled();
    expect(stream.heard.findLast(({ s }) => s === 'SOLUSDT')).toMatchObject({ b: '150.99' });
  });

  test('a candle is closed, then the next begins', async () => {
    const stream = await bench.stream('/ws/solusdt@kline_1m');
    await beat(700);
    const candles = stream.heard.map(({ k }) => k as Body);
    const closed = candles.filter(({ x }) => x === true);
    expect(closed).toHaveLength(1);
    const next = candles[candles.indexOf(closed[0] ?? {}) + 1];
    expect(next?.['t']).toBe(Number(closed[0]?.['T']) + 1);
    expect(next?.['x']).toBe(false);
  });

  test('a book kept from snapshot and updates is the venue’s book', async () => {
    const stream = await bench.stream('/ws/solusdt@depth@100ms');
    await beat(2);
    move('150.4');
    const snapshot = (await bench.ask('/fapi/v3/depth', { ...SOL, limit: '50' })).body;
    move('149.9');
    await beat(3);
    move('150.2');
    await beat(2);
    const book = { b: new Map<string, string>(), a: new Map<string, string>() };
    const last = Number(snapshot['lastUpdateId']);
    const apply = (side: 'a' | 'b', levels: unknown) => {
      for (const [price, size] of levels as readonly (readonly [string, string])[]) {
        if (size === '0') book[side].delete(price);
        else book[side].set(price, size);
      }
    };
    apply('b', snapshot['bids']);
    apply('a', snapshot['asks']);
    const updates = stream.heard.filter(({ u }) => Number(u) >= last);
    expect(Number(updates[0]?.['U'])).toBeLessThanOrEqual(last);
    updates.slice(1).forEach((each, i) => expect(each['pu']).toBe(updates[i]?.['u']));
    for (const { a, b } of updates) {
      apply('a', a);
      apply('b', b);
    }
    const now = (await bench.ask('/fapi/v3/depth', { ...SOL, limit: '100' })).body;
    expect(sorted(book.b)).toEqual(sorted(new Map(now['bids'] as [string, string][])));
    expect(sorted(book.a)).toEqual(sorted(new Map(now['asks'] as [string, string][])));
  });

  function sorted(levels: ReadonlyMap<string, string>): readonly string[] {
    return [...levels].map(([price, size]) => `${price} ${size}`).sort();
  }
});

describe('what a client may say', () => {
  test('subscribes, lists, unsubscribes', async () => {
    const stream = await bench.stream('/ws');
    const names = ['solusdt@ticker', 'ethusdt@ticker'];
    stream.send({ method: 'SUBSCRIBE', params: names, id: 1 });
    expect(await stream.find(({ id }) => id === 1)).toEqual({ result: null, id: 1 });
    stream.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 });
    expect(await stream.find(({ id }) => id === 2)).toEqual({ result: names, id: 2 });
    stream.send({ method: 'UNSUBSCRIBE', params: ['solusdt@ticker'], id: 3 });
    await stream.find(({ id }) => id === 3);
    stream.heard.length = 0;
    await beat(6);
    expect(new Set(stream.heard.map(({ s }) => s))).toEqual(new Set(['ETHUSDT']));
  });

  test('follows a user stream beside the market', async () => {
    const { listenKey: key } = await listenKey();
    const stream = await bench.stream(`/stream?streams=${String(key)}/solusdt@bookTicker`);
    await bench.order();
    const told = await stream.find((each) => each['stream'] === key);
    expect(told['data']).toMatchObject({ e: 'ORDER_TRADE_UPDATE' });
  });

  test('asks for wrapped messages', async () => {
    const stream = await bench.stream('/ws/solusdt@ticker');
    stream.send({ method: 'GET_PROPERTY', params: ['combined'], id: 1 });
    expect(await stream.find(({ id }) => id === 1)).toEqual({ result: false, id: 1 });
    stream.send({ method: 'SET_PROPERTY', params: ['combined', true], id: 2 });
    await stream.find(({ id }) => id === 2);
    await beat(6);
    expect(stream.heard.at(-1)).toMatchObject({ stream: 'solusdt@ticker' });
  });

  test.each([
    ['no JSON', 'x', 3],
    ['no method', '{"id":1}', 2],
    ['a strange method', '{"method":"LEAVE","id":1}', 2],
    ['an id that is no number', '{"method":"LIST_SUBSCRIPTIONS","id":"a"}', 2],
    ['a strange property', '{"method":"GET_PROPERTY","params":["size"],"id":1}', 0],
    ['a property that is no name', '{"method":"GET_PROPERTY","params":[1],"id":1}', 2],
    ['a value that is neither', '{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1],
  ])('%s is answered with a code', async (_what, text, code) => {
    const stream = await bench.stream('/ws');
    stream.send(text);
    const answer = await stream.find(() => true);
    expect(answer['code']).toBe(code);
    expect(typeof answer['msg']).toBe('string');
  });

  test('too much in a second, or a stream that is none, ends the connection', async () => {
    const stream = await bench.stream('/ws');
    for (let id = 0; id < 11; id += 1) stream.send({ method: 'LIST_SUBSCRIPTIONS', id });
    expect(await stream.closed).toBe(1008);
    const strange = await bench.stream('/ws/nothing@all');
    expect(await strange.closed).toBe(1008);
  });

  test('over two hundred streams are refused', async () => {
    const stream = await bench.stream('/ws');
    const params = Array.from({ length: 201 }, () => 'solusdt@ticker');
    stream.send({ method: 'SUBSCRIBE', params, id: 1 });
    expect(await stream.find(({ id }) => id === 1)).toMatchObject({ code: 2 });
  });

  test('a connection comes of age after a day', async () => {
    const stream = await bench.stream('/ws');
    bench.sleep(24 * HOUR_MS);
    await beat();
    expect(await stream.closed).toBe(1001);
  });
});
