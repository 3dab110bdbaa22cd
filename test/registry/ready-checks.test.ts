/**
 * The check of a config that the build makes ready says of every value exactly what the one says
 * that is compiled when it is used, and puts in the same defaults.
 */
import fc from 'fast-check';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readyConfigFaults } from '../../scripts/ready-checks.js';
import type { SchemaFaults } from '../../src/platform/json-schema.ts';
import { configFaults } from '../../src/registry/config-faults.ts';
import { parseJsonc } from '../../src/registry/jsonc-text.ts';
import { smallConfig } from './temp-home.ts';

const ROOT = join(import.meta.dirname, '..', '..');
// Below node_modules, where the code finds what it asks the schema library for.
const FOLDER = join(ROOT, 'node_modules', '.cache', `gridd-ready-${process.pid}`);

let ready: SchemaFaults;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, 'ready.mjs');
  const require = "import { createRequire } from 'node:module';\n" +
    'const require = createRequire(import.meta.url);\n';
  writeFileSync(file, require + (await readyConfigFaults()));
  ({ configFaults: ready } = (await import(pathToFileURL(file).href)) as {
    configFaults: SchemaFaults;
  });
});

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** What a check says of a value, and the value it leaves. */
function told(check: SchemaFaults, value: unknown): unknown {
  const copy = structuredClone(value);
  return JSON.parse(JSON.stringify({ faults: check(copy), left: copy ?? null }));
}

function same(value: unknown): void {
  expect(told(ready, value)).toEqual(told(configFaults, value));
}

test('of the shipped templates', () => {
  const folder = join(ROOT, 'config', 'templates');
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) same(parseJsonc(readFileSync(join(folder, file), 'utf8'), file));
});

test('of a config with faults everywhere', () => {
  const parts = ['metadata', 'daemon_config', 'exchange_config', 'strategy_config'] as const;
  const config = smallConfig();
  same({});
  for (const part of parts) {
    for (const key of [...Object.keys(config[part]), 'web_port', 'grid_num', 'nonsense']) {
      for (const value of [null, -1, 1e308, '', '5', 'x'.repeat(10_000), [], {}, [{}], true]) {
        same({ ...config, [part]: { ...config[part], [key]: value } });
      }
    }
  }
});

test('of any value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => same(value)));
});
