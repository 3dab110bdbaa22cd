/** Fences that a grid could not work inside are refused, narrow ones are warned of. */
import { describe, expect, it } from 'vitest';
import type { DesignInput } from '../../src/engine/index.ts';
import { design } from '../../src/engine/index.ts';
import { testMarket } from './matching.ts';

const market = testMarket();
const wish = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10, order_quantity: 2 };

function findings(input: Partial<DesignInput>) {
  const result = design(market, { ...wish, ...input });
  const found = 'problems' in result ? result.problems : result.warnings;
  const kind = 'problems' in result ? 'refused' : 'warned';
  return found.map(({ path, allowed }) => [kind, path, allowed].filter((part) => part));
}

describe('fences of a wish', () => {
  it.each([
    [{ max_open_orders: 1 }, ['refused', 'max_open_orders', 'from 2']],
    [{ max_open_orders: 2.5 }, ['refused', 'max_open_orders', 'from 2']],
    [{ max_open_orders: 9 }, ['warned', 'max_open_orders']],
    [{ max_loss: 0 }, ['refused', 'max_loss']],
    [{ max_loss: '-5' }, ['refused', 'max_loss']],
    [{ max_order_notional: 'many' }, ['refused', 'max_order_notional']],
    [{ max_order_notional: '179.99' }, ['refused', 'max_order_notional', 'from 220']],
    [{ max_order_notional: 219 }, ['warned', 'max_order_notional']],
    [{ price_collar_percent: 0 }, ['refused', 'price_collar_percent', 'above 0 and below 100']],
    [{ price_collar_percent: 100 }, ['refused', 'price_collar_percent', 'above 0 and below 100']],
    [{ price_collar_percent: 2 }, ['refused', 'price_collar_percent', 'from 2.23']],
    [{ max_orders_per_minute: 0 }, ['refused', 'max_orders_per_minute', 'from 1']],
    [{ max_orders_per_minute: 10 }, ['refused', 'max_orders_per_minute', 'from 11']],
  ] as const)('%j', (input, finding) => {
    expect(findings(input)).toEqual([finding]);
  });

  it('says nothing of fences that leave room, and reports all problems at once', () => {
    const roomy = {
      max_open_orders: 11,
      max_loss: '0.01',
      max_order_notional: 220,
      price_collar_percent: '2.23',
      max_orders_per_minute: 11,
    };
    expect(findings(roomy)).toEqual([]);
    expect(findings({ max_loss: 0, max_open_orders: 1, price_collar_percent: 1 })).toHaveLength(3);
  });
});
