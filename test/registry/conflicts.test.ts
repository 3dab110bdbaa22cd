/** Nothing is claimed by two configs: config/active as a whole, and what is given besides. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeAt } from '../../src/platform/paths.ts';
import {
  claimedPorts,
  conflictError,
  findActiveFile,
  findConflicts,
  readConfigFile,
} from '../../src/registry/index.ts';
import { ROOT } from '../source-tree.ts';
import { put, smallConfig, tempHome } from './temp-home.ts';

function configWith(id: string | null, daemon: Record<string, unknown> = {}) {
  const config = smallConfig();
  if (id !== null) config.metadata['instance_id'] = id;
  config.daemon_config = daemon;
  return config;
}

describe('findConflicts', () => {
  test('the shipped configs have none', () => {
    const shipped = ['bp_sol_01', 'bp_eth_02'].map((id) =>
      readConfigFile(homeAt(ROOT), `config/active/${id}.json`),
    );
    expect(findConflicts(tempHome(), shipped)).toEqual([]);
    expect(findConflicts(tempHome())).toEqual([]);
  });

  test.each([
    ['instance_id', configWith('same'), configWith('same', { log_dir: 'l', db_path: 'd' }), 'same'],
    ['log_dir', configWith('a', { log_dir: 'logs/x' }), configWith('x'), 'logs/x'],
    ['db_path', configWith('a', { db_path: 'database/./x.db' }), configWith('x'), 'database/x.db'],
    ['web_port', configWith('a', { web_port: 5001 }), configWith('b', { web_port: 5001 }), '5001'],
  ])('the same %s is found, both files named', (key, first, second, value) => {
    const home = tempHome();
    put(home, 'config/active/one.json', first);
    put(home, 'config/active/two.json', second);
    const conflicts = findConflicts(home);
    expect(conflicts).toEqual([
      expect.objectContaining({
        key,
        value,
        files: ['config/active/one.json', 'config/active/two.json'],
      }),
    ]);
    const error = conflictError(conflicts);
    expect(error.code).toBe('CONFIG_CONFLICT');
    expect(error.exit).toBe(4);
    expect(error.message).toBe(
      `config/active/one.json and config/active/two.json both use ${key} ${value}.`,
    );
  });

  test('a config from elsewhere is held against config/active, but none against itself', () => {
    const home = tempHome();
    const inside = put(home, 'config/active/a.json', configWith('a', { web_port: 5001 }));
    const outside = put(home, 'elsewhere/b.json', configWith('b', { web_port: 5001 }));
    expect(findConflicts(home, [readConfigFile(home, inside)])).toEqual([]);
    const found = findConflicts(home, [readConfigFile(home, outside)]);
    expect(found.map(({ key, files }) => [key, ...files])).toEqual([
      ['web_port', 'config/active/a.json', 'elsewhere/b.json'],
    ]);
  });

  test('one file under two ids claims its places twice', () => {
    const home = tempHome();
    const config = configWith(null, { log_dir: 'logs/fixed', web_port: 5005 });
    const file = put(home, 'config/active/a.json', config);
    const twice = ['one', 'two'].map((instanceId) => readConfigFile(home, file, { instanceId }));
    expect(findConflicts(home, twice).map(({ key }) => key)).toEqual(['log_dir', 'web_port']);
    const [one] = twice;
    expect(one === undefined ? null : findConflicts(home, [one, one])).toEqual([]);
  });

  test('links do not hide a conflict', () => {
    const home = tempHome();
    mkdirSync(home.logs, { recursive: true });
    mkdirSync(join(home.logs, 'real'));
    symlinkSync(join(home.logs, 'real'), join(home.logs, 'alias'));
    put(home, 'config/active/a.json', configWith('a', { log_dir: 'logs/real/x' }));
    put(home, 'config/active/b.json', configWith('b', { log_dir: 'logs/alias/x' }));
    expect(findConflicts(home).map(({ key }) => key)).toEqual(['log_dir']);
  });

  test('a neighbour that is not valid still claims; one that is no JSON claims nothing', () => {
    const home = tempHome();
    const broken = { ...configWith('a', { web_port: 5001 }), nonsense: 1 };
    put(home, 'config/active/a.json', broken);
    put(home, 'config/active/broken.json', '{');
    put(home, 'config/active/.hidden.json', configWith('hidden', { web_port: 5001 }));
    put(home, 'config/active/notes.txt', 'x');
    mkdirSync(join(home.active, 'folder.json'));
    put(home, 'config/active/b.json', configWith('b', { web_port: 5001 }));
    expect(findConflicts(home).map(({ key }) => key)).toEqual(['web_port']);
    put(home, 'config/active/flat.json', { symbol: 'S', web_port: 5007 });
    expect(claimedPorts(home, null)).toEqual([5001, 5007]);
    expect(claimedPorts(home, 'flat')).toEqual([5001]);
  });
});

test('a link in a circle in config/active claims nothing and stands in nobody\'s way', () => {
  const home = tempHome();
  const file = put(home, 'config/active/a.json', configWith('a', { web_port: 5001 }));
  symlinkSync('circle.json', join(home.active, 'circle.json'));
  expect(claimedPorts(home, null)).toEqual([5001]);
  expect(findActiveFile(home, 'a')).toBe(file);
});

test('a config is found by the id it resolves to', () => {
  const home = tempHome();
  const named = put(home, 'config/active/some.json', configWith('named'));
  const plain = put(home, 'config/active/plain.json', configWith(null));
  expect(findActiveFile(home, 'named')).toBe(named);
  expect(findActiveFile(home, 'plain')).toBe(plain);
  expect(findActiveFile(home, 'some')).toBeNull();
});
