/**
 * Whatever is done to a loopback Aster, its three tellers agree: what the user stream said adds up
 * to what the listings show, trades to the position, and income to the balance, to the last digit.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMoney, parseMoney } from '../../../../src/contract/decimal.ts';
import { openAsterBench } from './aster-bench.ts';
import type { AsterBench, Body, Params, StreamClient } from './aster-bench.ts';

const SOL = { symbol: 'SOLUSDT' };

/** One thing that is done; prices in hundredths of the quote. */
type Step =
  | { readonly kind: 'limit'; readonly side: string; readonly price: number; readonly tif: string }
  | { readonly kind: 'market'; readonly side: string }
  | { readonly kind: 'stop'; readonly side: string; readonly price: number }
  | { readonly kind: 'change' | 'cancel'; readonly which: number; readonly price: number }
  | { readonly kind: 'move' | 'part'; readonly price: number }
  | { readonly kind: 'all' | 'funding' | 'beat' };

const price = fc.integer({ min: 14_600, max: 15_400 });
const side = fc.constantFrom('BUY', 'SELL');
const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant('limit' as const), side, price },
      tif: fc.constantFrom('GTC', 'GTX', 'IOC', 'FOK'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('market' as const), side }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), side, price }) },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ kind: fc.constantFrom('change' as const, 'cancel' as const), which, price },
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('move' as const, 'part' as const), price }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('all' as const, 'funding' as const) }),
  },
);

const text = (hundredths: number) => (hundredths / 100).toFixed(2);

async function perform(bench: AsterBench, each: Step): Promise<void> {
  switch (each.kind) {
    case 'limit':
      await bench.order({ side: each.side, price: text(each.price), timeInForce: each.tif });
      return;
    case 'market':
      await bench.order({ side: each.side, type: 'MARKET', price: '', timeInForce: '' });
      return;
    case 'stop': {
      const stop = { type: 'STOP_MARKET', price: '', timeInForce: '', reduceOnly: 'true' };
      await bench.order({ ...stop, side: each.side, stopPrice: text(each.price) });
      return;
    }
    case 'change':
    case 'cancel': {
      const { list } = await bench.v3('GET', 'openOrders', SOL);
      const order = list[each.which % Math.max(1, list.length)];
      if (order === undefined) return;
      const name: Params = { ...SOL, orderId: String(order['orderId']) };
      if (each.kind === 'cancel') await bench.v3('DELETE', 'order', name);
      else await bench.v3('PUT', 'order', { ...name, price: text(each.price), quantity: '1.5' });
      return;
    }
    case 'part':
      bench.venue.command('partial', { part: '0.5' });
      bench.venue.command('move', { ...SOL, price: text(each.price) });
      return;
    case 'move':
      bench.venue.command('move', { ...SOL, price: text(each.price) });
      return;
    case 'all':
      await bench.v3('DELETE', 'allOpenOrders', SOL);
      return;
    case 'beat':
      bench.clock.advance(100);
      return;
    case 'funding':
      bench.venue.command('funding', SOL);
  }
}

/** Every order as the stream told of it last, and the trades in its order. */
function told(stream: StreamClient) {
  const orders = new Map<unknown, Body>();
  const trades: unknown[] = [];
  for (const { o } of stream.heard) {
    if (typeof o !== 'object' || o === null) continue;
    const { i, X, z, q, p, x, t } = o as Body;
    orders.set(i, { status: X, executedQty: z, origQty: q, price: p });
    if (x === 'TRADE') trades.push(t);
  }
  return { orders, trades };
}

const sum = (texts: readonly unknown[]): string =>
  formatMoney(texts.reduce((total: bigint, each) => total + (parseMoney(String(each)) ?? 0n), 0n));

async function agrees(bench: AsterBench, stream: StreamClient): Promise<void> {
  await bench.venue.settled();
  const listed = (await bench.v3('GET', 'allOrders', { ...SOL, limit: '1000' })).list;
  const { orders, trades } = told(stream);
  const shown = listed.map(({ orderId, status, executedQty, origQty, price: at }) => {
    return [orderId, { status, executedQty, origQty, price: at }];
  });
  expect(Object.fromEntries(orders)).toEqual(Object.fromEntries(shown));
  const fills = (await bench.v3('GET', 'userTrades', { ...SOL, limit: '1000' })).list;
  expect(trades).toEqual(fills.map(({ id }) => id));
  const signed = fills.map(({ buyer, qty }) => (buyer === true ? qty : `-${String(qty)}`));
  const [position] = (await bench.v3('GET', 'positionRisk', SOL)).list;
  expect(position?.['positionAmt']).toBe(sum(signed));
  const income = (await bench.v3('GET', 'income', { limit: '1000' })).list;
  const [balance] = (await bench.v3('GET', 'balance')).list;
  expect(balance?.['balance']).toBe(sum(['10000', ...income.map((each) => each['income'])]));
  const updates = stream.heard.filter(({ e }) => e === 'ACCOUNT_UPDATE');
  const [last] = ((updates.at(-1)?.['a'] as Body | undefined)?.['B'] ?? []) as readonly Body[];
  if (last !== undefined) expect(last['wb']).toBe(balance?.['balance']);
}

test('stream, listings, position and balance agree after anything', async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
    const bench = await openAsterBench({ requests_per_minute: 1_000_000 });
    try {
      const { body } = await bench.v3('POST', 'listenKey');
      const stream = await bench.stream(`/ws/${String(body['listenKey'])}`);
      for (const each of steps) await perform(bench, each);
      await agrees(bench, stream);
    } finally {
      await bench.close();
    }
  });
  await fc.assert(property, { numRuns: 8 });
}, 120_000);
