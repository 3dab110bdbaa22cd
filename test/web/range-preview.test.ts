/** The preview of a moved range in the page: what it says is what the engine then does. */
import { describe, expect, it } from 'vitest';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import { priceText } from '../../src/contract/market.ts';
import type { EngineView } from '../../src/contract/page-api.ts';
import { encodeState, liquidations, restingOrders } from '../../src/engine/index.ts';
import { adjustFieldsOf, adjustRequestOf } from '../../src/web/ui/instance/actions/adjust-request.ts';
import { previewOf, readBasis } from '../../src/web/ui/instance/range/preview.ts';
import type { Outcome } from '../../src/web/ui/instance/range/preview.ts';
import { progressOf } from '../../src/web/ui/instance/range/progress.ts';
import { fieldsOf, requestOf } from '../../src/web/ui/instance/range/grid-fields.ts';
import { Matching, planOf, testMarket } from '../engine/matching.ts';
import { SAMPLE_LEVEL, SAMPLE_STATUS } from './sample-service.ts';

const market = testMarket({ tick: '0.01', maker_fee: '0.0002', taker_fee: '0.0005' });
const VALUES = {
  grid_lower_price: 90,
  grid_upper_price: 110,
  grid_num: 10,
  order_quantity: 1,
};
const BALANCE = parseMoney('5000') ?? 0n;

function begun(values: object = {}): { grid: Matching; values: EngineView['values'] } {
  const all = { ...VALUES, ...values };
  const grid = new Matching(market, planOf(market, all), 10_050).start().moveTo(9630);
  return { grid, values: all as EngineView['values'] };
}

function viewOf(grid: Matching, values: EngineView['values'], more: Partial<EngineView> = {}) {
  const view: EngineView = {
    market: market.rules,
    state: encodeState(grid.state),
    price: priceText(market, grid.state.ticks ?? 0),
    balance: formatMoney(BALANCE + grid.figures().total),
    instance_id: 'bp_sol_01',
    values,
    margin_check: 'warn',
    aside: '0',
    ...more,
  };
  return readBasis(view);
}

function outcome(found: ReturnType<typeof previewOf>): Outcome {
  if ('problems' in found) throw new Error(JSON.stringify(found.problems));
  return found;
}

describe('the preview', () => {
  it.each([
    { grid_upper_price: '112' },
    { grid_lower_price: '80.5' },
    { grid_lower_price: '92', grid_upper_price: '104', grid_num: 12 },
    { order_quantity: '2' },
  ])('of %j says which orders stay, go and come, and what is left over', (request) => {
    const { grid, values } = begun();
    const said = outcome(previewOf(viewOf(grid, values), request));
    const before = new Map([...grid.resting].map(([id, { order }]) => [id, order.ticks]));
    const sent = grid.placed.length;
    const all = { ...VALUES, ...request };
    grid.adjust(planOf(market, all), 'carry').check();
    const stayed = [...before.keys()].filter((id) => grid.resting.has(id));
    const placed = grid.placed.slice(sent).filter(({ role }) => role === 'line');
    expect([said.kept, said.cancelled, said.placed]).toEqual([
      stayed.length,
      before.size - stayed.length,
      placed.length,
    ]);
    expect(said.carry).toBe(String(grid.figures().carry_lots));
    const resting = said.lines.filter(({ side }) => side !== null);
    const prices = [...grid.resting.values()].map(({ order }) => order.ticks ?? 0);
    expect(resting.map(({ price }) => price)).toEqual(
      prices.sort((a, b) => a - b).map((ticks) => priceText(market, ticks)),
    );
    const kept = resting.filter((line) => line.kept).map(({ price }) => price);
    expect(kept).toEqual(
      stayed
        .map((id) => before.get(id) ?? 0)
        .sort((a, b) => a - b)
        .map((ticks) => priceText(market, ticks)),
    );
    const equity = BALANCE + grid.figures().total;
    const ticks = grid.state.ticks ?? 0;
    const exposure = { lots: grid.position, equity, ticks };
    const after = liquidations(market, exposure, restingOrders(grid.state));
    const text = (at: number | null) => (at === null ? null : priceText(market, at));
    expect(said.liquidation?.buys_filled).toBe(text(after.buys_filled));
    expect(said.liquidation?.sells_filled).toBe(text(after.sells_filled));
  });

  it('of the same numbers touches nothing', () => {
    const { grid, values } = begun();
    const said = outcome(previewOf(viewOf(grid, values), { grid_upper_price: '110.00' }));
    expect([said.unchanged, said.cancelled, said.placed]).toEqual([true, 0, 0]);
    expect(said.kept).toBe(grid.resting.size);
  });

  it('refuses what the bot would refuse, with every reason', () => {
    const { grid, values } = begun();
    const problems = (request: object, more: Partial<EngineView> = {}) => {
      const found = previewOf(viewOf(grid, values, more), request);
      return 'problems' in found ? found.problems.map(({ path }) => path) : [];
    };
    expect(problems({ grid_lower_price: '120' })).toContain('grid_lower_price');
    expect(problems({ grid_upper_price: '90.01' }).length).toBeGreaterThan(0);
    expect(problems({ grid_upper_price: '110.001' })).toContain('grid_upper_price');
    expect(problems({ grid_num: Number.NaN })).toContain('grid_num');
    expect(problems({ order_quantity: '400' })).toContain('order_quantity');
    // Without a balance nothing is known of liquidation; what stands aside counts where it is.
    expect(problems({ order_quantity: '400' }, { balance: null })).toEqual([]);
    expect(problems({ grid_upper_price: '112' }, { aside: '900' })).toContain('order_quantity');
  });

  it('takes less than a frame for 200 grids', () => {
    const wide = { grid_lower_price: 80, grid_upper_price: 120, grid_num: 200 };
    const { grid, values } = begun(wide);
    const basis = viewOf(grid, values, { balance: '500000' });
    const took = Array.from({ length: 15 }, (_, i) => {
      const from = process.cpuUsage();
      outcome(previewOf(basis, { grid_upper_price: `${121 + i}` }));
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1000;
    });
    // Of the processor, and the quickest of several: other work on the machine is not the preview's.
    expect(Math.min(...took)).toBeLessThan(16);
  });
});

