/** The console of a real supervisor with two real bots: what a page and a script meet there. */
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSOLE_PORT } from '../../src/contract/console-config.ts';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import type {
  AuditView,
  FindingView,
  FleetExit,
  FleetRow,
  FleetTopics,
} from '../../src/contract/console-api.ts';
import type { Endpoint, SupervisorInfo, VerbResult } from '../../src/contract/fleet-api.ts';
import type { FillView } from '../../src/contract/instance-api.ts';
import type { LogPage } from '../../src/contract/page-api.ts';
import { machineUser } from '../../src/platform/machine.ts';
import { identify } from '../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { EventReader, ask } from '../web/http-client.ts';

const IDS = ['aa_01', 'bb_02'];
let home: FleetHome;
let ports: number[] = [];
let port = 0;

beforeAll(async () => {
  home = new FleetHome();
  ports = await freePorts(6);
  [port = 0] = ports;
  home.consoleAt(port);
  // A lively market: a fill comes within seconds.
  const exchange = { paper: { speed: 20, volatility: 0.002, seed: 7 } };
  IDS.forEach((id, index) => home.write(id, { daemon: { web_port: ports[index + 1] }, exchange }));
  await home.ok(['start', '--all']);
});
afterAll(() => home.dispose());

async function get<T>(path: string, at = port): Promise<T> {
  const { status, json, text } = await ask(at, path);
  if (status !== 200) throw new Error(`${path}: ${text}`);
  return json as T;
}

async function post(path: string, body: object): Promise<VerbResult[]> {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(port, path, { method: 'POST', body: JSON.stringify(body), headers });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return answer.json as VerbResult[];
}

function endpoint(): Endpoint {
  return JSON.parse(
    readFileSync(home.path('logs', 'supervisor', 'endpoint.json'), 'utf8'),
  ) as Endpoint;
}

const rowOf = (rows: readonly FleetRow[] | undefined, id: string) =>
  rows?.find((row) => row.id === id);

test('it is where the file says, and every listing says where', async () => {
  const url = `http://127.0.0.1:${port}`;
  const page = await ask(port, '/');
  expect(page.text).toContain('<div id="root">');
  expect(endpoint().console).toBe(url);
  expect((await home.ok(['list'])).stdout).toContain(`console: ${url}\n`);
  expect((await home.ok(['supervisor', 'status'])).stdout).toMatch(new RegExp(`console +${url}\n`));
  expect((await home.ok(['console'])).stdout).toBe(`${url}\n`);
  const { rows, accounts, supervisor } = await get<FleetTopics>('/api/fleet');
  expect(rows.map(({ id, name, direction, mode }) => [id, name, direction, mode])).toEqual(
    IDS.map((id) => [id, id, 'neutral', 'paper']),
  );
  expect(accounts.map(({ account }) => account)).toEqual(IDS.map((id) => `paper ${id}`));
  expect(supervisor).toMatchObject({ running: 2, console: { url, note: null } });
});

test('gridd console opens the address where there is a display and a program for it', async () => {
  const url = `http://127.0.0.1:${port}`;
  const [programs, opened] = [home.path('programs'), home.path('opened')];
  mkdirSync(programs);
  const script = '#!/bin/sh\necho "$1" >> "$OPENED"\n';
  writeFileSync(join(programs, 'xdg-open'), script, { mode: 0o755 });
  const env = { PATH: programs, OPENED: opened };
  const said: (string | number)[][] = [];
  const ask = async (words: readonly string[], more: Record<string, string>) => {
    const { code, stdout, stderr } = await home.run(['console', ...words], { ...env, ...more });
    said.push([code, stdout, stderr]);
  };
  await ask([], { OPENED: `${opened} without a display` });
  await ask([], { DISPLAY: ':7', PATH: home.path('config') });
  await ask(['--no-open'], { DISPLAY: ':7', OPENED: `${opened} unasked` });
  await ask([], { DISPLAY: ':7' });
  await ask([], { WAYLAND_DISPLAY: 'wayland-0' });
  expect(said).toEqual(said.map(() => [0, `${url}\n`, '']));
  await waitFor('both to be opened', () => {
    return existsSync(opened) && readFileSync(opened, 'utf8') === `${url}\n${url}\n`;
  });
  expect(readdirSync(home.folder).filter((name) => name.startsWith('opened'))).toEqual(['opened']);
});

