/**
 * What happens by itself runs with the config text that was last taken: files of real paper bots
 * are edited to something worse, then bots, and the supervisor with them, are killed.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderView } from '../../../src/contract/instance-api.ts';
import { localDate } from '../../../src/platform/clock.ts';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import { takenFile, textDigest } from '../../../src/registry/index.ts';
import { SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const IDS = ['range_01', 'mode_02', 'json_03', 'gone_04'] as const;
const WIDE = { strategy_config: { grid_lower_price: 50, grid_upper_price: 500 } };

let home: SupervisedHome;
beforeAll(async () => {
  home = new SupervisedHome();
  for (const id of IDS) {
    home.write(id);
    // The price stands still, so orders change by what a test does alone.
    edit(id, { exchange_config: { paper: { volatility: 1e-9 } } });
  }
  await home.supervise();
  for (const result of await home.start(...IDS)) expect(result).toMatchObject({ ok: true });
}, 60_000);
afterAll(async () => {
  await home.close();
});

function edit(id: string, parts: Readonly<Record<string, object>>): void {
  const body = JSON.parse(readFileSync(home.config(id), 'utf8')) as Record<string, object>;
  for (const [part, values] of Object.entries(parts)) body[part] = { ...body[part], ...values };
  writeFileSync(home.config(id), JSON.stringify(body));
}

function daemonLog(id: string): string {
  return home.read('logs', id, localDate(Date.now()), 'daemon.log') ?? '';
}

async function orders(id: string): Promise<OrderView[]> {
  const { web_port } = await home.row(id);
  const answer = await fetch(`http://127.0.0.1:${web_port}/api/orders`);
  const found = (await answer.json()) as OrderView[];
  return found.sort((a, b) => a.id - b.id);
}

async function kill(pid: number | null): Promise<void> {
  const identity = identify(pid ?? 0);
  if (identity === null) throw new Error(`no process ${pid}`);
  process.kill(identity.pid, 'SIGKILL');
  await waitFor(`the end of ${pid}`, () => !isAlive(identity));
}

/** Resolves once a process of another pid runs. */
async function back(id: string, pid: number | null): Promise<void> {
  await waitFor(
    `${id} to be back`,
    async () => {
      const row = await home.row(id);
      return row.state === 'running' && row.pid !== pid;
    },
    30_000,
  );
}

async function reload(id: string) {
  const [result] = await home.post('/api/instances/reload', { ids: [id] });
  if (result === undefined) throw new Error(`no result of ${id}`);
  return result;
}

test('a killed bot is back with the old text and its orders, whatever its file says', async () => {
  const before = new Map<string, OrderView[]>();
  const pids = new Map<string, number | null>();
  for (const id of IDS) {
    before.set(id, await orders(id));
    pids.set(id, (await home.row(id)).pid);
    expect(before.get(id)?.length).toBeGreaterThan(5);
  }
  edit('range_01', WIDE);
  edit('mode_02', { exchange_config: { mode: 'live' }, metadata: { exchange: 'backpack' } });
  writeFileSync(home.config('json_03'), readFileSync(home.config('json_03'), 'utf8').slice(0, -9));
  rmSync(home.config('gone_04'));
  for (const id of IDS) await kill(pids.get(id) ?? null);
  for (const id of IDS) await back(id, pids.get(id) ?? null);

  for (const id of IDS) {
    expect(await orders(id)).toEqual(before.get(id));
    const { status, restarts } = await home.status(id);
    expect(status).toMatchObject({ mode: 'paper', lower: '140', upper: '160', grids: 10 });
    expect(restarts).toBe(1);
  }
});

