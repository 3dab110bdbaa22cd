import { describe, expect, it } from 'vitest';
import { sizeText } from '../../src/contract/market.ts';
import type { DesignInput, Problem } from '../../src/engine/index.ts';
import { design } from '../../src/engine/index.ts';
import { planOf, testMarket } from './matching.ts';

const market = testMarket({
  tick: '0.01',
  lot: '0.01',
  min_quantity: '0.05',
  min_notional: '5',
  max_orders: 100,
  maker_fee: '0.0002',
});
const guide = { grid_lower_price: 140, grid_upper_price: 160, grid_num: 20 };

function problems(input: DesignInput): Problem[] {
  const result = design(market, input);
  return 'problems' in result ? result.problems : [];
}

function size(input: Partial<DesignInput>): string {
  const plan = planOf(market, { ...guide, order_quantity: undefined, ...input });
  return sizeText(market, plan.lots_per_grid);
}

describe('design', () => {
  it('sizes the guide: max_position 10 over 20 grids is 0.5 each', () => {
    expect(size({ max_position: 10 })).toBe('0.5');
  });

  it('sizes by investment: the dearer side of a neutral grid', () => {
    const input = { ...guide, grid_lower_price: 8000, grid_upper_price: 12000, grid_num: 4 };
    // Started at 10,000: buys 8000 + 9000, sells 11000 + 12000; 23,000 x 0.43 < 10,000.
    expect(size({ ...input, investment: 5000, leverage: 2, price: 10000 })).toBe('0.43');
    // Long: two parcels at the price, buys at 9000 and 8000.
    expect(size({ ...input, direction: 'long', investment: 37000, price: '10000' })).toBe('1');
    // The same gaps waiting cost their entry lines, 10000 and 11000.
    const waiting = { direction: 'long' as const, open_position_at_start: false };
    expect(size({ ...input, ...waiting, investment: 38000, price: 10000 })).toBe('1');
    // Short: two parcels at the price, sells at 11000 and 12000.
    expect(size({ ...input, direction: 'short', investment: 43000, price: 10000 })).toBe('1');
    const less = { direction: 'short' as const, investment: '42999.99', price: 10000 };
    expect(size({ ...input, ...less })).toBe('0.99');
  });

  it('prefers order_quantity, then investment, then max_position', () => {
    const all = { order_quantity: '0.7', investment: 100000, max_position: 10 };
    expect(size(all)).toBe('0.7');
    // 1000 / 1,555: the sells above 150 are the dearer side.
    expect(size({ ...all, order_quantity: undefined, investment: 1000, price: 150 })).toBe('0.64');
  });

  it('reports every problem at once, each with its key', () => {
    const found = problems({
      grid_lower_price: '160.001',
      grid_upper_price: 140,
      grid_num: 100,
      order_quantity: '0.005',
      stop_loss_price: -1,
    });
    expect(found.map((problem) => problem.path)).toEqual([
      'stop_loss_price',
      'grid_lower_price',
      'grid_num',
      'order_quantity',
    ]);
    expect(found[1]?.allowed).toBe('for example 160');
    expect(found[2]?.allowed).toBe('1 to 99');
  });

  it('refuses lower >= upper', () => {
    const [found] = problems({ ...guide, grid_lower_price: 160, order_quantity: 1 });
    expect(found).toMatchObject({ path: 'grid_lower_price', allowed: 'below 160' });
  });

  it('refuses a grid whose fees eat its profit and says how many grids would do', () => {
    const input = { ...guide, grid_lower_price: 159, grid_num: 40, order_quantity: 1 };
    const [found] = problems(input);
    expect(found).toMatchObject({ path: 'grid_num' });
    const most = Number(/at most (\d+)/.exec(found?.allowed ?? '')?.[1]);
    expect(problems({ ...input, grid_num: most })).toEqual([]);
    expect(problems({ ...input, grid_num: most + 1 })).not.toEqual([]);
  });

  it('refuses two lines on one price', () => {
    const input = { ...guide, grid_lower_price: '159.95', grid_num: 50, order_quantity: 1 };
    expect(problems(input)[0]?.message).toMatch(/fall on the same price/);
  });

  it("refuses sizes below the venue's minimum quantity or value", () => {
    const tiny = problems({ ...guide, order_quantity: '0.03' });
    expect(tiny[0]).toMatchObject({ path: 'order_quantity', allowed: 'at least 0.05 per grid' });
    const cheap = { grid_lower_price: 10, grid_upper_price: 30, grid_num: 5 };
    const value = problems({ ...cheap, order_quantity: '0.3' });
    expect(value[0]).toMatchObject({ allowed: 'at least 0.5 per grid' });
    expect(problems({ ...cheap, order_quantity: '0.5' })).toEqual([]);
    expect(problems({ ...guide, max_position: '0.4' })[0]?.path).toBe('max_position');
  });

  it('warns, but does not refuse, when the fence is smaller than a full grid', () => {
    const result = design(market, { ...guide, order_quantity: 1, max_position: 5 });
    const warned = 'plan' in result ? result.warnings.map((warning) => warning.path) : [];
    expect(warned).toEqual(['max_position']);
    const less = problems({ ...guide, order_quantity: 1, max_position: '0.9' });
    expect(less[0]?.path).toBe('max_position');
  });

  it('needs some size', () => {
    expect(problems(guide)[0]?.path).toBe('order_quantity');
  });

  it('checks levels and trailing caps', () => {
    const input = { ...guide, order_quantity: 1 };
    const wrong = { direction: 'long' as const, stop_loss_price: 170, take_profit_price: 165 };
    expect(problems({ ...input, ...wrong })[0]?.path).toBe('stop_loss_price');
    expect(problems({ ...input, ...wrong, direction: 'short' })).toEqual([]);
    expect(problems({ ...input, trail_upper_price: 150 })[0]?.path).toBe('trail_upper_price');
    expect(problems({ ...input, trail_lower_price: 150 })[0]?.path).toBe('trail_lower_price');
  });
});

