/** What becomes of orders and questions when Aster refuses, fails, is silent or says nonsense. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BudgetHeld, VenueFault } from '../../../src/exchange/port.ts';
import type { CancelOutcome, SubmitOutcome, Venue } from '../../../src/exchange/port.ts';
import { order } from './everything.ts';
import * as recorded from './recorded.ts';
import { OLDER, scriptedAster } from './scripted-aster.ts';
import type { Reply, ScriptedAster } from './scripted-aster.ts';

let aster: ScriptedAster;
let venue: Venue;
beforeEach(async () => {
  aster = await scriptedAster();
  venue = aster.open(OLDER);
  await venue.market();
});
afterEach(async () => {
  await venue.close();
  await aster.close();
});

const refusal = (code: number, msg = 'words', status = 400): Reply => {
  return { status, body: { code, msg } };
};
const STOP = { client_id: 'g1-7', side: 'sell', trigger_price: '120', size: '0.4' } as const;

/** Answers to an order or cancel after which nothing may be concluded. */
const OPEN: Readonly<Record<string, Reply>> = {
  'a 503': { status: 503, body: '' },
  'a 503 with a code': refusal(-1007, 'Timeout waiting for response', 503),
  'a 503 with a refusing code': refusal(-2019, 'Margin is insufficient.', 503),
  'a 503 of maintenance': refusal(-1016, 'This service is no longer available.', 503),
  'code -1007': refusal(-1007),
  'code -1006': refusal(-1006),
  'code -1001': refusal(-1001),
  'code -1000': refusal(-1000),
  'a 500 that is no JSON': { status: 500, body: 'oops' },
  'a page': { status: 502, body: '<html><title>Bad Gateway</title></html>' },
  'a guard\'s page': { status: 403, body: '<html><title>Forbidden</title></html>' },
  'a cut connection': { cut: true },
  'an answer cut short': { body: '{"orderId": 5, "clientOr' },
  'an answer that is no order': { body: { symbol: 'SOLUSDT' } },
  'an empty answer': { body: '' },
  'the order of somebody else': { body: { ...recorded.NEW_ORDER, clientOrderId: 'other' } },
};

describe('an order', () => {
  it('that rests is accepted under the venue\'s number', async () => {
    expect(await venue.submit(order('g1-1'))).toEqual({
      ...{ status: 'accepted', venue_order_id: '1917641' },
    });
  });

  it.each(Object.keys(OPEN))('is unknown after %s, and is not sent again', async (name) => {
    aster.script('POST order', OPEN[name] ?? {});
    const outcome = await venue.submit(order('g1-1'));
    expect(outcome.status).toBe('unknown');
    expect(aster.to('POST order')).toHaveLength(1);
    expect((await venue.submitTrigger({ ...STOP, trigger_by: 'mark' })).status).toBe('unknown');
    expect(aster.to('POST order')).toHaveLength(2);
  });

  it.each([
    [-2019, 'insufficient_margin', {}],
    [-5022, 'post_only_would_cross', {}],
    [-4014, 'price_not_on_tick', {}],
    [-1111, 'price_not_on_tick', { price: '151.255' }],
    [-1111, 'size_not_on_lot', { size: '0.405' }],
    [-1102, 'size_not_on_lot', { size: '-0.4' }],
    [-1111, 'other', {}],
    [-2010, 'other', {}],
    [-2015, 'permission', {}],
    [-4141, 'symbol_closed', {}],
    [-1016, 'maintenance', {}],
    [-2013, 'other', {}],
  ])('refused with %i is rejected: %s', async (code, reason, more) => {
    aster.script('POST order', refusal(code));
    expect(await venue.submit(order('g1-1', more))).toMatchObject({ status: 'rejected', reason });
  });

  it.each([
    ['EXPIRED', true, 'post_only_would_cross'],
    ['EXPIRED', false, 'other'],
    ['REJECTED', false, 'other'],
  ])('that ended at once, %s, post-only %s, is rejected', async (status, post_only, reason) => {
    aster.script('POST order', ({ params }) => ({
      body: {
        ...{ ...recorded.NEW_ORDER, status, timeInForce: params['timeInForce'] },
        clientOrderId: params['newClientOrderId'],
      },
    }));
    const outcome = await venue.submit(order('g1-1', { post_only }));
    expect(outcome).toMatchObject({ status: 'rejected', reason });
  });

  it('that was filled in part before it expired is accepted', async () => {
    const status = 'EXPIRED';
    aster.script('POST order', { body: { ...recorded.NEW_ORDER, status, executedQty: '0.1' } });
    expect(await venue.submit(order('g1-42'))).toMatchObject({ status: 'accepted' });
  });

  it.each([
    ['bad_client_id', { client_id: '' }],
    ['bad_client_id', { client_id: 'x'.repeat(37) }],
    ['bad_client_id', { client_id: 'ä' }],
    ['post_only_without_price', { price: null }],
  ])('that needs no asking is rejected here: %s', async (reason, more) => {
    expect(await venue.submit(order('g1-1', more))).toMatchObject({ status: 'rejected', reason });
    expect(aster.to('POST order')).toEqual([]);
  });

  it('is not known where nobody listens', async () => {
    await aster.close();
    expect((await venue.submit(order('g1-1'))).status).toBe('unknown');
    aster = await scriptedAster();
  });

  it('is not known when the venue never told its time', async () => {
    const other = aster.open(OLDER);
    aster.script('GET time', { status: 500, body: 'oops' });
    expect(await other.submit(order('g1-1'))).toMatchObject({ status: 'unknown' });
    expect(aster.to('POST order')).toEqual([]);
    await other.close();
  });
});

