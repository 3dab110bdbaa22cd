/**
 * Boot: what a reboot leaves is brought back and never believed, a signal to leave does to the bots
 * what was asked, and an installed service is started and stopped by systemd.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { unitName } from '../../../src/cli/service-unit.ts';
import type { ProcessIdentity } from '../../../src/contract/instance-api.ts';
import { readText } from '../../../src/platform/json-file.ts';
import { homeAt } from '../../../src/platform/paths.ts';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import type { CliResult } from '../../fixtures/fleet-home.ts';
import { StandInSystemd } from '../../fixtures/stand-in-systemd.ts';
import { SCRIPTED_BOT, SupervisedHome, freePort } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const GRIDD = join(ROOT, 'bin', 'gridd.js');
const LOCK_HOLDER = join(ROOT, 'test', 'fixtures', 'lock-holder.mjs');
const LAST_BOOT = '11111111-2222-3333-4444-555555555555';
const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('exit', (code) => resolve(code));
  });
}

/** The bot of instance "a". */
function botOf(home: FleetHome): ProcessIdentity {
  const bot = identify(home.registry().instances['a']?.pid ?? 0);
  if (bot === null) throw new Error('no bot lives');
  return bot;
}

test('after a reboot what should run comes back, and no pid of the last boot is believed', async () => {
  const home = new SupervisedHome({ bot: SCRIPTED_BOT });
  ends.push(() => home.close());
  for (const id of ['a', 'b', 'c']) home.write(id, { web_port: await freePort() });
  const before = await home.supervise();
  await home.start('a', 'b', 'c');
  for (const id of ['a', 'b', 'c']) await home.state(id, 'running');
  await home.stop('b');
  // The power goes: nobody says goodbye.
  const pids = ['a', 'c'].map((id) => identify(home.record(id)?.pid ?? 0));
  before.kill('SIGKILL');
  await endOf(before);
  for (const identity of pids) if (identity !== null) process.kill(identity.pid, 'SIGKILL');
  await waitFor('the bots to be gone', () => pids.every((one) => one === null || !isAlive(one)));
  // After the boot somebody else has the pid, by chance at the same tick since the boot.
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  ends.push(() => void bystander.kill('SIGKILL'));
  const theirs = identify(bystander.pid ?? 0);
  if (theirs === null) throw new Error('the bystander does not live');
  for (const id of ['a', 'c']) {
    const { pid, start_time } = theirs;
    home.editRecord(id, { pid, start_time, boot_id: LAST_BOOT });
    const file = home.path('logs', id, 'bot.json');
    const bot = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...bot, pid, start_time, boot_id: LAST_BOOT }));
    writeFileSync(home.path('logs', id, 'bot.pid'), `${pid}\n`);
  }
  await home.supervise();
  for (const id of ['a', 'c']) {
    await home.state(id, 'running');
    const { pid, desired } = await home.row(id);
    expect(desired).toBe('running');
    expect(pid).not.toBe(theirs.pid);
    await waitFor('its record', () => home.record(id)?.boot_id === theirs.boot_id);
  }
  expect(await home.row('b')).toMatchObject({ state: 'stopped', pid: null });
  expect(isAlive(theirs)).toBe(true);
  expect(bystander.signalCode).toBeNull();
});

describe('a signal to leave', () => {
  async function running(words: readonly string[]) {
    const home = new FleetHome();
    ends.push(() => home.dispose());
    const [port] = await freePorts(1);
    home.write('a', { daemon: { web_port: port } });
    const child = spawn(process.execPath, [GRIDD, ...words], {
      cwd: home.folder,
      env: { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder },
      stdio: 'ignore',
    });
    ends.push(() => void child.kill('SIGKILL'));
    await waitFor('the supervisor', () =>
      existsSync(home.path('logs', 'supervisor', 'endpoint.json')),
    );
    await home.ok(['start', 'a']);
    return { home, child, bot: botOf(home) };
  }

  test('keeps the bots unless told otherwise', async () => {
    const { child, bot } = await running(['supervisor', 'run']);
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(0);
    expect(isAlive(bot)).toBe(true);
  });

  test('with --on-term stop ends them first; their orders rest, and they come back', async () => {
    const { home, child, bot } = await running(['supervisor', 'run', '--on-term', 'stop']);
    child.kill('SIGTERM');
    // A second one, as an impatient container manager sends it, changes nothing.
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(0);
    expect(isAlive(bot)).toBe(false);
    const { stdout } = await home.run(['orders', 'a', '--json']);
    expect(JSON.parse(stdout)).toHaveLength(20);
    expect(home.registry().instances['a']).toMatchObject({ desired: 'running', pid: null });
    await home.ok(['supervisor', 'start']);
    await waitFor('the bot', async () => (await home.row('a')).state === 'running');
  });

  test('takes no third way', async () => {
    const home = new FleetHome();
    ends.push(() => home.dispose());
    const { code, stderr } = await home.run(['supervisor', 'run', '--on-term', 'panic']);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/^USAGE: .*keep, stop/);
  });
});