describe('a level that the price has already reached', () => {
  const sized = { ...guide, order_quantity: 1, price: '150' };
  const long = { ...sized, direction: 'long' } as const;
  const short = { ...sized, direction: 'short' } as const;

  it.each([
    ['long', { ...long, stop_loss_price: 150 }, 'stop_loss_price', 'below 150'],
    ['long', { ...long, take_profit_price: 100 }, 'take_profit_price', 'above 150'],
    ['short', { ...short, stop_loss_price: 149 }, 'stop_loss_price', 'above 150'],
    ['short', { ...short, take_profit_price: 160 }, 'take_profit_price', 'below 150'],
  ])('of a %s grid is refused before it trades', (_direction, input, path, allowed) => {
    expect(problems(input)).toEqual([expect.objectContaining({ path, allowed })]);
  });

  it('is one that the trigger has reached, while the grid waits for it', () => {
    const long = { ...guide, order_quantity: 1, direction: 'long', price: 150 } as const;
    const paths = (input: Partial<DesignInput>) =>
      problems({ ...long, ...input }).map(({ path }) => path);
    expect(paths({ trigger_price: 145, stop_loss_price: 147 })).toEqual(['stop_loss_price']);
    expect(paths({ trigger_price: 158, stop_loss_price: 152 })).toEqual([]);
    expect(paths({ trigger_price: 158, take_profit_price: 155 })).toEqual(['take_profit_price']);
    const begun = { trigger_price: 158, laid_out: true };
    expect(paths({ ...begun, stop_loss_price: 152 })).toEqual(['stop_loss_price']);
    expect(paths({ ...begun, take_profit_price: 155 })).toEqual([]);
  });
});

it('refuses a size of which a full grid could not be counted exactly', () => {
  const fine = testMarket({ lot: '0.00000001' });
  const range = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10 };
  const result = design(fine, { ...range, investment: '900000000000', leverage: 5 });
  const found = 'problems' in result ? result.problems : [];
  expect(found.map(({ path }) => path)).toEqual(['investment']);
  expect(found[0]?.allowed).toBe('at most 4503599.62737049 per grid');
});
