/**
 * Everything that the client sends: signed as ccxt signs it, no builder in it, nothing secret in
 * the trace, and only routes that are known.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROUTES, pathOf } from '../../../src/exchange/aster/routes.ts';
import { openAsterData } from '../../../src/exchange/aster/data.ts';
import { HAS_CCXT, openCcxtAster } from './ccxt-aster.ts';
import { doEverything, order } from './everything.ts';
import { AGENT, OLDER, scriptedAster } from './scripted-aster.ts';
import type { ScriptedAster } from './scripted-aster.ts';

let aster: ScriptedAster;
beforeEach(async () => {
  aster = await scriptedAster();
});
afterEach(() => aster.close());

async function everything(credentials = AGENT, lines: string[] = []): Promise<void> {
  const venue = aster.open(credentials, { trace: (line) => lines.push(line) });
  await venue.connect(async () => undefined);
  await doEverything(venue);
  await venue.close();
  const data = openAsterData(aster.options());
  await data.markets();
  await data.price('SOLUSDT');
  await data.tickers();
  await data.candles('SOLUSDT', '1m', 1499040000000, 1499040060000);
  data.close();
}

describe('what is sent', () => {
  it.each([['V3', AGENT], ['V1', OLDER]] as const)('%s: never names a builder', async (_, keys) => {
    await everything(keys);
    expect(aster.asked.length).toBeGreaterThan(25);
    for (const { method, path, raw, headers } of aster.asked) {
      const whole = `${method} ${path} ${raw} ${JSON.stringify(headers)}`;
      expect(whole).not.toMatch(/builder|fee_?rate|broker|referral|agentCode/i);
    }
    expect(JSON.stringify(ROUTES)).not.toMatch(/builder|agent|transfer|withdraw|allOpenOrders/i);
  });

  it.each([
    ['v3', AGENT],
    ['v1', OLDER],
  ] as const)('%s: only routes that are known', async (version, keys) => {
    await everything(keys);
    const known = Object.values(ROUTES).flatMap((route) =>
      (['v1', 'v3'] as const).map((each) => `${route.method} ${pathOf(route, each)}`),
    );
    // This server has no streams: those addresses are no routes.
    const asked = aster.asked.filter(({ path }) => !/^.(ws|stream)\b/.test(path));
    for (const { method, path, version: sent } of asked) {
      expect(known).toContain(`${method} /fapi/${sent}/${path}`);
    }
    const sent = new Set(asked.map(({ method, path }) => `${method} ${path}`));
    const unsent = Object.entries(ROUTES)
      .filter(([, route]) => !sent.has(`${route.method} ${pathOf(route, version).slice(9)}`))
      .map(([name]) => name);
    // A listen key is kept alive after half an hour only.
    expect(unsent).toEqual(['keepStream']);
  });

  it.skipIf(!HAS_CCXT)('V3: with one nonce the bytes are those of ccxt', async () => {
    const ccxt = await openCcxtAster(AGENT.private_key ?? '');
    const own = ccxt.sign('v3/time', 'fapiPrivate', 'POST', { nonce: '1' }).body ?? '';
    const wallet = new URLSearchParams(own).get('user') ?? '';
    await everything({ ...AGENT, account_address: wallet });
    const signed = aster.asked.filter(({ params }) => params['signature'] !== undefined);
    expect(signed.length).toBeGreaterThan(20);
    for (const { method, path, params, raw } of signed) {
      const { user, signer, signature, ...given } = params;
      expect([user, signer]).toEqual([wallet, wallet]);
      const theirs = ccxt.sign(`v3/${path}`, 'fapiPrivate', method, given);
      expect(theirs.body ?? theirs.url.split('?')[1], `${method} ${path}`).toBe(raw);
      expect(theirs.body ?? '', path).toContain(method === 'GET' ? '' : signature);
    }
  });

  it.skipIf(!HAS_CCXT)('V3: an order is the one that ccxt makes of the same wish', async () => {
    const venue = aster.open();
    await venue.submit(order('g1-9'));
    await venue.submit(order('g1-8', { side: 'sell', price: null, post_only: false }));
    await venue.close();
    const ccxt = await openCcxtAster(AGENT.private_key ?? '');
    ccxt.setMarkets([{ ...MARKET }]);
    const wish = { clientOrderId: 'g1-9', timeInForce: 'GTX', newOrderRespType: 'RESULT' };
    const limit = ccxt.createOrderRequest(MARKET.symbol, 'limit', 'buy', 0.4, 151.25, wish);
    const more = { clientOrderId: 'g1-8', newOrderRespType: 'RESULT' };
    const market = ccxt.createOrderRequest(MARKET.symbol, 'market', 'sell', 0.4, undefined, more);
    const sent = aster.to('POST order').map(({ params }) => {
      const { nonce: _n, user: _u, signer: _s, signature: _g, ...wishes } = params;
      return wishes;
    });
    expect(sent.map((params) => JSON.stringify(params))).toEqual([
      JSON.stringify(limit),
      JSON.stringify(market),
    ]);
  });

  it.each([['V3', AGENT], ['V1', OLDER]] as const)('%s: tells no secret', async (_, keys) => {
    const lines: string[] = [];
    await everything(keys, lines);
    const all = lines.join('\n');
    expect(lines.length).toBeGreaterThan(25);
    for (const value of Object.values(keys)) expect(all).not.toContain(value);
    expect(all).not.toContain(AGENT.private_key?.slice(2) ?? '');
    expect(all).not.toMatch(/signature=[^*]/);
    expect(all).not.toContain('pqia91ma19a5s61cv6a81va65sdf19v8a65a1');
  });

  it('V1 signs by the venue\'s clock, V3 never twice with one nonce', async () => {
    await everything(AGENT);
    const nonces = aster.asked.flatMap(({ params }) => params['nonce'] ?? []);
    expect(new Set(nonces).size).toBe(nonces.length);
    await everything(OLDER);
    const timed = aster.asked.filter(({ params }) => params['timestamp'] !== undefined);
    expect(timed.length).toBeGreaterThan(20);
    for (const { params } of timed) expect(params['recvWindow']).toBe('5000');
    const streams = aster.to('POST listenKey').filter(({ version }) => version === 'v1');
    expect(new Set(streams.map(({ raw }) => raw))).toEqual(new Set(['']));
  });
});

describe('whatever our clock says', () => {
  it.each([-30_000, 30_000])('%i ms off the venue\'s, stamps are the venue\'s', async (ahead) => {
    const late = await scriptedAster(ahead);
    const venue = late.open(OLDER);
    const agent = late.open(AGENT);
    await venue.openOrders();
    await agent.openOrders();
    const now = Date.now() + ahead;
    const [older, newer] = late.to('GET openOrders').map(({ params }) => params);
    expect(Math.abs(Number(older?.['timestamp']) - now)).toBeLessThan(3000);
    expect(Math.abs(Number(newer?.['nonce']) / 1000 - now)).toBeLessThan(3000);
    await venue.close();
    await agent.close();
    await late.close();
  });
});

const MARKET = {
  ...{ id: 'SOLUSDT', symbol: 'SOL/USDT:USDT', base: 'SOL', quote: 'USDT', settle: 'USDT' },
  ...{ type: 'swap', swap: true, spot: false, contract: true, linear: true, limits: {} },
  precision: { price: 0.01, amount: 0.01 },
};