test('status says what is edited and what takes it, and so does the log', async () => {
  const notes: Readonly<Record<string, RegExp>> = {
    range_01: /range_01\.json has changed since it was taken \(strategy_config.*gridd reload range_01/,
    mode_02: /mode_02\.json (has changed|cannot be used).*gridd reload mode_02/,
    json_03: /json_03\.json cannot be used \(.*not valid JSON.*gridd reload json_03/,
    gone_04: /gone_04\.json cannot be used \(There is no config file.*gridd reload gone_04/,
  };
  for (const id of IDS) {
    const note = async () => (await home.status(id)).config_note;
    await waitFor(`the note of ${id}`, async () => (await note()) !== null);
  }
  expect((await home.status('range_01')).config_note).toBe(
    'config/active/range_01.json has changed since it was taken ' +
      '(strategy_config.grid_lower_price, strategy_config.grid_upper_price): ' +
      'what was taken stays in force until `gridd reload range_01`.',
  );
  for (const id of IDS.slice(1)) {
    expect((await home.status(id)).config_note).toMatch(notes[id] ?? /never/);
  }
  for (const id of IDS) expect(daemonLog(id)).toMatch(notes[id] ?? /never/);
});

test('a reload takes the file, judged: what is refused changes nothing', async () => {
  const refusals = { mode_02: 'BOOKS_BOUND', json_03: 'CONFIG_SYNTAX', gone_04: 'CONFIG_NOT_FOUND' };
  for (const [id, code] of Object.entries(refusals)) {
    const { pid } = await home.row(id);
    const { ok, error } = await reload(id);
    expect({ id, ok, code: error?.code }).toEqual({ id, ok: false, code });
    expect(await home.row(id)).toMatchObject({ pid, state: 'running' });
  }
  const taken = await reload('range_01');
  expect(taken).toMatchObject({ ok: true });
  expect((await home.status('range_01')).status).toMatchObject({ lower: '50', upper: '500' });
  await waitFor('the note to go', async () => (await home.status('range_01')).config_note === null);
  const text = readFileSync(home.config('range_01'), 'utf8');
  const kept = takenFile(home.path('logs', 'range_01'));
  expect(home.record('range_01')?.config_taken?.sha256).toBe(textDigest(text));
  expect(readFileSync(kept, 'utf8')).toBe(text);
  expect(statSync(kept).mode & 0o777).toBe(0o600);
});

test('killed with its supervisor it is back with what the reload took', async () => {
  const id = 'range_01';
  const before = await orders(id);
  const { pid } = await home.row(id);
  edit(id, { strategy_config: { grid_lower_price: 120, grid_upper_price: 130 } });
  const supervisor = home.supervisors.at(-1);
  await kill(supervisor?.pid ?? 0);
  await kill(pid);
  await home.supervise();
  await back(id, pid);
  expect((await home.status(id)).status).toMatchObject({ lower: '50', upper: '500' });
  expect(await orders(id)).toEqual(before);
});

test('a kept text that somebody altered is not believed: the file is taken, and it is said', async () => {
  const id = 'json_03';
  const kept = takenFile(home.path('logs', id));
  const text = readFileSync(kept, 'utf8');
  writeFileSync(home.config(id), text);
  writeFileSync(kept, text.replace('140', '100'));
  const { pid } = await home.row(id);
  await kill(pid);
  await back(id, pid);
  expect((await home.status(id)).status).toMatchObject({ lower: '140' });
  expect(readFileSync(kept, 'utf8')).toBe(text);
  expect(daemonLog(id)).toContain(`it runs with config/active/${id}.json as that is now`);
});

test('a restart that the user asks for takes the file, judged', async () => {
  const restart = (id: string) => home.post('/api/instances/restart', { ids: [id] });
  const { pid } = await home.row('gone_04');
  expect((await restart('gone_04'))[0]?.error?.code).toBe('CONFIG_NOT_FOUND');
  expect(await home.row('gone_04')).toMatchObject({ pid, state: 'running' });
  const [result] = await restart('range_01');
  expect(result).toMatchObject({ ok: true });
  expect((await home.status('range_01')).status).toMatchObject({ lower: '120', upper: '130' });
});
