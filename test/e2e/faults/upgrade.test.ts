/** An upgrade stops no grid: bots outlive the code they were started from and obey the next. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { SupervisorInfo } from '../../../src/contract/fleet-api.ts';
import { LINK_PROTOCOL } from '../../../src/contract/instance-api.ts';
import type { StatusView } from '../../../src/contract/instance-api.ts';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import type { CliResult } from '../../fixtures/fleet-home.ts';
import { Installation } from '../../fixtures/installation.ts';

const installations: Installation[] = [];
let home: FleetHome;
afterEach(async () => {
  await home.dispose();
  for (const one of installations.splice(0)) one.dispose();
});

const RANGE = { grid_lower_price: 141, grid_upper_price: 161 };

async function ok(result: Promise<CliResult>): Promise<string> {
  const { code, stdout, stderr } = await result;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function adjustOverPage(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/grid/adjust`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(RANGE),
  });
  expect([answer.status, await answer.json()]).toMatchObject([200, { applied: true }]);
}

/** Everything a page is made of, and what it answers to nonsense. */
async function readPage(url: string): Promise<void> {
  const page = await fetch(`${url}/`);
  const html = await page.text();
  const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  expect(assets.length).toBeGreaterThan(0);
  for (const path of [...assets, '/health', '/api/status', '/api/levels', '/api/fills']) {
    const { status } = await fetch(`${url}${path}`);
    expect([path, status]).toEqual([path, 200]);
  }
  const events = await fetch(`${url}/api/events`);
  const first = await events.body?.getReader().read();
  expect(first?.value?.length).toBeGreaterThan(0);
  await events.body?.cancel().catch(() => undefined);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  const bad = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":' };
  expect((await fetch(`${url}/api/grid/adjust`, bad)).status).toBe(400);
}

test('code deleted under running bots, then a newer supervisor: all still obey', async () => {
  home = new FleetHome();
  const old = Installation.present();
  installations.push(old);
  const ids = ['a', 'b', 'c'];
  const ports = await freePorts(ids.length);
  ids.forEach((id, index) => home.write(id, { daemon: { web_port: ports[index] } }));
  await ok(old.run(home.folder, ['start', '--all']));
  const bots = new Map((await home.list()).map(({ id, pid }) => [id, identify(pid ?? 0)]));
  const lives = (id: string) => {
    const bot = bots.get(id) ?? null;
    return bot !== null && isAlive(bot);
  };
  const url = (index: number) => `http://127.0.0.1:${ports[index]}`;

  old.deleteCode();
  await readPage(url(0));
  await adjustOverPage(url(0));
  const status = (await (await fetch(`${url(0)}/api/status`)).json()) as StatusView;
  expect(status).toMatchObject({ lower: '141', upper: '161', state: 'running' });
  // The supervisor's code is gone as well.
  await home.ok(['pause', 'a']);
  await home.ok(['resume', 'a']);
  expect((await home.ok(['stop', 'a'])).stdout).toMatch(/\d+ orders cancelled, 0 left/);
  expect(lives('a')).toBe(false);

  const next = await Installation.withNextProtocol();
  installations.push(next);
  await ok(next.run(home.folder, ['supervisor', 'stop', '--keep-bots']));
  await ok(next.run(home.folder, ['supervisor', 'start']));
  const told = await ok(next.run(home.folder, ['supervisor', 'status', '--json']));
  const endpoint = JSON.parse(readFileSync(home.path('logs/supervisor/endpoint.json'), 'utf8'));
  expect(endpoint).toMatchObject({ protocol: LINK_PROTOCOL + 1 });
  expect(JSON.parse(told) as SupervisorInfo).toMatchObject({ version: '9.9.9', running: 2 });
  for (const id of ['b', 'c']) {
    expect(lives(id)).toBe(true);
    expect(await home.row(id)).toMatchObject({
      pid: bots.get(id)?.pid,
      state: 'running',
      restarts: 0,
    });
  }
  await readPage(url(1));
  const words = ['--lower', '141', '--upper', '161'];
  await ok(next.run(home.folder, ['adjust', 'b', ...words]));
  expect((await ok(next.run(home.folder, ['stop', 'b']))).toString()).toMatch(/ 0 left/);
  expect(lives('b')).toBe(false);

  // A bot of the new version under the supervisor of the new version, on the old one's books.
  await ok(next.run(home.folder, ['restart', 'c']));
  expect(lives('c')).toBe(false);
  expect(await home.row('c')).toMatchObject({ state: 'running', restarts: 0, web_port: ports[2] });
  expect((await ok(next.run(home.folder, ['stop', 'c']))).toString()).toMatch(/ 0 left/);
}, 120_000);
