/** Many processes write the registry at once, some are killed in the middle: no update is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Home } from '../../src/platform/paths.ts';
import { openRegistry } from '../../src/registry/index.ts';
import { tempHome } from './temp-home.ts';
import {
  WRITER_SOURCE,
  bundleProgram,
  counts as countsIn,
  startWriter as startWriterOf,
  untilConfirmed,
} from './writer-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridd-writer-'));
const program = join(folder, 'registry-writer.mjs');

beforeAll(() => bundleProgram(WRITER_SOURCE, program));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startWriter = (home: Home, name: string, updates: number) =>
  startWriterOf(program, home, name, updates);
const counts = (home: Home) => countsIn(home.registry);

test('20 processes at once lose no update, and a reader never sees a part', async () => {
  const home = tempHome();
  const updates = 5;
  const writers = Array.from({ length: 20 }, (_, i) => startWriter(home, `w${i}`, updates));
  const all = Promise.all(writers.map(({ ended }) => ended)).then(() => 'done');
  const reader = openRegistry(home);
  let reads = 0;
  let most = 0;
  const breath = () => new Promise((resolve) => setImmediate(resolve, 'reading'));
  while ((await Promise.race([all, breath()])) !== 'done') {
    const shared = reader.read().instances['shared']?.restarts ?? 0;
    expect(shared).toBeGreaterThanOrEqual(most);
    most = shared;
    reads += 1;
  }
  expect(writers.map((writer) => writer.failure()).join('')).toBe('');
  expect(reads).toBeGreaterThan(20);
  expect(reader.notices).toEqual([]);
  const expected = Object.fromEntries(writers.map((_, i) => [`w${i}`, updates]));
  expect(counts(home)).toEqual({ ...expected, shared: 20 * updates });
});

test('kill -9 in the middle of writes: the file stays whole, the confirmed stays', async () => {
  const home = tempHome();
  const rounds = 8;
  const survivor = startWriter(home, 'survivor', 60);
  await untilConfirmed(survivor, 1);
  const confirmed: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    const victim = startWriter(home, `victim${round}`, 10_000);
    // Each round at another number of updates; the next update is under way when the signal comes.
    await untilConfirmed(victim, 1 + round);
    victim.child.kill('SIGKILL');
    await victim.ended;
    confirmed[`victim${round}`] = victim.confirmed();
    expect(Object.keys(counts(home)).length).toBeGreaterThan(round);
  }
  await survivor.ended;
  expect(survivor.failure()).toBe('');
  const found = counts(home);
  expect(found['survivor']).toBe(60);
  let least = 60;
  for (const [name, count] of Object.entries(confirmed)) {
    expect(count).toBeGreaterThan(0);
    // At most the one update that was written when the kill came is not confirmed.
    expect([count, count + 1]).toContain(found[name]);
    least += count;
  }
  expect(found['shared']).toBeGreaterThanOrEqual(least);
  expect(found['shared']).toBeLessThanOrEqual(least + rounds);
  expect(openRegistry(home).read().instances).toHaveProperty('survivor');
}, 120_000);