describe('a stamp that the venue refuses', () => {
  const script = (codes: (readonly [number, string])[]) =>
    aster.script('POST order', ({ params }) => {
      const [code, msg] = codes.shift() ?? [0, ''];
      const clientOrderId = params['newClientOrderId'];
      return code === 0 ? { body: { ...recorded.NEW_ORDER, clientOrderId } } : refusal(code, msg);
    });

  it('is replaced once, after the venue was asked for its time again', async () => {
    script([[-1021, 'Timestamp for this request is outside of the recvWindow.']]);
    expect(await venue.submit(order('g1-1'))).toMatchObject({ status: 'accepted' });
    expect(aster.to('POST order')).toHaveLength(2);
    expect(aster.to('GET time')).toHaveLength(2);
  });

  it('is replaced once only', async () => {
    script([[-4225, 'Nonce Expired'], [-4225, 'Nonce Expired'], [-4225, 'Nonce Expired']]);
    const outcome = await venue.submit(order('g1-1'));
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'wrong_time' });
    expect(aster.to('POST order')).toHaveLength(2);
  });

  it.each(['POST order', 'POST batchOrders'])('in words alone is no proof: %s', async (route) => {
    const said = refusal(-1102, 'Duplicate nonce');
    const submit = async () => {
      if (route === 'POST order') return [await venue.submit(order('g1-1'))];
      return venue.submitBatch([order('g1-1'), order('g1-2')]);
    };
    aster.script(route, said);
    expect((await submit()).map(({ status }) => status)).not.toContain('rejected');
    expect(aster.to(route)).toHaveLength(1);
    // Later requests are stamped by a time asked for anew.
    await venue.cancel('g1-9');
    expect(aster.to('GET time')).toHaveLength(2);
    aster.script('POST batchOrders', { body: [said.body, said.body] });
    const items = await venue.submitBatch([order('g1-3'), order('g1-4')]);
    expect(items.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
  });

  it.each(['POST order', 'POST batchOrders'])('as met before is no proof: %s', async (route) => {
    aster.script(route, refusal(-4225, 'Nonce Duplicated'));
    const outcomes =
      route === 'POST order'
        ? [await venue.submit(order('g1-1'))]
        : await venue.submitBatch([order('g1-1'), order('g1-2')]);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['unknown']));
    expect(aster.to(route)).toHaveLength(1);
  });

  it('in words alone is replaced for a cancel, which may be sent twice', async () => {
    aster.script('DELETE order', refusal(-1102, 'Duplicate nonce'));
    await venue.cancel('g1-1');
    expect(aster.to('DELETE order')).toHaveLength(2);
  });

  it.each([-1021, -4225])('with a 5xx, code %i, proves nothing: not sent again', async (code) => {
    aster.script('POST order', refusal(code, 'Nonce Expired', 502));
    expect((await venue.submit(order('g1-1'))).status).toBe('unknown');
    expect(aster.to('POST order')).toHaveLength(1);
    aster.script('GET openOrders', refusal(code, 'Nonce Expired', 503));
    await expect(venue.openOrders()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(aster.to('GET openOrders')).toHaveLength(1);
  });

  it('makes a question a fault because of the clock', async () => {
    aster.script('GET openOrders', refusal(-1021));
    await expect(venue.openOrders()).rejects.toMatchObject({ kind: 'refused', because: 'clock' });
  });
});

