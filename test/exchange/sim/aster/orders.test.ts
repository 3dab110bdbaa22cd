/** Orders at the loopback Aster: what is refused in which code, batches, changes, stops, timers. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAsterBench } from './aster-bench.ts';
import type { Answer, AsterBench, Params } from './aster-bench.ts';

const SOL = { symbol: 'SOLUSDT' };
const DAY_MS = 86_400_000;

let bench: AsterBench;
beforeEach(async () => {
  bench = await openAsterBench();
});
afterEach(() => bench.close());

function move(price: string): void {
  bench.venue.command('move', { ...SOL, price });
}

async function statusOf(orderId: unknown): Promise<unknown> {
  const { body } = await bench.v3('GET', 'order', { ...SOL, orderId: String(orderId) });
  return body['status'];
}

describe('refusals', () => {
  test('a client id is taken once, a market that is closed takes nothing', async () => {
    expect((await bench.order({ newClientOrderId: 'one' })).status).toBe(200);
    expect((await bench.order({ newClientOrderId: 'one' })).body).toMatchObject({ code: -4116 });
    bench.venue.command('market', { ...SOL, open: false });
    expect((await bench.order()).body).toMatchObject({ code: -4141 });
    const { body } = await bench.ask('/fapi/v3/exchangeInfo');
    const symbols = body['symbols'] as readonly Params[];
    expect(symbols.find(({ symbol }) => symbol === 'SOLUSDT')?.['status']).toBe('SETTLING');
  });

  test('too many orders on a symbol', async () => {
    bench.venue.command('market', { ...SOL, max_orders: 1 });
    expect((await bench.order()).status).toBe(200);
    expect((await bench.order()).body).toMatchObject({ code: -2025 });
  });

  test('orders that are not there', async () => {
    const unknown = { ...SOL, orderId: '77' };
    expect((await bench.v3('GET', 'order', unknown)).body).toMatchObject({ code: -2013 });
    expect((await bench.v3('DELETE', 'order', unknown)).body).toMatchObject({ code: -2011 });
    expect((await bench.v3('GET', 'order', SOL)).body).toMatchObject({ code: -1102 });
    const { body } = await bench.order();
    const elsewhere = { symbol: 'ETHUSDT', orderId: String(body['orderId']) };
    expect((await bench.v3('GET', 'order', elsewhere)).body).toMatchObject({ code: -2013 });
  });
});

describe('post-only that would cross', () => {
  const CROSSING = { timeInForce: 'GTX', price: '151' };

  test('is taken and expires, which only the full answer tells', async () => {
    const short = await bench.order(CROSSING);
    expect(short.body).toMatchObject({ status: 'NEW', timeInForce: 'GTX' });
    expect(await statusOf(short.body['orderId'])).toBe('EXPIRED');
    const full = await bench.order({ ...CROSSING, newOrderRespType: 'RESULT' });
    expect(full.body).toMatchObject({ status: 'EXPIRED', executedQty: '0' });
  });

  test('or is refused, where the venue does that', async () => {
    const other = await openAsterBench({ crossing: 'refuse' });
    const { status, body } = await other.order(CROSSING);
    expect([status, body['code']]).toEqual([400, -5022]);
    expect((await other.v3('GET', 'allOrders', SOL)).list).toEqual([]);
    await other.close();
  });
});

describe('executions', () => {
  test('a market order is acknowledged first; its end is answered when asked for', async () => {
    const market = { type: 'MARKET', price: '', timeInForce: '' };
    const short = await bench.order(market);
    expect(short.body).toMatchObject({ status: 'NEW', executedQty: '0', cumQuote: '0' });
    expect(await statusOf(short.body['orderId'])).toBe('FILLED');
    const full = await bench.order({ ...market, newOrderRespType: 'RESULT' });
    expect(full.body).toMatchObject({
      ...{ status: 'FILLED', executedQty: '1', cumQuote: '150', avgPrice: '150.00000000' },
    });
  });

  test('what may only execute at once ends otherwise', async () => {
    for (const timeInForce of ['IOC', 'FOK']) {
      const { body } = await bench.order({ timeInForce, newOrderRespType: 'RESULT' });
      expect(body).toMatchObject({ status: 'EXPIRED', executedQty: '0' });
    }
  });

  test('a resting order executes in parts as maker, at its price', async () => {
    const { body } = await bench.order({ quantity: '2' });
    bench.venue.command('partial', { part: '0.25' });
    move('139');
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toMatchObject([
      { status: 'PARTIALLY_FILLED', executedQty: '0.5', cumQuote: '70' },
    ]);
    const [trade] = (await bench.v3('GET', 'userTrades', SOL)).list;
    expect(trade).toMatchObject({
      ...{ orderId: body['orderId'], price: '140', qty: '0.5', maker: true, buyer: true },
      ...{ commission: '0.007', commissionAsset: 'USDT', realizedPnl: '0' },
    });
  });

  test('a position is liquidated under a name of the venue', async () => {
    await bench.order({ type: 'MARKET', price: '', timeInForce: '', quantity: '600' });
    const [before] = (await bench.v3('GET', 'positionRisk', SOL)).list;
    expect(Number(before?.['liquidationPrice'])).toBeGreaterThan(100);
    move('120');
    expect((await bench.v3('GET', 'positionRisk', SOL)).list).toMatchObject([{ positionAmt: '0' }]);
    const orders = (await bench.v3('GET', 'allOrders', SOL)).list;
    expect(String(orders.at(-1)?.['clientOrderId'])).toMatch(/^autoclose-/);
  });
});

describe('batches', () => {
  const ask = (price: string, more: Params = {}): Params => ({
    ...{ ...SOL, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price },
    ...more,
  });
  const batch = (orders: readonly Params[]): Params => ({ batchOrders: JSON.stringify(orders) });

  test('each order for itself, in the order of the request', async () => {
    const { status, list, headers } = await bench.v3(
      ...(['POST', 'batchOrders'] as const),
      batch([ask('130', { newClientOrderId: 'a' }), ask('130.001'), ask('131')]),
    );
    expect(status).toBe(200);
    expect(list.map((each) => each['code'] ?? each['status'])).toEqual(['NEW', -4014, 'NEW']);
    expect(headers.get('x-mbx-order-count-1m')).toBe('3');
  });

  test('five at most, and at least one', async () => {
    const six = Array.from({ length: 6 }, () => ask('130'));
    for (const orders of [six, []]) {
      const { body } = await bench.v3('POST', 'batchOrders', batch(orders));
      expect(body).toMatchObject({ code: -4082 });
    }
    const text = await bench.v3('POST', 'batchOrders', { batchOrders: "[{'symbol':'SOLUSDT'}]" });
    expect(text.body).toMatchObject({ code: -1130 });
  });

  test('cancels by either name, ten at most', async () => {
    const names = ['a', 'b', 'c'];
    for (const newClientOrderId of names) await bench.order({ newClientOrderId });
    const [first] = (await bench.v3('GET', 'openOrders', SOL)).list;
    const cancel = (more: Params) => bench.v3('DELETE', 'batchOrders', { ...SOL, ...more });
    const byId = await cancel({ orderIdList: `[${String(first?.['orderId'])},999]` });
    expect(byId.list).toMatchObject([{ status: 'CANCELED' }, { code: -2011 }]);
    const byName = await cancel({ origClientOrderIdList: '["b","a"]' });
    expect(byName.list).toMatchObject([{ clientOrderId: 'b' }, { code: -2011 }]);
    const many = JSON.stringify(Array.from({ length: 11 }, (_, i) => i));
    expect((await cancel({ orderIdList: many })).body).toMatchObject({ code: -4032 });
    expect((await cancel({})).body).toMatchObject({ code: -1102 });
  });

  test('changes several, each for itself; V1 cannot change at all', async () => {
    const { body } = await bench.order({ newClientOrderId: 'a' });
    const change = { ...SOL, quantity: '2', price: '141' };
    const { list } = await bench.v3('PUT', 'batchOrders', {
      batchOrders: JSON.stringify([
        { ...change, orderId: String(body['orderId']) },
        { ...change, origClientOrderId: 'nobody' },
      ]),
    });
    expect(list).toMatchObject([{ price: '141', origQty: '2' }, { code: -2013 }]);
    const old = await bench.v1('PUT', 'order', { ...change, origClientOrderId: 'a' });
    expect([old.status, old.body['code']]).toEqual([404, -5000]);
  });

  test('a change that is refused leaves the order as it was', async () => {
    await bench.order({ newClientOrderId: 'a', timeInForce: 'GTX' });
    const change = (price: string, quantity: string): Promise<Answer> =>
      bench.v3('PUT', 'order', { ...SOL, origClientOrderId: 'a', price, quantity });
    expect((await change('141.001', '1')).body).toMatchObject({ code: -4014 });
    expect((await change('141', '1000000')).body).toMatchObject({ code: -2019 });
    expect((await change('151', '1')).body).toMatchObject({ code: -5022 });
    const [order] = (await bench.v3('GET', 'openOrders', SOL)).list;
    expect(order).toMatchObject({ price: '140', origQty: '1', status: 'NEW' });
  });

  test('cancels all of one symbol and no other', async () => {
    await bench.order();
    await bench.order({ symbol: 'ETHUSDT', price: '3900' });
    const { body } = await bench.v3('DELETE', 'allOpenOrders', SOL);
    expect(body).toMatchObject({ code: '200' });
    expect((await bench.v3('GET', 'openOrders')).list).toMatchObject([{ symbol: 'ETHUSDT' }]);
  });
});

describe('older keys', () => {
  test('place, list and cancel as agents do', async () => {
    const ask = { ...SOL, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1' };
    const one = await bench.v1('POST', 'order', { ...ask, price: '140', newClientOrderId: 'a' });
    expect(one.body).toMatchObject({ status: 'NEW', clientOrderId: 'a' });
    const two = await bench.v1('POST', 'batchOrders', {
      batchOrders: JSON.stringify([{ ...ask, price: '139', newClientOrderId: 'b' }]),
    });
    expect(two.list).toMatchObject([{ status: 'NEW', clientOrderId: 'b' }]);
    expect((await bench.v1('GET', 'openOrders', SOL)).list).toHaveLength(2);
    const name = { ...SOL, origClientOrderId: 'a' };
    expect((await bench.v1('DELETE', 'order', name)).body).toMatchObject({ status: 'CANCELED' });
    const rest = await bench.v1('DELETE', 'batchOrders', {
      ...{ ...SOL, origClientOrderIdList: '["b"]' },
    });
    expect(rest.list).toMatchObject([{ status: 'CANCELED', clientOrderId: 'b' }]);
  });
});

describe('stops', () => {
  const STOP = { type: 'STOP_MARKET', side: 'SELL', price: '', timeInForce: '', stopPrice: '145' };

  async function hold(): Promise<void> {
    await bench.order({ type: 'MARKET', price: '', timeInForce: '' });
  }

  test('a stop waits, is listed, and closes at the market', async () => {
    await hold();
    const stop = await bench.order({ ...STOP, reduceOnly: 'true', workingType: 'MARK_PRICE' });
    expect(stop.body).toMatchObject({
      ...{ status: 'NEW', type: 'STOP_MARKET', stopPrice: '145', workingType: 'MARK_PRICE' },
      ...{ reduceOnly: true, price: '0', origQty: '1' },
    });
    move('144');
    const { body } = await bench.v3('GET', 'order', {
      ...{ ...SOL, orderId: String(stop.body['orderId']) },
    });
    expect(body).toMatchObject({ status: 'FILLED', type: 'MARKET', origType: 'STOP_MARKET' });
    expect((await bench.v3('GET', 'positionRisk', SOL)).list).toMatchObject([{ positionAmt: '0' }]);
  });

  test('one that closes everything has no size of its own', async () => {
    await hold();
    const close = { ...STOP, closePosition: 'true', quantity: '' };
    const both = await bench.order({ ...close, quantity: '1' });
    expect(both.body).toMatchObject({ code: -1106 });
    const stop = await bench.order(close);
    expect(stop.body).toMatchObject({ closePosition: true, origQty: '0', reduceOnly: true });
    move('144');
    expect(await statusOf(stop.body['orderId'])).toBe('FILLED');
  });

  test('taking profit waits for the other side; a limit stop rests where it fired', async () => {
    await hold();
    const profit = await bench.order({ ...STOP, type: 'TAKE_PROFIT_MARKET', stopPrice: '155' });
    const limit = { ...STOP, type: 'STOP', side: 'BUY', timeInForce: 'GTC', stopPrice: '154' };
    const stop = await bench.order({ ...limit, price: '140' });
    move('156');
    expect(await statusOf(profit.body['orderId'])).toBe('FILLED');
    const { body } = await bench.v3('GET', 'openOrder', {
      ...{ ...SOL, orderId: String(stop.body['orderId']) },
    });
    expect(body).toMatchObject({ status: 'NEW', type: 'LIMIT', origType: 'STOP', price: '140' });
  });
});

describe('the timer that cancels', () => {
  const wind = (countdownTime: string, symbol = 'SOLUSDT'): Promise<Answer> =>
    bench.v3('POST', 'countdownCancelAll', { symbol, countdownTime });

  test('cancels the orders of its symbol once, unless it is wound again or taken off', async () => {
    await bench.order({ newClientOrderId: 'a' });
    await bench.order({ symbol: 'ETHUSDT', price: '3900' });
    expect((await wind('60000')).body).toEqual({ symbol: 'SOLUSDT', countdownTime: '60000' });
    bench.clock.advance(59_000);
    await wind('60000');
    bench.clock.advance(59_000);
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toHaveLength(1);
    bench.clock.advance(1000);
    expect((await bench.v3('GET', 'openOrders')).list).toMatchObject([{ symbol: 'ETHUSDT' }]);
    await bench.order({ newClientOrderId: 'b' });
    await wind('1000');
    await wind('0');
    bench.clock.advance(120_000);
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toMatchObject([{ clientOrderId: 'b' }]);
  });
});

describe('listings', () => {
  test('page from an id, from a moment, or the latest', async () => {
    for (const price of ['130', '131', '132', '133']) {
      await bench.order({ price, newClientOrderId: price });
      bench.clock.advance(1000);
    }
    const all = (await bench.v3('GET', 'allOrders', SOL)).list;
    expect(all.map((each) => each['price'])).toEqual(['130', '131', '132', '133']);
    const prices = async (more: Params) => {
      const { list } = await bench.v3('GET', 'allOrders', { ...SOL, ...more });
      return list.map((each) => each['price']);
    };
    expect(await prices({ limit: '2' })).toEqual(['132', '133']);
    expect(await prices({ limit: '2', orderId: String(all[1]?.['orderId']) })).toEqual([
      ...['131', '132'],
    ]);
    const startTime = String(all[2]?.['time']);
    expect(await prices({ startTime })).toEqual(['132', '133']);
    expect(await prices({ startTime, endTime: startTime })).toEqual(['132']);
  });

  test('a span is a week at most and has a beginning before its end', async () => {
    const now = bench.clock.now();
    const span = (from: number, to: number): Params => ({
      ...{ ...SOL, startTime: String(from), endTime: String(to) },
    });
    for (const path of ['allOrders', 'userTrades']) {
      const long = await bench.v3('GET', path, span(now - 8 * DAY_MS, now));
      expect(long.body).toMatchObject({ code: -4165 });
      const turned = await bench.v3('GET', path, span(now, now - 1));
      expect(turned.body).toMatchObject({ code: -1023 });
    }
    const mixed = await bench.v3('GET', 'userTrades', { ...span(now, now), fromId: '1' });
    expect(mixed.body).toMatchObject({ code: -1128 });
  });

  test('trades from an id', async () => {
    const market = { type: 'MARKET', price: '', timeInForce: '' };
    for (let i = 0; i < 3; i += 1) await bench.order(market);
    const all = (await bench.v3('GET', 'userTrades', SOL)).list;
    const from = { ...SOL, fromId: String(all[1]?.['id']), limit: '1' };
    expect((await bench.v3('GET', 'userTrades', from)).list).toEqual([all[1]]);
  });

  test('a week later an order that ended without a trade is forgotten, others are not', async () => {
    const ended = await bench.order();
    await bench.v3('DELETE', 'order', { ...SOL, orderId: String(ended.body['orderId']) });
    const filled = await bench.order({ type: 'MARKET', price: '', timeInForce: '' });
    bench.venue.command('pass', { ms: 7 * DAY_MS + 1000 });
    const gone = await bench.v3('GET', 'order', {
      ...{ ...SOL, orderId: String(ended.body['orderId']) },
    });
    expect(gone.body).toMatchObject({ code: -2013 });
    expect(await statusOf(filled.body['orderId'])).toBe('FILLED');
  });

  test('may show an order as open for a while after its end', async () => {
    const orderId = String((await bench.order()).body['orderId']);
    bench.venue.command('stale-listing', { ms: 2000 });
    bench.clock.advance(10);
    await bench.v3('DELETE', 'order', { ...SOL, orderId });
    const listed = (await bench.v3('GET', 'openOrders', SOL)).list;
    expect(listed).toMatchObject([{ orderId: Number(orderId), status: 'NEW' }]);
    expect(await statusOf(Number(orderId))).toBe('CANCELED');
    bench.clock.advance(2000);
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toEqual([]);
  });

  test('may lag behind', async () => {
    bench.venue.command('listing-lag', { ms: 2000 });
    const orderId = String((await bench.order()).body['orderId']);
    const lookUp = (path: string) => bench.v3('GET', path, { ...SOL, orderId });
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toEqual([]);
    for (const path of ['order', 'openOrder']) {
      expect((await lookUp(path)).body).toMatchObject({ code: -2013 });
    }
    bench.clock.advance(2000);
    expect((await bench.v3('GET', 'openOrders', SOL)).list).toHaveLength(1);
    for (const path of ['order', 'openOrder']) {
      expect((await lookUp(path)).body).toMatchObject({ status: 'NEW' });
    }
  });
});
