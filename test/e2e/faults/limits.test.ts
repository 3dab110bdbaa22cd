/** Limits count a bot with all it started; what they did, and every other end, is kept. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { InstanceStatus } from '../../../src/contract/fleet-api.ts';
import type { UsageHistory } from '../../../src/contract/history-api.ts';
import { isAlive } from '../../../src/platform/process-identity.ts';
import { openReadOnly } from '../../../src/platform/sqlite.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

/** Promised: three samples, three seconds apart, and a little. */
const MEMORY_ACTS_MS = 12_000;
const homes: SupervisedHome[] = [];

function makeHome(): SupervisedHome {
  const home = new SupervisedHome({ bot: SCRIPTED_BOT });
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

/** What `gridd status ID --json` says of a home. */
async function cliStatus(home: SupervisedHome, id: string): Promise<InstanceStatus> {
  const words = [join(ROOT, 'bin', 'gridd.js'), '--home', home.folder, 'status', id, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as InstanceStatus;
}

function logOf(home: SupervisedHome, id: string, name = 'daemon.log'): string {
  const days = readdirSync(home.path('logs', id)).filter((entry) => /^\d{4}-/.test(entry));
  return days.map((day) => home.read('logs', id, day, name) ?? '').join('');
}

test('what a child eats and burns counts; a small bot with the same limits stays', async () => {
  const home = makeHome();
  const limits = { memory_limit_mb: 190, cpu_limit_percent: 20, cpu_limit_window: 3 };
  const behaves = (BEHAVIOUR: string) => ({ ...limits, environment: { BEHAVIOUR } });
  home.write('fat_01', behaves('fat_child'));
  home.write('busy_02', { ...behaves('busy_child'), cpu_limit_action: 'restart' });
  home.write('warm_03', behaves('busy_child'));
  home.write('calm_04', behaves('obedient'));
  await home.supervise();
  const results = await home.start('fat_01', 'busy_02', 'warm_03', 'calm_04');
  expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  const begun = performance.now();
  const pids = new Map((await home.list()).map(({ id, pid }) => [id, pid]));
  const replaced = (id: string, deadlineMs: number) =>
    waitFor(`a restart of ${id}`, async () => (await home.row(id)).restarts > 0, deadlineMs);
  await replaced('fat_01', MEMORY_ACTS_MS * 5);
  const took = performance.now() - begun;
  console.log(`memory limit over the tree acted after ${Math.round(took)} ms`);
  const fat = await home.status('fat_01');
  expect(fat.last_exit?.reason).toMatch(/memory [\d.]+ MiB over its limit of 190 MiB/);
  expect(fat.exits[0]).toMatchObject({ pid: pids.get('fat_01'), generation: 1, adopted: false });
  await replaced('busy_02', 60_000);
  const busy = await home.status('busy_02');
  expect(busy.last_exit?.reason).toMatch(/uses \d+ % CPU over 3 s, the limit is 20 %/);
  await waitFor('a warning', () => logOf(home, 'warm_03').includes('the limit is 20 %'), 60_000);
  for (const id of ['warm_03', 'calm_04']) {
    expect(await home.row(id)).toMatchObject({ pid: pids.get(id), restarts: 0 });
  }
  const usage = (await home.call('GET', '/api/instances/warm_03/usage')).body as UsageHistory;
  expect(usage.minutes.at(-1)).toMatchObject({ processes: 2 });
  expect(usage.minutes.at(-1)?.cpu_max).toBeGreaterThan(20);
  const none = await home.call('GET', '/api/instances/zz_99/usage');
  expect(none).toMatchObject({ status: 404, body: { code: 'INSTANCE_UNKNOWN' } });
});

test('every end is kept: seen, adopted, unseen; told without a supervisor too', async () => {
  const home = makeHome();
  writeFileSync(home.path('.env'), 'SECRET_KEY=a-very-secret-value\n');
  home.write('bad_01', {
    max_restart_attempts: 0,
    environment: { BEHAVIOUR: 'crash', SECRET_KEY: '${SECRET_KEY}' },
  });
  home.write('aa_02');
  home.write('bb_03', { auto_restart: false });
  const first = await home.supervise();
  await home.start('bad_01', 'aa_02', 'bb_03');
  await home.state('bad_01', 'failed');
  const exits = async (id: string) => (await home.status(id)).exits;
  expect(await exits('bad_01')).toMatchObject([
    { code: 1, signal: null, reason: 'exited with code 1', generation: 1, adopted: false },
  ]);
  const [words] = (await exits('bad_01')).map(({ stderr_tail }) => stderr_tail.join('\n'));
  expect(words).toContain('the key is [secret]');

  // Nobody's child any more: its end is noticed and kept all the same.
  first.kill('SIGKILL');
  const second = await home.supervise();
  const adopted = (await home.row('aa_02')).pid ?? 0;
  process.kill(adopted, 'SIGKILL');
  await waitFor('its end', async () => (await exits('aa_02')).length > 0);
  expect(await exits('aa_02')).toMatchObject([{ pid: adopted, code: null, adopted: true }]);

  // The end that nobody sees.
  const { pid, start_time, boot_id, generation } = home.record('bb_03') ?? {};
  const identity = { pid: pid ?? 0, start_time: start_time ?? '', boot_id: boot_id ?? '' };
  second.kill('SIGKILL');
  await waitFor('no supervisor', () => second.signalCode !== null);
  process.kill(identity.pid, 'SIGKILL');
  await waitFor('no bot', () => !isAlive(identity));
  const third = await home.supervise();
  expect((await exits('bb_03')).at(-1)).toMatchObject({ pid, generation, adopted: true });
  expect((await exits('bb_03')).at(-1)?.reason).toContain('while no supervisor ran');

  // The end that was kept before the record was: told once all the same.
  third.kill('SIGKILL');
  await waitFor('no supervisor', () => third.signalCode !== null);
  home.editRecord('bb_03', { ...identity, state: 'running' });
  const fourth = await home.supervise();
  expect(await exits('bb_03')).toHaveLength(1);
  expect((await home.row('bb_03')).state).toBe('failed');
  await home.state('aa_02', 'running');
  const [stopped] = await home.stop('aa_02');
  expect(stopped?.ok).toBe(true);
  await home.call('POST', '/api/shutdown', { bots: 'keep' });
  await waitFor('no supervisor', () => fourth.exitCode !== null);

  const told = await cliStatus(home, 'aa_02');
  expect(told.exits.map(({ reason }) => reason)).toEqual([
    'exited with code 0 (stop command)',
    'disappeared',
  ]);
  const db = openReadOnly(home.path('database', 'gridd.db'));
  const audit = db.prepare('SELECT verb, instance, outcome FROM audit ORDER BY id').all();
  db.close();
  expect(audit).toContainEqual({ verb: 'start', instance: 'bad_01', outcome: 'START_FAILED' });
  expect(audit).toContainEqual({ verb: 'start', instance: 'aa_02', outcome: 'ok' });
  expect(audit.slice(-2)).toEqual([
    { verb: 'stop', instance: 'aa_02', outcome: 'ok' },
    { verb: 'shutdown', instance: null, outcome: 'ok' },
  ]);
});

test('supervision goes on when there is nowhere to keep anything', async () => {
  const home = makeHome();
  home.write('aa_01');
  mkdirSync(home.path('database', 'gridd.db', 'in the way'), { recursive: true });
  await home.supervise();
  expect((await home.start('aa_01'))[0]?.ok).toBe(true);
  const { pid } = await home.row('aa_01');
  process.kill(pid ?? NaN, 'SIGKILL');
  await waitFor('its successor', async () => {
    const row = await home.row('aa_01');
    return row.state === 'running' && row.pid !== pid;
  });
  expect((await home.status('aa_01')).exits).toMatchObject([{ pid, signal: 'SIGKILL' }]);
  expect((await home.infoOrNull())?.history).toMatchObject({ lost: 0, set_aside: 0 });
  expect((await home.infoOrNull())?.history.fault).toContain('gridd.db takes nothing');
  expect(logOf(home, 'supervisor', 'supervisor.log')).toContain('gridd.db takes nothing');
});