describe('a batch', () => {
  const batch = (...ids: string[]) => ids.map((id) => order(id));

  it('has an outcome for each order, those rejected here included', async () => {
    aster.script('POST batchOrders', ({ params }) => {
      const [a, b, c] = JSON.parse(params['batchOrders'] ?? '') as { newClientOrderId: string }[];
      const made = { ...recorded.NEW_ORDER, clientOrderId: a?.newClientOrderId };
      const odd = { ...recorded.NEW_ORDER, clientOrderId: c?.newClientOrderId, status: 'MOLTEN' };
      expect(b?.newClientOrderId).toBe('g1-2');
      return { body: [made, { code: -2022, msg: 'ReduceOnly Order is rejected.' }, odd] };
    });
    const orders = [...batch('g1-1', ''), ...batch('g1-2', 'g1-3')];
    expect(await venue.submitBatch(orders)).toMatchObject([
      { status: 'accepted' },
      { status: 'rejected', reason: 'bad_client_id' },
      { status: 'rejected', reason: 'reduce_only_would_increase' },
      { status: 'unknown' },
    ]);
  });

  it.each(Object.keys(OPEN))('is unknown as a whole after %s', async (name) => {
    for (const route of ['POST batchOrders', 'DELETE batchOrders']) {
      aster.script(route, OPEN[name] ?? {});
    }
    const outcomes: (SubmitOutcome | CancelOutcome)[] = [
      ...(await venue.submitBatch(batch('g1-1', 'g1-2'))),
      ...(await venue.cancelBatch(['g1-1', 'g1-2'])),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('unknown'));
  });

  it('refused as a whole is rejected as a whole', async () => {
    aster.script('POST batchOrders', refusal(-2015));
    expect(await venue.submitBatch(batch('g1-1', 'g1-2'))).toMatchObject([
      { status: 'rejected', reason: 'permission' },
      { status: 'rejected', reason: 'permission' },
    ]);
  });

  it('of too few answers is unknown', async () => {
    aster.script('POST batchOrders', { body: [recorded.NEW_ORDER] });
    const outcomes = await venue.submitBatch(batch('g1-42', 'g1-2'));
    expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
  });

  it('with nothing to send sends nothing', async () => {
    expect(await venue.submitBatch([order('')])).toMatchObject([{ reason: 'bad_client_id' }]);
    expect(await venue.cancelBatch(['', 'ä'])).toEqual([{ status: 'gone' }, { status: 'gone' }]);
    expect(aster.asked.filter(({ path }) => path === 'batchOrders')).toEqual([]);
  });
});

