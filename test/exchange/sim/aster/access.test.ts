/** Who may do what at the loopback Aster, how much of it, and what it answers in trouble. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addressOf } from '../../../../src/exchange/sim/aster/typed-data.ts';
import { openAsterBench } from './aster-bench.ts';
import type { AsterBench, Spoilt } from './aster-bench.ts';

const SOL = { symbol: 'SOLUSDT' };
const WRONG = `0x${'11'.repeat(32)}`;

let bench: AsterBench;
beforeEach(async () => {
  bench = await openAsterBench();
});
afterEach(() => bench.close());

describe('signatures', () => {
  test('the agent and the wallet itself may sign', async () => {
    expect((await bench.v3('GET', 'balance')).status).toBe(200);
    const { wallet_key = '', account_address = '' } = bench.venue.account().facts.keys;
    const own = { privateKey: wallet_key, signer: account_address };
    expect((await bench.v3('GET', 'balance', {}, own)).status).toBe(200);
  });

  test.each<[string, number, number, (now: number) => Spoilt]>([
    ['a nonce of yesterday', 400, -4225, (now) => ({ nonce: String((now - 86_400_000) * 1000) })],
    ['a nonce in milliseconds', 400, -4225, (now) => ({ nonce: String(now) })],
    ['another key than the agent’s', 400, -1022, () => ({ privateKey: WRONG })],
    [
      ...(['an agent nobody appointed', 401, -2015] as const),
      () => ({ privateKey: WRONG, signer: addressOf(WRONG) }),
    ],
    ['another user', 401, -2015, () => ({ user: addressOf(WRONG) })],
  ])('V3 refuses %s', async (_what, status, code, spoilt) => {
    const answer = await bench.v3('GET', 'balance', {}, spoilt(bench.clock.now()));
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  test('V3 takes a request once', async () => {
    const nonce = String(bench.clock.now() * 1000);
    expect((await bench.order()).status).toBe(200);
    const sent = () => bench.v3('GET', 'balance', {}, { nonce });
    expect((await sent()).status).toBe(200);
    expect((await sent()).body).toMatchObject({ code: -4225 });
  });

  test.each<[string, number, number, (now: number) => Spoilt]>([
    ['an old timestamp', 400, -1021, (now) => ({ timestamp: String(now - 5001) })],
    ['a timestamp ahead', 400, -1021, (now) => ({ timestamp: String(now + 1000) })],
    ['another secret', 400, -1022, () => ({ secret: 'other' })],
    ['another key', 401, -2015, () => ({ api_key: 'other' })],
  ])('V1 refuses %s', async (_what, status, code, spoilt) => {
    const answer = await bench.v1('GET', 'v2/balance', {}, spoilt(bench.clock.now()));
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  test('time that was let pass by hand is nobody’s fault', async () => {
    bench.venue.command('pass', { ms: 3_600_000 });
    expect((await bench.v3('GET', 'balance')).status).toBe(200);
    expect((await bench.v1('GET', 'v2/balance')).status).toBe(200);
    const { body } = await bench.ask('/fapi/v3/time');
    const nonce = String(Number(body['serverTime']) * 1000);
    expect((await bench.v3('GET', 'balance', {}, { nonce })).status).toBe(200);
  });

  test('a clock that is off is noticed', async () => {
    bench.venue.command('clock', { offset_ms: 60_000 });
    expect((await bench.v3('GET', 'balance')).body).toMatchObject({ code: -4225 });
    expect((await bench.v1('GET', 'v2/balance')).body).toMatchObject({ code: -1021 });
  });

  test('V1 opens a stream with the key alone', async () => {
    const headers = { 'X-MBX-APIKEY': bench.venue.account().facts.keys['api_key'] ?? '' };
    const open = (more: Record<string, string>) =>
      fetch(`${bench.venue.url}/fapi/v1/listenKey`, { method: 'POST', headers: more });
    expect((await open(headers)).status).toBe(200);
    expect((await open({})).status).toBe(401);
  });

  test('a key that may not trade may still look', async () => {
    bench.venue.command('account', { name: 'main', can_trade: false });
    expect((await bench.order()).body).toMatchObject({ code: -2015 });
    const { body } = await bench.v3('GET', 'account');
    expect(body['canTrade']).toBe(false);
  });
});

describe('limits', () => {
  test('each answer says what was used; weights are those of the documents', async () => {
    const used = async (path: string, params: Record<string, string> = {}) => {
      const { headers } = await bench.ask(`/fapi/v3/${path}`, params);
      return Number(headers.get('x-mbx-used-weight-1m'));
    };
    expect(await used('ping')).toBe(1);
    expect(await used('ticker/24hr')).toBe(41);
    expect(await used('ticker/24hr', SOL)).toBe(42);
    expect(await used('depth', SOL)).toBe(52);
    expect(await used('depth', { ...SOL, limit: '5' })).toBe(54);
    expect(await used('klines', { ...SOL, interval: '1m', limit: '1500' })).toBe(64);
    const { headers } = await bench.v3('GET', 'openOrders');
    expect(headers.get('x-mbx-used-weight-1m')).toBe('104');
  });

  test('beyond it 429 with a time to wait, then 418 for who does not stop', async () => {
    const tight = await openAsterBench({ requests_per_minute: 2 });
    const ping = () => tight.ask('/fapi/v3/ping');
    const statuses: number[] = [];
    for (let i = 0; i < 60; i += 1) statuses.push((await ping()).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 429, 429]);
    expect(statuses.at(-1)).toBe(418);
    const banned = await ping();
    expect(banned.body).toMatchObject({ code: -1003 });
    expect(String(banned.body['msg'])).toMatch(/banned until \d{13}/);
    expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(60);
    tight.sleep(121_000);
    expect((await ping()).status).toBe(200);
    await tight.close();
  });
});

describe('troubles', () => {
  test('503 says nothing of the order: it was placed, or it was not', async () => {
    const fault = { method: 'POST', path: '/fapi/v3/order' };
    bench.venue.command('fault', { ...fault, kind: 'error_after' });
    const lost = await bench.order({ newClientOrderId: 'placed' });
    bench.venue.command('fault', { ...fault, kind: 'error_before' });
    const never = await bench.order({ newClientOrderId: 'never' });
    for (const { status, body } of [lost, never]) {
      expect([status, body['code']]).toEqual([503, -1007]);
      expect(String(body['msg'])).toContain('execution status unknown');
    }
    const { list } = await bench.v3('GET', 'openOrders', SOL);
    expect(list).toMatchObject([{ clientOrderId: 'placed' }]);
  });

  test('a limit on demand, and maintenance', async () => {
    bench.venue.command('fault', { kind: 'rate_limit', retry_after_s: 7 });
    const limited = await bench.ask('/fapi/v3/ping');
    expect([limited.status, limited.body['code']]).toEqual([429, -1003]);
    expect(limited.headers.get('retry-after')).toBe('7');
    bench.venue.command('maintenance');
    expect((await bench.order()).body).toMatchObject({ code: -1016 });
    bench.venue.command('clear');
    expect((await bench.order()).status).toBe(200);
  });

  test('what does not exist is 404', async () => {
    for (const path of ['/fapi/v3/nothing', '/fapi/v2/time', '/other']) {
      const { status, body } = await bench.ask(path);
      expect([status, body['code']]).toEqual([404, -5000]);
    }
  });

  test.each([
    ['depth', { limit: '7' }, -4021],
    ['depth', { symbol: 'NOUSDT' }, -1121],
    ['depth', { symbol: '' }, -1102],
    ['klines', { interval: '7m' }, -1120],
    ['klines', {}, -1102],
    ['klines', { interval: '1m', startTime: '2', endTime: '1' }, -1023],
    ['trades', { limit: '0' }, -1130],
    ['trades', { limit: 'x' }, -1100],
  ])('%s %o is refused', async (path, params, code) => {
    const { status, body } = await bench.ask(`/fapi/v3/${path}`, { ...SOL, ...params });
    expect([status, body['code']]).toEqual([400, code]);
  });
});

describe('modes', () => {
  test('an account in hedge mode is shown as such and gives no orders', async () => {
    const set = (dualSidePosition: string) =>
      bench.v3('POST', 'positionSide/dual', { dualSidePosition });
    expect((await set('false')).body).toMatchObject({ code: -4059 });
    await bench.order({ newClientOrderId: 'a' });
    expect((await set('true')).body).toMatchObject({ code: -4067 });
    await bench.v3('DELETE', 'order', { ...SOL, origClientOrderId: 'a' });
    expect((await set('true')).body).toEqual({ code: 200, msg: 'success' });
    const shown = await bench.v3('GET', 'positionSide/dual');
    expect(shown.body).toEqual({ dualSidePosition: true });
    expect((await bench.order()).body).toMatchObject({ code: -4061 });
    await set('false');
    await bench.order({ type: 'MARKET', price: '', timeInForce: '' });
    expect((await set('true')).body).toMatchObject({ code: -4068 });
  });

  test('margin is shared and stays so', async () => {
    const set = (marginType: string) => bench.v3('POST', 'marginType', { ...SOL, marginType });
    expect((await set('CROSSED')).body).toMatchObject({ code: -4046 });
    expect((await set('ISOLATED')).body).toMatchObject({ code: -1020 });
  });

  test('fees may be those of the account', async () => {
    bench.venue.command('account', { name: 'main', maker_fee: '-0.00005', taker_fee: '0.0002' });
    const { body } = await bench.v3('GET', 'commissionRate', SOL);
    expect(body).toMatchObject({ makerCommissionRate: '-0.00005', takerCommissionRate: '0.0002' });
    await bench.order();
    bench.venue.command('move', { ...SOL, price: '139' });
    const [trade] = (await bench.v3('GET', 'userTrades', SOL)).list;
    expect(trade).toMatchObject({ commission: '-0.007', maker: true });
  });
});
