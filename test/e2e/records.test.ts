/**
 * What the supervisor keeps about an instance stays true: its record, its log file, the places it
 * holds; a restart or a second stop that cannot be carried out costs nothing that runs.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localDate } from '../../src/platform/clock.ts';
import { identify } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { SupervisedHome, WEB_PROGRAM } from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

let home: FleetHome;
let ports: number[];

beforeEach(async () => {
  home = new FleetHome();
  ports = await freePorts(2);
});
afterEach(() => home.dispose());

function write(id: 'b1' | 'b2', daemon: object = {}, exchange: object = {}): void {
  home.write(id, { daemon: { web_port: ports[id === 'b1' ? 0 : 1], ...daemon }, exchange });
}

async function pidOf(id: string): Promise<number | null> {
  return (await home.row(id)).pid;
}

/** A new supervisor after the old one was killed; the bots go on. */
async function replaceSupervisor(): Promise<void> {
  const old = home.supervisorPid();
  process.kill(old, 'SIGKILL');
  await waitFor('the end of the supervisor', () => identify(old) === null);
  await home.ok(['supervisor', 'start']);
}

/** The bot on record lives and a supervisor of another life finds it. */
async function expectFoundAgain(id: string): Promise<void> {
  const record = home.registry().instances[id];
  const pid = await pidOf(id);
  expect(pid).not.toBeNull();
  expect(record).toMatchObject({ pid, desired: 'running', config_file: `config/active/${id}.json` });
  await replaceSupervisor();
  await waitFor('it found', async () => (await home.row(id)).state === 'running');
  expect(await pidOf(id)).toBe(pid);
}

function daemonLog(folder: string): string {
  return readFileSync(join(folder, localDate(Date.now()), 'daemon.log'), 'utf8');
}

describe('a record that was dropped comes back with the next start', () => {
  test('after a clean-up', async () => {
    write('b1');
    await home.ok(['start', 'b1']);
    await home.ok(['stop', 'b1']);
    await home.ok(['cleanup']);
    expect(home.registry().instances).toEqual({});
    await home.ok(['start', 'b1']);
    await expectFoundAgain('b1');
  });

  test('after the config was archived and written anew', async () => {
    write('b1');
    await home.ok(['start', 'b1']);
    await home.ok(['stop', 'b1']);
    await home.ok(['archive', 'b1']);
    expect(home.registry().instances).toEqual({});
    write('b1');
    await home.ok(['start', 'b1']);
    await expectFoundAgain('b1');
  });
});

test('a start from another file of the same id reads that file', async () => {
  write('b1');
  await home.ok(['start', 'b1']);
  await home.ok(['stop', 'b1']);
  const moved = home.path('config', 'b1.json');
  renameSync(home.path('config', 'active', 'b1.json'), moved);
  await home.ok(['start', '--config', moved]);
  expect(home.registry().instances['b1']?.config_file).toBe('config/b1.json');
});

describe('two never share a place', () => {
  test('a restart into the log folder of another is refused and costs no process', async () => {
    write('b1');
    write('b2');
    await home.ok(['start', 'b1', 'b2']);
    const before = [await pidOf('b1'), await pidOf('b2')];
    write('b2', { log_dir: 'logs/b1' });
    const { code, stdout, stderr } = await home.run(['restart', 'b2']);
    expect({ code, said: stdout + stderr }).toEqual({
      code: 4,
      said: expect.stringContaining('CONFIG_CONFLICT') as string,
    });
    expect([await pidOf('b1'), await pidOf('b2')]).toEqual(before);
    // The one whose place was wished for is nobody's problem.
    await home.ok(['restart', 'b1']);
  });

  test('an automatic restart into it fails the instance with the reason', async () => {
    write('b1');
    write('b2');
    await home.ok(['start', 'b1', 'b2']);
    const victim = await pidOf('b2');
    write('b2', { log_dir: 'logs/b1' });
    // Without it a restart takes the file.
    rmSync(home.path('logs', 'b2', 'config_taken.json'));
    process.kill(victim ?? NaN, 'SIGKILL');
    await waitFor('the refusal', async () => (await home.row('b2')).state === 'failed');
    expect(home.registry().instances['b2']).toMatchObject({
      pid: null,
      last_error: { code: 'CONFIG_CONFLICT' },
      state_reason: expect.stringContaining('both use log_dir logs/b1') as string,
    });
    expect((await home.row('b1')).state).toBe('running');
  });

  test('what waits for its restart keeps its places', async () => {
    write('b1', { restart_delay: 600 });
    // Away from config/active, where only what the supervisor has in hand counts.
    const away = home.path('config', 'b1.json');
    renameSync(home.path('config', 'active', 'b1.json'), away);
    await home.ok(['start', '--config', away]);
    process.kill((await pidOf('b1')) ?? 0, 'SIGKILL');
    await waitFor('it waits', async () => (await home.row('b1')).state === 'backoff');
    write('b2', { log_dir: 'logs/b1' });
    const { code, stdout, stderr } = await home.run(['start', 'b2']);
    expect(code).toBe(4);
    expect(stdout + stderr).toContain('CONFIG_CONFLICT');
  });
});