test('the stream brings the figures of a fill, as the bot has them', async () => {
  const reader = await EventReader.open(port);
  let row: FleetRow | undefined;
  while (row === undefined || row.position === '0') {
    const { rows } = (await reader.next('topics')).data as Partial<FleetTopics>;
    row = rowOf(rows, 'aa_01') ?? row;
  }
  reader.close();
  await post('/api/instances/stop', { ids: ['aa_01'], on_stop: {} });
  // Its executions, one by one, as its books have them.
  const fills = JSON.parse(
    (await home.ok(['fills', 'aa_01', '-n', '1000', '--json'])).stdout,
  ) as FillView[];
  const profits = fills.flatMap(({ cycle_profit }) => cycle_profit ?? []);
  const profit = profits.reduce((sum, text) => sum + (parseMoney(text) ?? 0n), 0n);
  const shown = rowOf((await get<FleetTopics>('/api/fleet')).rows, 'aa_01');
  expect(fills.length).toBeGreaterThan(0);
  expect(shown).toMatchObject({ cycles: profits.length, grid_profit: formatMoney(profit) });
  // Its books are younger than a day: what they made in it is all they made.
  expect(shown).toMatchObject({ cycles_24h: shown?.cycles, grid_profit_24h: shown?.grid_profit });
  expect(shown?.total_24h).toBe(shown?.total_pnl);
  expect(shown?.sparkline.at(-1)).toBe(Number(shown?.total_pnl));
});

test('one verb for several: start by id, stop, one of them unknown; and who did it', async () => {
  const ids = [...IDS, 'nobody'];
  const started = await post('/api/instances/start', { ids, allow_running: true });
  expect(started.map(({ id, ok, error }) => [id, ok, error?.code])).toEqual([
    ['aa_01', true, undefined],
    ['bb_02', true, undefined],
    ['nobody', false, 'INSTANCE_UNKNOWN'],
  ]);
  expect(started[1]).toMatchObject({ unchanged: true });
  await home.ok(['pause', 'bb_02']);
  const stopped = await post('/api/instances/stop', { ids: ['bb_02', 'nobody'], on_stop: {} });
  expect(stopped.map(({ id, ok, error }) => [id, ok, error?.code])).toEqual([
    ['bb_02', true, undefined],
    ['nobody', false, 'INSTANCE_UNKNOWN'],
  ]);
  expect(stopped[0]?.receipt).toMatchObject({ orders_left: 0 });

  const lines = await get<AuditView[]>('/api/audit?instance=bb_02&limit=3');
  expect(lines.map(({ verb, who, from }) => [verb, who, from])).toEqual([
    ['stop', 'loopback', 'console 127.0.0.1'],
    ['pause', machineUser().name, 'cli'],
    ['start', 'loopback', 'console 127.0.0.1'],
  ]);
  const older = await get<AuditView[]>(`/api/audit?instance=bb_02&before=${lines[2]?.id}`);
  expect(older.map(({ verb, from }) => [verb, from])).toEqual([['start', 'cli']]);
  const told = (await home.ok(['audit', 'bb_02', '--json'])).stdout;
  expect(told).toContain('"from": "console 127.0.0.1"');
  const exits = await get<FleetExit[]>('/api/exits?limit=2');
  expect(exits.map(({ instance }) => instance)).toEqual(['bb_02', 'aa_01']);
});

test('an adjust leaves the grid before and after', async () => {
  await post('/api/instances/aa_01/adjust', { grid_upper_price: 162, dry_run: true });
  await post('/api/instances/aa_01/adjust', { grid_upper_price: 162 });
  const lines = await get<AuditView[]>('/api/audit?instance=aa_01&limit=2');
  expect(lines.map(({ verb }) => verb)).toEqual(['adjust', 'start']);
  expect(JSON.parse(lines[0]?.before ?? '')).toMatchObject({ lower: '140', upper: '160' });
  expect(JSON.parse(lines[0]?.after ?? '')).toMatchObject({ lower: '140', upper: '162' });
});

test('the logs of all in one stream, each line with whose it is', async () => {
  const page = await get<LogPage>('/api/log?limit=200');
  expect([...new Set(page.lines.map(({ instance }) => instance))].sort()).toEqual(IDS);
  const own = await get<LogPage>('/api/log?ids=bb_02,nobody&q=asked&limit=5');
  expect(own.lines.every(({ instance }) => instance === 'bb_02')).toBe(true);
  expect(own.lines.length).toBeGreaterThan(0);
  const after = await get<LogPage>(`/api/log?ids=bb_02&after=${encodeURIComponent(page.cursor)}`);
  expect(after.lines.every(({ instance }) => instance === 'bb_02')).toBe(true);
});

test('books begun anew count from nothing', async () => {
  const before = rowOf((await get<FleetTopics>('/api/fleet')).rows, 'bb_02');
  await post('/api/instances/start', { ids: ['bb_02'], fresh: true });
  const row = await waitFor('figures of the new books', async () => {
    const now = rowOf((await get<FleetTopics>('/api/fleet')).rows, 'bb_02');
    return now?.since_24h !== before?.since_24h && now;
  });
  expect(row.total_24h).toBe(row.total_pnl);
  expect(Date.parse(row.since_24h ?? '')).toBeGreaterThan(Date.parse(before?.since_24h ?? ''));
});

