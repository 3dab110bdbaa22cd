/** What `validate` and `new` say of a grid before anything runs, with the paper balance behind it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkGrid } from '../../src/cli/grid-design.ts';
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
