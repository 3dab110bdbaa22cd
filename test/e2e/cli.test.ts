/** The command line as a user types it: real processes, a real supervisor, homes of their own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BOT_EXIT } from '../../src/contract/errors.ts';
import type { ListRow } from '../../src/contract/fleet-api.ts';
import { identify, isAlive } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';

const ESCAPE = '\u001b';
let home: FleetHome;
let ports: number[];
const children: ChildProcess[] = [];

beforeEach(async () => {
  home = new FleetHome();
  ports = await freePorts(2);
  home.write('a', { daemon: { web_port: ports[0] } });
  home.write('b', { daemon: { web_port: ports[1] } });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await home.dispose();
});

/** A CLI process that goes on; `said` grows. */
function follow(words: readonly string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'gridd.js'), ...words], {
    cwd: home.folder,
    env: { PATH: process.env['PATH'], GRIDD_HOME: home.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  return { child, said: () => text };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  await waitFor('the end of the CLI', ended);
  return child.exitCode;
}

describe('starting', () => {
  test('twenty starts at the same moment end up with one supervisor and one bot', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => home.run(['start', '--all'])));
    for (const { code, stdout, stderr } of runs) {
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`http://127.0.0.1:${ports[0]}`);
    }
    const started = runs.filter(({ stderr }) => stderr.includes('supervisor started'));
    expect(started).toHaveLength(1);
    const rows = await home.list();
    expect(rows.map(({ id, state, restarts }) => [id, state, restarts])).toEqual([
      ['a', 'running', 0],
      ['b', 'running', 0],
    ]);
  });

  test('the verbs of a life, each with its exit code and words', async () => {
    const started = await home.ok(['start', 'a']);
    expect(started.stdout).toBe(`a: running on http://127.0.0.1:${ports[0]}\n`);
    const again = await home.ok(['start', '-c', 'config/active/a.json', '-d'], 4);
    expect(again.stdout).toBe('');
    expect(again.stderr).toMatch(/^INSTANCE_RUNNING: /m);
    const table = await home.ok(['list']);
    expect(table.stderr).toBe('');
    expect(table.stdout).not.toContain(ESCAPE);
    for (const line of table.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const status = JSON.parse((await home.ok(['status', 'a', '--json'])).stdout) as object;
    expect(status).toMatchObject({ id: 'a', state: 'running', grids: 20, open_orders: 20 });
    const orders = JSON.parse((await home.ok(['orders', 'a', '--json'])).stdout) as unknown[];
    expect(orders).toHaveLength(20);
    expect((await home.ok(['pause', 'a'])).stdout).toMatch(/^a: /);
    await waitFor('the pause', async () => (await home.row('a')).grid_state === 'paused');
    await home.ok(['resume', '--all']);
    await home.ok(['pause', 'b'], 3);
    const stopped = await home.ok(['stop', '-c', 'config/active/a.json', '--timeout', '20']);
    expect(stopped.stdout).toMatch(/20 orders cancelled, 0 left, position /);
    await home.ok(['stop', 'a'], 3);
    await home.ok(['stop', 'a', '--all-descendants'], 3);
    const before = await home.row('a');
    expect(before).toMatchObject({ state: 'stopped', desired: 'stopped', pid: null });
    expect((await home.ok(['restart', '--all'])).stdout).toContain('nothing to restart');
    await home.ok(['restart', 'a']);
    expect(await home.row('a')).toMatchObject({ state: 'running', desired: 'running' });
  });

  test('adjust: dry run, then for good, then saved, and the next start changes nothing', async () => {
    await home.ok(['start', 'a']);
    const words = ['adjust', 'a', '--lower', '135', '--upper', '165', '--grids', '30', '--json'];
    const dry = JSON.parse((await home.ok([...words, '--dry-run'])).stdout) as object;
    expect(dry).toMatchObject({ applied: false, lower: '135', upper: '165', grids: 30 });
    const file = home.path('config', 'active', 'a.json');
    const text = readFileSync(file, 'utf8');
    await home.ok(words);
    expect(readFileSync(file, 'utf8')).toBe(text);
    // Before it is saved: within a second of that the bot sees that the file says the same.
    expect((await home.ok(['status', 'a'])).stdout).toContain('adjusted, differs from the file');
    expect((await home.ok(['adjust', 'a', '--save'])).stdout).toBe(
      'a: saved to config/active/a.json\n',
    );
    const saved = JSON.parse(readFileSync(file, 'utf8')) as { strategy_config: object };
    expect(saved.strategy_config).toMatchObject({
      grid_lower_price: 135,
      grid_upper_price: 165,
      grid_num: 30,
      order_quantity: 0.1,
    });
    await home.ok(['restart', 'a']);
    const status = JSON.parse((await home.ok(['status', 'a', '--json'])).stdout) as object;
    expect(status).toMatchObject({ lower: '135', upper: '165', grids: 30, adjusted: false });
  });

  test('a supervisor that was away: reading verbs say so and start none, stop brings one', async () => {
    await home.ok(['start', '--all']);
    const bot = identify((await home.row('a')).pid ?? 0);
    const needed = await home.ok(['supervisor', 'stop'], 2);
    expect(needed.stderr).toMatch(/^ANSWER_NEEDED: /);
    await home.ok(['supervisor', 'stop', '--keep-bots']);
    await home.ok(['supervisor', 'status'], 3);
    const read = await home.run(['list', '--json']);
    expect(read.stderr).toMatch(/^no supervisor runs/);
    const rows = JSON.parse(read.stdout) as ListRow[];
    expect(rows.find(({ id }) => id === 'a')).toMatchObject({ state: 'running', pid: bot?.pid });
    expect(bot !== null && isAlive(bot)).toBe(true);
    await home.ok(['supervisor', 'status'], 3);
    const stopped = await home.ok(['stop', 'a']);
    expect(stopped.stderr).toContain('supervisor started');
    expect(stopped.stdout).toMatch(/\d+ orders cancelled, 0 left/);
    expect(bot !== null && isAlive(bot)).toBe(false);
    expect(await home.row('b')).toMatchObject({ state: 'running', restarts: 0 });
  });
});

