/** Hung is not running, and slow is not hung: what stands still is found and replaced, nothing else. */
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import type { ListRow } from '../../../src/contract/fleet-api.ts';
import {
  SCRIPTED_BOT,
  SupervisedHome,
  WEB_PROGRAM,
  freePort,
} from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const LONG = process.env['GRIDD_SOAK'] === '1';
const FROZEN_S = LONG ? 60 : 5;
const BUSY_S = LONG ? 600 : 6;
const GRACE_S = 2;

let home: SupervisedHome | null = null;
const burners: ReturnType<typeof spawn>[] = [];
afterEach(async () => {
  for (const burner of burners.splice(0)) burner.kill('SIGKILL');
  await home?.close();
  home = null;
});

const daemon = { health_check_interval: 5, stop_timeout: GRACE_S };

async function oneOfEach(): Promise<SupervisedHome> {
  const made = new SupervisedHome({ bot: SCRIPTED_BOT });
  home = made;
  for (const behaviour of ['obedient', 'blocked', 'stuck']) {
    made.write(`${behaviour}_01`, { ...daemon, environment: { BEHAVIOUR: behaviour } });
  }
  made.write('program_01', {
    ...daemon,
    web_port: await freePort(),
    python_path: process.execPath,
    script_path: WEB_PROGRAM,
  });
  await made.supervise();
  return made;
}

const FAULTS = {
  obedient_01: 'SIGSTOP',
  blocked_01: 'SIGUSR2',
  stuck_01: 'SIGUSR2',
  program_01: 'SIGSTOP',
} as const;

test('stopped, blocked, stuck, a silent program: unhealthy within 15 s, replaced within 20 s', async () => {
  const made = await oneOfEach();
  await made.start(...Object.keys(FAULTS));
  const before = new Map((await made.list()).map((row) => [row.id, row]));
  const begin = performance.now();
  for (const [id, signal] of Object.entries(FAULTS)) {
    process.kill(before.get(id)?.pid ?? 0, signal);
  }
  const unhealthy = new Map<string, number>();
  const replaced = new Map<string, number>();
  const note = (row: ListRow) => {
    const now = (performance.now() - begin) / 1000;
    const old = before.get(row.id)?.pid;
    if (row.state === 'unhealthy' && !unhealthy.has(row.id)) unhealthy.set(row.id, now);
    const fresh = row.pid !== null && row.pid !== old && row.state === 'running';
    if (fresh && !replaced.has(row.id)) replaced.set(row.id, now);
  };
  await waitFor(
    'four successors',
    async () => {
      (await made.list()).forEach(note);
      return replaced.size === before.size;
    },
    60_000,
  );
  // The machine may be busy: each promise with the time of one more round of checks.
  const slack = 5;
  for (const id of Object.keys(FAULTS)) {
    // One that ends at once when asked is unhealthy for too short to be seen.
    expect(unhealthy.get(id) ?? replaced.get(id), id).toBeLessThan(15 + slack);
    expect(replaced.get(id), id).toBeLessThan(20 + GRACE_S + slack);
    expect((await made.status(id)).last_exit?.reason, id).toMatch(/no sign|stands still|health/);
  }
});

test('a home that was frozen whole replaces nobody', async () => {
  const made = await oneOfEach();
  await made.start(...Object.keys(FAULTS));
  const before = await made.list();
  const all = [made.endpoint().pid, ...before.flatMap(({ pid }) => pid ?? [])];
  for (const pid of all) process.kill(pid, 'SIGSTOP');
  const frozen = performance.now();
  await waitFor('the thaw', () => performance.now() - frozen > FROZEN_S * 1000, FROZEN_S * 2000);
  for (const pid of all) process.kill(pid, 'SIGCONT');
  // Long enough for three misses, had one been counted.
  const thawed = performance.now();
  await waitFor('some checks', () => performance.now() - thawed > 8_000);
  const same = (rows: readonly ListRow[]) =>
    rows.map(({ id, pid, restarts, state }) => [id, pid, restarts, state]);
  expect(same(await made.list())).toEqual(same(before));
});

test('with every core busy nobody is taken for hung', async () => {
  const made = await oneOfEach();
  await made.start(...Object.keys(FAULTS));
  const before = await made.list();
  for (let core = 0; core < 4; core += 1) {
    burners.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  }
  const begin = performance.now();
  const enough = () => performance.now() - begin > BUSY_S * 1000;
  await waitFor('the busy time', enough, BUSY_S * 2000);
  const after = await made.list();
  expect(after.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
  expect(after.map(({ state }) => state)).toEqual(before.map(() => 'running'));
});
