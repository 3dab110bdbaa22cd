/** Five real bots at once: everything is their own, and the death of one touches no other. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identify } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const IDS = ['one_01', 'two_02', 'three_03', 'four_04', 'five_05'];
let home: FleetHome;
let ports: number[] = [];

beforeAll(async () => {
  home = new FleetHome();
  ports = await freePorts(IDS.length);
  IDS.forEach((id, index) => home.write(id, { daemon: { web_port: ports[index] } }));
});
afterAll(() => home.dispose());

async function pids(): Promise<Map<string, number | null>> {
  return new Map((await home.list()).map(({ id, pid }) => [id, pid]));
}

test('a folder starts them all; pids, logs, databases and ports are their own', async () => {
  await home.ok(['start', '--config', 'config/active']);
  const rows = await home.list();
  expect(rows.map(({ state }) => state)).toEqual(IDS.map(() => 'running'));
  expect(new Set(rows.map(({ pid }) => pid)).size).toBe(IDS.length);
  expect(rows.map(({ web_port }) => web_port).sort()).toEqual([...ports].sort());
  for (const { id, pid, web_port } of rows) {
    expect(readFileSync(home.path('logs', id, 'bot.pid'), 'utf8')).toBe(`${pid}\n`);
    expect(existsSync(home.path('database', `${id}.db`))).toBe(true);
    const answer = await fetch(`http://127.0.0.1:${web_port}/health`);
    expect(await answer.json()).toEqual({ status: 'healthy', instance_id: id, pid });
  }
});

test('one that crashes is started again; the others keep their pids', async () => {
  const before = await pids();
  const victim = before.get('three_03') ?? 0;
  process.kill(victim, 'SIGKILL');
  await waitFor('a new process', async () => {
    const row = await home.row('three_03');
    return row.state === 'running' && row.pid !== victim;
  });
  const after = await pids();
  for (const id of IDS.filter((each) => each !== 'three_03')) {
    expect(after.get(id)).toBe(before.get(id));
  }
  expect((await home.row('three_03')).restarts).toBe(1);
});

test('the supervisor killed and started again finds them all, none restarted', async () => {
  const before = await pids();
  const supervisor = home.supervisorPid();
  process.kill(supervisor, 'SIGKILL');
  await waitFor('its end', () => identify(supervisor) === null);
  for (const pid of before.values()) expect(identify(pid ?? 0)).not.toBeNull();
  await home.ok(['supervisor', 'start']);
  await waitFor('all found', async () =>
    (await home.list()).every(({ state }) => state === 'running'),
  );
  expect(await pids()).toEqual(before);
  expect(readFileSync(home.path('logs', 'one_01', 'daemon.pid'), 'utf8')).toBe(
    `${home.supervisorPid()}\n`,
  );
});

test('a web port that somebody holds moves on, is told, and reaches registry and list', async () => {
  const [taken = 0] = ports;
  const free = (await freePorts(1))[0];
  await home.ok(['stop', 'one_01']);
  const { createServer } = await import('node:http');
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(taken, '127.0.0.1', resolve));
  try {
    const { stdout } = await home.ok(['start', 'one_01']);
    const { web_port } = await home.row('one_01');
    expect(web_port).not.toBe(taken);
    expect(ports).not.toContain(web_port);
    expect(web_port).toBeGreaterThanOrEqual(Math.min(free ?? 0, taken));
    expect(stdout).toContain(`http://127.0.0.1:${web_port}`);
    expect(home.registry().instances['one_01']?.web_port).toBe(web_port);
  } finally {
    holder.close();
  }
});

test('stop --all ends every one and keeps its promise', async () => {
  const running = await pids();
  await home.ok(['stop', '--all']);
  for (const pid of running.values()) expect(identify(pid ?? 0)).toBeNull();
  for (const row of await home.list()) expect(row).toMatchObject({ state: 'stopped', pid: null });
});
