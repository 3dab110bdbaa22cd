/**
 * The checks that the build makes ready say of every value exactly what those say that are compiled
 * when they are used, and put in the same defaults.
 */
import fc from 'fast-check';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readyChecks } from '../../scripts/ready-checks.js';
import type { SchemaFaults } from '../../src/platform/json-schema.ts';
import * as compiled from '../../src/registry/schema-checks.ts';
import { parseJsonc } from '../../src/registry/jsonc-text.ts';
import { sampleRecord } from './sample-record.ts';
import { smallConfig } from './temp-home.ts';

const ROOT = join(import.meta.dirname, '..', '..');
// Below node_modules, where the code finds what it asks the schema library for.
const FOLDER = join(ROOT, 'node_modules', '.cache', `gridd-ready-${process.pid}`);

let ready: Record<keyof typeof compiled, SchemaFaults>;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, 'ready.mjs');
  const require = "import { createRequire } from 'node:module';\n" +
    'const require = createRequire(import.meta.url);\n';
  writeFileSync(file, require + (await readyChecks()));
  ready = (await import(pathToFileURL(file).href)) as typeof ready;
});

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** What a check says of a value, and the value it leaves. */
function told(check: SchemaFaults, value: unknown): unknown {
  const copy = structuredClone(value);
  return JSON.parse(JSON.stringify({ faults: check(copy), left: copy ?? null }));
}

function same(value: unknown, of: keyof typeof compiled = 'configFaults'): void {
  expect(told(ready[of], value)).toEqual(told(compiled[of], value));
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

test('of any value, each of them', () => {
  const names = Object.keys(compiled) as (keyof typeof compiled)[];
  expect(Object.keys(ready)).toEqual(expect.arrayContaining(names));
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...names), (value, name) => same(value, name)),
  );
});

test('of a record of the registry', () => {
  same(sampleRecord('x_01'), 'recordFaults');
  for (const key of Object.keys(sampleRecord('x_01'))) {
    for (const value of [null, -1, '', 'x', [], {}, undefined]) {
      same({ ...sampleRecord('x_01'), [key]: value }, 'recordFaults');
    }
  }
});
