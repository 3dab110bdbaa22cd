/** The two edges of a running grid: the worked example of a long grid, figure by figure. */
import { expect, test } from 'vitest';
import { formatMoney, parseDecimal, parseMoney } from '../../src/contract/decimal.ts';
import { edgesOf } from '../../src/engine/index.ts';
import type { Resting } from '../../src/engine/index.ts';
import { planOf, testMarket } from './matching.ts';

const market = testMarket();
const plan = planOf(market, { direction: 'long' });
const buys = [98, 96, 94, 92, 90].map((ticks): Resting => {
  return { side: 'buy', ticks, lots: 1, reduce_only: false };
});
const sells = [102, 104, 106, 108, 110].map((ticks): Resting => {
  return { side: 'sell', ticks, lots: 1, reduce_only: true };
});
const leverage = parseDecimal(10) ?? { digits: 1n, scale: 0 };

function at(equity: string, ticks = 100, lots = 5) {
  const exposure = { lots, ticks, equity: parseMoney(equity) ?? 0n };
  return edgesOf(market, plan, exposure, [...buys, ...sells], leverage).map((edge) => ({
    ...edge,
    notional: formatMoney(edge.notional),
    margin: formatMoney(edge.margin),
    loss: formatMoney(edge.loss),
    equity: formatMoney(edge.equity),
  }));
}

test('long 90..110 from 100: 10 held at 90 with a loss of 70, flat at 110 with 30 gained', () => {
  const [low, high] = at('1000');
  expect(low).toEqual({
    ...{ side: 'buy', ticks: 90, lots: 10, notional: '900', margin: '90' },
    ...{ loss: '70', equity: '930', liquidation_percent: null },
  });
  expect(high).toEqual({
    ...{ side: 'sell', ticks: 110, lots: 0, notional: '0', margin: '0' },
    ...{ loss: '0', equity: '1030', liquidation_percent: null },
  });
});

test('a thin account is liquidated 3 below the edge: 3.33 % of 90', () => {
  expect(at('100')[0]).toMatchObject({ equity: '30', liquidation_percent: '3.33' });
});

test('beyond the range the price itself is the edge', () => {
  const [low] = edgesOf(
    market,
    plan,
    { lots: 10, ticks: 85, equity: 10n ** 20n },
    sells,
    leverage,
  );
  expect(low).toMatchObject({ ticks: 85, lots: 10, loss: 0n });
});
