import { describe, expect, test } from 'vitest';
import { ccxtFolder, ccxtIds, loadCcxtKind } from '../../../src/exchange/ccxt/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';

const folder = ccxtFolder();
const wire = {
  proxy: null,
  connect_timeout_ms: 1000,
  read_timeout_ms: 1000,
  clock: systemClock,
  trace: () => undefined,
};

describe.skipIf(folder === null)('ccxt, which is installed', () => {
  test('knows its exchanges', () => {
    expect(ccxtIds(folder ?? '')).toEqual(expect.arrayContaining(['backpack', 'okx', 'bybit']));
  });

  test('gives a kind with its own addresses and what it can do', async () => {
    const kind = await loadCcxtKind('backpack');
    expect(kind).toMatchObject({
      name: 'ccxt:backpack',
      rest_url: 'https://api.backpack.exchange',
      ws_url: 'wss://ws.backpack.exchange',
      credentials: [['api_key', 'secret_key']],
    });
    expect(kind.capabilities.client_id.form).toBe('uint32');
    expect(kind.capabilities.requests_per_minute).toBe(1200);
  });

  test.each([
    ['nosuch', 'no exchange'],
    ['../evil', 'no exchange'],
    ['bitfinex', 'steps'],
    ['onetrading', 'no '],
    ['woo', 'uid'],
  ])('refuses %s', async (id, words) => {
    await expect(loadCcxtKind(id)).rejects.toMatchObject({ name: 'VenueFault', kind: 'refused' });
    await expect(loadCcxtKind(id)).rejects.toThrow(words);
  });

  test('an exchange that cannot be reached is a fault, and an order that was not sent unknown', async () => {
    const kind = await loadCcxtKind('backpack');
    const nowhere = { rest_url: 'http://127.0.0.1:9', ws_url: 'ws://127.0.0.1:9' };
    const seed = Buffer.alloc(32, 1).toString('base64');
    const credentials = { api_key: seed, secret_key: seed };
    const options = { ...wire, ...nowhere, credentials, symbol: 'SOL_USDC_PERP' };
    const venue = kind.open(options);
    await expect(venue.market()).rejects.toMatchObject({ name: 'VenueFault', kind: 'unreachable' });
    await expect(venue.openOrders()).rejects.toMatchObject({ name: 'VenueFault' });
    const order = { client_id: '1', side: 'buy', price: '1', size: '1' } as const;
    const outcome = await venue.submit({ ...order, post_only: true, reduce_only: false });
    expect(outcome.status).toBe('rejected');
    await venue.close();
  });
});
