/** The answers of the loopback Aster have the documented shape, in both generations. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAsterBench } from './aster-bench.ts';
import type { AsterBench } from './aster-bench.ts';
import * as shapes from './documented-shapes.ts';
import { deviations } from './documented-shapes.ts';
import type { Shape } from './documented-shapes.ts';

const SOL = { symbol: 'SOLUSDT' };

let bench: AsterBench;
beforeAll(async () => {
  bench = await openAsterBench();
  // A position, an order that rests, a stop that waits, and a payment.
  await bench.order({ type: 'MARKET', timeInForce: '', price: '' });
  await bench.order({ newClientOrderId: 'rests' });
  const stop = { type: 'STOP_MARKET', side: 'SELL', stopPrice: '120', price: '' };
  await bench.order({ ...stop, newClientOrderId: 'waits', timeInForce: '' });
  bench.venue.command('funding', SOL);
});
afterAll(() => bench.close());

describe('what anybody may ask', () => {
  const NOTHING = {};
  const CASES: readonly (readonly [string, Record<string, string>, Shape])[] = [
    ['ping', NOTHING, {}],
    ['time', NOTHING, { serverTime: 'n' }],
    ['exchangeInfo', NOTHING, shapes.EXCHANGE_INFO],
    ['depth', { ...SOL, limit: '20' }, shapes.DEPTH],
    ['trades', { ...SOL, limit: '3' }, [shapes.TRADE]],
    ['historicalTrades', SOL, [shapes.TRADE]],
    ['aggTrades', SOL, [shapes.AGG_TRADE]],
    ['premiumIndex', SOL, shapes.PREMIUM],
    ['premiumIndex', NOTHING, [shapes.PREMIUM]],
    ['fundingRate', SOL, [shapes.FUNDING_RATE]],
    ['fundingInfo', NOTHING, [shapes.FUNDING_INFO]],
    ['ticker/24hr', SOL, shapes.DAY_TICKER],
    ['ticker/24hr', NOTHING, [shapes.DAY_TICKER]],
    ['ticker/price', SOL, shapes.PRICE_TICKER],
    ['ticker/price', NOTHING, [shapes.PRICE_TICKER]],
    ['ticker/bookTicker', SOL, shapes.BOOK_TICKER],
    ['ticker/bookTicker', NOTHING, [shapes.BOOK_TICKER]],
  ];

  test.each(CASES)('%s %o', async (path, params, shape) => {
    for (const version of ['v1', 'v3']) {
      const { status, json } = await bench.ask(`/fapi/${version}/${path}`, params);
      expect(status).toBe(200);
      expect(deviations(shape, json)).toEqual([]);
      if (Array.isArray(json)) expect(json.length).toBeGreaterThan(0);
    }
  });

  test('candles are rows of twelve, oldest first, the last one still open', async () => {
    const { list, json } = await bench.ask('/fapi/v3/klines', {
      ...{ ...SOL, interval: '5m', limit: '4' },
    });
    const rows = json as readonly (readonly unknown[])[];
    expect(list).toHaveLength(4);
    const kinds = ['number', ...Array(5).fill('string'), 'number', 'string', 'number'];
    for (const row of rows) {
      expect(row.map((each) => typeof each)).toEqual([...kinds, 'string', 'string', 'string']);
    }
    const starts = rows.map(([start]) => Number(start));
    expect(starts.slice(1).map((start, i) => start - (starts[i] ?? 0))).toEqual([
      ...[300_000, 300_000, 300_000],
    ]);
    const now = bench.venue.world.now();
    expect(Number(rows[3]?.[6])).toBeGreaterThanOrEqual(now);
    expect(rows[3]?.[4]).toBe('150');
  });

  test('candles of a span begin in it and are at most as many as asked for', async () => {
    const from = bench.venue.world.now() - 3_600_000;
    const span = { startTime: String(from), endTime: String(from + 600_000) };
    const minutes = await bench.ask('/fapi/v3/klines', { ...SOL, ...span, interval: '1m' });
    const starts = (minutes.json as readonly (readonly [number])[]).map(([start]) => start);
    expect(starts.length).toBeGreaterThanOrEqual(10);
    expect(starts.every((start) => start >= from && start <= from + 600_000)).toBe(true);
    const months = await bench.ask('/fapi/v3/klines', { ...SOL, interval: '1M', limit: '3' });
    expect(months.list).toHaveLength(3);
  });
});

describe('what an account is told', () => {
  const CASES: readonly (readonly [string, string | null, Record<string, string>, Shape])[] = [
    ['balance', 'v2/balance', {}, [shapes.BALANCE]],
    ['account', 'v4/account', {}, shapes.ACCOUNT],
    ['accountWithJoinMargin', null, {}, shapes.ACCOUNT],
    ['positionRisk', 'v2/positionRisk', SOL, [shapes.POSITION]],
    ['positionRisk', 'v2/positionRisk', {}, [shapes.POSITION]],
    ['openOrders', 'openOrders', {}, [shapes.LISTED_ORDER]],
    ['openOrders', 'openOrders', SOL, [shapes.LISTED_ORDER]],
    ['allOrders', 'allOrders', SOL, [shapes.LISTED_ORDER]],
    ['order', 'order', { ...SOL, origClientOrderId: 'waits' }, shapes.LISTED_ORDER],
    ['openOrder', 'openOrder', { ...SOL, origClientOrderId: 'rests' }, shapes.LISTED_ORDER],
    ['userTrades', 'userTrades', SOL, [shapes.USER_TRADE]],
    ['income', 'income', {}, [shapes.INCOME]],
    ['leverageBracket', 'leverageBracket', SOL, shapes.BRACKETS],
    ['leverageBracket', 'leverageBracket', {}, [shapes.BRACKETS]],
    ['commissionRate', 'commissionRate', SOL, shapes.COMMISSION],
    ['positionSide/dual', 'positionSide/dual', {}, { dualSidePosition: 'b' }],
    ['multiAssetsMargin', 'multiAssetsMargin', {}, { multiAssetsMargin: 'b' }],
  ];

  test.each(CASES)('%s', async (v3, v1, params, shape) => {
    const answers = [await bench.v3('GET', v3, params)];
    if (v1 !== null) answers.push(await bench.v1('GET', v1, params));
    for (const { status, json } of answers) {
      expect(status).toBe(200);
      expect(deviations(shape, json)).toEqual([]);
      if (Array.isArray(json)) expect(json.length).toBeGreaterThan(0);
    }
    if (v1 !== null) expect(answers[1]?.json).toEqual(answers[0]?.json);
  });

  test('figures agree with each other', async () => {
    const { body } = await bench.v3('GET', 'account');
    const { list } = await bench.v3('GET', 'positionRisk', SOL);
    const [balance] = (await bench.v3('GET', 'balance')).list;
    // Bought 1 at 150 as taker, and paid funding once.
    const cash = 10_000 - 150 * 0.00035 - 150 * 0.0001;
    expect(Number(body['totalWalletBalance'])).toBeCloseTo(cash, 10);
    expect(balance).toMatchObject({ balance: body['totalWalletBalance'], crossUnPnl: '0' });
    expect(list).toMatchObject([{ positionAmt: '1', entryPrice: '150', leverage: '100' }]);
    const income = (await bench.v3('GET', 'income')).list;
    const sum = income.reduce((total, each) => total + Number(each['income']), 0);
    expect(10_000 + sum).toBeCloseTo(cash, 10);
  });
});

describe('what an order is answered', () => {
  test('placed, changed, cancelled: the documented body', async () => {
    const placed = await bench.order({ newClientOrderId: 'seen' });
    expect(deviations(shapes.ANSWERED_ORDER, placed.body)).toEqual([]);
    expect(placed.headers.get('x-mbx-order-count-1m')).toBe('1');
    const name = { ...SOL, origClientOrderId: 'seen' };
    const changed = await bench.v3('PUT', 'order', { ...name, quantity: '2', price: '141' });
    expect(deviations(shapes.ANSWERED_ORDER, changed.body)).toEqual([]);
    expect(changed.body).toMatchObject({
      ...{ orderId: placed.body['orderId'], origQty: '2', price: '141', status: 'NEW' },
    });
    const cancelled = await bench.v3('DELETE', 'order', name);
    expect(deviations(shapes.ANSWERED_ORDER, cancelled.body)).toEqual([]);
    expect(cancelled.body).toMatchObject({ status: 'CANCELED', clientOrderId: 'seen' });
  });
});
