/**
 * The supervisor may die: its bots keep their pids and trade on, the next one takes them all over,
 * and what ended meanwhile is counted like any other crash.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BOT_EXIT } from '../../../src/contract/errors.ts';
import { homeHash } from '../../../src/daemon/socket-folder.ts';
import { homeAt } from '../../../src/platform/paths.ts';
import {
  findMarked,
  identify,
  isAlive,
  processMark,
} from '../../../src/platform/process-identity.ts';
import { readBooks } from '../../../src/store/index.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { ROOT } from '../../source-tree.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const ROUNDS = SOAK ? 20 : 3;
const REAL = SOAK ? 20 : 3;
const COUNTING = SOAK ? 3 : 17;
/** Promised: all taken over within 2 s of being ready. */
const ADOPTION_LIMIT_MS = 5 * 2_000;
const MIXED_BOT = join(ROOT, 'test', 'fixtures', 'mixed-bot.mjs');

let home: SupervisedHome;
afterEach(() => home.close());

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}_${String(index + 1).padStart(2, '0')}`);

/** A grid whose price moves enough that it trades all the time. */
function writeTrading(id: string): void {
  const config = JSON.parse(readFileSync(home.write(id), 'utf8')) as Record<string, object>;
  const paper = { price_source: 'synthetic', volatility: 0.005 };
  writeFileSync(home.config(id), JSON.stringify({ ...config, exchange_config: { paper } }));
}

/** Numbers of the lines a counting bot has printed. */
function printed(id: string): number[] {
  const lines = (home.read('logs', id, 'raw_stdout.log') ?? '').split('\n').slice(0, -1);
  return lines.map((line) => Number(/^line (\d+)$/.exec(line)?.[1]));
}

/** Trade ids in the books and in the bot's own log, oldest first. */
function trades(id: string): { booked: string[]; logged: string[] } {
  const names = readdirSync(home.path('logs', id));
  const days = names.filter((name) => /^\d{4}-/.test(name)).sort();
  const text = days.map((day) => home.read('logs', id, day, 'bot_stdout.log') ?? '').join('');
  const logged = text.split('\n').flatMap((line) => /"trade_id":"(\d+)"/.exec(line)?.[1] ?? []);
  const books = readBooks(home.path('database', `${id}.db`));
  const booked = (books?.fills(1_000_000) ?? []).map(({ trade_id }) => trade_id).reverse();
  books?.close();
  return { booked, logged };
}

/** Processes that bear a bot's mark of this home, by mark. */
function marked(): string[] {
  const prefix = `${homeHash(homeAt(home.folder))}:`;
  const found = findMarked((mark) => mark.startsWith(prefix));
  return found.flatMap(({ pid }) => processMark(pid) ?? []).sort();
}

async function killSupervisor(): Promise<void> {
  const info = await home.infoOrNull();
  const identity = info === null ? null : identify(info.pid);
  if (identity === null) throw new Error('no supervisor answers');
  process.kill(identity.pid, 'SIGKILL');
  await waitFor('its end', () => !isAlive(identity));
}

/** The next supervisor comes with a verb of the user; resolves once it answers. */
async function superviseByVerb(words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'gridd.js'), ...words], {
    env: { PATH: process.env['PATH'], GRIDD_HOME: home.folder },
    stdio: 'ignore',
  });
  await waitFor('the supervisor to answer', () => home.infoOrNull());
  return child;
}

test(`kill -9 with ${REAL + COUNTING} bots, ${ROUNDS} times: all are taken over`, async () => {
  home = new SupervisedHome({ bot: MIXED_BOT });
  const real = numbered('real', REAL);
  const counting = numbered('count', COUNTING);
  const ids = [...counting, ...real];
  for (const id of real) writeTrading(id);
  for (const id of counting) home.write(id, { environment: { BEHAVIOUR: 'counting' } });
  await home.supervise();
  const refused = (await home.start(...ids)).filter(({ ok }) => !ok);
  expect(refused).toEqual([]);
  const pids = new Map((await home.list()).map(({ id, pid }) => [id, pid]));
  const marks = marked();
  expect(marks).toHaveLength(ids.length);
  const keys = (id: string) => Object.keys(home.record(id) ?? {}).sort();
  const recorded = ids.map(keys);
  const adoption: number[] = [];

  for (let round = 1; round <= ROUNDS; round += 1) {
    await killSupervisor();
    const before = new Map(counting.map((id) => [id, printed(id).length]));
    const byVerb = round === 1;
    const verb = byVerb ? await superviseByVerb(['pause', counting[0] ?? '']) : null;
    if (verb === null) await home.supervise();
    const ready = performance.now();
    // Only a bot that called home obeys.
    const obeyed = await home.post('/api/instances/resume', { ids });
    adoption.push(Math.round(performance.now() - ready));
    expect(obeyed.filter(({ ok }) => !ok)).toEqual([]);
    if (verb !== null && verb.exitCode === null) await once(verb, 'exit');
    expect(verb?.exitCode ?? 0).toBe(0);

    const rows = await home.list();
    expect(new Map(rows.map(({ id, pid }) => [id, pid]))).toEqual(pids);
    expect(rows.map(({ state, restarts }) => `${state} ${restarts}`)).toEqual(
      ids.map(() => 'running 0'),
    );
    expect(marked()).toEqual(marks);
    // Of what a bot says of itself its record takes the process alone.
    expect(ids.map(keys)).toEqual(recorded);
    for (const id of counting) expect(printed(id).length).toBeGreaterThan(before.get(id) ?? 0);
  }

  for (const id of counting) {
    const lines = printed(id);
    expect(lines).toEqual(lines.map((_, index) => index + 1));
  }
  // Only looked at once all have traded: what is booked later than it is read stands in neither.
  await waitFor('trades of every real bot', () => real.every((id) => trades(id).booked.length > 0));
  await home.stop(...real);
  for (const id of real) {
    const { booked, logged } = trades(id);
    expect(logged).toEqual(booked);
  }
  console.log(`taken over after ms: ${adoption.join(' ')}`);
  expect(Math.max(...adoption)).toBeLessThan(ADOPTION_LIMIT_MS);
}, 600_000);

describe('what ended while no supervisor ran', () => {
  test('is a crash that counts and is bounded; failed stays failed', async () => {
    home = new SupervisedHome({ bot: SCRIPTED_BOT });
    home.write('aa_01', { max_restart_attempts: 1 });
    home.write('slow_02', { restart_delay: 600 });
    home.write('good_03');
    await home.supervise();
    await home.start('aa_01', 'slow_02', 'good_03');
    const good = await home.row('good_03');

    await killSupervisor();
    await killBots('aa_01', 'slow_02');
    await home.supervise();
    await home.state('aa_01', 'running');
    const first = home.record('aa_01');
    expect(first).toMatchObject({ restarts: 1, generation: 2, last_exit: { code: null } });
    expect(first?.restart_times).toHaveLength(1);
    expect(first?.last_exit?.reason).toBe('disappeared while no supervisor ran');
    expect(await home.row('slow_02')).toMatchObject({ state: 'backoff', restarts: 1, pid: null });
    expect(await home.row('good_03')).toMatchObject({ pid: good.pid, restarts: 0 });

    await killSupervisor();
    await killBots('aa_01');
    await home.supervise();
    await home.state('aa_01', 'failed');
    await killSupervisor();
    await home.supervise();
    // Whatever a new supervisor starts, it has begun to before it obeys.
    expect((await home.post('/api/instances/resume', { ids: ['good_03'] }))[0]?.ok).toBe(true);
    expect(await home.row('aa_01')).toMatchObject({ state: 'failed', restarts: 1, pid: null });
    expect(home.record('aa_01')).toMatchObject({ desired: 'running', generation: 2 });
    expect(marked().filter((mark) => mark.includes(':aa_01:'))).toEqual([]);
  });

  test('is what the bot said; a restart asked for or a reboot is no crash', async () => {
    home = new SupervisedHome({ bot: SCRIPTED_BOT });
    const ids = ['done_01', 'conf_02', 'asked_03', 'boot_04'];
    for (const id of ids) home.write(id);
    await home.supervise();
    await home.start(...ids);
    const rows = new Map((await home.list()).map((row) => [row.id, row]));
    await killSupervisor();
    await killBots(...ids);
    const said = (id: string, code: number, reason: string) => {
      const record = { pid: rows.get(id)?.pid, generation: 1, code, reason };
      const at = new Date().toISOString();
      writeFileSync(home.path('logs', id, 'exit.json'), JSON.stringify({ ...record, at }));
    };
    said('done_01', BOT_EXIT.done, 'the run is over');
    said('conf_02', BOT_EXIT.configuration, 'the grid cannot earn');
    home.editRecord('asked_03', { state: 'stopping' });
    home.editRecord('boot_04', { boot_id: 'another boot' });
    await home.supervise();
    await home.state('asked_03', 'running');
    await home.state('boot_04', 'running');
    expect(await home.row('done_01')).toMatchObject({ state: 'finished', desired: 'stopped' });
    expect(await home.row('conf_02')).toMatchObject({ state: 'failed', restarts: 0 });
    for (const id of ['asked_03', 'boot_04']) {
      expect(home.record(id)).toMatchObject({ restarts: 0, restart_times: [], generation: 2 });
    }
    expect(home.record('boot_04')?.last_exit?.reason).toContain('the machine was started anew');
  });
});

async function killBots(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { pid = null } = home.record(id) ?? {};
    const identity = pid === null ? null : identify(pid);
    if (identity === null) throw new Error(`no bot of ${id}`);
    process.kill(identity.pid, 'SIGKILL');
    await waitFor(`the end of ${id}`, () => !isAlive(identity));
  }
}
