/** Edited config files and running instances: what acts in place, what restarts, what is refused. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contract/instance-api.ts';
import { localDate } from '../../src/platform/clock.ts';
import { FleetHome } from '../fixtures/fleet-home.ts';
import {
  SCRIPTED_BOT,
  SupervisedHome,
  WEB_PROGRAM,
  freePort,
} from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

interface Parts {
  readonly metadata?: object;
  readonly daemon_config?: object;
  readonly exchange_config?: object;
  readonly strategy_config?: object;
}

/** The price stands still, so orders change by what a test does alone. */
const STILL: Parts = { exchange_config: { paper: { volatility: 1e-9 } } };
const homes: { close(): Promise<void> }[] = [];

function makeHome(bot?: string): SupervisedHome {
  const home = new SupervisedHome(bot === undefined ? {} : { bot });
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

function editedText(file: string, parts: Parts): string {
  const body = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>;
  for (const [part, values] of Object.entries(parts)) body[part] = { ...body[part], ...values };
  return JSON.stringify(body, null, 2);
}

function edit(home: SupervisedHome, id: string, parts: Parts): void {
  writeFileSync(home.config(id), editedText(home.config(id), parts));
}

const reload = (home: SupervisedHome, ...ids: string[]) =>
  home.post('/api/instances/reload', { ids });

async function reloadOne(home: SupervisedHome, id: string) {
  const [result] = await reload(home, id);
  if (result === undefined) throw new Error(`no result of ${id}`);
  return result;
}

async function orders(home: SupervisedHome, id: string): Promise<OrderView[]> {
  const { web_port } = await home.row(id);
  const answer = await fetch(`http://127.0.0.1:${web_port}/api/orders`);
  return (await answer.json()) as OrderView[];
}

async function idsByPrice(home: SupervisedHome, id: string): Promise<Map<string | null, string>> {
  return new Map((await orders(home, id)).map(({ price, client_id }) => [price, client_id]));
}

async function pids(home: SupervisedHome): Promise<Map<string, number | null>> {
  return new Map((await home.list()).map(({ id, pid }) => [id, pid]));
}

describe('a fleet of five', () => {
  test('only what changed acts; everything wrong is refused and the old one runs on', async () => {
    const ids = ['aa_01', 'bb_02', 'cc_03', 'dd_04', 'ee_05'];
    const home = makeHome();
    for (const id of ids) {
      home.write(id, { web_port: await freePort() });
      edit(home, id, STILL);
    }
    const named = { mode: 'paper', api_key: '${KEY_EE}', ...STILL.exchange_config };
    edit(home, 'ee_05', { exchange_config: named });
    writeFileSync(home.path('.env'), 'KEY_EE=first-key\n', { mode: 0o600 });
    await home.supervise();
    expect((await home.start(...ids)).map(({ ok }) => ok)).toEqual(ids.map(() => true));
    const before = await pids(home);
    const ordersBefore = await idsByPrice(home, 'aa_01');
    expect(ordersBefore.size).toBeGreaterThan(5);

    const same = await reload(home, ...ids);
    expect(same.map(({ unchanged, message }) => [unchanged, message])).toEqual(
      ids.map(() => [true, 'unchanged']),
    );

    await checkTwoOfFive(home, ids, before, ordersBefore);
    await checkAdjusted(home);
    await checkRestarts(home, before);
    await checkRefusals(home);
    const after = await pids(home);
    for (const id of ['aa_01', 'bb_02', 'dd_04']) expect(after.get(id)).toBe(before.get(id));
  }, 60_000);
});

async function checkTwoOfFive(
  home: SupervisedHome,
  ids: readonly string[],
  before: ReadonlyMap<string, number | null>,
  ordersBefore: ReadonlyMap<string | null, string>,
): Promise<void> {
  // The step stays 2, so every old line is a line of the new grid.
  edit(home, 'aa_01', { strategy_config: { grid_upper_price: 164, grid_num: 12 } });
  edit(home, 'bb_02', { daemon_config: { memory_limit_mb: 3000, health_check_interval: 7 } });
  const results = await reload(home, ...ids);
  expect(results.map(({ ok, unchanged = false }) => [ok, unchanged])).toEqual([
    [true, false],
    [true, false],
    [true, true],
    [true, true],
    [true, true],
  ]);
  expect(results[0]?.changed).toEqual([
    'strategy_config.grid_upper_price',
    'strategy_config.grid_num',
  ]);
  expect(results[1]?.changed).toEqual([
    'daemon_config.health_check_interval',
    'daemon_config.memory_limit_mb',
  ]);
  expect(await pids(home)).toEqual(before);
  const { status } = await home.status('aa_01');
  expect(status).toMatchObject({ upper: '164', grids: 12, adjusted: false });
  const ordersAfter = await idsByPrice(home, 'aa_01');
  for (const [price, id] of ordersBefore) expect(ordersAfter.get(price)).toBe(id);
  expect(ordersAfter.size).toBe(ordersBefore.size + 2);
}

/** An adjust wins over a file that says the same as before, and loses against a new edit. */
async function checkAdjusted(home: SupervisedHome): Promise<void> {
  const wish = { grid_lower_price: 136, grid_upper_price: 164, grid_num: 14 };
  await home.call('POST', '/api/instances/aa_01/adjust', wish);
  expect((await home.status('aa_01')).status).toMatchObject({ lower: '136', adjusted: true });
  expect(await reloadOne(home, 'aa_01')).toMatchObject({ ok: true, unchanged: true });
  expect((await home.status('aa_01')).status).toMatchObject({ lower: '136', adjusted: true });
  edit(home, 'aa_01', { strategy_config: { stop_loss_price: 120 } });
  const taken = await reloadOne(home, 'aa_01');
  expect(taken).toMatchObject({ ok: true, changed: ['strategy_config.stop_loss_price'] });
  expect((await home.status('aa_01')).status).toMatchObject({ lower: '140', adjusted: false });
  // An edit that a flag overrides changes nothing, and says why.
  const flagged = { daemon_config: { bot_args: ['--grid-lower', '140'] } };
  edit(home, 'aa_01', { ...flagged, strategy_config: { grid_lower_price: 100 } });
  const overridden = await reloadOne(home, 'aa_01');
  expect(overridden).toMatchObject({ ok: true, unchanged: true });
  expect(overridden.warnings?.join()).toContain('--grid-lower 140 contradicts');
  edit(home, 'aa_01', { daemon_config: { bot_args: [] }, strategy_config: { grid_lower_price: 140 } });
}

async function checkRestarts(
  home: SupervisedHome,
  before: ReadonlyMap<string, number | null>,
): Promise<void> {
  const resting = await idsByPrice(home, 'cc_03');
  const port = await freePort();
  edit(home, 'cc_03', { daemon_config: { web_port: port } });
  const moved = await reloadOne(home, 'cc_03');
  expect(moved).toMatchObject({ ok: true, changed: ['daemon_config.web_port'] });
  const row = await home.row('cc_03');
  expect(row).toMatchObject({ state: 'running', web_port: port, restarts: 0 });
  expect(row.pid).not.toBe(before.get('cc_03'));
  expect(await idsByPrice(home, 'cc_03')).toEqual(resting);

  // Behind the same text the key is another one.
  writeFileSync(home.path('.env'), 'KEY_EE=second-key\n');
  const keyed = await reloadOne(home, 'ee_05');
  expect(keyed).toMatchObject({ ok: true, changed: ['exchange_config.api_key'] });
  expect((await home.row('ee_05')).pid).not.toBe(before.get('ee_05'));
  expect(await reloadOne(home, 'ee_05')).toMatchObject({ unchanged: true });
  edit(home, 'ee_05', { daemon_config: { db_path: 'database/other.db' } });
  const onOthers = await reloadOne(home, 'ee_05');
  expect(onOthers).toMatchObject({ ok: true, changed: ['daemon_config.db_path'] });
  expect(onOthers.warnings?.join()).toContain('database/other.db');
}

async function checkRefusals(home: SupervisedHome): Promise<void> {
  const good = readFileSync(home.config('dd_04'), 'utf8');
  const { pid, web_port } = await home.row('dd_04');
  const refused = async (parts: Parts) => {
    writeFileSync(home.config('dd_04'), good);
    edit(home, 'dd_04', parts);
    const { ok, error } = await reloadOne(home, 'dd_04');
    expect(ok).toBe(false);
    expect(await home.row('dd_04')).toMatchObject({ pid, web_port, state: 'running' });
    return error;
  };
  const wrong = { daemon_config: { stop_timeout: 0 }, strategy_config: { grid_num: 'ten' } };
  const invalid = await refused(wrong);
  expect(invalid?.code).toBe('CONFIG_INVALID');
  expect(invalid?.problems?.map(({ path }) => path).sort()).toEqual([
    'daemon_config.stop_timeout',
    'strategy_config.grid_num',
  ]);
  // The bot checks the grid before a restart too.
  const dense = { daemon_config: { web_port: await freePort() }, strategy_config: { grid_num: 999 } };
  expect((await refused(dense))?.code).toBe('GRID_REFUSED');
  const { web_port: taken } = await home.row('aa_01');
  expect((await refused({ daemon_config: { web_port: taken } }))?.code).toBe('CONFIG_CONFLICT');
  const renamed = await refused({ metadata: { instance_id: 'zz_09' } });
  expect(renamed?.message).toContain('is now of zz_09');
  expect((await refused({ metadata: { symbol: 'BTC_USDC_PERP' } }))?.code).toBe('BOOKS_BOUND');
  const missing = await refused({ daemon_config: { environment: { TOKEN: '${NOT_SET}' } } });
  expect(missing?.code).toBe('ENV_MISSING');
  const holder = createServer();
  const held = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  const strict = await refused({ daemon_config: { web_port: held, strict_port: true } });
  await new Promise((resolve) => holder.close(resolve));
  expect(strict?.code).toBe('PORT_TAKEN');
  writeFileSync(home.config('dd_04'), good);
  expect(await reloadOne(home, 'dd_04')).toMatchObject({ unchanged: true });
  expect((await home.status('dd_04')).status).toMatchObject({ grids: 10, adjusted: false });
}

describe('a watched file', () => {
  test('half-written text does no harm, a rename is seen, an unwatched file waits', async () => {
    const home = makeHome();
    home.write('aa_01', { watch: true, web_port: await freePort() });
    home.write('bb_02', { web_port: await freePort() });
    // Outside of config/active there are no hints: the regular look finds the edit.
    const away = home.path('cc_03.json');
    const text = editedText(home.write('cc_03', { watch: true }), STILL);
    renameSync(home.config('cc_03'), away);
    writeFileSync(away, text);
    for (const id of ['aa_01', 'bb_02']) edit(home, id, STILL);
    const first = await home.supervise();
    await home.start('aa_01', 'bb_02');
    await home.post('/api/instances/start', { targets: [{ config_file: away }] });
    const before = await pids(home);
    const wider: Parts = { strategy_config: { grid_upper_price: 164, grid_num: 12 } };
    const good = editedText(home.config('aa_01'), wider);

    writeFileSync(home.config('aa_01'), good.slice(0, 200));
    const log = () => home.read('logs', 'aa_01', localDate(Date.now()), 'daemon.log') ?? '';
    const refusals = () => log().split('was not taken').length - 1;
    await waitFor('the refusal', () => refusals() > 0);
    writeFileSync(home.path('aa_01.tmp'), good);
    renameSync(home.path('aa_01.tmp'), home.config('aa_01'));
    edit(home, 'bb_02', wider);
    writeFileSync(away, editedText(away, wider));
    const upper = async (id: string) => (await home.status(id)).status?.upper;
    for (const id of ['aa_01', 'cc_03']) {
      await waitFor(`${id} to take its file`, async () => (await upper(id)) === '164');
    }
    expect(refusals()).toBe(1);
    expect(await upper('bb_02')).toBe('160');
    expect(await pids(home)).toEqual(before);

    // An edit that no supervisor saw is found by the next one.
    first.kill('SIGKILL');
    await new Promise((resolve) => first.once('exit', resolve));
    edit(home, 'aa_01', { strategy_config: { grid_upper_price: 168, grid_num: 14 } });
    await home.supervise();
    await waitFor('the edit of before', async () => (await upper('aa_01')) === '168');
    expect((await pids(home)).get('aa_01')).toBe(before.get('aa_01'));
  }, 60_000);
});

describe('a watched bot whose line breaks', () => {
  test('is asked again until it has answered', async () => {
    const home = makeHome(SCRIPTED_BOT);
    home.write('aa_01', { watch: true, environment: { BEHAVIOUR: 'moody' } });
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    edit(home, 'aa_01', { strategy_config: { grid_num: 12 } });
    await waitFor('a new process', async () => {
      const row = await home.row('aa_01');
      return row.state === 'running' && row.pid !== pid;
    });
    const log = home.read('logs', 'aa_01', localDate(Date.now()), 'daemon.log');
    expect(log).toContain('its line ended');
    expect(log).toContain('strategy_config.grid_num changed');
  }, 60_000);
});

describe('what cannot take a file itself', () => {
  test('a bot that knows no reload: limits in place, the grid by a restart', async () => {
    const home = makeHome(SCRIPTED_BOT);
    home.write('aa_01');
    await home.supervise();
    await home.start('aa_01');
    const { pid } = await home.row('aa_01');
    edit(home, 'aa_01', { daemon_config: { memory_limit_mb: 900 } });
    const limit = await reloadOne(home, 'aa_01');
    expect(limit).toMatchObject({ ok: true, changed: ['daemon_config.memory_limit_mb'] });
    expect((await home.row('aa_01')).pid).toBe(pid);
    edit(home, 'aa_01', { strategy_config: { grid_num: 12 } });
    const grid = await reloadOne(home, 'aa_01');
    expect(grid).toMatchObject({ ok: true, changed: ['strategy_config.grid_num'] });
    expect((await home.row('aa_01')).pid).not.toBe(pid);
  });

  test('a program: limits in place, everything else by a restart', async () => {
    const home = makeHome();
    const node = { script_path: WEB_PROGRAM, python_path: process.execPath };
    home.write('pp_01', { ...node, web_port: await freePort() });
    edit(home, 'pp_01', { daemon_config: { environment: { MODE: '${MODE_OF_PP}' } } });
    writeFileSync(home.path('.env'), 'MODE_OF_PP=the-first\n');
    await home.supervise();
    await home.start('pp_01');
    const { pid } = await home.row('pp_01');
    expect(await reloadOne(home, 'pp_01')).toMatchObject({ unchanged: true });
    edit(home, 'pp_01', { daemon_config: { log_max_mb: 50 } });
    expect((await reloadOne(home, 'pp_01')).changed).toEqual(['daemon_config.log_max_mb']);
    expect((await home.row('pp_01')).pid).toBe(pid);
    edit(home, 'pp_01', { daemon_config: { bot_args: ['--fast'] } });
    expect((await reloadOne(home, 'pp_01')).changed).toEqual(['daemon_config.bot_args']);
    const { pid: second } = await home.row('pp_01');
    expect(second).not.toBe(pid);
    writeFileSync(home.path('.env'), 'MODE_OF_PP=the-second\n');
    expect((await reloadOne(home, 'pp_01')).message).toContain('.env');
    expect((await home.row('pp_01')).pid).not.toBe(second);
  });
});

describe('gridd reload', () => {
  test('tells each instance and exits like the other verbs', async () => {
    const home = new FleetHome();
    homes.push({ close: () => home.dispose() });
    const still = { exchange: STILL.exchange_config ?? {} };
    const file = home.write('aa_01', still);
    home.write('bb_02', still);
    await home.ok(['start', '--all']);
    expect((await home.ok(['reload'])).stdout).toMatch(/aa_01: unchanged.*\nbb_02: unchanged/);
    writeFileSync(file, editedText(file, { strategy_config: { grid_num: 40 } }));
    const { stdout } = await home.ok(['reload', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: 'aa_01', ok: true, changed: ['strategy_config.grid_num'] },
      { id: 'bb_02', ok: true, unchanged: true },
    ]);
    writeFileSync(file, editedText(file, { strategy_config: { grid_num: -1 } }));
    expect((await home.ok(['reload'], 2)).stderr).toContain('strategy_config.grid_num');
    writeFileSync(file, editedText(file, { metadata: { instance_id: 'zz_09' } }));
    await home.ok(['reload', 'nobody_01'], 3);
    await home.ok(['stop', 'bb_02']);
    await home.ok(['reload', 'bb_02'], 3);
    const fixed = { metadata: { instance_id: 'zz_09' }, strategy_config: { grid_num: 40 } };
    writeFileSync(file, editedText(file, fixed));
    await home.ok(['reload', 'aa_01'], 4);
  }, 60_000);
});
