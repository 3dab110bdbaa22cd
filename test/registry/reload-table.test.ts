/** The table of how changed keys are applied: complete, and compared by effective values. */
import { afterEach, describe, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisedHome } from '../fixtures/supervised-home.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { HOW_APPLIED, appliedAs, changedKeys, readConfigFile } from '../../src/registry/index.ts';
import { CONFIG_SCHEMA } from '../../src/registry/schema-words.ts';
import type { SchemaNode } from '../../src/registry/schema-words.ts';

const homes: SupervisedHome[] = [];

afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

function leaves(node: SchemaNode, path: string[] = []): string[] {
  if (node.properties === undefined) return [path.join('.')];
  return Object.entries(node.properties).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** The config of a file with these parts. */
function configOf(strategy: object, daemon: object = {}) {
  const home = new SupervisedHome();
  homes.push(home);
  const file = join(home.folder, 'config', 'active', 'aa_01.json');
  const grid = { grid_lower_price: 140, grid_upper_price: 160, grid_num: 10, order_quantity: 1 };
  const body = {
    metadata: { symbol: 'SOL_USDC_PERP' },
    daemon_config: daemon,
    exchange_config: {},
    strategy_config: { ...grid, ...strategy },
  };
  writeFileSync(file, JSON.stringify(body));
  return readConfigFile(homeAt(home.folder), file).config;
}

describe('the table', () => {
  test('names every key of the schema and no other', () => {
    const keys = leaves(CONFIG_SCHEMA);
    expect(keys.length).toBeGreaterThan(50);
    expect(Object.keys(HOW_APPLIED).sort()).toEqual(keys.sort());
  });

  test('a key that nobody knows asks for a restart', () => {
    expect(appliedAs(['daemon_config.unheard_of'], 'restart')).toHaveLength(1);
  });
});

describe('changed keys', () => {
  test('nothing differs in the same values written in another order', () => {
    const environment = { A: '1', B: '2' };
    const before = configOf({}, { environment });
    const after = configOf({}, { environment: { B: '2', A: '1' } });
    expect(changedKeys(before, after)).toEqual([]);
  });

  test('deep keys are named one by one', () => {
    const after = configOf({ on_stop: { position: 'close' }, duration: 60 }, { watch: true });
    expect(changedKeys(configOf({}), after)).toEqual([
      'daemon_config.watch',
      'strategy_config.on_stop.position',
      'strategy_config.duration',
    ]);
  });

  test('arguments count by what they set', () => {
    const after = configOf({}, { bot_args: ['--grid-upper', 164] });
    const keys = changedKeys(configOf({}), after);
    expect(appliedAs(keys, 'grid')).toEqual(['strategy_config.grid_upper_price']);
    const said = configOf({ grid_upper_price: 164 });
    expect(appliedAs(changedKeys(after, said), 'grid')).toEqual([]);
  });

  test('all keys when nothing is known', () => {
    expect(changedKeys(null, configOf({}))).toEqual(Object.keys(HOW_APPLIED));
  });
});
