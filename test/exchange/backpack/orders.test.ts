/** What becomes of orders and cancels, by what the venue answers: refused, gone, or not known. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BudgetHeld } from '../../../src/exchange/port.ts';
import type { OrderRequest, TriggerRequest } from '../../../src/exchange/port.ts';
import { deadPort } from '../wire/loopback.ts';
import { KEYS, openAt } from './account.ts';
import { RESTING, WAITING_STOP } from './answers.ts';
import { recordedVenue } from './recorded-venue.ts';
import type { Bent, Recorded } from './recorded-venue.ts';

let recorded: Recorded;
beforeEach(async () => {
  recorded = await recordedVenue({ read_timeout_ms: 400 });
});
afterEach(() => recorded.close());

function order(more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ client_id: '4294967295', side: 'buy', price: '140.5', size: '2.5' },
    ...{ post_only: true, reduce_only: false, ...more },
  };
}

const POST = 'POST /api/v1/order';
const DELETE = 'DELETE /api/v1/order';
const GET = 'GET /api/v1/order';
const PAGE = { text: '<html><title>Attention</title></html>' };

function error(status: number, code: string, message = ''): Bent {
  return { status, body: { code, message } };
}

describe('a submit', () => {
  test('is accepted under the id of the venue', async () => {
    expect(await recorded.venue.submit(order())).toEqual({
      ...{ status: 'accepted', venue_order_id: RESTING.id },
    });
    expect(recorded.asked()).toEqual([
      'POST /api/v1/order {"clientId":4294967295,"orderType":"Limit","postOnly":true,' +
        '"price":"140.5","quantity":"2.5","side":"Bid","symbol":"SOL_USDC_PERP"}',
    ]);
  });

  const refusals: readonly (readonly [string, Bent, Partial<OrderRequest>, string])[] = [
    ['post-only expired at once', { body: { ...RESTING, status: 'Expired' } }, {},
      'post_only_would_cross'],
    ['post-only expired with its reason',
      { body: { ...RESTING, status: 'Expired', expiryReason: 'PostOnlyTaker' } }, {},
      'post_only_would_cross'],
    ['post-only refused', error(400, 'INVALID_ORDER', 'Order would immediately match and take'),
      {}, 'post_only_would_cross'],
    ['market without margin',
      { body: { ...RESTING, status: 'Expired', expiryReason: 'InsufficientMargin' } }, {},
      'insufficient_margin'],
    ['margin', error(400, 'INSUFFICIENT_MARGIN', 'x'), {}, 'insufficient_margin'],
    ['off the tick', error(400, 'INVALID_PRICE', 'x'), { price: '140.505' }, 'price_not_on_tick'],
    ['far away', error(400, 'INVALID_PRICE', 'Price is too far from the last active price'), {},
      'price_out_of_bounds'],
    ['too small', error(400, 'INVALID_QUANTITY', 'x'), { size: '0.04' }, 'below_min_quantity'],
    ['too fine', error(400, 'INVALID_CLIENT_REQUEST', 'Quantity decimal too long'),
      { size: '1.005' }, 'size_not_on_lot'],
    ['reduce-only', error(400, 'INVALID_ORDER', 'Reduce only order not reduced'), {},
      'reduce_only_would_increase'],
    ['used id', error(400, 'INVALID_ORDER', 'Duplicate clientId'), {}, 'duplicate_client_id'],
    ['many orders', error(400, 'ORDER_LIMIT', 'x'), {}, 'max_orders'],
    ['large position', error(400, 'POSITION_LIMIT', 'x'), {}, 'max_position'],
    ['wrong key', error(401, 'UNAUTHORIZED', 'x'), {}, 'permission'],
    ['bad signature', error(400, 'INVALID_CLIENT_REQUEST', 'Invalid signature'), {}, 'permission'],
    ['maintenance', error(503, 'MAINTENANCE', 'back soon'), {}, 'maintenance'],
    ['late', error(400, 'INVALID_CLIENT_REQUEST', 'Request has expired'), {}, 'wrong_time'],
    ['closed', error(400, 'INVALID_MARKET', 'x'), {}, 'symbol_closed'],
    ['anything else', error(400, 'ACCOUNT_LIQUIDATING', 'x'), {}, 'other'],
  ];
  test.each(refusals)('refused: %s', async (_, bent, more, reason) => {
    await recorded.venue.market();
    recorded.answer(POST, bent);
    expect(await recorded.venue.submit(order(more))).toMatchObject({ status: 'rejected', reason });
  });

  const silences: readonly (readonly [string, Bent | null])[] = [
    ['a broken connection', null],
    ['500 with words', error(500, 'SERVER_ERROR', 'Internal error')],
    ['500 without JSON', { status: 500, text: 'oops' }],
    ['a timeout of the venue', error(400, 'TIMEOUT', 'x')],
    ['502 of who stands before it', { status: 502, ...PAGE }],
    ['503 page', { status: 503, ...PAGE }],
    ['503 other', error(503, 'SERVER_ERROR', 'x')],
    ['403 page', { status: 403, ...PAGE }],
    ['an answer cut short', { text: '{"id":"1140000' }],
    ['an answer without an id', { body: { ...RESTING, id: undefined } }],
    ['an answer of another order', { body: { ...RESTING, clientId: 5 } }],
    ['a status nobody documents', { body: { ...RESTING, status: 'Parked' } }],
    ['nothing', { text: '' }],
  ];
  test.each(silences)('not known: %s', async (_, bent) => {
    recorded.answer(POST, bent);
    expect(await recorded.venue.submit(order())).toMatchObject({ status: 'unknown' });
  });

  test('not known: no answer in time, no way there', async () => {
    const slow = await recordedVenue({ read_timeout_ms: 80 });
    await slow.venue.balance();
    slow.server.close().catch(() => undefined);
    expect(await slow.venue.submit(order())).toMatchObject({ status: 'unknown' });
    await slow.venue.close();
    const nowhere = openAt(`http://127.0.0.1:${await deadPort()}`);
    const outcome = await nowhere.submit(order());
    expect(outcome).toMatchObject({ status: 'unknown' });
    expect(JSON.stringify(outcome)).toContain('nothing was sent');
    await expect(nowhere.balance()).rejects.toMatchObject({ because: 'connection' });
  });

  test('refused for the rate, all are quiet as long as the venue wants', async () => {
    recorded.answer(POST, { ...error(429, 'TOO_MANY_REQUESTS', 'x'), headers: { 'retry-after': '2' } });
    expect(await recorded.venue.submit(order())).toMatchObject({
      ...{ status: 'rejected', reason: 'rate_limited', retry_after_ms: 2000 },
    });
    const asked = recorded.asked().length;
    const held = { status: 'rejected', reason: 'rate_limited' };
    expect(await recorded.venue.submit(order())).toMatchObject(held);
    expect(await recorded.venue.cancel('1')).toMatchObject(held);
    const stop = { client_id: '2', side: 'sell', trigger_price: '90', size: '1' } as const;
    expect(await recorded.venue.submitTrigger({ ...stop, trigger_by: 'last' })).toMatchObject(held);
    await expect(recorded.venue.balance()).rejects.toMatchObject({ kind: 'rate_limited' });
    expect(recorded.asked()).toHaveLength(asked);
  });

  test('429 page is a refusal too', async () => {
    recorded.answer(POST, { status: 429, ...PAGE });
    expect(await recorded.venue.submit(order())).toMatchObject({ reason: 'rate_limited' });
  });

  test('what the venue could not read is refused here, and not sent', async () => {
    const { venue } = recorded;
    const bad = ['', '-1', '4294967296', '007', '1.5', 'text'];
    for (const client_id of bad) {
      const outcome = await venue.submit(order({ client_id }));
      expect(outcome, client_id).toMatchObject({ reason: 'bad_client_id' });
    }
    const market = order({ price: null });
    expect(await venue.submit(market)).toMatchObject({ reason: 'post_only_without_price' });
    expect(await venue.submit(order({ size: 'NaN' }))).toMatchObject({ status: 'rejected' });
    expect(await venue.submit(order({ price: '1e3' }))).toMatchObject({ status: 'rejected' });
    expect(recorded.asked()).toEqual([]);
  });

  test('an order at market that traded in part and expired is accepted', async () => {
    const body = { ...RESTING, orderType: 'Market', status: 'Expired', executedQuantity: '1' };
    recorded.answer(POST, { body });
    const market = order({ price: null, post_only: false });
    expect(await recorded.venue.submit(market)).toMatchObject({ status: 'accepted' });
  });
});

describe('a batch', () => {
  const POSTS = 'POST /api/v1/orders';

  test('has an outcome for each, whatever became of the others', async () => {
    const orders = [order(), order({ client_id: '2' }), order({ client_id: '17' })];
    expect(await recorded.venue.submitBatch(orders)).toMatchObject([
      { status: 'accepted', venue_order_id: RESTING.id },
      { status: 'rejected', reason: 'post_only_would_cross' },
      { status: 'accepted' },
    ]);
  });

  test('one that cannot be read is refused here, the others go', async () => {
    recorded.answer(POSTS, { body: [{ operation: 'Ok', ...RESTING }] });
    const outcomes = await recorded.venue.submitBatch([order({ client_id: 'x' }), order()]);
    expect(outcomes).toMatchObject([{ reason: 'bad_client_id' }, { status: 'accepted' }]);
  });

  test('what is not answered, or out of order, is not known', async () => {
    const other = { operation: 'Ok', ...RESTING, clientId: 8 };
    recorded.answer(POSTS, { body: [other] });
    const outcomes = await recorded.venue.submitBatch([order(), order({ client_id: '2' })]);
    expect(outcomes).toMatchObject([{ status: 'unknown' }, { status: 'unknown' }]);
    const lost = [{ operation: 'Err', code: 'SERVER_ERROR', message: 'x' }];
    recorded.answer(POSTS, { body: lost });
    expect(await recorded.venue.submitBatch([order()])).toMatchObject([{ status: 'unknown' }]);
  });

  test('refused or silent as a whole is so for each', async () => {
    const two = [order(), order({ client_id: '2' })];
    recorded.answer(POSTS, error(400, 'INVALID_CLIENT_REQUEST', 'x'));
    expect(await recorded.venue.submitBatch(two)).toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    recorded.answer(POSTS, { status: 504, ...PAGE });
    expect(await recorded.venue.submitBatch(two)).toMatchObject([
      { status: 'unknown' },
      { status: 'unknown' },
    ]);
  });
});

describe('a cancel', () => {
  test('by client id; by the id of the venue once that is known', async () => {
    expect(await recorded.venue.cancel('4294967295')).toEqual({ status: 'cancelled' });
    expect(recorded.asked().at(-1)).toContain('{"symbol":"SOL_USDC_PERP","clientId":4294967295}');
    await recorded.venue.openOrders();
    await recorded.venue.cancel('4294967295');
    expect(recorded.asked().at(-1)).toContain(`"orderId":"${RESTING.id}"`);
  });

  test('gone: the venue does not have it, or it was filled', async () => {
    recorded.answer(DELETE, error(400, 'RESOURCE_NOT_FOUND', 'Order not found'));
    expect(await recorded.venue.cancel('5')).toEqual({ status: 'gone' });
    recorded.answer(DELETE, error(404, 'INVALID_ORDER', 'x'));
    expect(await recorded.venue.cancel('5')).toEqual({ status: 'gone' });
    recorded.answer(DELETE, { body: { ...RESTING, status: 'Filled' } });
    expect(await recorded.venue.cancel('4294967295')).toEqual({ status: 'gone' });
    expect(await recorded.venue.cancel('no number')).toEqual({ status: 'gone' });
  });

  test('taken note of (202) is looked up until it rests no more', async () => {
    recorded.answer(DELETE, { status: 202, text: '' });
    recorded.answer(GET, (_, nth) =>
      nth === 0 ? { body: RESTING } : error(404, 'RESOURCE_NOT_FOUND', 'x'),
    );
    expect(await recorded.venue.cancel('4294967295')).toEqual({ status: 'gone' });
    recorded.answer(GET, { body: RESTING });
    expect(await recorded.venue.cancel('4294967295')).toMatchObject({ status: 'unknown' });
    recorded.answer(GET, { status: 500, ...PAGE });
    expect(await recorded.venue.cancel('4294967295')).toMatchObject({ status: 'unknown' });
  });

  test('refused or without an answer is told so', async () => {
    recorded.answer(DELETE, error(503, 'MAINTENANCE', 'x'));
    expect(await recorded.venue.cancel('5')).toMatchObject({ reason: 'maintenance' });
    const other = { ...RESTING, status: 'Cancelled', clientId: 6 };
    for (const bent of [null, { status: 500, ...PAGE }, { text: '{' }, { body: other }]) {
      recorded.answer(DELETE, bent);
      expect(await recorded.venue.cancel('5')).toMatchObject({ status: 'unknown' });
    }
  });

  test('many go beside each other, one by one: never all that rests', async () => {
    recorded.answer(DELETE, (_, nth) => {
      return nth === 3 ? error(400, 'RESOURCE_NOT_FOUND', 'x') : { body: cancelled };
    });
    const cancelled = { ...RESTING, status: 'Cancelled', clientId: 7 };
    const outcomes = await recorded.venue.cancelBatch(Array.from({ length: 10 }, () => '7'));
    const statuses = outcomes.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(9);
    expect(statuses.filter((status) => status === 'gone')).toHaveLength(1);
    expect(recorded.asked().filter((line) => line.startsWith('DELETE /api/v1/order '))).toHaveLength(10);
    expect(recorded.asked().filter((line) => line.startsWith('DELETE /api/v1/orders'))).toEqual([]);
  });
});

describe('a stop', () => {
  const base = { side: 'sell', trigger_by: 'mark' } as const;
  const stop: TriggerRequest = { ...base, client_id: '18', trigger_price: '120', size: '1.5' };

  test('waits as a reduce-only order at market', async () => {
    recorded.answer(POST, { body: WAITING_STOP });
    expect(await recorded.venue.submitTrigger(stop)).toMatchObject({ status: 'accepted' });
    expect(recorded.asked().at(-1)).toBe(
      'POST /api/v1/order {"clientId":18,"orderType":"Market","reduceOnly":true,"side":"Ask",' +
        '"symbol":"SOL_USDC_PERP","triggerBy":"MarkPrice","triggerPrice":"120",' +
        '"triggerQuantity":"1.5"}',
    );
  });

  test('that would fire at once is not sent', async () => {
    for (const [side, trigger_price] of [['sell', '150.2134'], ['buy', '150']] as const) {
      const outcome = await recorded.venue.submitTrigger({ ...stop, side, trigger_price });
      expect(outcome).toMatchObject({ status: 'rejected', reason: 'other' });
    }
    expect(recorded.asked().filter((line) => line.startsWith('POST'))).toEqual([]);
    recorded.answer('GET /api/v1/ticker', { status: 500, ...PAGE });
    expect(await recorded.venue.submitTrigger(stop)).toMatchObject({ status: 'unknown' });
  });
});

describe('the venue itself', () => {
  test('refuses what it cannot do, counts what it sends, takes a share', async () => {
    const { venue } = recorded;
    const lacks = { kind: 'refused', because: 'capability' };
    await expect(venue.setLeverage(5)).rejects.toMatchObject(lacks);
    await expect(venue.windDeadMan(1000)).rejects.toMatchObject(lacks);
    expect(venue.usage()).toEqual({ used: 0, allowed: 2000 });
    await venue.balance();
    venue.grant(1 / 32);
    expect(venue.usage()).toEqual({ used: 2, allowed: 62 });
    const [asked, ...held] = await Promise.allSettled(
      Array.from({ length: 40 }, () => venue.balance()),
    );
    expect(asked?.status).toBe('fulfilled');
    expect(held.at(-1)).toMatchObject({ reason: { kind: 'rate_limited', because: 'rate' } });
  });

  test('questions leave the rest of a share to cancels and to what only closes', async () => {
    const { venue } = recorded;
    venue.grant(1 / 32);
    const asked = Array.from({ length: 40 }, () => venue.balance());
    await Promise.allSettled(asked);
    expect(await venue.submit(order())).toMatchObject({ reason: 'rate_limited' });
    const close = order({ price: null, post_only: false, reduce_only: true });
    expect(await venue.submit(close)).not.toMatchObject({ reason: 'rate_limited' });
    await venue.cancel('4294967295');
    const sent = recorded.asked().filter((line) => /^(POST|DELETE)/.test(line));
    expect(sent.map((line) => line.split(' ')[0])).toEqual(['POST', 'DELETE']);
  });

  test('a price and the rules are asked for whole or not at all', async () => {
    const { venue } = recorded;
    await venue.balance();
    venue.grant(1 / 100);
    for (let n = 0; n < 3; n += 1) await venue.balance();
    // There is room for one question, and for no two.
    await expect(venue.price()).rejects.toBeInstanceOf(BudgetHeld);
    await expect(venue.market()).rejects.toBeInstanceOf(BudgetHeld);
    await venue.balance();
    const lines = recorded.asked().join();
    expect(lines).not.toMatch(/ticker|markPrices|api\/v1\/market/);
  });

  test.each([-30_000, 30_000])('signs by the time of the venue, off by %d ms', async (skew) => {
    recorded.answer('GET /api/v1/time', () => ({ body: Date.now() + skew }));
    await recorded.venue.balance();
    await recorded.venue.submit(order());
    for (const { url, headers } of recorded.server.seen) {
      if (url === '/api/v1/time') continue;
      const signed = Number(headers['x-timestamp']);
      expect(Math.abs(signed - Date.now() - skew)).toBeLessThan(4000);
      expect(headers['x-window']).toBe('5000');
    }
  });

  test('a question refused for its time is asked once more by a new measurement', async () => {
    const expired = error(400, 'INVALID_CLIENT_REQUEST', 'Request has expired');
    const route = 'GET /api/v1/capital/collateral';
    let skew = 60_000;
    recorded.answer('GET /api/v1/time', () => ({ body: Date.now() + skew }));
    recorded.answer('GET /api/v1/position', { body: [] });
    await recorded.venue.position();
    skew = 0;
    const before = recorded.server.seen.length;
    recorded.answer(route, () => expired);
    await expect(recorded.venue.balance()).rejects.toMatchObject({ because: 'clock' });
    const urls = recorded.server.seen.slice(before).map(({ url }) => url);
    expect(urls).toEqual([...['/api/v1/capital/collateral', '/api/v1/time'], urls[0]]);
    expect(recorded.server.seen.at(-1)?.headers['x-timestamp']).not.toBeUndefined();
  });

  const faults: readonly (readonly [Bent, string, string])[] = [
    [error(401, 'UNAUTHORIZED', 'x'), 'refused', 'key'],
    [error(400, 'INVALID_CLIENT_REQUEST', 'Invalid signature'), 'refused', 'key'],
    [error(403, 'FORBIDDEN', 'x'), 'refused', 'permission'],
    [error(400, 'INVALID_CLIENT_REQUEST', 'IP not whitelisted'), 'refused', 'address'],
    [error(400, 'INVALID_SYMBOL', 'x'), 'refused', 'symbol'],
    [error(503, 'MAINTENANCE', 'x'), 'maintenance', 'maintenance'],
    [{ status: 403, ...PAGE }, 'unreachable', 'blocked'],
    [{ status: 500, text: 'oops' }, 'unreachable', 'other'],
    [error(500, 'SERVER_ERROR', 'x'), 'unreachable', 'other'],
    [error(418, 'TOO_MANY_REQUESTS', 'x'), 'rate_limited', 'rate'],
  ];
  test.each(faults)('names what stood in the way: %o', async (bent, kind, because) => {
    recorded.answer('GET /api/v1/capital/collateral', bent);
    await expect(recorded.venue.balance()).rejects.toMatchObject({ kind, because });
  });

  test('keys, secrets and signatures stand in no trace and in no message', async () => {
    const traced: string[] = [];
    const talkative = await recordedVenue({ trace: (line) => void traced.push(line) });
    const { venue, server } = talkative;
    await venue.submit(order());
    const [, sent] = server.seen;
    const signature = String(sent?.headers['x-signature']);
    talkative.answer('GET /api/v1/capital/collateral', {
      ...error(400, 'INVALID_CLIENT_REQUEST', `key ${KEYS.api_key} signature=${signature} is bad`),
    });
    const messages = await venue.balance().catch((fault: unknown) => String(fault));
    expect(messages).toContain('***');
    await venue.market();
    expect(traced.length).toBeGreaterThan(4);
    for (const secret of [KEYS.api_key, KEYS.secret_key, signature]) {
      expect(`${traced.join('\n')}${String(messages)}`).not.toContain(secret);
    }
    await talkative.close();
  });
});