describe('the service', () => {
  function machine() {
    const home = new FleetHome();
    ends.push(() => home.dispose());
    const systemd = new StandInSystemd(home.path('stand-in'));
    const run = (...words: string[]): Promise<CliResult> => home.run(words, { PATH: systemd.path });
    const name = unitName(homeAt(home.folder));
    const unit = home.path('.config', 'systemd', 'user', name);
    return { home, systemd, run, name, unit };
  }

  /** An installed unit that runs `command`. */
  function plant(unit: string, command: string): void {
    mkdirSync(dirname(unit), { recursive: true });
    writeFileSync(unit, `[Service]\nExecStart=${command}\n`);
  }

  test('takes over from a verb, is started and stopped by systemd, and goes; the bot trades on', async () => {
    const { home, systemd, run, name, unit } = machine();
    const [port] = await freePorts(1);
    home.write('a', { daemon: { web_port: port } });
    await home.ok(['start', 'a']);
    const bot = botOf(home);

    const installed = await run('install');
    expect(installed.code).toBe(0);
    expect(installed.stderr).toContain('loginctl enable-linger');
    expect(installed.stdout).toContain('made room for the service; the bots trade on');
    expect(readFileSync(unit, 'utf8')).toContain(`--home ${home.folder} supervisor run`);
    const calls = systemd.calls();
    for (const call of ['daemon-reload', `enable ${name}`, `start ${name}`]) {
      expect(calls).toContain(`--user ${call}`);
    }
    expect(calls.filter((call) => call.includes('enable-linger'))).toEqual([]);
    expect(home.supervisorPid()).toBe(systemd.pid());

    systemd.set('linger', 'yes');
    const again = await run('install');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(systemd.calls().some((call) => / (re)?start /.test(call))).toBe(false);

    const stopped = await run('supervisor', 'stop', '--keep-bots');
    expect(stopped).toMatchObject({ code: 0, stdout: 'supervisor stopped; the bots trade on\n' });
    expect(systemd.calls()).toContain(`--user stop ${name}`);
    const restarted = await run('pause', 'a');
    expect(restarted.stderr).toContain('supervisor started by systemd');
    expect(systemd.calls()).toContain(`--user start ${name}`);
    expect(isAlive(bot)).toBe(true);

    // A unit that another gridd wrote is replaced, and its supervisor with it.
    const first = systemd.pid();
    writeFileSync(unit, `${readFileSync(unit, 'utf8')}# older\n`);
    expect((await run('install')).code).toBe(0);
    expect(systemd.calls()).toContain(`--user restart ${name}`);
    expect(systemd.pid()).not.toBe(first);

    const gone = await run('uninstall');
    expect(gone.stdout).toContain('the bots trade on');
    expect(gone.stdout).toContain('no supervisor runs now');
    expect(systemd.calls()).toContain(`--user disable --now ${name}`);
    expect(existsSync(unit)).toBe(false);
    expect(isAlive(bot)).toBe(true);
  });

  test('that stops with its bots ends them before systemd ends it', async () => {
    const { home, systemd, run, name, unit } = machine();
    const [port] = await freePorts(1);
    home.write('a', { daemon: { web_port: port } });
    plant(unit, `${process.execPath} ${GRIDD} --home ${home.folder} supervisor run`);
    const started = await run('start', 'a');
    expect(started.stderr).toContain('supervisor started by systemd');
    const bot = botOf(home);
    expect((await run('supervisor', 'stop', '--stop-bots')).code).toBe(0);
    expect(isAlive(bot)).toBe(false);
    expect(systemd.calls()).toContain(`--user stop ${name}`);
  });

  test('that systemd cannot be reached for is done without, with a sentence', async () => {
    const { systemd, run, unit, name } = machine();
    systemd.set('unreachable', '');
    const refused = await run('install');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^SYSTEMD_FAILED: .*Failed to connect to bus/);
    expect(existsSync(unit)).toBe(false);

    plant(unit, '/bin/false');
    const started = await run('supervisor', 'start');
    expect(started.code).toBe(0);
    expect(started.stderr).toContain(`start ${name}\` failed: Failed to connect to bus`);
    expect(started.stderr).toContain('The supervisor is started without systemd.');
    expect(systemd.pid()).toBeNull();
    // Not known to be systemd's: it is stopped over its own socket.
    const stopped = await run('supervisor', 'stop', '--keep-bots');
    expect(stopped).toMatchObject({ code: 0, stdout: 'supervisor stopped; no bot ran\n' });
    const gone = await run('uninstall');
    expect(gone.stderr).toContain('Only its files were removed.');
    expect(existsSync(unit)).toBe(false);
  });

  test('that waits to start a supervisor again is stopped too', async () => {
    const { home, systemd, run, unit, name } = machine();
    const none = await run('supervisor', 'stop', '--keep-bots');
    expect(none.code).toBe(3);
    expect(none.stderr).toMatch(/^SUPERVISOR_NOT_RUNNING: /);
    // Up by hand while systemd waits: stopping it must not bring systemd's own.
    await home.ok(['supervisor', 'start']);
    plant(unit, '/bin/false');
    systemd.set('waiting', '');
    const first = await run('supervisor', 'stop', '--keep-bots');
    expect(first).toMatchObject({ code: 0, stdout: 'supervisor stopped; no bot ran\n' });
    expect(systemd.calls()).toContain(`--user stop ${name}`);

    systemd.set('waiting', '');
    const second = await run('supervisor', 'stop', '--keep-bots');
    const told = `${name} stopped; no supervisor ran, the bots trade on\n`;
    expect(second).toMatchObject({ code: 0, stdout: told });
    expect(systemd.calls()).toContain(`--user stop ${name}`);

    systemd.set('waiting', '');
    const third = await run('supervisor', 'stop', '--stop-bots');
    expect(third).toMatchObject({ code: 3, stdout: '' });
    expect(third.stderr).toMatch(/^SUPERVISOR_NOT_RUNNING: .*no supervisor ran that could end/);
    expect(third.stderr).toContain('gridd stop --all');
    expect(systemd.calls()).toContain(`--user stop ${name}`);

    // Down for good, or not to be asked: there is nothing to stop.
    expect((await run('supervisor', 'stop', '--keep-bots')).code).toBe(3);
    systemd.set('waiting', '');
    systemd.set('unreachable', '');
    expect((await run('supervisor', 'stop', '--keep-bots')).code).toBe(3);
  });

  test('that finds the lock of one that still ends is started again', async () => {
    const { home, systemd, run, unit, name } = machine();
    plant(unit, `${process.execPath} ${GRIDD} --home ${home.folder} supervisor run`);
    mkdirSync(home.path('logs', 'supervisor'), { recursive: true });
    const lock = home.path('logs', 'supervisor', 'lock.db');
    const holder = spawn(process.execPath, [LOCK_HOLDER, lock], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    ends.push(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    const started = run('supervisor', 'start');
    const status = join(systemd.folder, 'status');
    await waitFor('a first try', () => readText(status)?.trim() === '75');
    holder.stdin.end();
    expect(await started).toMatchObject({ code: 0 });
    expect((await started).stderr).toContain('supervisor started by systemd');
    const starts = systemd.calls().filter((call) => call === `--user start ${name}`);
    expect(starts.length).toBeGreaterThan(1);
    await run('supervisor', 'stop', '--keep-bots');
  }, 60_000);

  test('that will not come up is told with where to look', async () => {
    const { systemd, run, unit } = machine();
    plant(unit, '/bin/false');
    systemd.set('broken', '');
    const { code, stderr } = await run('supervisor', 'start');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^SUPERVISOR_UNREACHABLE: .*under systemd \(exit code 2\)/);
    expect(stderr).toContain('journalctl --user -u');
  });

  test('of another user is not installed, and that of the machine only printed', async () => {
    const { home, run, unit, systemd } = machine();
    const printed = await run('install', '--system');
    expect(printed.stdout).toContain('WantedBy=multi-user.target');
    expect(printed.stderr).toContain('sudo tee /etc/systemd/system/');
    expect(existsSync(unit)).toBe(false);
    expect(systemd.calls()).toEqual([]);
    if (process.getuid?.() !== 0) return;
    const theirs = home.path('theirs');
    mkdirSync(theirs);
    chownSync(theirs, 4711, 4711);
    const refused = await run('--home', theirs, 'install');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^HOME_UNUSABLE: .*belongs to uid 4711, you are 0/);
  });
});
