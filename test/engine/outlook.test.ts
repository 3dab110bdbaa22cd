/** What a grid would be right after its start: worst positions, orders, liquidation. */
import { expect, test } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket, priceText, sizeText, ticksOf } from '../../src/contract/market.ts';
import { design, startOutlook } from '../../src/engine/index.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';

const market = makeMarket(paperMarket('SOL_USDC_PERP'));

function outlook(strategy: object, account: { adopted?: number; aside?: number } = {}) {
  const values = {
    ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: '0.5' },
    ...strategy,
  };
  const designed = design(market, { ...values, price: '150' });
  if ('problems' in designed) throw new Error(JSON.stringify(designed.problems));
  const lots = (size = 0) => Math.round(size * 100);
  const found = startOutlook(market, designed.plan, {
    ticks: ticksOf(market, '150') ?? 0,
    equity: parseMoney('1000') ?? 0n,
    adopted_lots: lots(account.adopted),
    aside_lots: lots(account.aside),
  });
  const price = (ticks: number | null) => (ticks === null ? null : priceText(market, ticks));
  return {
    size: sizeText(market, found.lots),
    long: sizeText(market, found.most_long_lots),
    short: sizeText(market, found.most_short_lots),
    orders: found.orders,
    now: price(found.liquidations.now),
    bought: Number(price(found.liquidations.buys_filled)),
    sold: Number(price(found.liquidations.sells_filled)),
  };
}

test('neutral: flat, with half of the lines on each side', () => {
  const found = outlook({});
  expect(found).toMatchObject({ size: '0', long: '5', short: '-5', orders: 20, now: null });
  expect(found.bought).toBeLessThan(140);
  expect(found.sold).toBeGreaterThan(160);
});

test('long: its starting position is bought, and only grows', () => {
  const found = outlook({ direction: 'long' });
  expect(found).toMatchObject({ size: '5', long: '10', short: '0', orders: 20 });
  // 750 held with 1000: only what it may still buy can be liquidated.
  expect(found).toMatchObject({ now: null, sold: 0 });
  expect(found.bought).toBeGreaterThan(0);
});

test('max_position caps it; fences that only hold orders back for a while do not', () => {
  expect(outlook({ max_position: 2 })).toMatchObject({ long: '2', short: '-2' });
  expect(outlook({ max_open_orders: 4 })).toMatchObject({ long: '5', short: '-5', orders: 20 });
});

test('a grid that waits for its trigger is looked at as if it were reached', () => {
  expect(outlook({ trigger_price: 145 })).toMatchObject({ long: '2.5', short: '-7.5' });
});

test('adopted and set aside count the same for liquidation', () => {
  const adopted = outlook({}, { adopted: -3 });
  const aside = outlook({}, { aside: -3 });
  expect(adopted).toMatchObject({ size: '-3', long: '2', short: '-8' });
  expect(aside).toEqual(adopted);
});
