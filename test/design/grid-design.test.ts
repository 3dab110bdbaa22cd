/** What `validate` and `new` say of a grid before anything runs, with the paper balance behind it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkGrid } from '../../src/design/index.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { PACKAGE_FOLDER, homeAt } from '../../src/platform/paths.ts';
import { readConfigFile } from '../../src/registry/index.ts';

const home = homeAt(PACKAGE_FOLDER);

function shipped(name: string): InstanceConfig {
  return readConfigFile(home, join(PACKAGE_FOLDER, 'config', name)).config;
}

// A replay names a file that only its user has.
const names = ['active', 'templates']
  .flatMap((folder) => readdirSync(join(PACKAGE_FOLDER, 'config', folder)).map((f) => join(folder, f)))
  .filter((name) => name.endsWith('.json') && !name.endsWith('replay.json'));

it('sees the configs', () => {
  expect(names.length).toBeGreaterThanOrEqual(7);
});

it.each(names)('%s is carried by its balance, without a warning', (name) => {
  expect(checkGrid(home, shipped(name))).toMatchObject({ problems: [], warnings: [] });
});

describe('a grid of 20 between 140 and 160', () => {
  const base = shipped(join('templates', 'neutral.json'));
  const check = (strategy: Partial<InstanceConfig['strategy_config']>, balance: string) => {
    const { max_position: _fence, ...kept } = base.strategy_config;
    const { exchange_config: exchange } = base;
    return checkGrid(home, {
      ...base,
      exchange_config: { ...exchange, paper: { ...exchange.paper, starting_balance: balance } },
      strategy_config: { ...kept, ...strategy },
    });
  };

  it('is warned of its margin, and refused where it would be liquidated inside', () => {
    expect(check({ order_quantity: 1 }, '10000')).toMatchObject({ problems: [], warnings: [] });
    const { problems, warnings } = check({ order_quantity: 1 }, '1000');
    expect(problems).toEqual([]);
    expect(warnings.join()).toMatch(/^strategy_config\.order_quantity: .*margin is short by/);
    const refused = check({ order_quantity: 30 }, '1000');
    expect(refused.problems.map(({ path }) => path)).toEqual([
      'strategy_config.order_quantity',
      'strategy_config.order_quantity',
    ]);
  });

  it('with the leverage that it wants has no margin missing', () => {
    expect(check({ order_quantity: 1, leverage: 3 }, '1000').warnings).toEqual([]);
  });
});

describe('what the console is shown of a grid', () => {
  const neutral = shipped(join('templates', 'neutral.json'));

  it('is the grid as it would begin, with whose rules it was designed on', () => {
    const { strategy_config: values } = neutral;
    const { view, edges, certain } = checkGrid(home, neutral);
    expect(certain).toBe(true);
    expect(view?.lines).toHaveLength(values.grid_num + 1);
    expect([view?.lines[0], view?.lines.at(-1)]).toEqual([
      String(values.grid_lower_price),
      String(values.grid_upper_price),
    ]);
    expect(view?.orders).toBe(values.grid_num);
    expect(view?.start_order).toBe('0');
    expect(view?.market_source).toMatch(/^(As recorded of|Made up by gridd: )/);
    expect(view?.market_said?.code).toMatch(/^rules_/);
    expect(edges.map(({ side }) => side)).toEqual(['buys_filled', 'sells_filled']);
    // Every buy below the middle filled, marked to the lowest line.
    const lots = Number(view?.quantity_per_grid);
    expect(Number(edges[0]?.position)).toBeCloseTo((lots * values.grid_num) / 2, 9);
    expect(Number(edges[0]?.loss)).toBeGreaterThan(0);
  });

  it('a long grid buys at its start, a short one sells', () => {
    const size = (name: string) =>
      Number(checkGrid(home, shipped(join('templates', name))).view?.start_order);
    expect(size('long.json')).toBeGreaterThan(0);
    expect(size('short.json')).toBeLessThan(0);
  });

  it('of a live grid nothing is said that only its account knows', () => {
    const live = shipped(join('templates', 'aster_btc_live.json'));
    const { view, edges, certain } = checkGrid(home, live);
    expect([certain, view?.liquidation]).toEqual([false, null]);
    expect(view?.market_source).toMatch(/^As recorded of aster on 2\d{3}-\d\d-\d\d or earlier\.$/);
    const said = { code: 'rules_recorded_until', values: { venue: 'aster' } };
    expect(view?.market_said).toMatchObject(said);
    expect(Number(edges[0]?.loss)).toBeGreaterThan(0);
  });

  it('refusals are words with paths and what is allowed', () => {
    const values = { ...neutral.strategy_config, grid_lower_price: 150, grid_upper_price: 150.01 };
    const { problems, view } = checkGrid(home, { ...neutral, strategy_config: values });
    expect(view).toBeNull();
    expect(problems.map(({ path }) => path)).toContain('strategy_config.grid_num');
  });
});
