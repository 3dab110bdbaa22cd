/** What Backpack answers, read: every route from a recorded answer that its document allows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backpack } from '../../../src/exchange/backpack/index.ts';
import { orderUpdateOf } from '../../../src/exchange/backpack/parse.ts';
import { Answer, parseExactJson } from '../../../src/exchange/wire/json.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { ROOT } from '../../source-tree.ts';
import { SYMBOL } from './account.ts';
import { CANCELLED, CROSSED, FILLED, MARKET, PART_FILLED, RESTING, ROUTES } from './answers.ts';
import { recordedVenue } from './recorded-venue.ts';
import type { Recorded } from './recorded-venue.ts';

const OPENAPI = join(ROOT, '../shared/exchanges/backpack-openapi.json');

describe('recorded answers', () => {
  const absent = existsSync(OPENAPI) ? false : 'the OpenAPI document is not beside the repository';
  test.skipIf(absent !== false)('are what the OpenAPI document allows', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(JSON.parse(readFileSync(OPENAPI, 'utf8')) as object, 'api');
    for (const [route, { body, schema, list }] of Object.entries(ROUTES)) {
      if (schema === undefined) continue;
      const one = { $ref: `api#/components/schemas/${schema}` };
      const check = ajv.compile(list === true ? { type: 'array', items: one } : one);
      check(body);
      expect(check.errors, route).toBeNull();
    }
  });
});

describe('questions', () => {
  let recorded: Recorded;
  beforeEach(async () => {
    recorded = await recordedVenue();
  });
  afterEach(() => recorded.close());

  test('the market, with the fees and the leverage of the account', async () => {
    expect(await recorded.venue.market()).toEqual({
      ...{ symbol: SYMBOL, base: 'SOL', quote: 'USDC', tick: '0.01', lot: '0.01' },
      ...{ min_quantity: '0.05', min_notional: '0', max_orders: 1000, max_leverage: '20' },
      ...{ maker_fee: '-0.00005', taker_fee: '0.00045' },
      maintenance: { kind: 'sqrt', base: '0.0125', factor: '0.000025' },
    });
  });

  test('a market that is spot, closed or unusable is refused by name', async () => {
    const refuse = async (more: object) => {
      recorded.answer('GET /api/v1/market', { body: { ...MARKET, ...more } });
      return recorded.venue.market();
    };
    const symbol = { kind: 'refused', because: 'symbol' };
    await expect(refuse({ marketType: 'SPOT' })).rejects.toMatchObject(symbol);
    await expect(refuse({ orderBookState: 'Closed' })).rejects.toMatchObject(symbol);
    const odd = { mmfFunction: { type: 'sqrt', base: '1.5', factor: '0' } };
    await expect(refuse(odd)).rejects.toMatchObject({ because: 'answer' });
  });

  test('price, position, balance, account', async () => {
    const { venue } = recorded;
    const { at_ms, ...price } = await venue.price();
    expect(price).toEqual({ last: '150.25', mark: '150.2134' });
    expect(Math.abs(at_ms - Date.now())).toBeLessThan(5000);
    expect(await venue.position()).toEqual({
      ...{ size: '-1.5', entry_price: '150', liquidation_price: null },
    });
    expect(await venue.balance()).toEqual({ cash: '10016', equity: '10012.345678' });
    expect(await venue.account()).toEqual({
      ...{ account_id: expect.stringMatching(/^key-[0-9a-f]{16}$/), maker_fee: '-0.00005' },
      ...{ taker_fee: '0.00045', leverage: '20', position_mode: 'one_way', can_trade: null },
    });
  });

  test('a market that the venue knows nothing of is no symbol', async () => {
    recorded.answer('GET /api/v1/ticker', { status: 204, text: '' });
    await expect(recorded.venue.price()).rejects.toMatchObject({ because: 'symbol' });
  });

  test('no position is flat, whether the list is empty or there is none', async () => {
    const flat = { size: '0', entry_price: null, liquidation_price: null };
    recorded.answer('GET /api/v1/position', { body: [] });
    expect(await recorded.venue.position()).toEqual(flat);
    const none = { code: 'RESOURCE_NOT_FOUND', message: 'No position' };
    recorded.answer('GET /api/v1/position', { status: 404, body: none });
    expect(await recorded.venue.position()).toEqual(flat);
    recorded.answer('GET /api/v1/position', { status: 404, text: '<html>lost</html>' });
    await expect(recorded.venue.position()).rejects.toMatchObject({ because: 'answer' });
  });

  test('what rests, oldest first, stops among it', async () => {
    const open = await recorded.venue.openOrders();
    expect(open.map(({ venue_order_id }) => venue_order_id.slice(-1))).toEqual(['1', '2', '3', '4']);
    expect(open[0]).toEqual({
      ...{ client_id: '4294967295', venue_order_id: RESTING.id, side: 'buy', price: '140.5' },
      ...{ size: '2.5', filled: '0', status: 'open', reduce_only: false, at_ms: 1_772_366_400_123 },
    });
    expect(open[1]).toMatchObject({ filled: '0.5', status: 'open', reduce_only: true });
    expect(open[2]).toMatchObject({ price: null, size: '1.5', status: 'open', reduce_only: true });
    expect(open[3]).toMatchObject({ price: null, size: '0' });
  });

  test('fills oldest first, rebates below zero, the venue\'s own among them', async () => {
    const fills = await recorded.venue.fillsSince(0);
    expect(fills.map(({ trade_id }) => trade_id)).toEqual([
      ...['9007199254740000', '42', '900-1772366406000'],
    ]);
    expect(fills[0]).toEqual({
      ...{ trade_id: '9007199254740000', client_id: '16', venue_order_id: FILLED.id, side: 'buy' },
      ...{ price: '150', size: '1', fee: '0.075', maker: false, at_ms: 1_772_366_340_251 },
    });
    expect(fills[1]).toMatchObject({ fee: '-0.00755', side: 'sell', maker: true });
    expect(fills[2]).toMatchObject({ client_id: '', size: '3' });
    const later = await recorded.venue.fillsSince(1_772_366_405_100);
    expect(later.map(({ trade_id }) => trade_id)).toEqual(['42', '900-1772366406000']);
  });

  test('a fee in the base asset is one in quote, in any other no answer', async () => {
    const [fill] = ROUTES['GET /wapi/v1/history/fills']?.body as object[];
    const route = 'GET /wapi/v1/history/fills';
    recorded.answer(route, { body: [{ ...fill, fee: '0.001', feeSymbol: 'SOL' }] });
    expect(await recorded.venue.fillsSince(0)).toMatchObject([{ fee: '0.15' }]);
    recorded.answer(route, { body: [{ ...fill, feeSymbol: 'BP' }] });
    await expect(recorded.venue.fillsSince(0)).rejects.toMatchObject({ because: 'answer' });
  });

  test('funding oldest first, received above zero, from its stamp on', async () => {
    expect(await recorded.venue.fundingSince(0)).toEqual([
      { funding_id: `${SYMBOL}-1772362800000`, amount: '0.001', at_ms: 1_772_362_800_000 },
      { funding_id: `${SYMBOL}-1772366400000`, amount: '-0.00281', at_ms: 1_772_366_400_000 },
    ]);
    expect(await recorded.venue.fundingSince(1_772_366_400_000)).toHaveLength(1);
    expect(await recorded.venue.fundingSince(1_772_366_400_001)).toEqual([]);
  });

  test('public data: open perpetuals, tickers of them, candles without holes', async () => {
    const data = backpack.openData({
      ...{ rest_url: recorded.server.url, ws_url: '', proxy: null, connect_timeout_ms: 2000 },
      ...{ read_timeout_ms: 2000, clock: systemClock, trace: () => undefined },
    });
    const [market, ...more] = await data.markets();
    expect(market).toMatchObject({ symbol: SYMBOL, maker_fee: '0.0002', max_leverage: '50' });
    expect(more).toEqual([]);
    expect(await data.tickers()).toEqual([
      {
        ...{ symbol: SYMBOL, last: '150.25', high: '152', low: '147.5', change: '0.015203' },
        quote_volume: '18030075.1',
      },
    ]);
    const from = 1_772_366_400_000;
    expect(await data.candles(SYMBOL, '1m', from, from + 120_000)).toEqual([
      {
        ...{ at_ms: from, open: '150', high: '151', low: '149', close: '150.5' },
        volume: '1200.5',
      },
    ]);
    expect(recorded.asked().at(-1)).toContain('startTime=1772366400&');
    expect((await data.price(SYMBOL)).last).toBe('150.25');
    expect(Math.abs((await data.serverTime()) - Date.now())).toBeLessThan(5000);
    data.close();
  });
});

describe('past orders', () => {
  let recorded: Recorded;
  beforeEach(async () => {
    // The recorded past is looked at from its own present.
    const offset = 1_772_366_460_000 - Date.now();
    recorded = await recordedVenue();
    recorded.answer('GET /api/v1/time', () => ({ body: Date.now() + offset }));
  });
  afterEach(() => recorded.close());

  test('history and book are one listing; refused is told from cancelled', async () => {
    const history = await recorded.venue.orderHistory(0);
    expect(history.map(({ client_id, status }) => [client_id, status])).toEqual([
      ...[['14', 'cancelled'], ['15', 'rejected'], ['16', 'filled'], ['4294967295', 'open']],
      ...[['17', 'open'], ['18', 'open'], ['18', 'open']],
    ]);
    expect(history[1]?.reason).toBe('post_only_would_cross');
    expect(history[0]).not.toHaveProperty('reason');
    expect(history[2]).toMatchObject({ price: null, filled: '1', at_ms: 1_772_366_340_250 });
  });

  test('since a moment: what was made, and older ones that traded since', async () => {
    const since = 1_772_366_340_251;
    const history = await recorded.venue.orderHistory(since);
    expect(history.map(({ client_id }) => client_id)).toEqual(['16', '4294967295', '17', '18', '18']);
  });

  test('by client id: resting, past, unknown; the past is paged through once', async () => {
    const { venue } = recorded;
    expect(await venue.orderByClientId('4294967295')).toMatchObject({ status: 'open' });
    const none = { code: 'RESOURCE_NOT_FOUND', message: 'Order not found' };
    recorded.answer('GET /api/v1/order', { status: 404, body: none });
    expect(await venue.orderByClientId('14')).toMatchObject({ venue_order_id: CANCELLED.id });
    expect(await venue.orderByClientId('15')).toMatchObject({ venue_order_id: CROSSED.id });
    expect(await venue.orderByClientId('99')).toBeNull();
    expect(await venue.orderByClientId('no number')).toBeNull();
    const scans = recorded.asked().filter((line) => line.includes('history/orders?limit'));
    expect(scans).toHaveLength(2);
  });

  test('pages to the end, and meets no row twice', async () => {
    const rows = Array.from({ length: 2300 }, (_, k) => ({
      ...{ ...FILLED, id: String(500_000 + k), clientId: 1000 + k },
      createdAt: new Date(1_772_366_000_000 + k).toISOString().slice(0, -1),
    }));
    const page = (query: URLSearchParams, all: readonly object[]) => {
      const offset = Number(query.get('offset'));
      return { body: all.slice(offset, offset + Number(query.get('limit'))) };
    };
    recorded.answer('GET /wapi/v1/history/orders', (query) => page(query, [...rows].reverse()));
    recorded.answer('GET /api/v1/orders', { body: [] });
    const fills = rows.map(({ id, createdAt }, k) => ({
      ...{ fee: '0', feeSymbol: 'USDC', isMaker: true, orderId: id, clientId: '5', price: '1' },
      ...{ quantity: '1', side: 'Bid', symbol: SYMBOL, tradeId: k + 1, timestamp: createdAt },
    }));
    recorded.answer('GET /wapi/v1/history/fills', (query) => page(query, fills));
    expect(await recorded.venue.fillsSince(0)).toHaveLength(2300);
    const history = await recorded.venue.orderHistory(0);
    expect(history.map(({ venue_order_id }) => venue_order_id)).toEqual(rows.map(({ id }) => id));
  });

  test('a fill without a client id gets that of its order', async () => {
    const fills = ROUTES['GET /wapi/v1/history/fills']?.body as { clientId?: string }[];
    const bare = fills.map(({ clientId: _, ...fill }) => fill);
    recorded.answer('GET /wapi/v1/history/fills', { body: bare });
    const found = await recorded.venue.fillsSince(0);
    expect(found.map(({ client_id }) => client_id)).toEqual(['16', '', '']);
    await recorded.venue.openOrders();
    const again = await recorded.venue.fillsSince(0);
    expect(again.map(({ client_id }) => client_id)).toEqual(['16', '17', '']);
  });
});

describe('messages of the stream', () => {
  const assets = { base: 'SOL', quote: 'USDC' };
  const update = (text: string) => orderUpdateOf(new Answer(parseExactJson(text), 'stream'), assets);

  test('an execution is a fill by its last size, an order by all of it', () => {
    const text =
      '{"e":"orderFill","E":1772366405100456,"s":"SOL_USDC_PERP","c":17,"S":"Ask","o":"LIMIT",' +
      '"f":"GTC","q":"2","p":"151","X":"PartiallyFilled","i":"114000000000000002",' +
      '"t":9007199254740993,"l":"0.2","z":"0.6","Z":"90.6","L":"151","m":true,"n":"-0.00302",' +
      '"N":"USDC","V":"RejectTaker","T":"1772366405100123","O":"USER","r":true,"y":true}';
    const { order, fill, event } = update(text);
    expect(event).toBe('orderFill');
    expect(fill).toEqual({
      ...{ trade_id: '9007199254740993', client_id: '17', venue_order_id: PART_FILLED.id },
      ...{ side: 'sell', price: '151', size: '0.2', fee: '-0.00302', maker: true },
      at_ms: 1_772_366_405_100,
    });
    expect(order).toMatchObject({ filled: '0.6', size: '2', status: 'open', reduce_only: true });
  });

  test('an order at market, a stop, an end by the venue', () => {
    const common = { E: 1, T: 1_772_366_405_100_123, s: SYMBOL, S: 'Bid', i: '5', z: '0', Z: '0' };
    const tell = (more: object) => update(JSON.stringify({ ...common, ...more }));
    const market = tell({ e: 'orderAccepted', o: 'MARKET', q: '1', X: 'New', c: null });
    expect(market.order).toMatchObject({ price: null, size: '1', client_id: '', side: 'buy' });
    const stop = tell({
      ...{ e: 'triggerPlaced', o: 'MARKET', Y: '1.5', P: '120', X: 'TriggerPending', c: 9 },
    });
    expect(stop.order).toMatchObject({ price: null, size: '1.5', status: 'open' });
    const end = tell({ e: 'orderExpired', o: 'LIMIT', p: '9', q: '1', X: 'Expired', R: 'Liquidation' });
    expect(end.order).toMatchObject({ status: 'cancelled', price: '9' });
    const refused = tell({
      ...{ e: 'orderExpired', o: 'LIMIT', p: '9', q: '1', X: 'Expired', R: 'PostOnlyTaker' },
    });
    const why = { status: 'rejected', reason: 'post_only_would_cross' };
    expect(refused.order).toMatchObject(why);
    expect(refused.fill).toBeNull();
  });
});
