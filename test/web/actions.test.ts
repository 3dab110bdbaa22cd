/** What the page offers to do with a grid, and what its adjust form asks the bot for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRID_STATES } from '../../src/contract/trading.ts';
import { ACTIONS, isOffered } from '../../src/web/ui/instance/actions/available.ts';
import type { Action } from '../../src/web/ui/instance/actions/available.ts';
import { adjustFieldsOf, adjustRequestOf } from '../../src/web/ui/instance/actions/adjust-request.ts';

const FLAT = { carry: '0', position: '0.00', open_orders: 0 };
const HOLDS = { carry: '0.5', position: '0.5', open_orders: 0 };

function offered(grid_state: (typeof GRID_STATES)[number], facts: typeof FLAT): Action[] {
  return ACTIONS.filter((action) => isOffered(action, { grid_state, ...facts }));
}

describe('actions', () => {
  it.each([
    ['waiting', ['pause', 'adjust', 'fund', 'compare', 'stop', 'panic']],
    ['running', ['pause', 'adjust', 'fund', 'compare', 'stop', 'panic']],
    ['paused', ['resume', 'adjust', 'fund', 'compare', 'stop', 'panic']],
    ['tripped', ['resume', 'adjust', 'fund', 'compare', 'stop', 'panic']],
    ['stopping', ['compare', 'stop', 'panic']],
    ['stopped', []],
    ['finished', []],
  ] as const)('of a flat grid that is %s', (state, actions) => {
    expect(offered(state, FLAT)).toEqual(actions);
  });

  it('a panic is offered while anything is left, whatever the state', () => {
    for (const state of GRID_STATES) {
      expect(offered(state, HOLDS)).toContain('panic');
      expect(offered(state, { ...FLAT, open_orders: 1 })).toContain('panic');
    }
  });

  it('a carry can be closed where there is one and a grid that lives', () => {
    const states = GRID_STATES.filter((state) => offered(state, HOLDS).includes('close_carry'));
    expect(states).toEqual(['waiting', 'running', 'paused', 'tripped']);
  });
});

const GRID = {
  ...{ lower: '90000', upper: '110000.0', grids: 20, quantity_per_grid: '0.01' },
  ...{ investment: '5000', direction: 'long' as const },
};

describe('the adjust form', () => {
  it('asks for nothing while nothing differs, however it is written', () => {
    const fields = adjustFieldsOf(GRID, 'keep');
    expect(adjustRequestOf(fields, GRID)).toBeNull();
    expect(adjustRequestOf({ ...fields, lower: ' 90000.00 ', upper: '110000' }, GRID)).toBeNull();
    // To trade to the new plan at once is no plan by itself.
    expect(adjustRequestOf({ ...fields, position: 'rebalance' }, GRID)).toBeNull();
  });

  it('asks for the range, the number and the size that were typed', () => {
    const fields = { ...adjustFieldsOf(GRID, 'quantity'), upper: ' 115000.5', grids: '25' };
    expect(adjustRequestOf({ ...fields, quantity: '0.02' }, GRID)).toEqual({
      grid_upper_price: '115000.5',
      ...{ grid_num: 25, order_quantity: '0.02' },
    });
    const sized = { ...adjustFieldsOf(GRID, 'investment'), investment: '6000' };
    expect(adjustRequestOf(sized, GRID)).toEqual({ investment: '6000' });
  });

  it('trades at once only beside a change', () => {
    const fields = { ...adjustFieldsOf(GRID, 'keep'), position: 'rebalance' as const };
    const more = { ...fields, grids: '25' };
    expect(adjustRequestOf(more, GRID)).toEqual({ grid_num: 25, position: 'rebalance' });
  });

  it('never takes a separator of thousands for a decimal comma: what is typed is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 999_999 }), (value) => {
        // 85 instead of 85,000 would be a valid lower bound, and a grid a thousand times as wide.
        const lower = value.toLocaleString('en-US');
        const request = adjustRequestOf({ ...adjustFieldsOf(GRID, 'keep'), lower }, GRID);
        expect(request).toEqual({ grid_lower_price: lower });
        expect(Number(lower)).toBeNaN();
      }),
    );
  });
});