describe('the fields', () => {
  it('ask only for what differs', () => {
    const fields = fieldsOf(SAMPLE_STATUS);
    expect(requestOf(fields, SAMPLE_STATUS)).toBeNull();
    expect(requestOf({ ...fields, upper: '160.00', grids: ' 20' }, SAMPLE_STATUS)).toBeNull();
    expect(requestOf({ ...fields, upper: ' 161 ' }, SAMPLE_STATUS)).toEqual({
      grid_upper_price: '161',
    });
    const moved = { ...fields, grids: '25', quantity: '0.6', position: 'rebalance' as const };
    expect(requestOf(moved, SAMPLE_STATUS)).toEqual({
      grid_num: 25,
      order_quantity: '0.6',
      position: 'rebalance',
    });
  });

  it('take no comma for a point: what may be meant for thousands is refused', () => {
    const fields = { ...fieldsOf(SAMPLE_STATUS), upper: '160,000' };
    const request = requestOf(fields, SAMPLE_STATUS);
    expect(request).toEqual({ grid_upper_price: '160,000' });
    const { grid, values } = begun();
    const refused = previewOf(viewOf(grid, values), request ?? {});
    expect('problems' in refused && refused.problems.map(({ path }) => path)).toEqual([
      'grid_upper_price',
    ]);
  });

  it('of the dialog say a size in one of three ways, the present one too', () => {
    const asked = (more: Partial<ReturnType<typeof adjustFieldsOf>>) =>
      adjustRequestOf({ ...adjustFieldsOf(SAMPLE_STATUS, 'keep'), ...more }, SAMPLE_STATUS);
    const { quantity_per_grid: order_quantity } = SAMPLE_STATUS;
    expect(asked({ quantity: '7', investment: '9' })).toBeNull();
    expect(asked({ sizeBy: 'quantity' })).toEqual({ order_quantity });
    expect(asked({ sizeBy: 'investment', investment: ' 900 ', grids: '25' })).toEqual({
      ...{ grid_num: 25, investment: '900' },
    });
  });
});

describe('convergence', () => {
  it('counts what rests, what is on its way, and what waits for each reason', () => {
    const level = (reason: string | null, side: 'buy' | null = 'buy') => {
      return { ...SAMPLE_LEVEL, reason, side };
    };
    const levels = [
      ...[level(null), level(null, null), level('pending'), level('line_taken')],
      ...[level('insufficient_margin'), level('insufficient_margin'), level('entry_waits')],
    ];
    expect(progressOf(levels)).toEqual({
      resting: 1,
      moving: 2,
      waiting: [
        { reason: 'insufficient_margin', count: 2 },
        { reason: 'entry_waits', count: 1 },
      ],
    });
  });
});
