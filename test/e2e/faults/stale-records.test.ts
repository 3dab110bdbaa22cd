/**
 * A thousand stale records: pids that belong to others by now, of other boots, impossible ones, pid
 * files that are links. Whatever is done about them, no bystander is ever signalled.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { CleanupAction, RegistryRecord } from '../../../src/contract/fleet-api.ts';
import { REGISTRY_VERSION } from '../../../src/registry/registry-schema.ts';
import { currentBootId, identify, isAlive } from '../../../src/platform/process-identity.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { sampleRecord } from '../../registry/sample-record.ts';
import { ROOT } from '../../source-tree.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
/** Each with a record of the registry, bot.json, bot.pid and daemon.pid: four stale records. */
const INSTANCES = SOAK ? 1_000 : 250;
const CLI = join(ROOT, 'bin', 'gridd.js');
const NOBODY = 65_534;
const ABOVE_PID_MAX = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')) + 1;
const OTHER_BOOT = '00000000-0000-4000-8000-000000000000';

const home = new SupervisedHome({ bot: SCRIPTED_BOT });
const bystanders: ChildProcess[] = [];
afterEach(async () => {
  for (const child of bystanders) child.kill('SIGKILL');
  await home.close();
});

const noted = () => home.read('noted-signals') ?? '';

/** A living process of somebody else; `uid`: not even ours; `mark`: a bot of another home. */
async function bystander(options: { uid?: number; mark?: string } = {}): Promise<number> {
  const { uid, mark } = options;
  const program = join(ROOT, 'test', 'fixtures', 'bystander.mjs');
  const child = spawn(process.execPath, [program, home.path('noted-signals')], {
    env: mark === undefined ? {} : { GRIDD_MARK: mark },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    ...(uid === undefined ? {} : { uid }),
  });
  bystanders.push(child);
  // A Node that the other user may not run is told at once.
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  if (child.stdout !== null) await Promise.race([once(child.stdout, 'data'), failed]);
  if (child.pid === undefined) throw new Error('no bystander');
  return child.pid;
}

type Facts = Partial<RegistryRecord>;

/** What the record says of its process, and what the files beside it say. */
interface Stale {
  readonly record: Facts;
  readonly bot: { pid: number; start_time: string; boot_id: string } | null;
  /** Text of bot.pid and daemon.pid; `link`: they are links to a file that holds it. */
  readonly pid: string;
  readonly link?: boolean;
}

function staleRecords(reused: number, foreign: number): Stale[] {
  const now = currentBootId();
  const born = identify(reused)?.start_time ?? '';
  const earlier = String(Number(born) - 1);
  const of = (pid: number, start_time = earlier, boot_id = now) => ({ pid, start_time, boot_id });
  const all = (who: ReturnType<typeof of>, link = false): Stale => ({
    record: who,
    bot: who,
    pid: `${who.pid}\n`,
    link,
  });
  const none = { pid: null, start_time: null, boot_id: null };
  return [
    all(of(reused)),
    all(of(reused), true),
    all(of(reused, born, OTHER_BOOT)),
    all(of(reused, ''), true),
    all(of(foreign)),
    all(of(1)),
    all(of(ABOVE_PID_MAX, born)),
    { ...all(of(reused)), record: none },
    { ...all(of(reused)), record: { ...of(reused), ran_program: true } },
    { record: none, bot: of(0, born), pid: '0\n' },
    { record: none, bot: of(-reused, born), pid: `-${reused}\n` },
    { record: { ...none, state: 'starting' }, bot: null, pid: `${reused}\n`, link: true },
  ];
}

function plant(id: string, stale: Stale, facts: Facts): RegistryRecord {
  const folder = home.path('logs', id);
  mkdirSync(folder, { recursive: true });
  const { bot, pid, link = false, record } = stale;
  const body = { ...bot, id, home: home.folder, generation: 1, web_port: null };
  if (bot !== null) writeFileSync(join(folder, 'bot.json'), JSON.stringify(body));
  for (const name of ['bot.pid', 'daemon.pid']) {
    const file = join(folder, name);
    if (link) writeFileSync(home.path(`${id}.elsewhere`), pid);
    if (link) symlinkSync(home.path(`${id}.elsewhere`), file);
    else writeFileSync(file, pid);
  }
  return sampleRecord(id, { generation: 1, ...facts, ...record });
}

