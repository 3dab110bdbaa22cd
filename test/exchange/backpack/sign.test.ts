/**
 * What we sign and send is what ccxt, a client that nobody here wrote, signs and sends for the same
 * input. Skipped where the optional ccxt is not installed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { orderParams, triggerParams } from '../../../src/exchange/backpack/orders.ts';
import {
  instructionText,
  queryText,
  readKey,
  signedHeaders,
  signedText,
  streamSignature,
} from '../../../src/exchange/backpack/sign.ts';
import type { Params } from '../../../src/exchange/backpack/sign.ts';
import type { OrderRequest } from '../../../src/exchange/port.ts';
import { ROOT } from '../../source-tree.ts';
import { KEYS, SYMBOL } from './account.ts';

const CCXT = join(ROOT, 'node_modules/ccxt/js/src/backpack.js');
const missing = existsSync(CCXT) ? false : 'the optional package ccxt is not installed';
const NOW = 1_795_217_811_778;

interface Signed {
  readonly url: string;
  readonly body?: string;
  readonly headers: Record<string, string>;
}

/** The part of ccxt's class that builds requests. */
interface Ccxt {
  nonce: () => number;
  sign(path: string, api: string, method: string, params: object): Signed;
  setMarkets(markets: object[]): void;
  createOrderRequest(...order: unknown[]): Params;
}

async function ccxtClient(): Promise<Ccxt> {
  const { default: Backpack } = (await import(CCXT)) as { default: new (options: object) => Ccxt };
  const client = new Backpack({ apiKey: KEYS.api_key, secret: KEYS.secret_key });
  client.nonce = () => NOW;
  const precision = { price: 0.01, amount: 0.01 };
  const market = { id: SYMBOL, symbol: 'SOL/USDC:USDC', base: 'SOL', quote: 'USDC', settle: 'USDC' };
  client.setMarkets([{ ...market, type: 'swap', swap: true, contract: true, precision, limits: {} }]);
  return client;
}

/** Every private call that our client makes, with parameters as it makes them. */
const CALLS: readonly (readonly [string, string, string, Params])[] = [
  ['GET', 'api/v1/account', 'accountQuery', {}],
  ['GET', 'api/v1/capital/collateral', 'collateralQuery', {}],
  ['GET', 'api/v1/position', 'positionQuery', { symbol: SYMBOL }],
  ['GET', 'api/v1/order', 'orderQuery', { clientId: 4_294_967_295, symbol: SYMBOL }],
  ['GET', 'api/v1/order', 'orderQuery', { orderId: '112233445566', symbol: SYMBOL }],
  ['GET', 'api/v1/orders', 'orderQueryAll', { symbol: SYMBOL }],
  ['DELETE', 'api/v1/order', 'orderCancel', { clientId: 7, symbol: SYMBOL }],
  ['DELETE', 'api/v1/order', 'orderCancel', { orderId: '112233445566', symbol: SYMBOL }],
  ['GET', 'wapi/v1/history/fills', 'fillHistoryQueryAll',
    { from: 1_795_217_000_000, limit: 1000, offset: 0, sortDirection: 'Asc', symbol: SYMBOL }],
  ['GET', 'wapi/v1/history/orders', 'orderHistoryQueryAll',
    { limit: 1000, offset: 1000, sortDirection: 'Desc', symbol: SYMBOL }],
  ['GET', 'wapi/v1/history/orders', 'orderHistoryQueryAll', { orderId: '99', symbol: SYMBOL }],
  ['GET', 'wapi/v1/history/funding', 'fundingHistoryQueryAll',
    { limit: 1000, offset: 0, sortDirection: 'Desc', symbol: SYMBOL }],
  ['POST', 'api/v1/order', 'orderExecute', orderParams(SYMBOL, order({ post_only: true }))],
  ['POST', 'api/v1/order', 'orderExecute', orderParams(SYMBOL, order({ price: null }))],
];

function order(more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ client_id: '4294967295', side: 'buy', price: '100.12', size: '0.5' },
    ...{ post_only: false, reduce_only: false, ...more },
  };
}

function headersOf(signed: Signed): Record<string, string | undefined> {
  const { headers } = signed;
  const names = ['X-API-Key', 'X-Signature', 'X-Timestamp', 'X-Window'];
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}

test.skipIf(missing !== false)('every private call is signed as ccxt signs it', async () => {
  const client = await ccxtClient();
  const key = readKey(KEYS);
  for (const [method, path, instruction, params] of CALLS) {
    const theirs = client.sign(path, 'private', method, params);
    const ours = signedHeaders(key, [instructionText(instruction, params)], NOW);
    expect(ours, `${method} ${path}`).toEqual(headersOf(theirs));
    const url = method === 'GET' && Object.keys(params).length > 0 ? `?${queryText(params)}` : '';
    expect(`https://api.backpack.exchange/${path}${url}`).toBe(theirs.url);
    if (method !== 'GET') expect(JSON.parse(theirs.body ?? '')).toEqual(params);
  }
});

