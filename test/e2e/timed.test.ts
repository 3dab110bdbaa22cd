/** Limits in time, at five times the aim so that a busy machine does not fail them; see the bench. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { ROOT } from '../source-tree.ts';
import { waitFor } from '../fixtures/wait-for.ts';

let home: FleetHome;

beforeAll(async () => {
  home = new FleetHome();
  const [port] = await freePorts(1);
  home.write('timed_01', { daemon: { web_port: port } });
  await home.ok(['start', 'timed_01']);
});
afterAll(() => home.dispose());

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

function milliseconds(words: readonly string[]): number {
  const begin = performance.now();
  const env = { PATH: process.env['PATH'], GRIDD_HOME: home.folder };
  expect(spawnSync(process.execPath, words, { env }).status).toBe(0);
  return performance.now() - begin;
}

test('list costs at most five times 2.5 bare starts of node', () => {
  const gridd = join(ROOT, 'bin', 'gridd.js');
  const rounds = Array.from({ length: 7 }, () => ({
    list: milliseconds([gridd, 'list']),
    bare: milliseconds(['-e', '0']),
  }));
  const ratio = median(rounds.map(({ list, bare }) => list / bare));
  expect(ratio).toBeLessThan(5 * 2.5);
});

test('from a kill to the new pid in the registry: at most five times 100 ms', async () => {
  const before = home.registry().instances['timed_01']?.pid ?? 0;
  const begin = performance.now();
  process.kill(before, 'SIGKILL');
  await waitFor('the new pid', () => {
    const pid = home.registry().instances['timed_01']?.pid ?? null;
    return pid !== null && pid !== before;
  });
  expect(performance.now() - begin).toBeLessThan(500);
});
