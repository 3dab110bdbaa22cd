/** docs/config.md says what the schema says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configDocs } from '../../src/registry/config-docs.ts';
import { PARTS, keysOf, partOf } from '../../src/registry/schema-words.ts';
import { ROOT } from '../source-tree.ts';

test('docs/config.md is up to date; `npm run docs` writes it', () => {
  expect(readFileSync(join(ROOT, 'docs', 'config.md'), 'utf8')).toBe(configDocs());
});

test('every key stands there, and each key belongs to one part', () => {
  const text = configDocs();
  const keys = PARTS.flatMap((part) => keysOf(part).map((key) => ({ part, key })));
  expect(keys.length).toBeGreaterThan(45);
  for (const { part, key } of keys) {
    expect(text).toMatch(new RegExp(`(\`${key}\` \\||### ${part}\\.${key})`));
    expect(partOf(key)).toBe(part);
  }
});

test('it covers naming, keys, variables and how many instances fit', () => {
  const text = configDocs();
  for (const words of [
    '<exchange>_<symbol>_<number>',
    'One key per instance',
    '${NAME:-default}',
    'How many instances fit a machine',
  ]) {
    expect(text).toContain(words);
  }
});
