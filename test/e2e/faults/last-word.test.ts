/** Verbs that cross each other, and a disk that says no in the middle: the user's last word counts. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import {
  FAMILY_PROGRAM,
  SCRIPTED_BOT,
  SupervisedHome,
  freePort,
} from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const homes: SupervisedHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) {
    makeWritable(home);
    await home.close();
  }
});

function makeHome(bot?: string): SupervisedHome {
  const home = new SupervisedHome(bot === undefined ? {} : { bot });
  homes.push(home);
  return home;
}

/** The registry's kernel lock becomes a folder: nothing can be written until it is taken away. */
function makeUnwritable(home: SupervisedHome): void {
  rmSync(home.path('logs', 'instances.lock.db'), { force: true });
  mkdirSync(home.path('logs', 'instances.lock.db'));
}

function makeWritable(home: SupervisedHome): void {
  rmSync(home.path('logs', 'instances.lock.db'), { recursive: true, force: true });
}

describe('a registry that cannot be written', () => {
  test('a stop is carried out all the same, and says what is not kept', async () => {
    const home = makeHome(SCRIPTED_BOT);
    home.write('aa_01');
    await home.supervise();
    await home.start('aa_01');
    const bot = identify((await home.row('aa_01')).pid ?? 0);
    makeUnwritable(home);
    const [stopped] = await home.stop('aa_01');
    expect(stopped).toMatchObject({ ok: true });
    expect(stopped?.warnings?.join()).toContain('could not be written');
    expect(bot !== null && isAlive(bot)).toBe(false);
    makeWritable(home);
    await waitFor('the wish on disk', () => home.record('aa_01')?.desired === 'stopped');
  });

  test('a restart is refused before it costs the bot that runs', async () => {
    const home = makeHome(SCRIPTED_BOT);
    home.write('aa_01');
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    makeUnwritable(home);
    const [refused] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
    expect(refused?.error?.code).toBe('REGISTRY_UNWRITABLE');
    expect(await home.row('aa_01')).toMatchObject({ pid, state: 'running' });
    makeWritable(home);
    const [restarted] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
    expect(restarted).toMatchObject({ ok: true });
  });

  test('a crashed bot waits for it, uncounted, and comes back', async () => {
    const home = makeHome(SCRIPTED_BOT);
    home.write('aa_01', { max_restart_attempts: 1 });
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    makeUnwritable(home);
    process.kill(pid ?? NaN, 'SIGKILL');
    await waitFor('its first try', async () =>
      (await home.status('aa_01')).state_reason.includes('could not be written'),
    );
    makeWritable(home);
    await home.state('aa_01', 'running');
    expect((await home.row('aa_01')).restarts).toBe(1);
  });
});

test('stop, start, stop: the last one is meant, and joins nothing older', async () => {
  const home = makeHome();
  home.write('ext_01', {
    web_port: await freePort(),
    python_path: process.execPath,
    script_path: FAMILY_PROGRAM,
    stop_timeout: 1,
    environment: { FAMILY: 'deaf' },
  });
  await home.supervise();
  await home.start('ext_01');
  const first = home.stop('ext_01');
  await home.state('ext_01', 'stopping');
  const starting = home.start('ext_01');
  // Asked for over connections of their own: the second stop must not overtake the start.
  await waitFor('the start to be taken', async () => {
    await home.list();
    return true;
  });
  const last = home.stop('ext_01');
  expect((await first)[0]).toMatchObject({ ok: true });
  const [started] = await starting;
  const [stopped] = await last;
  expect([stopped?.ok, stopped?.error?.code]).toContainEqual(
    started?.error?.code === 'INSTANCE_BUSY' ? 'INSTANCE_NOT_RUNNING' : true,
  );
  expect(await home.row('ext_01')).toMatchObject({ state: 'stopped', desired: 'stopped' });
});

test('stop --stop-bots while a hung bot is being replaced: none is started any more', async () => {
  const home = makeHome(SCRIPTED_BOT);
  home.write('aa_01', { stop_timeout: 1 });
  const supervisor = await home.supervise();
  await home.start('aa_01');
  const { pid } = await home.row('aa_01');
  process.kill(pid ?? NaN, 'SIGSTOP');
  await home.state('aa_01', 'unhealthy');
  expect((await home.call('POST', '/api/shutdown', { bots: 'stop' })).status).toBe(200);
  await waitFor('its end', () => supervisor.exitCode !== null);
  const left = spawnSync('sh', ['-c', `grep -lz GRIDD_HOME=${home.folder} /proc/*/environ`]);
  expect(left.stdout.toString()).toBe('');
  expect(home.record('aa_01')).toMatchObject({ pid: null, desired: 'running' });
});

test('a supervisor that dies during a safe run: the next one lets it end, and it stays failed', async () => {
  const home = makeHome();
  home.write('aa_01', {
    web_port: await freePort(),
    max_restart_attempts: 0,
    on_failed: 'cancel',
  });
  const first = await home.supervise();
  await home.start('aa_01');
  process.kill((await home.row('aa_01')).pid ?? 0, 'SIGKILL');
  await waitFor('the safe run', () => home.record('aa_01')?.safe_run !== null);
  first.kill('SIGKILL');
  await waitFor('its end', () => first.signalCode !== null);
  await home.supervise();
  const status = await waitFor('what came of it', async () => {
    const found = await home.status('aa_01');
    return found.state === 'failed' && found.safe_run?.outcome !== 'under way' ? found : null;
  });
  expect(status).toMatchObject({ desired: 'running', pid: null, generation: 2 });
  expect(status.safe_run?.outcome).toMatch(/^safe mode: \d+ orders cancelled|^unknown|^its bot/);
});