test('the doctor looks while the fleet goes on', async () => {
  const [one, two] = await Promise.all([
    get<FindingView[]>('/api/doctor'),
    get<FindingView[]>('/api/doctor'),
  ]);
  expect(two).toEqual(one);
  expect(one.find(({ subject }) => subject === 'databases')).toMatchObject({ level: 'ok' });
});

test('a supervisor that was killed: the next one is at the same port, with the same bots', async () => {
  const pids = (await home.list()).map(({ pid }) => pid);
  const killed = home.supervisorPid();
  process.kill(killed, 'SIGKILL');
  await waitFor('its end', () => identify(killed) === null);
  // Nobody serves it: nobody is sent there.
  expect((await home.ok(['list'])).stdout).not.toContain('console');
  await home.ok(['supervisor', 'start']);
  const rows = await waitFor('both bots', async () => {
    const now = (await get<FleetTopics>('/api/fleet')).rows;
    return now.every(({ state, price }) => state === 'running' && price !== null) && now;
  });
  expect(rows.map(({ pid }) => pid)).toEqual(pids);
});

function hold(at: number, host = '127.0.0.1'): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(at, host, () => resolve(server)));
}

test('leaving ends the streams; a taken port moves it beyond what configs claim', async () => {
  const reader = await EventReader.open(port);
  await reader.next('topics');
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  await reader.ended;
  const holder = await hold(port);
  try {
    await home.ok(['supervisor', 'start']);
    const status = (await home.ok(['supervisor', 'status', '--json'])).stdout;
    const { console: facts } = JSON.parse(status) as SupervisorInfo;
    const moved = Number(new URL(facts?.url ?? '').port);
    expect([port, ports[1], ports[2]]).not.toContain(moved);
    expect(facts?.note).toContain(`Port ${port} is held by`);
    expect((await get<FleetTopics>('/api/fleet', moved)).rows).toHaveLength(2);
  } finally {
    holder.close();
  }
});

test('with no port left there is no console, it is said why, and the fleet goes on', async () => {
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  // An address where nobody else is: every port of the span can be held.
  const host = '127.9.8.7';
  writeFileSync(home.path('config', 'console.json'), JSON.stringify({ host }));
  const span = Array.from({ length: 1001 }, (_, index) => CONSOLE_PORT + index);
  const holders = await Promise.all(span.map((each) => hold(each, host)));
  const why = /Port 5000 is held by \S+ \(pid \d+\); no port up to 6000 is free and unclaimed/;
  try {
    await home.ok(['supervisor', 'start']);
    expect((await home.ok(['supervisor', 'status'])).stdout).toMatch(
      new RegExp(`console +none: ${why.source}`),
    );
    const list = (await home.ok(['list'])).stdout;
    expect(list).toMatch(/aa_01 +running/);
    expect(list).toMatch(new RegExp(`^no console: ${why.source}\\.$`, 'm'));
    const refused = (await home.ok(['console'], 3)).stderr;
    expect(refused).toMatch(new RegExp(`CONSOLE_ABSENT.*There is no console: ${why.source}\\.`));
    expect(refused).toContain('free a port, then restart the supervisor');
    await home.ok(['restart', 'aa_01']);
    expect((await home.row('aa_01')).state).toBe('running');
  } finally {
    for (const holder of holders) holder.close();
  }
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  await home.ok(['supervisor', 'start']);
  expect((await home.ok(['console'])).stdout).toBe(`http://${host}:5000\n`);
});

test('no console is no fault of the fleet: it says why and goes on', async () => {
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  home.consoleAt(70_000);
  await home.ok(['supervisor', 'start']);
  const rows = await waitFor('both bots', async () => {
    const now = await home.list();
    return now.every(({ state }) => state === 'running') && now;
  });
  expect(rows).toHaveLength(2);
  expect(endpoint().console).toBeUndefined();
  const refused = await home.ok(['console'], 3);
  expect(refused.stderr).toContain('CONSOLE_ABSENT');
  expect(refused.stderr).toContain('port is not an allowed value');
  const status = (await home.ok(['supervisor', 'status'])).stdout;
  expect(status).toMatch(/console +none: .*console\.json/);
  const line = /^no console: .*console\.json: port is not an allowed value.*$/m;
  expect((await home.ok(['list'])).stdout).toMatch(line);
  expect((await home.ok(['start', '--all'])).stderr).toMatch(line);
  expect((await home.run(['doctor'])).stdout).toMatch(/warn +console +.*port is not an allowed/);
});