describe('attached', () => {
  test('--foreground shows the log; Ctrl-C is a stop command', async () => {
    const { child, said } = follow(['start', 'a', '--foreground']);
    await waitFor('the log', () => said().includes('info  ') && said().includes('running on'));
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(0);
    expect(said()).toMatch(/20 orders cancelled, 0 left/);
    expect(await home.row('a')).toMatchObject({ state: 'stopped', desired: 'stopped' });
  });

  test('the end of an attached terminal stops nothing', async () => {
    const { child, said } = follow(['start', 'a', '--foreground']);
    await waitFor('the start', () => said().includes('running on'));
    child.kill('SIGKILL');
    await endOf(child);
    expect(await home.row('a')).toMatchObject({ state: 'running', desired: 'running' });
  });

  test('a second Ctrl-C leaves the instance to the supervisor and returns', async () => {
    const { child, said } = follow(['start', 'a', '--foreground']);
    await waitFor('the start', () => said().includes('running on'));
    // A supervisor that stands still keeps the stop under way until it goes on.
    const supervisor = home.supervisorPid();
    process.kill(supervisor, 'SIGSTOP');
    try {
      child.kill('SIGINT');
      await waitFor('the stop', () => said().includes('stopping a'));
      child.kill('SIGINT');
      expect(await endOf(child)).toBe(0);
      expect(said()).toContain('left a to the supervisor');
    } finally {
      process.kill(supervisor, 'SIGCONT');
    }
  });

  test('logs -f goes on, and ends quietly when its reader does', async () => {
    await home.ok(['start', 'a']);
    const { child, said } = follow(['logs', 'a', '-f', '-n', '1']);
    await waitFor('the first line', () => said().startsWith('a 2'));
    await home.ok(['restart', 'a']);
    await waitFor('a line that follows', () => said().trimEnd().split('\n').length > 1);
    child.stdout?.destroy();
    child.stderr?.destroy();
    await home.ok(['restart', 'a']);
    expect(await endOf(child)).toBe(0);
  });
});

describe('refusals', () => {
  test('a bad config is told whole, on stderr, before anything starts', async () => {
    home.write('bad', { strategy: { grid_num: 0, grid_lower_price: 'x' } });
    const { stdout, stderr } = await home.ok(['start', 'bad', '--json'], 2);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
    expect(stderr).toContain('strategy_config.grid_num');
    expect(stderr).toContain('strategy_config.grid_lower_price');
    await home.ok(['supervisor', 'status'], 3);
  });

  test('two configs that claim the same port are refused, both named', async () => {
    home.write('c', { daemon: { web_port: ports[0] } });
    const { stderr } = await home.ok(['start', 'c'], 4);
    expect(stderr).toMatch(/CONFIG_CONFLICT: /);
    expect(stderr).toMatch(/a\.json/);
    expect(stderr).toMatch(/c\.json/);
    const validated = await home.ok(['validate', 'config/active/c.json'], 4);
    expect(validated.stderr).toMatch(/^CONFIG_CONFLICT: /m);
  });

  test('a second supervisor in the foreground is refused, with the code that ends a unit', async () => {
    await home.ok(['supervisor', 'start']);
    const { stderr } = await home.ok(['supervisor', 'run'], BOT_EXIT.lock_held);
    expect(stderr).toMatch(/^SUPERVISOR_RUNNING: /m);
  });

  test('a hung bot is BOT_UNREACHABLE once it is killed, not a wait for ever', async () => {
    const quick = { web_port: ports[0], health_check_interval: 1, stop_timeout: 1 };
    home.write('a', { daemon: quick });
    await home.ok(['start', 'a']);
    const { pid } = await home.row('a');
    process.kill(pid ?? NaN, 'SIGSTOP');
    const { stderr } = await home.ok(['pause', 'a'], 1);
    expect(stderr).toMatch(/^BOT_UNREACHABLE: /m);
  });

  test('a home that cannot be written says so', async () => {
    writeFileSync(home.path('logs'), 'a file where the folder should be');
    const { code, stderr } = await home.run(['start', 'a']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^HOME_UNUSABLE: /m);
  });
});
