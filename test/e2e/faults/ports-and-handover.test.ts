/** What is told about ports at a start and a restart, and commands given right after a handover. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { BotRecord } from '../../../src/contract/instance-api.ts';
import { localDate } from '../../../src/platform/clock.ts';
import { readJson, readText } from '../../../src/platform/json-file.ts';
import { FleetHome } from '../../fixtures/fleet-home.ts';
import { SCRIPTED_BOT, SupervisedHome, freePort } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const LOCK_HOLDER = join(ROOT, 'test', 'fixtures', 'lock-holder.mjs');

const homes: SupervisedHome[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await Promise.all(homes.splice(0).map((home) => home.close()));
});

function makeHome(options: { bot?: string } = {}): SupervisedHome {
  const home = new SupervisedHome(options);
  homes.push(home);
  return home;
}

async function hold(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
}

test('a start on another port than the wanted one says who holds that', async () => {
  const home = makeHome();
  const port = await freePort();
  await hold(port);
  home.write('aa_01', { web_port: port });
  await home.supervise();
  const [started] = await home.start('aa_01');
  expect(started).toMatchObject({ ok: true });
  expect(started?.row?.web_port).not.toBe(port);
  const notes = (started?.warnings ?? []).join('\n');
  expect(notes).toMatch(new RegExp(`port ${port} is held by .* \\(pid ${process.pid}\\); using`));
});

test('a restart onto a strict port that is taken is refused before the bot is ended', async () => {
  const home = makeHome();
  const [port, taken] = [await freePort(), await freePort()];
  home.write('aa_01', { web_port: port, strict_port: true });
  await home.supervise();
  await home.start('aa_01');
  const { pid } = await home.row('aa_01');
  await hold(taken);
  home.write('aa_01', { web_port: taken, strict_port: true });
  const [refused] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
  expect(refused?.error?.code).toBe('PORT_TAKEN');
  expect(refused?.error?.message).toContain(`(pid ${process.pid})`);
  expect(await home.row('aa_01')).toMatchObject({ pid, state: 'running', web_port: port });
  // Its own port is no obstacle.
  home.write('aa_01', { web_port: port, strict_port: true });
  const [restarted] = await home.post('/api/instances/restart', { ids: ['aa_01'] });
  expect(restarted).toMatchObject({ ok: true, row: { web_port: port } });
});

test('a bot whose strict port was taken while it was down trades without its page until it is free', async () => {
  const home = makeHome();
  const port = await freePort();
  home.write('aa_01', { web_port: port, strict_port: true, restart_delay: 1 });
  await home.supervise();
  await home.start('aa_01');
  const { pid } = await home.row('aa_01');
  process.kill(pid ?? Number.NaN, 'SIGKILL');
  await waitFor('its port', () => hold(port).then(() => true, () => false));
  // The supervisor sees that first, the bot says in a moment who holds the port.
  await waitFor('a bot without its page, and why', async () => {
    const found = await home.status('aa_01');
    const why = found.state_reason.includes('The page has no port');
    return found.state === 'degraded' && found.pid !== pid && why;
  });
  const record = () => readJson(home.path('logs', 'aa_01', 'bot.json')) as BotRecord;
  expect(record().web_port).toBeNull();
  for (const server of servers.splice(0)) server.close();
  await waitFor('its page', async () => (await home.row('aa_01')).state === 'running');
  expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).toBe(200);
  await waitFor('its record', () => record().web_port === port);
});

test('a command right after a handover waits for the bot, also where its log cannot be opened', async () => {
  const home = makeHome({ bot: SCRIPTED_BOT });
  home.write('aa_01');
  const first = await home.supervise();
  await home.start('aa_01');
  const { pid } = await home.row('aa_01');
  first.kill('SIGKILL');
  await waitFor('its end', () => first.signalCode !== null);
  const today = home.path('logs', 'aa_01', localDate(Date.now()));
  rmSync(today, { recursive: true });
  writeFileSync(today, 'no folder');
  await home.supervise();
  const [paused] = await home.post('/api/instances/pause', { ids: ['aa_01'] });
  expect(paused).toMatchObject({ ok: true, message: 'paused' });
  expect((await home.row('aa_01')).pid).toBe(pid);
});

test('a start while the old supervisor still ends waits for its lock and starts another', async () => {
  const home = new FleetHome();
  try {
    mkdirSync(home.path('logs', 'supervisor'), { recursive: true });
    const lock = home.path('logs', 'supervisor', 'lock.db');
    const holder = spawn(process.execPath, [LOCK_HOLDER, lock], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const started = home.run(['supervisor', 'start']);
    const said = home.path('logs', 'supervisor', 'raw_stderr.log');
    await waitFor('a first try', () => readText(said)?.includes('LOCK_HELD'));
    holder.stdin.end();
    expect(await started).toMatchObject({ code: 0 });
    expect((await started).stderr).toMatch(/^supervisor started \(pid \d+\)$/m);
  } finally {
    await home.dispose();
  }
}, 60_000);

test.each([
  ['0', 0o002, 0o775],
  ['0002', 0o002, 0o775],
  ['0022', 0o022, 0o755],
])('with a umask of %s nothing of a home may be written by others', async (umask, closed, mode) => {
  const home = new FleetHome();
  try {
    home.under = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    home.write('aa_01', { daemon: { web_port: await freePort() } });
    await home.ok(['start', 'aa_01']);
    const made = ['database', 'logs'].flatMap((folder) => [
      home.path(folder),
      ...readdirSync(home.path(folder), { recursive: true }).map((name) =>
        home.path(folder, String(name)),
      ),
    ]);
    expect(made.length).toBeGreaterThan(10);
    const open = made.filter((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat !== undefined && (stat.mode & closed) !== 0;
    });
    expect(open).toEqual([]);
    expect(statSync(home.path('database')).mode & 0o777).toBe(mode);
  } finally {
    await home.dispose();
  }
}, 60_000);
