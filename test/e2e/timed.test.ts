/** Limits in time, at five times the aim so that a busy machine does not fail them; see the bench. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { median, nodeRunMs } from '../fixtures/machine-pace.ts';
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

test('list costs at most five times 2.5 bare starts of node', () => {
  const gridd = join(ROOT, 'bin', 'gridd.js');
  const env = { PATH: process.env['PATH'], GRIDD_HOME: home.folder };
  const rounds = Array.from({ length: 7 }, () => ({
    list: nodeRunMs([gridd, 'list'], env),
    bare: nodeRunMs(['-e', '0'], env),
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
