/**
 * The wall clock jumps by an hour, forward and back: no timer moves, no crash is forgiven, nobody is
 * taken for hung. The supervisor alone sees the jumps (libfaketime; without it the test says so).
 */
import { existsSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

test('an hour forward and an hour back change nothing', async ({ skip }) => {
  if (LIBRARY === undefined) skip('libfaketime is not installed (package faketime)');
  const home = new SupervisedHome({ bot: SCRIPTED_BOT });
  try {
    const jump = home.path('jump');
    writeFileSync(jump, '+0');
    for (const id of ['aa_01', 'bb_02']) home.write(id, { max_restart_attempts: 5 });
    await home.supervise({
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: jump,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    await home.start('aa_01', 'bb_02');
    const { pid: calm } = await home.row('bb_02');
    let restarts = 0;
    for (const seconds of ['+3600', '-3600']) {
      writeFileSync(jump, seconds);
      const { pid } = await home.row('aa_01');
      const begin = performance.now();
      process.kill(pid ?? NaN, 'SIGKILL');
      restarts += 1;
      const row = await waitFor('its successor', async () => {
        const found = await home.row('aa_01');
        return found.state === 'running' && found.pid !== pid ? found : null;
      });
      // The first restart comes at once, the second after 2 s +/-20 %: the first still counts.
      const took = performance.now() - begin;
      if (restarts === 2) expect(took).toBeGreaterThan(1_600);
      expect(row).toMatchObject({ restarts, uptime_s: expect.any(Number) as number });
      expect(row.uptime_s).toBeLessThan(60);
    }
    // The jumps were seen, and nobody was blamed for them.
    const { last_exit } = await home.status('aa_01');
    const away = Date.now() - Date.parse(last_exit?.at ?? '');
    expect(Math.abs(away - 3_600_000)).toBeLessThan(60_000);
    expect(await home.row('bb_02')).toMatchObject({ pid: calm, restarts: 0, state: 'running' });
  } finally {
    await home.close();
  }
});
