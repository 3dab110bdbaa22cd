/** Stop means stopped: nobody of the group lives, the port is free, what got away is named. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import type { VerbResult } from '../../../src/contract/fleet-api.ts';
import {
  findMarked,
  groupIsEmpty,
  identify,
  isAlive,
  processMark,
} from '../../../src/platform/process-identity.ts';
import { portHolder } from '../../../src/platform/port-holder.ts';
import { FAMILY_PROGRAM, SupervisedHome, freePort } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const LONG = process.env['GRIDD_SOAK'] === '1';
const ROUNDS = LONG ? 100 : 1;
const GRACE_S = 1;

const homes: SupervisedHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

async function programHome(family: string, id = 'ext_01'): Promise<SupervisedHome> {
  const home = new SupervisedHome();
  homes.push(home);
  home.write(id, {
    web_port: await freePort(),
    python_path: process.execPath,
    script_path: FAMILY_PROGRAM,
    stop_timeout: GRACE_S,
    environment: { FAMILY: family },
  });
  await home.supervise();
  return home;
}

async function begin(home: SupervisedHome, id = 'ext_01') {
  const [started] = await home.start(id);
  expect(started).toMatchObject({ ok: true });
  const { pid } = await home.row(id);
  const text = home.read('logs', id, 'family.json') ?? '{}';
  const family = Object.values(JSON.parse(text) as Record<string, number>);
  return { leader: pid ?? 0, family: family.flatMap((one) => identify(one) ?? []) };
}

function stop(home: SupervisedHome, more: object = {}, id = 'ext_01'): Promise<VerbResult[]> {
  return home.post('/api/instances/stop', { ids: [id], on_stop: {}, ...more });
}

/** CPU time that a process has used, ms. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

test.each(['deaf child', 'child'])(
  'family "%s": killed after the grace, group empty, port free',
  async (family) => {
    const home = await programHome(family);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { leader, family: members } = await begin(home);
      expect(members).toHaveLength(2);
      const from = performance.now();
      const [result] = await stop(home);
      const took = performance.now() - from;
      expect(result).toMatchObject({ ok: true, row: { state: 'stopped', pid: null } });
      expect(result?.warnings ?? []).toEqual([]);
      expect(took).toBeGreaterThan(GRACE_S * 1000 - 50);
      expect(took).toBeLessThan(GRACE_S * 1000 + 5 * 500);
      expect(groupIsEmpty(leader)).toBe(true);
      expect(members.filter((member) => isAlive(member))).toEqual([]);
      expect(portHolder(result?.row?.web_port ?? 0)).toBeNull();
    }
  },
);

test('while a stop is pending the supervisor is idle', async () => {
  const home = await programHome('deaf child');
  await begin(home);
  const { pid: supervisor } = home.endpoint();
  const stopping = stop(home, { timeout_s: 4 });
  await home.state('ext_01', 'stopping');
  // Without what the request itself costs: from one second in, over two seconds.
  const from = performance.now();
  await waitFor('a second', () => performance.now() - from > 1_000);
  const before = cpuOf(supervisor);
  await waitFor('two more', () => performance.now() - from > 3_000);
  expect((cpuOf(supervisor) - before) / 2_000).toBeLessThan(5 * 0.02);
  expect((await stopping)[0]).toMatchObject({ ok: true });
});

test('--timeout is kept by a bot that obeys nothing, too', async () => {
  const home = await programHome('deaf child');
  const { leader } = await begin(home);
  const from = performance.now();
  expect((await stop(home, { timeout_s: 0.2 }))[0]).toMatchObject({ ok: true });
  expect(performance.now() - from).toBeLessThan(200 + 5 * 500);
  expect(groupIsEmpty(leader)).toBe(true);
});

test('what left the group is named, ended when asked, and only in this home', async () => {
  const [home, other] = [await programHome('escaped'), await programHome('escaped')];
  const { family } = await begin(home);
  const { family: theirs } = await begin(other);
  const [escaped] = family;
  if (escaped === undefined || theirs[0] === undefined) throw new Error('both escaped');
  const [first] = await stop(home);
  expect(first).toMatchObject({ ok: true });
  expect(first?.warnings?.join()).toContain(`pid ${escaped.pid} (sleep)`);
  expect(first?.warnings?.join()).toContain('--all-descendants');
  expect(first?.coded).toMatchObject([{ text: first?.warnings?.[0], code: 'left_group' }]);
  expect(isAlive(escaped)).toBe(true);
  const [second] = await stop(home, { all_descendants: true });
  expect(second).toMatchObject({ ok: true });
  expect(second?.message).toContain(`pid ${escaped.pid}`);
  expect(isAlive(escaped)).toBe(false);
  expect(isAlive(theirs[0])).toBe(true);
  const [third] = await stop(home, { all_descendants: true });
  expect(third?.error?.code).toBe('INSTANCE_NOT_RUNNING');
});

test('a leftover that holds the port makes the stop incomplete, until it is ended', async () => {
  const home = await programHome('holder');
  await begin(home);
  const holder = await waitFor('the holder', () => {
    const text = home.read('logs', 'ext_01', 'family.json');
    return text === null ? null : (JSON.parse(text) as { holder: number }).holder;
  });
  const { web_port: port } = await home.row('ext_01');
  const [refused] = await stop(home);
  expect(refused).toMatchObject({ ok: false, error: { code: 'STOP_INCOMPLETE' } });
  expect(refused?.message).toContain(`pid ${holder}`);
  expect((await home.row('ext_01')).state).toBe('stopped');
  expect((await stop(home, { all_descendants: true }))[0]).toMatchObject({ ok: true });
  expect(portHolder(port ?? 0)).toBeNull();
});

test('a start during a slow stop waits for it: never two', async () => {
  const home = await programHome('deaf child');
  const { leader } = await begin(home);
  const hash = processMark(leader)?.split(':')[0] ?? '';
  const stopping = stop(home);
  await home.state('ext_01', 'stopping');
  const starting = home.start('ext_01');
  const generations = new Set<string>();
  const watch = setInterval(() => {
    // Read once more after the walk: those that still have a mark were there at the same time.
    const found = findMarked((mark) => mark.startsWith(`${hash}:ext_01:`));
    const alive = new Set(found.flatMap(({ pid }) => processMark(pid) ?? []));
    generations.add([...alive].sort().join(' and '));
  }, 50);
  const [stopped] = await stopping;
  const [started] = await starting;
  clearInterval(watch);
  expect(stopped).toMatchObject({ ok: true });
  expect(started).toMatchObject({ ok: true, row: { state: 'running' } });
  expect([...generations].filter((alive) => alive.includes(' and '))).toEqual([]);
  expect(groupIsEmpty(leader)).toBe(true);
});

test('a crash leaves nobody beside the next process', async () => {
  const home = await programHome('child escaped');
  const { leader, family } = await begin(home);
  process.kill(leader, 'SIGKILL');
  const row = await waitFor('its successor', async () => {
    const found = await home.row('ext_01');
    return found.state === 'running' && found.pid !== leader ? found : null;
  });
  expect(family.filter((member) => isAlive(member))).toEqual([]);
  expect(row.restarts).toBe(1);
});