test.skipIf(missing !== false)('orders have the body that ccxt gives them, batches too', async () => {
  const client = await ccxtClient();
  const key = readKey(KEYS);
  const orders = [
    order({ post_only: true, reduce_only: true, side: 'sell' }),
    order({ price: '99.5', client_id: '1' }),
    order({ price: null, client_id: '2', reduce_only: true }),
  ];
  const theirs = orders.map(({ client_id, side, price, size, post_only, reduce_only }) =>
    client.createOrderRequest('SOL/USDC:USDC', price === null ? 'market' : 'limit', side,
      Number(size), price === null ? undefined : Number(price), {
        clientOrderId: client_id,
        ...(post_only ? { postOnly: true } : {}),
        ...(reduce_only ? { reduceOnly: true } : {}),
      }),
  );
  const ours = orders.map((each) => orderParams(SYMBOL, each));
  expect(ours).toEqual(theirs);
  const batch = client.sign('api/v1/orders', 'private', 'POST', theirs);
  const texts = ours.map((params) => instructionText('orderExecute', params));
  expect(signedHeaders(key, texts, NOW)).toEqual(headersOf(batch));
  expect(JSON.parse(batch.body ?? '')).toEqual(ours);
  const judged = { side: 'sell', trigger_by: 'mark' } as const;
  const trigger = { ...judged, client_id: '3', trigger_price: '95', size: '1.5' };
  const stop = client.createOrderRequest('SOL/USDC:USDC', 'market', 'sell', 1.5, undefined, {
    ...{ clientOrderId: '3', triggerPrice: '95', triggerBy: 'MarkPrice', reduceOnly: true },
  });
  expect(triggerParams(SYMBOL, trigger)).toEqual(stop);
});

test('signed text is as the venue documents it, and the signature is of its key', () => {
  const key = readKey(KEYS);
  const text = signedText(
    [instructionText('orderExecute', orderParams(SYMBOL, order({ post_only: true })))],
    NOW,
  );
  expect(text).toBe(
    'instruction=orderExecute&clientId=4294967295&orderType=Limit&postOnly=true&price=100.12' +
      `&quantity=0.5&side=Bid&symbol=SOL_USDC_PERP&timestamp=${NOW}&window=5000`,
  );
  const spki = Buffer.from('302a300506032b6570032100', 'hex');
  const whole = Buffer.concat([spki, Buffer.from(KEYS.api_key, 'base64')]);
  const open = createPublicKey({ key: whole, format: 'der', type: 'spki' });
  const [name, signature = '', time, window] = streamSignature(key, NOW);
  const subscribe = `instruction=subscribe&timestamp=${NOW}&window=5000`;
  expect(verify(null, Buffer.from(subscribe), open, Buffer.from(signature, 'base64'))).toBe(true);
  expect([name, time, window]).toEqual([KEYS.api_key, String(NOW), '5000']);
});

test('keys that cannot be used are refused at once, without being shown', () => {
  const { api_key, secret_key } = KEYS;
  const other = Buffer.alloc(32, 9).toString('base64');
  const pairs: readonly (readonly [string | undefined, string | undefined, string])[] = [
    [undefined, secret_key, 'api_key is not written in base64'],
    [api_key, '', 'secret_key is not written in base64'],
    [api_key, 'not base64!', 'secret_key is not written in base64'],
    [api_key.slice(0, 20), secret_key, 'api_key holds 15 bytes, not 32'],
    [api_key, secret_key.slice(0, 20), 'secret_key holds 15 bytes, not 32'],
    [other, secret_key, 'secret_key does not belong to api_key'],
  ];
  for (const [api, secret, message] of pairs) {
    const read = () => readKey({ api_key: api, secret_key: secret });
    expect(read, message).toThrow(`backpack: ${message}`);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ kind: 'refused', because: 'key' });
      expect(String(error)).not.toContain(secret_key.slice(0, 12));
    }
  }
  const seed = Buffer.from(secret_key, 'base64');
  const both = Buffer.concat([seed, Buffer.from(api_key, 'base64')]).toString('base64');
  expect(readKey({ api_key, secret_key: both }).api_key).toBe(api_key);
});

test('a value that would need escaping is our bug', () => {
  expect(() => instructionText('orderQuery', { symbol: 'A&B' })).toThrow('signed as it stands');
});