test('a restart whose variable is missing is refused; the bot stays', async () => {
  writeFileSync(home.path('.env'), 'NEED_VAR=there\n');
  write('b1', { environment: { NEED: '${NEED_VAR}' } });
  await home.ok(['start', 'b1']);
  const pid = await pidOf('b1');
  writeFileSync(home.path('.env'), '');
  const { code, stdout, stderr } = await home.run(['restart', 'b1']);
  expect(code).toBe(2);
  expect(stdout + stderr).toContain('ENV_MISSING');
  expect(await home.row('b1')).toMatchObject({ pid, state: 'running' });
});

test('a restart whose program is gone is refused; the program stays', async () => {
  const script = home.path('program.mjs');
  writeFileSync(script, readFileSync(WEB_PROGRAM));
  write('b1', { python_path: process.execPath, script_path: 'program.mjs', stop_timeout: 1 });
  await home.ok(['start', 'b1']);
  const pid = await pidOf('b1');
  rmSync(script);
  const { code, stdout, stderr } = await home.run(['restart', 'b1']);
  expect(code).toBe(2);
  expect(stdout + stderr).toContain('PROGRAM_MISSING');
  expect(await home.row('b1')).toMatchObject({ pid, state: 'running' });
});

describe('daemon.log is where the instance is', () => {
  test('after a restart with another log_dir', async () => {
    write('b1');
    await home.ok(['start', 'b1']);
    write('b1', { log_dir: 'logs/elsewhere' });
    await home.ok(['restart', 'b1']);
    const pid = await pidOf('b1');
    expect(daemonLog(home.path('logs', 'elsewhere'))).toContain(`started pid ${pid}`);
    expect(daemonLog(home.path('logs', 'b1'))).not.toContain(`started pid ${pid}`);
  });

  test('after its folder was removed while it was stopped', async () => {
    write('b1');
    await home.ok(['start', 'b1']);
    await home.ok(['stop', 'b1']);
    rmSync(home.path('logs', 'b1'), { recursive: true });
    await home.ok(['start', 'b1']);
    expect(daemonLog(home.path('logs', 'b1'))).toContain(`started pid ${await pidOf('b1')}`);
  });

  test('after it could not be opened at first', async () => {
    write('b1');
    const inTheWay = home.path('logs', 'b1', localDate(Date.now()));
    mkdirSync(home.path('logs', 'b1'), { recursive: true });
    writeFileSync(inTheWay, 'a file where the folder should be');
    const refused = await home.run(['start', 'b1']);
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('daemon.log cannot be opened');
    rmSync(inTheWay);
    await home.ok(['start', 'b1']);
    expect(daemonLog(home.path('logs', 'b1'))).toContain(`started pid ${await pidOf('b1')}`);
  });
});

test('a second stop joins the first only when it wishes the same', async () => {
  const own = new SupervisedHome();
  try {
    own.write('b1', { web_port: ports[0], stop_timeout: 30 });
    await own.supervise();
    await own.start('b1');
    const { pid } = await own.row('b1');
    const stop = (orders: string) =>
      own.post('/api/instances/stop', { ids: ['b1'], on_stop: { orders } });
    process.kill(pid ?? NaN, 'SIGSTOP');
    const both = [stop('keep'), stop('keep')];
    await own.state('b1', 'stopping');
    expect(await stop('cancel')).toMatchObject([{ ok: false, error: { code: 'INSTANCE_BUSY' } }]);
    process.kill(pid ?? NaN, 'SIGCONT');
    const [first, second] = await Promise.all(both);
    expect(first).toMatchObject([{ ok: true, receipt: { orders_cancelled: 0 } }]);
    expect(second?.[0]?.receipt).toEqual(first?.[0]?.receipt);
  } finally {
    await own.close();
  }
});
