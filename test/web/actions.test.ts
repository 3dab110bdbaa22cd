/** What the page offers to do with a grid, and what its adjust form asks the bot for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRID_STATES } from '../../src/contract/trading.ts';
import { ACTIONS, isOffered } from '../../src/web/ui/instance/actions/available.ts';
import type { Action } from '../../src/web/ui/instance/actions/available.ts';
import {
  decimalOf,
  fieldsOf,
  requestOf,
} from '../../src/web/ui/instance/actions/adjust-request.ts';

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
    const fields = fieldsOf(GRID, 'keep');
    expect(requestOf(fields, GRID)).toBeNull();
    expect(requestOf({ ...fields, lower: ' 90000.00 ', upper: '110000' }, GRID)).toBeNull();
    // To trade to the new plan at once is no plan by itself.
    expect(requestOf({ ...fields, position: 'rebalance' }, GRID)).toBeNull();
  });

  it('asks for the range, the number and the size that were typed', () => {
    const fields = { ...fieldsOf(GRID, 'quantity'), upper: '115000,5', grids: '25' };
    expect(requestOf({ ...fields, quantity: '0,02' }, GRID)).toEqual({
      ...{ grid_lower_price: '90000', grid_upper_price: '115000.5' },
      ...{ grid_num: 25, order_quantity: '0.02' },
    });
    const sized = { ...fieldsOf(GRID, 'investment'), investment: '6000' };
    expect(requestOf(sized, GRID)).toEqual({ investment: '6000' });
  });

  it('trades at once only where a grid has a side', () => {
    const fields = { ...fieldsOf(GRID, 'keep'), grids: '25', position: 'rebalance' as const };
    expect(requestOf(fields, GRID)).toEqual({ grid_num: 25, position: 'rebalance' });
    const neutral = { ...GRID, direction: 'neutral' as const };
    expect(requestOf(fields, neutral)).toEqual({ grid_num: 25 });
  });

  it('never takes a separator of thousands for a decimal comma', () => {
    // 85 instead of 85,000 would be a valid lower bound, and a grid a thousand times as wide.
    const request = requestOf({ ...fieldsOf(GRID, 'keep'), lower: '85,000' }, GRID);
    expect(request?.grid_lower_price).toBe('85,000');
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 999_999 }), (value) => {
        const typed = value.toLocaleString('en-US');
        expect(Number(decimalOf(typed))).toBeNaN();
      }),
    );
  });

  it('reads a decimal comma as a point wherever it can be nothing else', () => {
    expect(['0,125', '1234,567', '12,5', ' 7 '].map(decimalOf)).toEqual([
      ...['0.125', '1234.567', '12.5', '7'],
    ]);
  });
});