describe('a cancel', () => {
  it.each([
    [{ ...recorded.NEW_ORDER, status: 'CANCELED' }, 'cancelled'],
    [{ ...recorded.NEW_ORDER, status: 'FILLED', executedQty: '0.4' }, 'gone'],
    [{ ...recorded.NEW_ORDER, status: 'EXPIRED', executedQty: '0.1' }, 'cancelled'],
    [{ ...recorded.NEW_ORDER, status: 'NEW' }, 'unknown'],
  ])('answered with an order: %#', async (body, status) => {
    aster.script('DELETE order', { body });
    expect(await venue.cancel('g1-42')).toMatchObject({ status });
  });

  it.each([
    [-2011, 'gone'],
    [-2013, 'gone'],
    [-1003, 'rejected'],
    [-2015, 'rejected'],
    [-1006, 'unknown'],
  ])('answered with %i is %s', async (code, status) => {
    aster.script('DELETE order', refusal(code));
    expect(await venue.cancel('g1-42')).toMatchObject({ status });
  });

  it.each(Object.keys(OPEN))('is unknown after %s', async (name) => {
    aster.script('DELETE order', OPEN[name] ?? {});
    expect((await venue.cancel('g1-42')).status).toBe('unknown');
  });

  it('of an id that no order can have is gone unasked', async () => {
    expect(await venue.cancel('')).toEqual({ status: 'gone' });
    expect(aster.to('DELETE order')).toEqual([]);
  });

  it('names its orders in a batch, and trusts no other', async () => {
    const cancelled = { ...recorded.NEW_ORDER, status: 'CANCELED' };
    aster.script('DELETE batchOrders', {
      body: [
        { ...cancelled, clientOrderId: 'g1-1' },
        { code: -2011, msg: 'Unknown order sent.' },
        { ...cancelled, clientOrderId: 'other' },
      ],
    });
    const outcomes = await venue.cancelBatch(['g1-1', 'g1-2', 'g1-3']);
    expect(outcomes.map(({ status }) => status)).toEqual(['cancelled', 'gone', 'unknown']);
    const [sent] = aster.to('DELETE batchOrders');
    expect(sent?.params['origClientOrderIdList']).toBe('["g1-1","g1-2","g1-3"]');
  });
});

describe('a question', () => {
  it.each([
    ['a wrong key', refusal(-2014, 'API-key format invalid.', 401), 'refused', 'key'],
    ['a wrong signature', refusal(-1022), 'refused', 'key'],
    ['an agent unknown', refusal(-1000, 'No agent found'), 'refused', 'key'],
    ['an address not allowed', refusal(-1011), 'refused', 'address'],
    ['no permission', refusal(-4088), 'refused', 'permission'],
    ['a symbol unknown', refusal(-1121), 'refused', 'symbol'],
    ['maintenance', refusal(-1016, 'gone', 503), 'maintenance', 'maintenance'],
    ['a 503', { status: 503, body: '' }, 'unreachable', 'timeout'],
    ['too much asked', refusal(-1003, 'Too many', 429), 'rate_limited', 'rate'],
    ['a page', { status: 403, body: '<html>' }, 'unreachable', 'blocked'],
    ['a 500 that is no JSON', { status: 500, body: 'oops' }, 'unreachable', 'other'],
    ['words that are no JSON', { body: 'pong' }, 'unreachable', 'answer'],
    ['an object for a list', { body: {} }, 'unreachable', 'answer'],
    ['a cut connection', { cut: true }, 'unreachable', 'connection'],
  ])('answered with %s is a fault', async (_, reply, kind, because) => {
    aster.script('GET openOrders', reply);
    const asked = venue.openOrders();
    await expect(asked).rejects.toBeInstanceOf(VenueFault);
    await expect(asked).rejects.toMatchObject({ kind, because });
  });

  it('without an answer in time is a fault because of the timeout', async () => {
    const other = aster.open(OLDER, { rest_url: 'http://127.0.0.1:1', connect_timeout_ms: 200 });
    await expect(other.openOrders()).rejects.toMatchObject({ kind: 'unreachable' });
    await other.close();
  });

  it('about an order that is not there has the answer null', async () => {
    aster.script('GET order', refusal(-2013));
    expect(await venue.orderByClientId('g1-1')).toBeNull();
    aster.script('GET order', refusal(-2015));
    await expect(venue.orderByClientId('g1-1')).rejects.toMatchObject({ because: 'key' });
  });
});

