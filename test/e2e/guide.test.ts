/** The session of the multi-instance guide, in its order, on its two configs. */
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localDate } from '../../src/platform/clock.ts';
import { identify } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';

let home: FleetHome;
let solPort = 0;
let ethPort = 0;

beforeAll(async () => {
  home = new FleetHome();
  const [sol, eth] = await freePorts(2);
  solPort = sol ?? 0;
  ethPort = eth ?? 0;
  // The files as they are shipped; only the ports are this test's own.
  for (const [name, shipped, own] of [
    ['bp_sol_01', 5001, solPort],
    ['bp_eth_02', 5002, ethPort],
  ] as const) {
    const text = readFileSync(join(ROOT, 'config', 'active', `${name}.json`), 'utf8');
    expect(text).toContain(String(shipped));
    const target = home.path('config', 'active', `${name}.json`);
    writeFileSync(target, text.replace(String(shipped), String(own)));
  }
});
afterAll(() => home.dispose());

const SOL = 'config/active/bp_sol_01.json';
const ETH = 'config/active/bp_eth_02.json';

function log(id: string, name: string): string {
  return home.path('logs', id, localDate(Date.now()), name);
}

function pidIn(...parts: string[]): number {
  const text = readFileSync(home.path(...parts), 'utf8');
  expect(text).toMatch(/^\d+\n$/);
  return Number(text);
}

async function post(port: number, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://localhost:${port}/api/grid/adjust`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

async function status(port: number): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://localhost:${port}/api/status`);
  return (await answer.json()) as Record<string, unknown>;
}

test('start the SOL instance', async () => {
  await home.ok(['start', '--config', SOL, '--daemon']);
  const pid = pidIn('logs', 'bp_sol_01', 'bot.pid');
  expect(identify(pid)).not.toBeNull();
  expect(pidIn('logs', 'bp_sol_01', 'daemon.pid')).toBe(home.supervisorPid());
  expect(existsSync(home.path('database', 'bp_sol_01.db'))).toBe(true);
  const record = home.registry().instances['bp_sol_01'];
  expect(record).toMatchObject({ pid, web_port: solPort, desired: 'running', state: 'running' });
  for (const name of ['daemon.log', 'bot_stdout.log', 'bot_stderr.log']) {
    expect(readlinkSync(log('bp_sol_01', name))).toMatch(new RegExp(`^${name}\\.\\d+$`));
  }
});

test('start the ETH instance beside it, with everything its own', async () => {
  const solPid = pidIn('logs', 'bp_sol_01', 'bot.pid');
  await home.ok(['start', '-c', ETH, '-d']);
  expect(pidIn('logs', 'bp_sol_01', 'bot.pid')).toBe(solPid);
  expect(pidIn('logs', 'bp_eth_02', 'bot.pid')).not.toBe(solPid);
  expect(pidIn('logs', 'bp_eth_02', 'daemon.pid')).toBe(home.supervisorPid());
  expect(existsSync(home.path('database', 'bp_eth_02.db'))).toBe(true);
});

test('list shows both', async () => {
  const rows = await home.list();
  expect(rows.map(({ id, state, web_port }) => ({ id, state, web_port }))).toEqual([
    { id: 'bp_eth_02', state: 'running', web_port: ethPort },
    { id: 'bp_sol_01', state: 'running', web_port: solPort },
  ]);
  const { stdout } = await home.ok(['list']);
  expect(stdout).toContain('bp_sol_01');
  for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
});

test('status by config file', async () => {
  const { stdout } = await home.ok(['status', '--config', SOL]);
  expect(stdout).toContain('bp_sol_01');
  const json = JSON.parse((await home.ok(['status', 'bp_sol_01', '--json'])).stdout) as object;
  expect(json).toMatchObject({ id: 'bp_sol_01', venue: 'paper', grids: 20, lower: '140' });
});

test('both pages answer /health', async () => {
  for (const [id, port] of [
    ['bp_sol_01', solPort],
    ['bp_eth_02', ethPort],
  ] as const) {
    const answer = await fetch(`http://localhost:${port}/health`);
    const pid = pidIn('logs', id, 'bot.pid');
    expect(await answer.json()).toEqual({ status: 'healthy', instance_id: id, pid });
  }
});

test('both grids are adjusted while they run', async () => {
  const sol = await post(solPort, { grid_upper_price: 165, grid_lower_price: 135 });
  expect(sol).toMatchObject({ applied: true, lower: '135', upper: '165', converged: true });
  const eth = await post(ethPort, { grid_upper_price: 3300, grid_lower_price: 2700 });
  expect(eth).toMatchObject({ applied: true, lower: '2700', upper: '3300', converged: true });
  expect(await status(ethPort)).toMatchObject({ lower: '2700', upper: '3300', adjusted: true });
});

test('stop the SOL instance: its files say so, the other goes on', async () => {
  const ethPid = pidIn('logs', 'bp_eth_02', 'bot.pid');
  const pid = pidIn('logs', 'bp_sol_01', 'bot.pid');
  const { stdout } = await home.ok(['stop', '--config', SOL]);
  expect(stdout).toContain('bp_sol_01');
  expect(identify(pid)).toBeNull();
  expect(existsSync(home.path('logs', 'bp_sol_01', 'bot.pid'))).toBe(false);
  expect(existsSync(home.path('logs', 'bp_sol_01', 'daemon.pid'))).toBe(false);
  await expect(fetch(`http://localhost:${solPort}/health`)).rejects.toThrow();
  const record = home.registry().instances['bp_sol_01'];
  expect(record).toMatchObject({ desired: 'stopped', state: 'stopped', pid: null });
  expect(pidIn('logs', 'bp_eth_02', 'bot.pid')).toBe(ethPid);
});

test('restart the ETH instance: a new process keeps the adjusted range', async () => {
  const before = pidIn('logs', 'bp_eth_02', 'bot.pid');
  await home.ok(['restart', '--config', ETH]);
  expect(pidIn('logs', 'bp_eth_02', 'bot.pid')).not.toBe(before);
  expect(await status(ethPort)).toMatchObject({ lower: '2700', upper: '3300', adjusted: true });
  expect((await home.row('bp_eth_02')).web_port).toBe(ethPort);
});

test('cleanup drops the stopped record and leaves the living one alone', async () => {
  const pid = pidIn('logs', 'bp_eth_02', 'bot.pid');
  await home.ok(['cleanup']);
  expect(Object.keys(home.registry().instances)).toEqual(['bp_eth_02']);
  expect(identify(pid)).not.toBeNull();
});

test('the logs are where the guide looks for them', async () => {
  await waitFor('lines in daemon.log', () => readFileSync(log('bp_sol_01', 'daemon.log')).length > 0);
  expect(readFileSync(log('bp_sol_01', 'bot_stdout.log'), 'utf8')).toContain('the grid is ready');
  expect(existsSync(log('bp_sol_01', 'bot_stderr.log'))).toBe(true);
});
