/**
 * A machine that really refuses at a start: no space, no process, no port. It is told as what it
 * is, costs nobody else anything, and once the machine gives again it goes on. The tests wait more
 * than they work, so they run side by side.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
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
/** An engine that stands still counts as hung after 6 s and three checks, a second apart. */
const HELD_MS = process.env['GRIDD_SOAK'] === '1' ? 60_000 : 9_500;
const noDisk = whyNoSmallDisk();
const noUser = whyNoOtherUser();
const noNetwork = whyNoNetwork();

/** A home that goes with the test that asked for it. */
function newHome({ onTestFinished }: TestContext): FleetHome {
  const home = new FleetHome();
  onTestFinished(() => home.dispose());
  return home;
}

/** What rests, as its page says: the books are on a disk that only it sees. */
async function orders(home: FleetHome, id: string): Promise<unknown> {
  const { web_port } = await home.row(id);
  return (await fetch(`http://127.0.0.1:${web_port}/api/orders`)).json();
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

describe.concurrent('a machine', () => {
  test.skipIf(noDisk !== null)('without files refuses; with some it starts', async (given) => {
    const home = newHome(given);
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

  test.skipIf(noDisk !== null)('without space for books is told, and waited for', async (given) => {
    const home = newHome(given);
    const daemon = { restart_delay: 0.2, health_check_interval: 1, stop_timeout: 1 };
    // Lines close to each other: something has to be written all the time.
    const strategy = { grid_num: 100 };
    home.write('aa_01', { daemon, strategy, exchange: { paper: { speed: 20_000 } } });
    home.under = onSmallDisk(home.path('database'), 'size=8m');
    await home.ok(['supervisor', 'start']);
    home.under = [];
    const ballast = join(throughProcess(home.supervisorPid(), home.path('database')), 'ballast');
    fillDisk(ballast);
    const ran = await home.run(['start', 'aa_01']);
    expect(ran, ran.stderr).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^START_FAILED: .*aa_01\.lock\.db.* disk is full/m);
    makeRoom(ballast);
    const row = () => home.row('aa_01');
    const reaches = (state: string) => waitFor(state, async () => (await row()).state === state);
    await reaches('running');

    // Full again under a bot that trades: it waits, and is not taken for one that hangs.
    const { pid, restarts } = await row();
    fillDisk(ballast);
    await reaches('degraded');
    const resting = await orders(home, 'aa_01');
    await pause(HELD_MS);
    expect(await row()).toMatchObject({ pid, restarts, state: 'degraded' });
    expect(await orders(home, 'aa_01')).toEqual(resting);
    expect((await home.ok(['status', 'aa_01'])).stdout).toContain('nothing new is sent');
    makeRoom(ballast);
    await reaches('running');
    const before = JSON.stringify(resting);
    await waitFor('orders', async () => JSON.stringify(await orders(home, 'aa_01')) !== before);
    expect(await row()).toMatchObject({ pid, restarts });
  });

  test.skipIf(noUser !== null)('without processes refuses; with some it starts', async (given) => {
    const home = newHome(given);
    home.write('aa_01');
    handOver(home);
    await home.ok(['supervisor', 'start']);
    const pid = String(home.supervisorPid());
    const limit = (count: number) => {
      const set = ['prlimit', '--pid', pid, `--nproc=${count}:`];
      const [program = '', ...words] = [...home.under, ...set];
      expect(spawnSync(program, words).status).toBe(0);
    };
    limit(1);
    expect(await refused(home, 'aa_01', 1, 'START_FAILED')).toMatch(/EAGAIN[^]*ulimit -u/);
    limit(4096);
    await home.ok(['start', 'aa_01']);
  });

  test.skipIf(noNetwork !== null)('without a port refuses a bot and a program', async (given) => {
    const home = newHome(given);
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
