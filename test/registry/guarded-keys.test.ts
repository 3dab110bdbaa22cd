/** What a config edited over HTTP may not change, however it is written. */
import { expect, test } from 'vitest';
import { InstanceConfigSchema } from '../../src/contract/instance-config.ts';
import {
  GUARDED_KEYS,
  configRoot,
  guardedIn,
  guardedProblems,
  readOnlyError,
} from '../../src/registry/guarded-keys.ts';
import type { ConfigRoot } from '../../src/registry/guarded-keys.ts';

const FILE = 'aa_01.json';

function root(text: string): ConfigRoot {
  const found = configRoot(text, FILE);
  if (found === null) throw new Error('no object');
  return found;
}

function paths(before: object | string, after: object | string): string[] {
  const text = (value: object | string) =>
    typeof value === 'string' ? value : JSON.stringify(value);
  const problems = guardedProblems(root(text(before)), root(text(after)), FILE);
  return problems.map(({ path }) => path).sort();
}

test('every guarded key is one of the schema', () => {
  for (const path of Object.keys(GUARDED_KEYS)) {
    let node = InstanceConfigSchema as { properties?: Record<string, unknown> };
    for (const key of path.split('.')) {
      expect(Object.keys(node.properties ?? {}), path).toContain(key);
      node = node.properties?.[key] as typeof node;
    }
  }
});

test('each one may neither be added, changed nor removed; what is beside it may', () => {
  for (const path of Object.keys(GUARDED_KEYS)) {
    const at = (value: unknown) =>
      path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
    // Keys of the account keep its venue in place as well.
    expect(paths({}, at('x')), path).toContain(path);
    expect(paths(at('x'), at('y')), path).toContain(path);
    expect(paths(at('x'), {}), path).toContain(path);
    expect(paths(at('x'), at('x')), path).toEqual([]);
  }
  expect(paths({ metadata: { name: 'a' } }, { metadata: { name: 'b' } })).toEqual([]);
});

test('defaults that are written out, other formats and escapes are changes all the same', () => {
  expect(paths({}, { daemon_config: { working_dir: '.' } })).toEqual(['daemon_config.working_dir']);
  expect(paths('{ "symbol": "SOL" }', '{ "symbol": "SOL", "base_url": "http://x" }')).toEqual([
    'exchange_config.base_url',
  ]);
  const escaped = '{ "exchange_config": { "\\u0062ase_url": "https://x" } }';
  expect(paths({}, escaped)).toEqual(['exchange_config.base_url']);
  expect(paths('{ "symbol": "S", "proxy": "http://x" }', {
    metadata: { symbol: 'S' },
    exchange_config: { proxy: 'http://x' },
  })).toEqual([]);
});

test('a whole part cannot be put in place of its keys', () => {
  const before = { daemon_config: { script_path: 'a.py', environment: { A: '1' } } };
  for (const daemon_config of [null, [], 'text']) {
    expect(paths(before, { daemon_config })).toEqual([
      'daemon_config.environment',
      'daemon_config.script_path',
    ]);
  }
});

test('keys twice and __proto__ are no config at all', () => {
  expect(() => root('{ "proxy": "http://a", "proxy": "http://b" }')).toThrow(/stands here twice/);
  expect(() => root('{ "exchange_config": { "__proto__": { "proxy": "x" } } }')).toThrow(
    /__proto__ is not allowed/,
  );
  expect(root('{ "exchange_config": { "constructor": 1 } }')).toBeDefined();
});

test('flags of the built-in bot may change, those of a program and of an account may not', () => {
  const args = (bot_args: string[]) => ({ bot_args });
  const [a, b] = [args(['--grid-num', '5']), args(['--exchange', 'aster'])];
  expect(paths({ daemon_config: a }, { daemon_config: b })).toEqual([]);
  const program = { script_path: 'x.py' };
  expect(paths({ daemon_config: { ...program, ...a } }, { daemon_config: { ...program, ...b } }))
    .toEqual(['daemon_config.bot_args']);
  const exchange_config = { api_key: '${K}' };
  expect(paths({ exchange_config, daemon_config: a }, { exchange_config, daemon_config: b }))
    .toEqual(['daemon_config.bot_args']);
});

test('keys stay with their venue', () => {
  const on = (exchange: string, exchange_config = {}) => ({ metadata: { exchange }, exchange_config });
  const keys = { secret_key: '${K}' };
  expect(paths(on('aster', keys), on('ccxt:evil', keys))).toEqual(['metadata.exchange']);
  expect(paths(on('aster'), on('backpack'))).toEqual([]);
});

test('an id is its file: to name it is no change, to name another is', () => {
  const named = (instance_id: unknown) => ({ metadata: { instance_id } });
  expect(paths({}, named('aa_01'))).toEqual([]);
  expect(paths({}, named('bb_02'))).toEqual(['metadata.instance_id']);
  expect(paths(named('bb_02'), {})).toEqual(['metadata.instance_id']);
  expect(paths(named('bb_02'), named(7))).toEqual(['metadata.instance_id']);
});

test('no variable comes to stand where pages show what it holds', () => {
  const name = (text: string) => ({ metadata: { name: text } });
  expect(paths(name('${SEEN}'), name('x ${SEEN}'))).toEqual([]);
  expect(paths(name('${SEEN}'), name('${HIDDEN:-a}'))).toEqual(['metadata.name']);
  expect(paths({}, { metadata: { description: '$${PLAIN}' } })).toEqual([]);
});

test('what stands in a config is told with its reason', () => {
  const text = '{ "symbol": "SOL", "api_key": "${K}", "log_dir": "logs/x" }';
  expect(guardedIn(root(text)).map(({ path }) => path).sort()).toEqual([
    'daemon_config.log_dir',
    'exchange_config.api_key',
  ]);
});

test('the refusal names the paths and where to edit them', () => {
  const problems = guardedProblems(root('{}'), root('{ "proxy": "http://x" }'), FILE);
  const refused = readOnlyError(problems, 'config/active/aa_01.json');
  expect(refused.code).toBe('CONFIG_READ_ONLY');
  expect(refused.message).toContain('exchange_config.proxy cannot be changed over HTTP');
  expect(refused.hint).toContain('Edit config/active/aa_01.json in an editor');
});
