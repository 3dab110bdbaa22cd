/** Backpack's protocol as the loopback venue speaks it: signatures, orders, histories, streams. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import { BackpackClient } from './backpack-client.ts';
import type { BackpackStream } from './backpack-client.ts';

const SYMBOL = 'SOL_USDC_PERP';
const ORDER = '/api/v1/order';
const HISTORY = '/wapi/v1/history';

let venue: SimVenue;
let client: BackpackClient;

beforeEach(async () => {
  venue = await openSimVenue({ face: backpackFace, symbols: 20, accounts: ['main', 'other'] });
  client = new BackpackClient(venue);
});
afterEach(() => venue.close());

function error(code: string, message: string) {
  return { status: 400, json: { code, message } };
}

describe('signatures', () => {
  test.each([
    ['another text', { signature: Buffer.alloc(64).toString('base64') }, 'Invalid signature'],
    ['half a signature', { signature: 'AAAA' }, 'Invalid X-Signature header'],
    ['an old time', { timestamp: Date.now() - 6000 }, 'Request has expired'],
    ['a time to come', { timestamp: Date.now() + 5000 }, 'Request has expired'],
    ['no time', { timestamp: Number.NaN }, 'Invalid X-Timestamp header'],
    ['too long a window', { window: 60_001 }, 'Invalid X-Window header'],
  ])('%s is refused', async (_what, flaws, message) => {
    expect(await client.order({}, flaws)).toMatchObject(error('INVALID_CLIENT_REQUEST', message));
    expect(venue.account().orders.size).toBe(0);
  });

  test('a stranger is told so, in histories by the status that they document', async () => {
    const stranger = { api_key: Buffer.alloc(32).toString('base64') };
    expect(await client.order({}, stranger)).toMatchObject(error('UNAUTHORIZED', 'Unknown API key'));
    const asked = await client.get('fillHistoryQueryAll', `${HISTORY}/fills`, {}, stranger);
    expect(asked).toMatchObject({ status: 401, json: { code: 'UNAUTHORIZED' } });
  });

  test('the window counts as 5000 where none is sent, and may be a minute', async () => {
    expect((await client.order({}, { window: null })).status).toBe(200);
    const late = { timestamp: Date.now() - 50_000 };
    expect((await client.order({}, { ...late, window: 60_000 })).status).toBe(200);
    expect((await client.order({}, { ...late, window: null })).status).toBe(400);
  });

  test('another instruction is another text', async () => {
    const got = await client.get('orderQuery', '/api/v1/orders', { symbol: SYMBOL });
    expect(got).toMatchObject(error('INVALID_CLIENT_REQUEST', 'Invalid signature'));
  });

  test('a clock that is off is the client\'s affair; time passed by hand is nobody\'s', async () => {
    venue.command('clock', { offset_ms: 120_000 });
    expect((await client.order({}, { timestamp: Date.now() })).status).toBe(400);
    expect((await client.order()).status).toBe(200);
    venue.command('clock', { offset_ms: 0 });
    venue.command('pass', { ms: 3_600_000 });
    expect((await client.order({}, { timestamp: Date.now() })).status).toBe(200);
  });
});

describe('orders', () => {
  test('an order rests, is found by either id while it rests, and is cancelled by either', async () => {
    const made = await client.order({ clientId: 4_294_967_295 });
    expect(made).toMatchObject({
      status: 200,
      json: { clientId: 4_294_967_295, status: 'New', price: '149', quantity: '1', side: 'Bid' },
    });
    const { id } = made.json as { id: string };
    for (const which of [{ orderId: id }, { clientId: 4_294_967_295 }]) {
      const found = await client.get('orderQuery', ORDER, { symbol: SYMBOL, ...which });
      expect(found.json).toMatchObject({ id, status: 'New' });
    }
    const both = { symbol: SYMBOL, orderId: id, clientId: 4_294_967_295 };
    expect((await client.get('orderQuery', ORDER, both)).status).toBe(400);
    expect(await client.cancel({ orderId: id })).toMatchObject({
      status: 200,
      json: { id, status: 'Cancelled' },
    });
    const gone = error('RESOURCE_NOT_FOUND', 'Order not found');
    expect(await client.cancel({ orderId: id })).toMatchObject(gone);
    const asked = await client.get('orderQuery', ORDER, { symbol: SYMBOL, orderId: id });
    expect(asked).toMatchObject({ ...gone, status: 404 });
  });

  test('one account neither sees nor cancels the orders of another', async () => {
    const { json } = await client.order({ clientId: 1 });
    const other = new BackpackClient(venue, 'other');
    expect((await other.get('orderQueryAll', '/api/v1/orders')).json).toEqual([]);
    expect((await other.cancel({ orderId: (json as { id: string }).id })).status).toBe(400);
    expect((await other.order({ clientId: 1 })).status).toBe(200);
  });

  test('a crossing post-only order expires, or is refused where the venue is opened so', async () => {
    expect(await client.order({ price: '151' })).toMatchObject({
      status: 200,
      json: { status: 'Expired', executedQuantity: '0' },
    });
    const { json } = await client.get('orderHistoryQueryAll', `${HISTORY}/orders`);
    expect(json).toMatchObject([{ status: 'Expired', expiryReason: 'PostOnlyTaker' }]);
    const strict = await openSimVenue({ face: backpackFace, symbols: 3, crossing: 'refuse' });
    const refused = await new BackpackClient(strict).order({ price: '151' });
    expect(refused).toMatchObject(
      error('INVALID_ORDER', 'Order would immediately match and take'),
    );
    await strict.close();
  });

  const code = (name: string) => ({ status: 400, json: { code: name } });
  test.each([
    ['an unknown symbol', { symbol: 'NONE' }, code('INVALID_SYMBOL')],
    ['a price off the tick', { price: '149.001' }, code('INVALID_CLIENT_REQUEST')],
    ['a size off the lot', { quantity: '0.001' }, code('INVALID_CLIENT_REQUEST')],
    ['a size below zero', { quantity: '-1' }, code('INVALID_CLIENT_REQUEST')],
    ['a limit without a price', { price: undefined }, code('INVALID_CLIENT_REQUEST')],
    ['no quantity', { quantity: undefined }, code('INVALID_CLIENT_REQUEST')],
    ['a side of its own', { side: 'Buy' }, code('INVALID_CLIENT_REQUEST')],
    ['a client id of text', { clientId: 'mine' }, code('INVALID_CLIENT_REQUEST')],
    ['a client id of 33 bits', { clientId: 2 ** 32 }, code('INVALID_CLIENT_REQUEST')],
    ['a flag of text', { reduceOnly: 'yes' }, code('INVALID_CLIENT_REQUEST')],
    ['more than the margin', { quantity: '100000' }, code('INSUFFICIENT_MARGIN')],
    ['nothing to reduce', { reduceOnly: true }, code('INVALID_ORDER')],
    ['a trigger that fires at once', { triggerPrice: '150' }, code('INVALID_ORDER')],
    ['what is not offered', { takeProfitTriggerPrice: '160' }, code('NOT_IMPLEMENTED')],
  ])('%s is refused', async (_what, more, refusal) => {
    expect(await client.order(more)).toMatchObject(refusal);
    expect(venue.account().alive(null)).toEqual([]);
  });

  test('a batch is answered order by order', async () => {
    const order = { symbol: SYMBOL, orderType: 'Limit', price: '140', quantity: '1', side: 'Bid' };
    const { json } = await client.batch(
      [{ ...order, clientId: 1 }, { ...order, clientId: 1 }, { ...order, clientId: 2 }],
    );
    expect(json).toMatchObject([
      { operation: 'Ok', clientId: 1, status: 'New' },
      { operation: 'Err', code: 'INVALID_CLIENT_REQUEST', message: 'Client id already exists' },
      { operation: 'Ok', clientId: 2 },
    ]);
    expect((await client.batch(Array.from({ length: 21 }, () => order))).status).toBe(400);
    expect((await client.batch([])).status).toBe(400);
  });

  test('cancel-all takes orders, stops, or both', async () => {
    await client.order();
    await client.order({ triggerPrice: '140', postOnly: false });
    const all = (more: object) =>
      client.send('DELETE', 'orderCancelAll', '/api/v1/orders', { symbol: SYMBOL, ...more });
    const stops = await all({ orderType: 'ConditionalOrder' });
    expect(stops.json).toMatchObject([{ triggerPrice: '140', status: 'Cancelled' }]);
    expect((await all({})).json).toMatchObject([{ price: '149', status: 'Cancelled' }]);
    expect((await all({ orderType: 'Market' })).status).toBe(400);
  });
});

describe('the account', () => {
  test('a position with its orders, its collateral and its break-even', async () => {
    await client.market('Bid', '2');
    await client.order({ quantity: '3' });
    venue.world.moveTo(SYMBOL, '155');
    const { json } = await client.get('positionQuery', '/api/v1/position', { symbol: SYMBOL });
    expect(json).toMatchObject([
      {
        ...{ netQuantity: '2', netExposureQuantity: '5', netCost: '300', entryPrice: '150' },
        ...{ breakEvenPrice: '150.075', markPrice: '155', pnlUnrealized: '10' },
      },
    ]);
    const collateral = await client.get('collateralQuery', '/api/v1/capital/collateral');
    expect(collateral.json).toMatchObject({
      ...{ netEquity: '10009.85', assetsValue: '9999.85', pnlUnrealized: '10' },
      ...{ netExposureFutures: '775', netEquityLocked: '15.14' },
    });
    await client.market('Ask', '2');
    const none = await client.get('positionQuery', '/api/v1/position', { symbol: SYMBOL });
    expect(none.status).toBe(404);
    expect((await client.get('positionQuery', '/api/v1/position')).json).toEqual([]);
  });

  test('fees of the account are told in basis points and charged', async () => {
    venue.command('account', { name: 'main', maker_fee: '-0.00005', taker_fee: '0.00045' });
    const { json } = await client.get('accountQuery', '/api/v1/account');
    expect(json).toMatchObject({ futuresMakerFee: '-0.5', futuresTakerFee: '4.5' });
    await client.market('Bid', '1');
    expect((await fills()).at(0)).toMatchObject({ fee: '0.0675', isMaker: false, feeSymbol: 'USDC' });
  });

  test('histories are paged in either direction, by symbol, order and time', async () => {
    const ids: string[] = [];
    for (let k = 0; k < 5; k += 1) {
      const { json } = await client.market(k % 2 === 0 ? 'Bid' : 'Ask', '1', { clientId: k });
      ids.push((json as { id: string }).id);
    }
    const idsOf = async (params: object) => (await fills(params)).map(({ orderId }) => orderId);
    expect(await idsOf({})).toEqual(ids.toReversed());
    expect(await idsOf({ sortDirection: 'Asc', limit: 2, offset: 3 })).toEqual(ids.slice(3));
    expect(await idsOf({ orderId: ids[1] })).toEqual([ids[1]]);
    expect(await idsOf({ symbol: 'ETH_USDC_PERP' })).toEqual([]);
    const [newest] = venue.account().fills.slice(-1);
    expect(await idsOf({ from: (newest?.at_ms ?? 0) + 1 })).toEqual([]);
    expect(await idsOf({ to: (newest?.at_ms ?? 0) + 1 })).toHaveLength(5);
    expect((await fills({ orderId: ids[0] }))[0]).toMatchObject({ clientId: '0' });
    const path = `${HISTORY}/fills`;
    for (const bad of [{ limit: 1001 }, { sortDirection: 'Up' }, { from: 'now' }]) {
      expect((await client.get('fillHistoryQueryAll', path, bad)).status).toBe(400);
    }
  });

  test('listings lag behind when they are told to', async () => {
    venue.command('listing-lag', { ms: 60_000 });
    await client.order({ clientId: 5 });
    await client.market('Bid', '1');
    const open = () => client.get('orderQueryAll', '/api/v1/orders').then(({ json }) => json);
    expect([await open(), await fills()]).toEqual([[], []]);
    venue.world.pass(60_001);
    expect(await open()).toHaveLength(1);
    expect(await fills()).toHaveLength(1);
  });

  test('funding is paid at the stamp and listed', async () => {
    await client.market('Ask', '2');
    venue.command('market', { symbol: SYMBOL, funding_rate: '0.0002' });
    venue.command('funding', { symbol: SYMBOL });
    const { json } = await client.get('fundingHistoryQueryAll', `${HISTORY}/funding`);
    expect(json).toMatchObject([{ symbol: SYMBOL, quantity: '0.06', fundingRate: '0.0002' }]);
    const [row] = json as { intervalEndTimestamp: string }[];
    expect(row?.intervalEndTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00$/);
  });
});

describe('streams', () => {
  let stream: BackpackStream;
  beforeEach(async () => {
    stream = await client.stream();
  });
  afterEach(() => stream.close());

  test('an order is told from its acceptance to its last fill, with the suffix asked for', async () => {
    await stream.subscribe([`account.orderUpdate.${SYMBOL}`, 'account.orderUpdate']);
    venue.command('partial', { part: '0.4' });
    await client.order({ clientId: 9 });
    venue.world.moveTo(SYMBOL, '148');
    venue.world.moveTo(SYMBOL, '147');
    await venue.settled();
    const mine = stream.told.filter(({ stream: name }) => name === `account.orderUpdate.${SYMBOL}`);
    expect(stream.told).toHaveLength(2 * mine.length);
    expect(mine.map(({ data }) => data)).toMatchObject([
      { e: 'orderAccepted', X: 'New', c: 9, q: '1', z: '0', p: '149', o: 'LIMIT', S: 'Bid' },
      { e: 'orderFill', X: 'PartiallyFilled', l: '0.4', z: '0.4', L: '149', m: true, N: 'USDC' },
      { e: 'orderFill', X: 'Filled', l: '0.6', z: '1', Z: '149', n: '0.01788', t: 2 },
    ]);
    const [, fill] = venue.account().fills;
    expect(mine[2]?.data?.['T']).toBe((fill?.at_ms ?? 0) * 1000);
  });

  test('ends are told with their reason', async () => {
    await stream.subscribe(['account.orderUpdate']);
    await client.order({ price: '151' });
    const { json } = await client.order();
    await client.cancel({ orderId: (json as { id: string }).id });
    await client.order({ triggerPrice: '140', side: 'Ask', reduceOnly: true, ...STOP });
    venue.world.moveTo(SYMBOL, '139');
    await venue.settled();
    expect(stream.told.map(({ data }) => [data?.['e'], data?.['X'], data?.['R']])).toEqual([
      ['orderExpired', 'Expired', 'PostOnlyTaker'],
      ['orderAccepted', 'New', undefined],
      ['orderCancelled', 'Cancelled', undefined],
      ['triggerPlaced', 'TriggerPending', undefined],
      ['triggerFailed', 'TriggerFailed', 'StopWithoutPosition'],
    ]);
  });

  test('positions begin with what there is, then open, change and close', async () => {
    await client.market('Bid', '1');
    await stream.subscribe(['account.positionUpdate']);
    await client.market('Bid', '1');
    await client.market('Ask', '2');
    await client.market('Ask', '1');
    await venue.settled();
    expect(stream.told.map(({ data }) => [data?.['e'], data?.['q']])).toEqual([
      [undefined, '1'],
      ['positionAdjusted', '2'],
      ['positionClosed', '0'],
      ['positionOpened', '-1'],
    ]);
  });

  test('a move by hand is told at once on every stream of the market', async () => {
    const names = ['ticker', 'markPrice', 'bookTicker', 'depth', 'kline.1m'];
    await stream.subscribe(names.map((name) => `${name}.${SYMBOL}`));
    stream.told.length = 0;
    venue.world.moveTo(SYMBOL, '160');
    await venue.settled();
    const last = (kind: string) =>
      stream.told.findLast(({ stream: name }) => name === `${kind}.${SYMBOL}`)?.data;
    expect(last('ticker')).toMatchObject({ e: 'ticker', c: '160' });
    expect(last('markPrice')).toMatchObject({ p: '160', i: '160' });
    expect(last('bookTicker')).toMatchObject({ b: '159.99', a: '160.01' });
    expect(last('kline.1m')).toMatchObject({ c: '160', X: false });
    expect(last('depth')).toMatchObject({ e: 'depth' });
  });

  test('changes of the book follow a snapshot without a gap', async () => {
    await stream.subscribe([`depth.${SYMBOL}`]);
    venue.world.moveTo(SYMBOL, '150.03');
    const { json } = await client.open(`/api/v1/depth?symbol=${SYMBOL}&limit=100`);
    const snapshot = json as { asks: Level[]; bids: Level[]; lastUpdateId: string };
    venue.world.moveTo(SYMBOL, '150.07');
    venue.world.moveTo(SYMBOL, '150.01');
    const after = await client.open(`/api/v1/depth?symbol=${SYMBOL}&limit=100`);
    const now = after.json as typeof snapshot;
    await venue.settled();
    const asks = new Map(snapshot.asks);
    const bids = new Map(snapshot.bids);
    let id = Number(snapshot.lastUpdateId);
    for (const { data } of stream.told) {
      const isNews = Number(data?.['u']) > id && Number(data?.['u']) <= Number(now.lastUpdateId);
      if (!isNews) continue;
      expect(data?.['U']).toBe(id + 1);
      id = Number(data?.['u']);
      for (const [price, size] of data?.['a'] as Level[]) put(asks, price, size);
      for (const [price, size] of data?.['b'] as Level[]) put(bids, price, size);
    }
    expect(now.lastUpdateId).toBe(String(id));
    expect([...asks].sort()).toEqual(now.asks.sort());
    expect([...bids].sort()).toEqual(now.bids.sort());
  });

  test('an unknown stream and a wrong signature are told as errors', async () => {
    await stream.subscribe(['ticker.NONE']);
    await stream.subscribe(['weather']);
    await stream.subscribe(['account.orderUpdate'], { signature: 'AAAA' });
    await stream.send('no json');
    expect(stream.told.map(({ error: each }) => each?.message)).toEqual(
      ['Invalid stream', 'Invalid stream', 'Invalid signature', 'Invalid request'],
    );
    expect(stream.told[0]?.error?.code).toBe(4006);
  });

  test('what is unsubscribed is not told, what is another\'s neither', async () => {
    const other = await new BackpackClient(venue, 'other').stream();
    await other.subscribe(['account.orderUpdate']);
    await stream.subscribe(['account.orderUpdate']);
    const params = ['account.orderUpdate'];
    await stream.send(JSON.stringify({ method: 'UNSUBSCRIBE', params }));
    await client.order();
    await venue.settled();
    expect([stream.told, other.told]).toEqual([[], []]);
    other.close();
  });
});

type Level = [string, string];

const STOP = { orderType: 'Market', postOnly: false, price: undefined, triggerQuantity: '1' };

function put(side: Map<string, string>, price: string, size: string): void {
  if (size === '0') side.delete(price);
  else side.set(price, size);
}

async function fills(params: object = {}): Promise<Record<string, unknown>[]> {
  const got = await client.get('fillHistoryQueryAll', `${HISTORY}/fills`, { ...params });
  return got.json as Record<string, unknown>[];
}
