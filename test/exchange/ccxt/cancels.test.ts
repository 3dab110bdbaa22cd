/** Cancels of a class of ccxt whose call for many does not do what it should. */
import { expect, test } from 'vitest';
import { CcxtCancels } from '../../../src/exchange/ccxt/cancels.ts';
import type { CcxtExchange, CcxtMarket, CcxtOrder } from '../../../src/exchange/ccxt/exchange.ts';
import { Lane } from '../../../src/exchange/ccxt/lane.ts';
import { OrderIds } from '../../../src/exchange/ccxt/order-ids.ts';

const NAMES = ['g-1', 'g-2', 'g-3'];

function cancelsWith(cancelOrders: () => unknown) {
  const called: string[] = [];
  const exchange: Partial<CcxtExchange> = {
    id: 'odd',
    cancelOrders() {
      called.push('many');
      return Promise.resolve().then(cancelOrders) as Promise<readonly CcxtOrder[]>;
    },
    cancelOrder(id: string) {
      called.push(id);
      return Promise.resolve({});
    },
  };
  const ids = new OrderIds();
  for (const name of NAMES) ids.learn(name, `v-${name}`);
  const cancels = new CcxtCancels({
    exchange: exchange as CcxtExchange,
    lane: new Lane(),
    ...{ ids, most: 10 },
    market: () => Promise.resolve({ symbol: 'SOL/USDT:USDT' } as CcxtMarket),
    openOrders: () => Promise.resolve([]),
    ended: () => undefined,
  });
  return { cancels, called };
}

test.each([
  ['throws in code of its own', () => Promise.reject(new TypeError('x is undefined'))],
  ['answers no list', () => ({ result: 'ok' })],
])('a class that %s is asked for each by itself from then on', async (_what, cancelOrders) => {
  const { cancels, called } = cancelsWith(cancelOrders);
  const first = await cancels.cancelBatch(NAMES);
  expect(first.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown']);
  const second = await cancels.cancelBatch(NAMES);
  expect(second.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect(called).toEqual(['many', 'v-g-1', 'v-g-2', 'v-g-3']);
});

test('a call for many that a venue leaves without an answer is made again', async () => {
  class BaseError extends Error {}
  class NetworkError extends BaseError {}
  const { cancels, called } = cancelsWith(() => {
    throw new NetworkError('timed out');
  });
  for (let k = 0; k < 2; k += 1) await cancels.cancelBatch(NAMES);
  expect(called).toEqual(['many', 'many']);
});