function plantAll(kinds: readonly Stale[]): string[] {
  const instances: Record<string, RegistryRecord> = {};
  for (let index = 0; index < INSTANCES; index += 1) {
    const id = `i${String(index).padStart(4, '0')}`;
    const stale = kinds[index % kinds.length];
    if (stale === undefined) continue;
    // One in four should run: half of those have no config, the others one that starts.
    const desired = index % 4 === 0 ? 'running' : 'stopped';
    const state = index % 3 === 0 ? 'stopping' : 'running';
    instances[id] = plant(id, stale, { desired, state });
  }
  const file = { version: REGISTRY_VERSION, instances };
  writeFileSync(home.path('logs', 'instances.json'), JSON.stringify(file));
  return Object.keys(instances);
}

test(`${INSTANCES * 4} stale records: no bystander is signalled by whatever is done`, async () => {
  const reused = await bystander();
  const foreign = process.getuid?.() === 0 ? await bystander({ uid: NOBODY }) : 1;
  // The same id and generation in another home.
  await bystander({ mark: '0123456789ab:i0011:1' });
  const kinds = staleRecords(reused, foreign);
  const kindOf = (id: string) => kinds[Number(id.slice(1)) % kinds.length];
  const living = bystanders.flatMap(({ pid = 0 }) => identify(pid) ?? []);
  expect(living).toHaveLength(bystanders.length);

  const ids = plantAll(kinds);
  // With folders and a circle where records should be.
  for (const name of ['bot.json', 'bot.pid', 'daemon.pid']) {
    unlinkSync(home.path('logs', 'i0004', name));
    if (name !== 'bot.pid') mkdirSync(home.path('logs', 'i0004', name));
  }
  symlinkSync('bot.pid', home.path('logs', 'i0004', 'bot.pid'));
  const startable = ids.filter((_, index) => index % 40 === 0);
  for (const id of startable) home.write(id);
  const supervisor = await home.supervise();
  for (const id of startable) await home.state(id, 'running');
  const rows = new Map((await home.list()).map((row) => [row.id, row]));
  expect(rows.size).toBe(INSTANCES);
  // It has no config: no waiting makes one.
  expect(rows.get('i0004')?.state).toBe('failed');
  const others = ids.filter((id) => !startable.includes(id));
  expect(others.filter((id) => rows.get(id)?.pid !== null)).toEqual([]);

  const answers = await home.stop(...ids);
  expect(answers.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(
    expect.arrayContaining(startable),
  );
  expect((await home.call('POST', '/api/cleanup', { dry_run: true })).status).toBe(200);
  expect((await home.call('POST', '/api/cleanup', { dry_run: false })).status).toBe(200);
  // The record of an id that ran a program stays while its config is there.
  const kept = startable.filter((id) => kindOf(id)?.record.ran_program === true);
  expect((await home.list()).map(({ id }) => id)).toEqual(kept);
  await home.call('POST', '/api/shutdown', { bots: 'stop' });
  await waitFor('its end', () => supervisor.exitCode !== null);
  expect(supervisor.exitCode).toBe(0);

  // Without a supervisor the CLI looks itself.
  rmSync(home.path('logs'), { recursive: true });
  plantAll(kinds);
  const looked = spawnSync(process.execPath, [CLI, 'cleanup', '--dry-run', '--json'], {
    env: { PATH: process.env['PATH'], GRIDD_HOME: home.folder },
    encoding: 'utf8',
  });
  expect([looked.status, looked.stderr]).toEqual([0, expect.stringContaining('no supervisor')]);
  const actions = JSON.parse(looked.stdout) as CleanupAction[];
  expect(new Set(actions.map(({ id }) => id)).size).toBe(INSTANCES);

  expect(noted()).toBe('');
  expect(living.filter((one) => !isAlive(one))).toEqual([]);
  // These can be told by a signal at all.
  bystanders[0]?.kill('SIGTERM');
  await waitFor('the signal', () => noted() === 'SIGTERM\n');
}, 300_000);
