/**
 * The supervisor with real processes: real bots where the fleet matters, scripted ones for faults.
 */
import { readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { VerbResult } from '../../src/contract/fleet-api.ts';
import { say } from '../../src/contract/sentences.ts';
import { processMark, processStat } from '../../src/platform/process-identity.ts';
import {
  SCRIPTED_BOT,
  SupervisedHome,
  WEB_PROGRAM,
  freePort,
  spawnBot,
} from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const homes: SupervisedHome[] = [];

function makeHome(options: ConstructorParameters<typeof SupervisedHome>[0] = {}): SupervisedHome {
  const home = new SupervisedHome(options);
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

const scripted = (length?: number) =>
  makeHome({ bot: SCRIPTED_BOT, ...(length === undefined ? {} : { length }) });

describe('a fleet of real bots', () => {
  test('two at once; one killed leaves the other alone; a new supervisor finds both', async () => {
    const home = makeHome({ length: 200 });
    expect(home.folder.length).toBe(200);
    for (const id of ['aa_01', 'bb_02']) home.write(id, { web_port: await freePort() });
    const first = await home.supervise();
    const results = await home.start('aa_01', 'bb_02');
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    const a = await home.row('aa_01');
    const b = await home.row('bb_02');
    expect(a).toMatchObject({ state: 'running', desired: 'running', symbol: 'SOL_USDC_PERP' });
    expect(a.pid).not.toBe(b.pid);
    expect(a.web_port).not.toBe(b.web_port);
    const health = await fetch(`http://127.0.0.1:${a.web_port}/health`);
    expect(await health.json()).toMatchObject({ instance_id: 'aa_01', pid: a.pid });
    for (const [id, row] of [['aa_01', a], ['bb_02', b]] as const) {
      expect(home.read('logs', id, 'bot.pid')).toBe(`${row.pid}\n`);
      expect(home.read('logs', id, 'daemon.pid')).toBe(`${first.pid}\n`);
      expect(statSync(home.path('database', `${id}.db`)).isFile()).toBe(true);
      expect(home.record(id)).toMatchObject({ pid: row.pid, generation: 1, state: 'running' });
      const mark = processMark(row.pid ?? 0) ?? '';
      expect(mark.endsWith(`:${id}:1`)).toBe(true);
    }

    process.kill(a.pid ?? NaN, 'SIGKILL');
    const again = await waitFor('a new bot', async () => {
      const row = await home.row('aa_01');
      return row.state === 'running' && row.pid !== a.pid ? row : null;
    });
    expect(again.restarts).toBe(1);
    expect((await home.row('bb_02')).pid).toBe(b.pid);

    first.kill('SIGKILL');
    const second = await home.supervise();
    const rows = await waitFor('both bots', async () => {
      const found = await home.list();
      const up = found.every(({ state, position }) => state === 'running' && position !== null);
      return up && found;
    });
    expect(rows.map(({ pid }) => pid)).toEqual([again.pid, b.pid]);
    expect(home.read('logs', 'bb_02', 'daemon.pid')).toBe(`${second.pid}\n`);

    // Adopted bots obey, and their end is noticed although they are nobody's children.
    const stopped = await home.stop('aa_01', 'bb_02');
    expect(stopped.map(({ ok, error }) => ({ ok, error }))).toEqual([{ ok: true }, { ok: true }]);
    expect(stopped[0]?.receipt).toMatchObject({ orders_left: 0 });
    expect(home.read('logs', 'aa_01', 'bot.pid')).toBeNull();
    expect(home.read('logs', 'aa_01', 'daemon.pid')).toBeNull();
    expect(processStat(b.pid ?? 0)).toBeNull();
    expect(await home.status('bb_02')).toMatchObject({ state: 'stopped', desired: 'stopped' });
  });
});

describe('one supervisor per home', () => {
  test('ten at the same moment: one lives, nine end with the code for a held lock', async () => {
    const home = scripted();
    const ten = Array.from({ length: 10 }, () => home.spawnSupervisor());
    const codes = new Map<number | undefined, number | null>();
    for (const child of ten) child.once('exit', (code) => codes.set(child.pid, code));
    await waitFor('nine to end', () => codes.size === 9, 60_000);
    expect([...codes.values()]).toEqual(Array.from({ length: 9 }, () => 75));
    const info = await waitFor('the tenth to answer', () => home.infoOrNull());
    expect(codes.has(info.pid)).toBe(false);
    expect(ten.map(({ pid }) => pid)).toContain(info.pid);
  });

  test('its sockets are ours alone, name their home, and come back when removed', async () => {
    const home = scripted(200);
    await home.supervise();
    const endpoint = home.endpoint();
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect(mode(endpoint.control_socket)).toBe(0o600);
    expect(mode(endpoint.bot_socket)).toBe(0o600);
    expect(mode(dirname(endpoint.bot_socket))).toBe(0o700);
    expect(mode(home.path('logs', 'supervisor', 'endpoint.json'))).toBe(0o600);
    expect(endpoint.control_socket.length).toBeLessThanOrEqual(107);
    const answer = await home.call('GET', '/api/nothing');
    expect(answer).toMatchObject({ status: 404, home: home.folder, body: { code: 'NOT_FOUND' } });
    const bad = await home.call('POST', '/api/instances/stop', { ids: [], on_stop: { orders: 1 } });
    expect(bad).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    unlinkSync(endpoint.control_socket);
    unlinkSync(endpoint.bot_socket);
    await waitFor('both sockets', async () => {
      const info = await home.infoOrNull();
      return info !== null && statSync(endpoint.bot_socket, { throwIfNoEntry: false });
    });
    home.write('aa_01');
    expect((await home.start('aa_01'))[0]).toMatchObject({ ok: true });
  });

  test('without its lock file it leaves, and the next one finds the bots', async () => {
    const home = makeHome();
    home.write('aa_01', { web_port: await freePort() });
    const first = await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    unlinkSync(home.path('logs', 'supervisor', 'lock.db'));
    await waitFor('its end', () => first.exitCode !== null);
    expect(home.read('logs', 'supervisor', 'endpoint.json')).toBeNull();
    unlinkSync(home.path('database', 'aa_01.lock.db'));
    await home.supervise();
    await home.state('aa_01', 'degraded');
    expect(await home.row('aa_01')).toMatchObject({ pid });
    expect((await home.status('aa_01')).state_reason).toContain('lock file was removed');
    await home.post('/api/instances/restart', { ids: ['aa_01'] });
    expect((await home.row('aa_01')).state).toBe('running');
  });

  test('it leaves on SIGTERM and on request; bots go on, or end and come back', async () => {
    const home = scripted();
    home.write('aa_01');
    const first = await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    first.kill('SIGTERM');
    await waitFor('its end', () => first.exitCode !== null);
    expect(first.exitCode).toBe(0);
    expect(home.read('logs', 'supervisor', 'endpoint.json')).toBeNull();
    expect(processStat(pid ?? 0)).not.toBeNull();

    const second = await home.supervise();
    expect((await home.row('aa_01')).pid).toBe(pid);
    expect((await home.call('POST', '/api/shutdown', { bots: 'stop' })).status).toBe(200);
    await waitFor('its end', () => second.exitCode !== null);
    expect(processStat(pid ?? 0)).toBeNull();
    expect(home.record('aa_01')).toMatchObject({ desired: 'running', state: 'stopped', pid: null });

    await home.supervise();
    const row = await waitFor('the bot again', async () => {
      const found = await home.row('aa_01');
      return found.state === 'running' ? found : null;
    });
    expect(row.pid).not.toBe(pid);
  });
});

describe('bots that fail', () => {
  test('one that always crashes backs off, then is failed; its neighbour stays', async () => {
    const home = scripted();
    writeFileSync(home.path('.env'), 'SECRET_KEY=a-very-secret-value\n');
    home.write('good_01');
    home.write('bad_02', {
      max_restart_attempts: 2,
      environment: { BEHAVIOUR: 'crash', SECRET_KEY: '${SECRET_KEY}' },
    });
    await home.supervise();
    const [, bad] = await home.start('good_01', 'bad_02');
    expect(bad).toMatchObject({ ok: false, error: { code: 'START_FAILED' } });
    expect(bad?.message).toContain('boom: scripted crash');
    const { pid } = await home.row('good_01');
    await home.state('bad_02', 'failed');
    const status = await home.status('bad_02');
    expect(status).toMatchObject({ desired: 'running', pid: null, restarts: 2, generation: 3 });
    expect(status.last_error).toContain('boom: scripted crash');
    expect(status.last_exit).toMatchObject({ code: 1 });
    expect(await home.row('good_01')).toMatchObject({ pid, state: 'running' });
    // What the bot printed is kept, its secret is not.
    expect(home.read('logs', 'instances.json')).not.toContain('a-very-secret-value');
    expect(status.last_exit?.stderr_tail.join('\n')).toContain('the key is [secret]');
    const day = readdirSync(home.path('logs', 'bad_02')).find((name) => /^\d{4}-/.test(name)) ?? '';
    const log = home.read('logs', 'bad_02', day, 'daemon.log') ?? '';
    expect(log).toContain('starting -> failed: 2 restarts within 10 minutes');
    expect(log).not.toContain('a-very-secret-value');

    // The user's next start begins anew.
    home.write('bad_02');
    expect((await home.start('bad_02'))[0]).toMatchObject({ ok: true });
    expect(await home.row('bad_02')).toMatchObject({ state: 'running', restarts: 0 });
  });

  test('a refusal passes through and is not tried again; done means stopped', async () => {
    const home = scripted();
    home.write('no_01', { environment: { BEHAVIOUR: 'refused' } });
    home.write('done_02', { environment: { BEHAVIOUR: 'done' } });
    await home.supervise();
    const [no] = await home.start('no_01');
    expect(no).toMatchObject({
      ok: false,
      error: { code: 'GRID_REFUSED', message: 'The grid cannot earn.' },
    });
    expect(await home.row('no_01')).toMatchObject({ state: 'failed', restarts: 0, pid: null });
    await home.start('done_02');
    await home.state('done_02', 'finished');
    expect(await home.row('done_02')).toMatchObject({ desired: 'stopped', restarts: 0 });
  });

  test('a stop during backoff ends the waiting; a stop during a start ends the start', async () => {
    const home = scripted();
    home.write('bad_01', { restart_delay: 600, environment: { BEHAVIOUR: 'crash' } });
    home.write('slow_02', { environment: { BEHAVIOUR: 'mute' } });
    await home.supervise();
    await home.start('bad_01');
    expect((await home.row('bad_01')).state).toBe('backoff');
    const [waited] = await home.stop('bad_01');
    expect(waited).toMatchObject({ ok: true, receipt: null });
    expect(waited?.warnings?.join()).toContain('no bot ran that could cancel its orders');
    expect(await home.row('bad_01')).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect((await home.stop('bad_01'))[0]?.error?.code).toBe('INSTANCE_NOT_RUNNING');

    const starting = home.start('slow_02');
    const pid = await waitFor('its process', async () => {
      const rows = await home.list();
      return rows.find(({ id }) => id === 'slow_02')?.pid;
    });
    // Two stops at once are one stop.
    const [one, two] = await Promise.all([home.stop('slow_02'), home.stop('slow_02')]);
    expect(one?.[0]?.error).toMatchObject({ code: 'STOP_INCOMPLETE' });
    expect(two?.[0]?.error).toEqual(one?.[0]?.error);
    expect((await starting)[0]?.error).toMatchObject({ code: 'INSTANCE_BUSY' });
    expect(processStat(pid)).toBeNull();
    expect((await home.row('slow_02')).state).toBe('stopped');
  });

  test('a stop that was to close and left a position is no success', async () => {
    const home = scripted();
    home.write('aa_01', { environment: { BEHAVIOUR: 'unflat' } });
    await home.supervise();
    await home.start('aa_01');
    const [result] = await home.stop('aa_01');
    expect(result).toMatchObject({ ok: false, receipt: { position: '0.03' } });
    expect(result?.error).toMatchObject({ code: 'NOT_FLAT' });
    expect(result?.error?.message).toMatch(/position 0.03: The venue refused it\./);
    expect((await home.row('aa_01')).state).toBe('stopped');
  });

  test('a panic during a long stop reaches the bot at once, then another proves it flat', async () => {
    const home = scripted();
    home.write('aa_01', { environment: { BEHAVIOUR: 'slow' }, stop_timeout: 90 });
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    const stopping = home.stop('aa_01');
    await home.state('aa_01', 'stopping');
    const [panicked]: VerbResult[] = await home.post('/api/instances/panic', { ids: ['aa_01'] });
    const [stopped] = await stopping;
    expect(panicked).toMatchObject({
      ...{ ok: true, message: 'flat; 0 orders cancelled, position 0' },
      message_said: say('flat', { cancelled: 0 }),
    });
    expect(stopped?.receipt ?? null).toBeNull();
    const { exits } = await home.status('aa_01');
    expect(exits.map(({ reason }) => reason)).toEqual(Array(2).fill('exited with code 0 (panic)'));
    expect(exits[1]?.pid).toBe(pid);
  });

  test('one that hangs is found, killed and replaced', async () => {
    const home = scripted();
    home.write('aa_01', { stop_timeout: 1 });
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    process.kill(pid ?? NaN, 'SIGSTOP');
    await home.state('aa_01', 'unhealthy');
    const row = await waitFor('its successor', async () => {
      const found = await home.row('aa_01');
      return found.state === 'running' && found.pid !== pid ? found : null;
    });
    expect(row.restarts).toBe(1);
    expect(processStat(pid ?? 0)).toBeNull();
    expect((await home.status('aa_01')).last_exit).toMatchObject({ signal: 'SIGKILL' });
  });

  test('one that obeys nothing is killed; one that eats too much is restarted', async () => {
    const home = scripted();
    home.write('deaf_01', { stop_timeout: 1, environment: { BEHAVIOUR: 'deaf' } });
    home.write('fat_02', { memory_limit_mb: 150, environment: { BEHAVIOUR: 'hungry' } });
    await home.supervise();
    await home.start('deaf_01', 'fat_02');
    const deaf = await home.row('deaf_01');
    const fat = await home.row('fat_02');
    const stopped = home.stop('deaf_01');
    const limited = async () => (await home.row('fat_02')).restarts > 0;
    await waitFor('a restart by the limit', limited, 40_000);
    expect((await home.status('fat_02')).last_exit?.reason).toContain('memory');
    expect(processStat(fat.pid ?? 0)).toBeNull();
    expect((await stopped)[0]).toMatchObject({ ok: false, error: { code: 'STOP_INCOMPLETE' } });
    expect(processStat(deaf.pid ?? 0)).toBeNull();
    expect(await home.row('deaf_01')).toMatchObject({ state: 'stopped', pid: null });
  });
});

describe('verbs', () => {
  test('start, start again, restart, pause, conflict, unknown, clean-up', async () => {
    const home = scripted();
    home.write('aa_01', { web_port: 5991 });
    home.write('bb_02');
    await home.supervise();
    const [first] = await home.start('aa_01');
    expect(first).toMatchObject({ ok: true, row: { state: 'running', web_port: 5991 } });
    expect(first?.message).toBe('running on http://127.0.0.1:5991');
    expect(first?.message_said).toEqual(
      say('serves_on', { state: say('running'), url: 'http://127.0.0.1:5991' }),
    );
    expect((await home.start('aa_01'))[0]?.error?.code).toBe('INSTANCE_RUNNING');
    const targets = [{ config_file: home.config('aa_01') }];
    const again = await home.post('/api/instances/start', { targets, allow_running: true });
    expect(again[0]).toMatchObject({
      ...{ ok: true, unchanged: true, message: 'already running on http://127.0.0.1:5991' },
      message_said: { code: 'already', parts: { state: first?.message_said } },
    });

    const { pid } = await home.row('aa_01');
    const [restarted] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
    expect(restarted).toMatchObject({ ok: true, row: { restarts: 0 } });
    expect(restarted?.row?.pid).not.toBe(pid);
    const paused = { ok: true, message: 'paused', message_said: say('paused') };
    const pausing = await home.post('/api/instances/pause', { ids: ['aa_01'] });
    expect(pausing[0]).toMatchObject(paused);
    const [lost] = await home.post('/api/instances/resume', { ids: ['zz_99'] });
    expect(lost?.error?.code).toBe('INSTANCE_UNKNOWN');

    home.write('cc_03', { web_port: 5991 });
    const [conflict] = await home.start('cc_03');
    expect(conflict?.error?.code).toBe('CONFIG_CONFLICT');
    expect(home.record('cc_03')).toBeUndefined();
    unlinkSync(home.config('cc_03'));

    await home.start('bb_02');
    expect((await home.stop('bb_02'))[0]).toMatchObject({ message_said: { code: 'stopped_clean' } });
    const planned = (await home.call('POST', '/api/cleanup', { dry_run: true })).body;
    const dropped = expect.stringContaining('dropped') as string;
    expect(planned).toEqual([{ id: 'bb_02', action: dropped }]);
    expect(home.record('bb_02')).toBeDefined();
    await home.call('POST', '/api/cleanup', { dry_run: false });
    expect((await home.list()).map(({ id }) => id)).toEqual(['aa_01']);
    expect((await home.row('aa_01')).state).toBe('running');
  });

  test('a restart with a broken config leaves the running bot as it is', async () => {
    const home = scripted();
    home.write('aa_01');
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    writeFileSync(home.config('aa_01'), '{ "metadata": {} }');
    const [refused] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
    expect(refused?.error?.code).toBe('CONFIG_INVALID');
    expect(await home.row('aa_01')).toMatchObject({ pid, state: 'running' });
  });
});

describe('external programs', () => {
  test('run with what they need and nothing else, judged by their port', async () => {
    const home = makeHome();
    writeFileSync(home.path('.env'), 'MINE=yes\nOTHER=no\n');
    writeFileSync(home.path('program.mjs'), readFileSync(WEB_PROGRAM));
    const port = await freePort();
    home.write('ext_01', {
      web_port: port,
      python_path: process.execPath,
      script_path: 'program.mjs',
      stop_timeout: 1,
      bot_args: ['--pair', 'SOL'],
      environment: { NAMED: '${MINE}' },
    });
    await home.supervise({ WEB_PORT: '1', LEAKED: 'from the shell' });
    const [started] = await home.start('ext_01');
    expect(started).toMatchObject({ ok: true, row: { state: 'running', web_port: port } });
    const row = await home.row('ext_01');
    expect(row).toMatchObject({ grid_state: null, position: null, venue: null });
    expect(home.read('logs', 'ext_01', 'bot.pid')).toBe(`${row.pid}\n`);
    const answer = await fetch(`http://127.0.0.1:${port}/environment`);
    const environment = (await answer.json()) as Record<string, string>;
    expect(environment).toMatchObject({
      INSTANCE_ID: 'ext_01',
      LOG_DIR: home.path('logs', 'ext_01'),
      DB_PATH: home.path('database', 'ext_01.db'),
      WEB_PORT: String(port),
      CONFIG_FILE: home.config('ext_01'),
      NAMED: 'yes',
    });
    expect(environment).not.toHaveProperty('OTHER');
    expect(environment).not.toHaveProperty('LEAKED');
    const day = readdirSync(home.path('logs', 'ext_01')).find((name) => /^\d{4}-/.test(name)) ?? '';
    const printed = home.read('logs', 'ext_01', day, 'bot_stdout.log');
    expect(printed).toBe('started with --pair SOL\n');
    expect(home.read('logs', 'ext_01', day, 'bot_stderr.log')).toBe('a line on stderr\n');
    const [paused] = await home.post('/api/instances/pause', { ids: ['ext_01'] });
    expect(paused?.error?.code).toBe('PROGRAM_UNSUPPORTED');

    // Killed between spawn and writing the pid down: the mark tells whose process it is.
    home.supervisors[0]?.kill('SIGKILL');
    await waitFor('its end', () => home.supervisors[0]?.signalCode !== null);
    home.editRecord('ext_01', { pid: null, start_time: null, boot_id: null, state: 'starting' });
    await home.supervise();
    await waitFor('the program', async () => (await home.row('ext_01')).state === 'running');
    expect(await home.row('ext_01')).toMatchObject({ pid: row.pid, restarts: 0 });
    home.supervisors[1]?.kill('SIGKILL');
    await home.supervise();
    await home.state('ext_01', 'running');
    expect((await home.row('ext_01')).pid).toBe(row.pid);
    process.kill(row.pid ?? NaN, 'SIGSTOP');
    const next = await waitFor(
      'its successor',
      async () => {
        const found = await home.row('ext_01');
        return found.pid !== null && found.pid !== row.pid && found.state === 'running' && found;
      },
      40_000,
    );
    expect(processStat(row.pid ?? 0)).toBeNull();
    expect((await home.stop('ext_01'))[0]).toMatchObject({ ok: true, message: 'stopped' });
    expect(processStat(next.pid ?? 0)).toBeNull();
    expect(home.read('logs', 'ext_01', 'bot.pid')).toBeNull();

    // The built-in bot never takes its place silently.
    unlinkSync(home.path('program.mjs'));
    expect((await home.start('ext_01'))[0]?.error?.code).toBe('PROGRAM_MISSING');
  });
});

describe('what a start finds', () => {
  test('a corrupt registry is kept aside; living bots are found again', async () => {
    const home = scripted();
    home.write('aa_01');
    const first = await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    first.kill('SIGKILL');
    await waitFor('its end', () => first.signalCode !== null);
    writeFileSync(home.path('logs', 'instances.json'), '{ "version": 1, "inst');
    await home.supervise();
    expect(await home.row('aa_01')).toMatchObject({ pid, desired: 'running' });
    const kept = readdirSync(home.path('logs')).filter((name) => name.includes('corrupt'));
    expect(kept).toHaveLength(1);
    expect((await home.stop('aa_01'))[0]).toMatchObject({ ok: true });
  });

  test('a pid of another boot is not trusted: what should run is started', async () => {
    const home = scripted();
    home.write('aa_01');
    const first = await home.supervise();
    await home.start('aa_01');
    await home.call('POST', '/api/shutdown', { bots: 'stop' });
    await waitFor('its end', () => first.exitCode !== null);
    const stale = { pid: process.pid, start_time: '1', boot_id: 'another boot' };
    home.editRecord('aa_01', { ...stale, state: 'running' });
    await home.supervise();
    const row = await waitFor('its bot', async () => {
      const found = await home.row('aa_01');
      return found.state === 'running' && found;
    });
    expect(row.pid).not.toBe(process.pid);
  });

  test('a bot that holds the lock already is taken over, not doubled', async () => {
    const home = makeHome();
    const port = await freePort();
    home.write('aa_01', { web_port: port });
    home.write('bb_02', { web_port: await freePort() });
    await home.supervise();
    await home.start('bb_02');
    const lone = spawnBot(home, 'aa_01', port);
    const holder = await waitFor('its record', () => home.read('logs', 'aa_01', 'bot.json'));
    expect(JSON.parse(holder)).toMatchObject({ pid: lone.pid, generation: 7 });
    expect((await home.list()).map(({ id }) => id)).toEqual(['bb_02']);
    const [result] = await home.start('aa_01');
    expect(result).toMatchObject({ ok: true, row: { pid: lone.pid, state: 'running' } });
    expect(home.record('aa_01')).toMatchObject({ pid: lone.pid, generation: 7, restarts: 0 });
    expect((await home.stop('aa_01'))[0]).toMatchObject({ ok: true });
    await waitFor('its end', () => lone.exitCode !== null);
    expect(lone.exitCode).toBe(0);
  });

  test('a supervisor that was away itself blames no bot for it', async () => {
    const home = scripted();
    home.write('aa_01');
    const supervisor = await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    supervisor.kill('SIGSTOP');
    // Longer than the silence a bot is allowed: time itself is what is tested.
    await pause(6_000);
    supervisor.kill('SIGCONT');
    const day = readdirSync(home.path('logs', 'supervisor')).find((name) => /^\d{4}-/.test(name));
    await waitFor('its own finding', () =>
      home.read('logs', 'supervisor', day ?? '', 'supervisor.log')?.includes('ages forgotten'),
    );
    expect(await home.row('aa_01')).toMatchObject({ pid, state: 'running', restarts: 0 });
    expect(home.read('logs', 'aa_01', day ?? '', 'daemon.log')).not.toContain('unhealthy');
  });

  test('a stranger on the bot socket is refused', async () => {
    const home = scripted();
    home.write('aa_01');
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    const hello = {
      type: 'hello',
      protocol: 1,
      home: home.folder,
      id: 'aa_01',
      generation: 1,
      pid: process.pid,
      start_time: processStat(process.pid)?.startTime,
      boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    };
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(home.endpoint().bot_socket, () => {
        socket.write(`${JSON.stringify(hello)}\n`);
      });
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(JSON.parse(answer)).toMatchObject({ type: 'refused' });
    expect(await home.row('aa_01')).toMatchObject({ pid, state: 'running' });
  });
});
