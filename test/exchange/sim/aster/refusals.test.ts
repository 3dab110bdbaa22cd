/** What the loopback Aster refuses of an order, each in the code that its documents give it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAsterBench } from './aster-bench.ts';
import type { AsterBench, Params } from './aster-bench.ts';

const SOL = { symbol: 'SOLUSDT' };

let bench: AsterBench;
beforeAll(async () => {
  bench = await openAsterBench();
});
afterAll(() => bench.close());

const CASES: readonly (readonly [string, number, Params])[] = [
  ['a symbol that is none', -1121, { symbol: 'NOUSDT' }],
  ['no symbol', -1102, { symbol: '' }],
  ['a side that is none', -1117, { side: 'HOLD' }],
  ['a type that is none', -1116, { type: 'TRAILING_STOP_MARKET' }],
  ['no time in force', -1102, { timeInForce: '' }],
  ['a time in force that is none', -1115, { timeInForce: 'GTD' }],
  ['no price', -1102, { price: '' }],
  ['no quantity', -1102, { quantity: '' }],
  ['a price that is no number', -1100, { price: '1e2' }],
  ['a price of zero', -4001, { price: '0' }],
  ['a price between ticks', -4014, { price: '140.001' }],
  ['a buy far above the mark', -4016, { price: '180' }],
  ['a sale far below the mark', -4024, { side: 'SELL', price: '100' }],
  ['a sale beyond the highest price', -4002, { side: 'SELL', price: '150000.01' }],
  ['a quantity below zero', -4003, { quantity: '-1' }],
  ['a quantity between steps', -4023, { quantity: '1.001' }],
  ['a quantity above the largest', -4005, { quantity: '10000000.01' }],
  ['a quantity without end', -4005, { quantity: '99999999999999999999' }],
  ['too small a value', -4164, { quantity: '0.01' }],
  ['more than the margin carries', -2019, { quantity: '100000' }],
  ['a client id with a blank', -4015, { newClientOrderId: 'a b' }],
  ['a client id of 37 characters', -4015, { newClientOrderId: 'x'.repeat(37) }],
  ['reduce-only without a position', -2022, { reduceOnly: 'true' }],
  ['reduce-only that is neither', -1130, { reduceOnly: 'maybe' }],
  ['a side of hedge mode', -4061, { positionSide: 'LONG' }],
  ['a share of the fee for a builder', -2031, { builder: '0x1' }],
  ['a stop without a price', -1102, { type: 'STOP_MARKET', price: '' }],
  ['a stop that is reached', -2021, { type: 'STOP_MARKET', price: '', stopPrice: '140' }],
  ['closing with a limit', -1128, { closePosition: 'true' }],
];

test.each(CASES)('%s: %i', async (_what, code, spoilt) => {
  const { status, body } = await bench.order(spoilt);
  expect([status, body['code']]).toEqual([400, code]);
  expect(typeof body['msg']).toBe('string');
  expect((await bench.v3('GET', 'allOrders', SOL)).list).toEqual([]);
});
