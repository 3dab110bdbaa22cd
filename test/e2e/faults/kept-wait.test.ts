/**
 * The wait for a restart belongs to the instance, not to the supervisor that began it; and nothing
 * waits for what only the user can mend.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import { takenFile, textDigest } from '../../../src/registry/index.ts';
import { slowness } from '../../fixtures/machine-pace.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

/** The one wait that is sat through, seconds; the others are far longer than any test. */
const SHORT = 2.5;
const LONG = 600;

let home: SupervisedHome | null = null;
afterEach(async () => {
  await home?.close();
});

/** A supervisor with a running scripted bot per id, each with its restart_delay. */
async function fleet(delays: Readonly<Record<string, number>>): Promise<SupervisedHome> {
  home = new SupervisedHome({ bot: SCRIPTED_BOT });
  for (const [id, restart_delay] of Object.entries(delays)) home.write(id, { restart_delay });
  await home.supervise();
  await home.start(...Object.keys(delays));
  return home;
}

async function killBot(from: SupervisedHome, id: string): Promise<void> {
  const identity = identify(from.record(id)?.pid ?? 0);
  if (identity === null) throw new Error(`no bot of ${id}`);
  process.kill(identity.pid, 'SIGKILL');
  await waitFor(`the end of ${id}`, () => !isAlive(identity));
}

/** Kills the supervisor once `ids` wait for a restart and that is on disk. */
async function killSupervisor(from: SupervisedHome, ...ids: string[]): Promise<void> {
  for (const id of ids) await waitFor(id, () => from.record(id)?.state === 'backoff');
  const child = from.supervisors.at(-1);
  const ended = new Promise((resolve) => child?.once('exit', resolve));
  child?.kill('SIGKILL');
  await ended;
}

test('a new supervisor waits for what is left; a start ends the wait, a reboot forgives it', async () => {
  const fled = await fleet({ late_02: LONG, stop_03: LONG, boot_04: LONG, soon_01: SHORT });
  const ids = ['late_02', 'stop_03', 'boot_04', 'soon_01'];
  for (const id of ids) await killBot(fled, id);
  await killSupervisor(fled, ...ids);
  fled.editRecord('boot_04', { restart_boot_id: 'another boot' });
  const due = fled.record('soon_01')?.restart_at ?? 0;
  const lateness = (fled.record('late_02')?.restart_at ?? 0) - systemClock.sinceBoot();
  const looked = systemClock.now();
  await fled.supervise();
  const { state, next_start_at } = await fled.row('late_02');
  expect(state).toBe('backoff');
  // When that is: as it was planned, to within what the new supervisor took to come.
  const away = Date.parse(next_start_at ?? '') - looked;
  expect(Math.abs(away - lateness)).toBeLessThan(1000);
  // A reboot forgives the wait.
  await fled.state('boot_04', 'running');
  await fled.state('soon_01', 'running');
  const began = Number(identify(fled.record('soon_01')?.pid ?? 0)?.start_time) * 10;
  // Start times count in steps of 10 ms; the promise is 10 ms, times five.
  expect(began).toBeGreaterThan(due - 20);
  expect(began).toBeLessThan(due + 20 + 5 * 10 * slowness());
  expect(fled.record('soon_01')).toMatchObject({ restarts: 1, generation: 2, restart_at: null });
  expect((await fled.row('soon_01')).next_start_at).toBeNull();

  expect(await fled.row('late_02')).toMatchObject({ state: 'backoff', restarts: 1, pid: null });
  expect((await fled.start('late_02'))[0]).toMatchObject({ ok: true });
  expect((await fled.stop('stop_03'))[0]).toMatchObject({ ok: true });
  expect((await fled.row('stop_03')).state).toBe('stopped');
});

test('a config that became unreadable ends no wait; where no text was kept it fails at once', async () => {
  const fled = await fleet({ kept_01: LONG, left_02: LONG, well_03: LONG });
  const well = (await fled.row('well_03')).pid;
  for (const id of ['kept_01', 'left_02']) await killBot(fled, id);
  await waitFor('its wait', () => fled.record('left_02')?.state === 'backoff');
  for (const id of ['kept_01', 'left_02']) spoil(fled.config(id));

  await killSupervisor(fled, 'kept_01', 'left_02');
  // As an older gridd left it.
  fled.editRecord('left_02', { config_taken: null });
  await fled.supervise();
  await fled.state('left_02', 'failed');
  const { problems, state_reason, last_error } = await fled.status('left_02');
  expect(problems.map(({ path }) => path).sort()).toEqual([
    'daemon_config.stop_timeout',
    'strategy_config.grid_num',
  ]);
  expect(state_reason).toContain('left_02.json');
  expect(last_error).toContain('left_02.json');
  expect(await fled.row('kept_01')).toMatchObject({ state: 'backoff', restarts: 1 });
  expect(await fled.row('well_03')).toMatchObject({ pid: well, restarts: 0 });
});

test('a kept text that is no longer accepted fails at once, and says what takes the file', async () => {
  const fled = await fleet({ seen_01: LONG });
  spoil(fled.config('seen_01'));
  const worse = readFileSync(fled.config('seen_01'), 'utf8');
  await killBot(fled, 'seen_01');
  await killSupervisor(fled, 'seen_01');
  // As if a later gridd asked more of a config than the one that took it.
  writeFileSync(takenFile(fled.path('logs', 'seen_01')), worse);
  const taken = fled.record('seen_01')?.config_taken;
  if (taken === undefined || taken === null) throw new Error('nothing was taken');
  fled.editRecord('seen_01', { config_taken: { ...taken, sha256: textDigest(worse) } });
  fled.write('seen_01');
  await fled.supervise();
  await fled.state('seen_01', 'failed');
  const { problems, state_reason } = await fled.status('seen_01');
  expect(problems).toHaveLength(2);
  expect(state_reason).toMatch(/The config text that seen_01 was last started with is no longer/);
  const hint = () => fled.record('seen_01')?.last_error?.hint ?? '';
  await waitFor('the record', () => hint().includes('`gridd start seen_01`'));
  expect((await fled.start('seen_01'))[0]).toMatchObject({ ok: true });
});

function spoil(file: string): void {
  const config = JSON.parse(readFileSync(file, 'utf8')) as {
    daemon_config: object;
    strategy_config: object;
  };
  Object.assign(config.daemon_config, { stop_timeout: 'soon' });
  Object.assign(config.strategy_config, { grid_num: -3 });
  writeFileSync(file, JSON.stringify(config));
}