describe('limits', () => {
  it('a 429 holds everything back for as long as it says', async () => {
    const headers = { 'retry-after': '7' };
    aster.script('POST order', { ...refusal(-1003, 'Too many requests', 429), headers });
    expect(await venue.submit(order('g1-1'))).toMatchObject({
      ...{ status: 'rejected', reason: 'rate_limited', retry_after_ms: 7000 },
    });
    const before = aster.asked.length;
    const held = await venue.submit(order('g1-2'));
    expect(held).toMatchObject({ status: 'rejected', reason: 'rate_limited' });
    expect('retry_after_ms' in held ? held.retry_after_ms : 0).toBeGreaterThan(6000);
    await expect(venue.openOrders()).rejects.toBeInstanceOf(BudgetHeld);
    expect(await venue.cancel('g1-1')).toMatchObject({ reason: 'rate_limited' });
    expect(aster.asked).toHaveLength(before);
  });

  it('a ban is obeyed until the moment that its words name', async () => {
    const until = Date.now() + 240_000;
    const text = `Way too many requests; IP banned until ${until}. Please use the websocket.`;
    aster.script('GET openOrders', refusal(-1003, text, 418));
    const fault = await venue.openOrders().catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind: 'rate_limited', because: 'rate' });
    const wait = (fault as VenueFault).retry_after_ms ?? 0;
    expect(wait).toBeGreaterThan(230_000);
    expect(wait).toBeLessThan(250_000);
    const held = await venue.openOrders().catch((error: unknown) => error);
    expect((held as VenueFault).retry_after_ms).toBeGreaterThan(230_000);
  });

  it('a ban met before the venue told its time is measured by our own clock', async () => {
    const other = aster.open(OLDER);
    const text = `IP banned until ${Date.now() + 60_000}.`;
    aster.script('GET time', refusal(-1003, text, 418));
    const fault = await other.openOrders().catch((error: unknown) => error);
    expect((fault as VenueFault).retry_after_ms).toBeGreaterThan(50_000);
    expect((fault as VenueFault).retry_after_ms).toBeLessThan(70_000);
    await other.close();
  });

  it('what the venue counted for all of this address is not used again', async () => {
    const headers = { 'x-mbx-used-weight-1m': '2399' };
    aster.script('GET openOrders', { body: [], headers });
    await venue.openOrders();
    await expect(venue.openOrders()).rejects.toBeInstanceOf(BudgetHeld);
    expect(await venue.submit(order('g1-1'))).toMatchObject({ reason: 'rate_limited' });
    expect(await venue.cancel('g1-1')).toMatchObject({ status: 'cancelled' });
  });

  it('orders have a limit of their own, which the venue counts too', async () => {
    const headers = { 'x-mbx-order-count-1m': '1200' };
    aster.script('POST order', { body: recorded.NEW_ORDER, headers });
    expect(await venue.submit(order('g1-42'))).toMatchObject({ status: 'accepted' });
    expect(await venue.submit(order('g1-43'))).toMatchObject({ reason: 'rate_limited' });
    expect(await venue.openOrders()).toHaveLength(2);
  });

  it('counts by the venue\'s weights, against the share that was granted', async () => {
    // What it took to read the rules: time 1, exchangeInfo 1, brackets 1, rates 20.
    expect(venue.usage()).toEqual({ used: 23, allowed: 2400 });
    await venue.position();
    await venue.submitBatch([order('g1-1'), order('g1-2')]);
    expect(venue.usage()).toEqual({ used: 33, allowed: 2400 });
    venue.grant(1 / 32);
    expect(venue.usage()).toEqual({ used: 33, allowed: 75 });
  });
});
