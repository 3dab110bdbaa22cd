/**
 * A machine that really refuses at a start: no space, no process, no port. It is told as what it
 * is, costs nobody else anything, and once the machine gives again the same start is done.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FleetHome } from '../../fixtures/fleet-home.ts';
import {
  fillDisk,
  makeRoom,
  onSmallDisk,
  roomForFiles,
  throughProcess,
  whyNoSmallDisk,
} from '../../fixtures/small-disk.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const NOBODY = 54_321;
const noDisk = whyNoSmallDisk();
const noUser = whyNoOtherUser();
const noNetwork = whyNoNetwork();

const homes: FleetHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.dispose();
});

function newHome(): FleetHome {
  const home = new FleetHome();
  homes.push(home);
  return home;
}

/** Starts `id`, which must be refused with `code`: nothing of it lives, nothing waits. */
async function refused(home: FleetHome, id: string, exit: number, code: string): Promise<string> {
  const ran = await home.run(['start', id]);
  expect(ran, ran.stderr).toMatchObject({ code: exit, stdout: '' });
  expect(ran.stderr).toMatch(new RegExp(`^${code}: `, 'm'));
  expect(ran.stderr).not.toContain('This is a bug');
  const row = (await home.list()).find((one) => one.id === id);
  expect(row?.pid ?? null).toBeNull();
  expect(['failed', 'stopped']).toContain(row?.state ?? 'stopped');
  return ran.stderr;
}

test.skipIf(noDisk !== null)('no space for its files: refused; with room it starts', async () => {
  const home = newHome();
  home.write('aa_01');
  home.write('bb_02');
  const logs = home.path('logs', 'aa_01');
  home.under = onSmallDisk(logs, 'nr_inodes=20', true);
  await home.ok(['supervisor', 'start']);
  home.under = [];
  expect(await refused(home, 'aa_01', 1, 'START_FAILED')).toMatch(/ENOSPC[^]*Free disk space/);
  await home.ok(['start', 'bb_02']);
  roomForFiles(throughProcess(home.supervisorPid(), logs));
  await home.ok(['start', 'aa_01']);
});

test.skipIf(noDisk !== null)('no space for its books: told, and it comes up with room', async () => {
  const home = newHome();
  home.write('aa_01', { daemon: { restart_delay: 1 } });
  home.under = onSmallDisk(home.path('database'), 'size=1m');
  await home.ok(['supervisor', 'start']);
  home.under = [];
  const ballast = join(throughProcess(home.supervisorPid(), home.path('database')), 'ballast');
  fillDisk(ballast);
  const ran = await home.run(['start', 'aa_01']);
  expect(ran, ran.stderr).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^START_FAILED: .*aa_01\.lock\.db.* disk is full/m);
  expect((await home.row('aa_01')).pid).toBeNull();
  makeRoom(ballast);
  await waitFor('its bot', async () => (await home.row('aa_01')).state === 'running');
});

test.skipIf(noUser !== null)('no process left: refused; with room it starts', async () => {
  const home = newHome();
  home.write('aa_01');
  handOver(home);
  await home.ok(['supervisor', 'start']);
  const pid = String(home.supervisorPid());
  const limit = (count: number) => {
    const [program = '', ...words] = [...home.under, 'prlimit', '--pid', pid, `--nproc=${count}:`];
    expect(spawnSync(program, words).status).toBe(0);
  };
  limit(1);
  expect(await refused(home, 'aa_01', 1, 'START_FAILED')).toMatch(/EAGAIN[^]*ulimit -u/);
  limit(4096);
  await home.ok(['start', 'aa_01']);
});

test.skipIf(noNetwork !== null)('no port left, for a bot and for a program', async () => {
  const home = newHome();
  home.write('aa_01');
  writeFileSync(home.path('waits.sh'), '#!/bin/sh\nexec sleep 60\n');
  chmodSync(home.path('waits.sh'), 0o755);
  home.write('bb_02', { daemon: { script_path: 'waits.sh' } });
  const hoarder = join(ROOT, 'test', 'fixtures', 'port-hoarder.mjs');
  const first = [process.execPath, hoarder, '5001', '6000', process.execPath];
  const script = 'ip link set lo up && exec "$@"';
  const words = ['-rn', 'bash', '-c', script, 'bash', ...first, join(ROOT, 'bin', 'gridd.js')];
  const env = { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder };
  const child = spawn('unshare', [...words, 'supervisor', 'start'], { env });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await waitFor('the supervisor', () => said.includes('code 0'));
    const bot = await refused(home, 'aa_01', 4, 'PORT_TAKEN');
    expect(bot).toContain('No port up to 6000 is free');
    const program = await refused(home, 'bb_02', 4, 'PORT_TAKEN');
    expect(program).toContain('No port from 5001 to 6000 is free');
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  await home.ok(['start', 'aa_01', 'bb_02']);
});

test('what was not tried here, and why', (context) => {
  const reasons = [noDisk, noUser, noNetwork].filter((why) => why !== null);
  if (reasons.length > 0) context.skip(reasons.join('; '));
});

/** Gives the home to a user whose processes the kernel counts: it counts none of root's. */
function handOver(home: FleetHome): void {
  if (process.getuid?.() !== 0) return;
  home.under = asNobody();
  const names = readdirSync(home.folder, { recursive: true, encoding: 'utf8' });
  for (const name of ['', ...names]) chownSync(home.path(name), NOBODY, NOBODY);
}

function asNobody(): string[] {
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
}

function whyNoOtherUser(): string | null {
  if (process.getuid?.() !== 0) return null;
  const [program = '', ...words] = asNobody();
  const look = [process.execPath, join(ROOT, 'bin', 'gridd.js'), '--version'];
  const tried = spawnSync(program, [...words, ...look], { encoding: 'utf8' });
  if (tried.status === 0) return null;
  const why = tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? '';
  return `root's processes have no limit, and no other user can run gridd here: ${why}`;
}

function whyNoNetwork(): string | null {
  const tried = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']);
  if (tried.status === 0) return null;
  return `unshare -rn is refused here: ${tried.error?.message ?? String(tried.stderr).trim()}`;
}
