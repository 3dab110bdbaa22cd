/** Every answer to a documented route is what Backpack's own OpenAPI document says it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import { BackpackClient } from './backpack-client.ts';
import type { Answered } from './backpack-client.ts';
import { openApi } from './openapi.ts';

const SYMBOL = 'SOL_USDC_PERP';
const document = openApi();

describe.skipIf(document === null)('answers against the OpenAPI document', () => {
  let venue: SimVenue;
  let client: BackpackClient;

  beforeAll(async () => {
    venue = await openSimVenue({ face: backpackFace });
    client = new BackpackClient(venue);
    await client.order({ clientId: 7 });
    await client.order({ clientId: 8, price: '151', side: 'Ask' });
    await client.market('Bid', '2');
    await client.order({ orderType: 'Market', postOnly: false, ...STOP });
    venue.world.moveTo(SYMBOL, '148');
    venue.world.nextFunding(SYMBOL);
  });
  afterAll(() => venue.close());

  /** The answer, which is as documented. */
  async function sound(method: string, path: string, answer: Promise<Answered>): Promise<Answered> {
    const got = await answer;
    const isText = got.headers.get('content-type')?.startsWith('text/plain') === true;
    const body = isText ? got.text : (got.json ?? '');
    expect(document?.fault(method, path, got.status, body)).toBeNull();
    return got;
  }

  const at = `startTime=${Math.floor(Date.UTC(2026, 0, 1) / 1000)}`;
  test.each([
    ['/api/v1/status', ''],
    ['/api/v1/ping', ''],
    ['/api/v1/time', ''],
    ['/api/v1/assets', ''],
    ['/api/v1/collateral', ''],
    ['/api/v1/markets', ''],
    ['/api/v1/markets', '?marketType=PERP'],
    ['/api/v1/market', `?symbol=${SYMBOL}`],
    ['/api/v1/ticker', '?symbol=SOL_USDC'],
    ['/api/v1/ticker', '?symbol=NONE'],
    ['/api/v1/tickers', '?interval=1w'],
    ['/api/v1/depth', `?symbol=${SYMBOL}&limit=5`],
    ['/api/v1/klines', `?symbol=${SYMBOL}&interval=1d&${at}`],
    ['/api/v1/klines', `?symbol=${SYMBOL}&interval=1month&${at}`],
    ['/api/v1/markPrices', ''],
    ['/api/v1/openInterest', `?symbol=${SYMBOL}`],
    ['/api/v1/fundingRates', `?symbol=${SYMBOL}&limit=3`],
    ['/api/v1/trades', `?symbol=${SYMBOL}&limit=5`],
    ['/api/v1/trades/history', `?symbol=${SYMBOL}`],
  ])('GET %s%s', async (path, query) => {
    const { status } = await sound('GET', path, client.open(`${path}${query}`));
    expect(status).toBe(query === '?symbol=NONE' ? 204 : 200);
  });

  test.each([
    ['/api/v1/market', '?symbol=NONE'],
    ['/api/v1/depth', `?symbol=${SYMBOL}&limit=7`],
    ['/api/v1/klines', `?symbol=${SYMBOL}&interval=7m&startTime=0`],
    ['/api/v1/klines', `?symbol=${SYMBOL}&interval=1m`],
    ['/api/v1/fundingRates', ''],
  ])('GET %s%s is refused', async (path, query) => {
    const { status } = await sound('GET', path, client.open(`${path}${query}`));
    expect(status).toBe(400);
  });

  test.each([
    ['accountQuery', '/api/v1/account', {}],
    ['balanceQuery', '/api/v1/capital', {}],
    ['collateralQuery', '/api/v1/capital/collateral', {}],
    ['maxOrderQuantity', '/api/v1/account/limits/order', { symbol: SYMBOL, side: 'Bid' }],
    ['positionQuery', '/api/v1/position', {}],
    ['orderQuery', '/api/v1/order', { symbol: SYMBOL, clientId: 8 }],
    ['orderQueryAll', '/api/v1/orders', { symbol: SYMBOL }],
    ['fillHistoryQueryAll', '/wapi/v1/history/fills', { symbol: SYMBOL, sortDirection: 'Asc' }],
    ['orderHistoryQueryAll', '/wapi/v1/history/orders', {}],
    ['fundingHistoryQueryAll', '/wapi/v1/history/funding', {}],
    ['settlementHistoryQueryAll', '/wapi/v1/history/settlement', {}],
    ['interestHistoryQueryAll', '/wapi/v1/history/interest', {}],
    ['strategyHistoryQueryAll', '/wapi/v1/history/strategies', {}],
    ['positionHistoryQueryAll', '/wapi/v1/history/position', {}],
  ])('%s %s', async (instruction, path, params) => {
    const { status, json } = await sound('GET', path, client.get(instruction, path, params));
    expect(status).toBe(200);
    const empty = ['settlement', 'interest', 'strategies', 'history/position'];
    if (Array.isArray(json) && !empty.some((each) => path.endsWith(each))) {
      expect(json.length).toBeGreaterThan(0);
    }
    const stranger = client.get(instruction, path, params, { api_key: 'AAAA' });
    expect((await sound('GET', path, stranger)).status).toBeGreaterThanOrEqual(400);
  });

  test('orders, batches and cancels, those that fail too', async () => {
    const order = (more: object, status: number) =>
      sound('POST', '/api/v1/order', client.order({ price: '140', ...more })).then((got) => {
        expect(got.status).toBe(status);
      });
    await order({ clientId: 20 }, 200);
    await order({ clientId: 20 }, 400);
    await order({ clientId: 21, price: '160' }, 200);
    await order({ orderType: 'Market', postOnly: false, price: undefined }, 200);
    await order({ quantity: '100000' }, 400);
    const batch = [{ ...BODY, clientId: 22 }, { ...BODY, clientId: 22 }];
    const made = await sound('POST', '/api/v1/orders', client.batch(batch));
    expect(made.json).toMatchObject([{ operation: 'Ok' }, { operation: 'Err' }]);
    const cancel = (fields: object) => sound('DELETE', '/api/v1/order', client.cancel({ ...fields }));
    expect((await cancel({ clientId: 20 })).status).toBe(200);
    expect((await cancel({ clientId: 20 })).status).toBe(400);
    expect((await cancel({ clientId: 22, orderId: '1' })).status).toBe(400);
    const path = '/api/v1/order';
    const gone = client.get('orderQuery', path, { symbol: SYMBOL, clientId: 20 });
    expect((await sound('GET', path, gone)).status).toBe(404);
    const all = client.send('DELETE', 'orderCancelAll', '/api/v1/orders', { symbol: SYMBOL });
    expect((await sound('DELETE', '/api/v1/orders', all)).status).toBe(200);
  });

  test('settings, and everything under maintenance', async () => {
    const path = '/api/v1/account';
    const set = (leverageLimit: string) =>
      sound('PATCH', path, client.send('PATCH', 'accountUpdate', path, { leverageLimit }));
    expect((await set('5')).status).toBe(200);
    expect((await set('500')).status).toBe(400);
    expect(venue.account().facts.leverage).toBe(5);
    venue.command('maintenance');
    expect((await sound('POST', '/api/v1/order', client.order())).status).toBe(503);
    const status = await sound('GET', '/api/v1/status', client.open('/api/v1/status'));
    expect(status.json).toMatchObject({ status: 'Maintenance' });
    venue.command('clear');
    expect((await client.open('/api/v1/time')).status).toBe(200);
  });
});

const BODY = {
  ...{ symbol: SYMBOL, orderType: 'Limit', price: '140', quantity: '1', side: 'Bid' },
};
const STOP = {
  ...{ side: 'Ask', triggerPrice: '120', triggerQuantity: '1', triggerBy: 'MarkPrice' },
  ...{ reduceOnly: true, price: undefined, quantity: undefined },
};

test.runIf(document === null)('the OpenAPI document is not beside the repository', () => {
  expect(document).toBeNull();
});
