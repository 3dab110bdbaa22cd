/** Configs of a real supervisor with a real bot: edited, rolled back, met on the disk, limited. */
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  ConfigCheck,
  ConfigSaved,
  ConfigVersion,
  ConfigView,
  FleetTopics,
} from '../../src/contract/console-api.ts';
import type { InstanceStatus, VerbResult } from '../../src/contract/fleet-api.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ask } from '../web/http-client.ts';

const ID = 'aa_01';
let home: FleetHome;
let port = 0;
let page = 0;
let spare = 0;
let file: string;

beforeAll(async () => {
  home = new FleetHome();
  const [console_port = 0, own = 0, other = 0, third = 0, fourth = 0] = await freePorts(5);
  [port, page, spare] = [console_port, third, fourth];
  home.consoleAt(port);
  // The price stands still, so orders change by what a test does alone.
  const exchange = { paper: { volatility: 1e-9 } };
  file = home.write(ID, { daemon: { web_port: own, watch: true }, exchange });
  const limited = { ...exchange, max_account_loss: 3 };
  home.write('bb_02', { daemon: { web_port: other }, exchange: limited });
  const growing = { ...exchange, max_account_loss: 6 };
  home.write('cc_03', { daemon: { web_port: page }, exchange: growing });
  await home.ok(['start', ID, 'cc_03']);
});
afterAll(() => home.dispose());

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const { status, json, text } = await ask(port, path, { method, ...sent });
  if (status !== 200) throw new Error(`${method} ${path}: ${text}`);
  return json as T;
}

const view = () => call<ConfigView>('GET', `/api/configs/${ID}`);
const versions = () => call<ConfigVersion[]>('GET', `/api/configs/${ID}/versions`);
const status = () => call<InstanceStatus>('GET', `/api/instances/${ID}`);

test('an edit in the console is a version, and acts in the running bot', async () => {
  const { text, version } = await view();
  const { pid } = await status();
  const edited = text.replace('"grid_num": 20', '"grid_num": 10 /* fewer */');
  const body = { text: edited, base_version: version, note: 'fewer lines' };
  const saved = await call<ConfigSaved>('PUT', `/api/configs/${ID}`, body);
  expect(saved).toMatchObject({ version: version + 1, changed: ['strategy_config.grid_num'] });
  expect(saved.applied).toMatchObject({ ok: true, changed: ['strategy_config.grid_num'] });
  await waitFor('the bot to show ten grids', async () => (await status()).status?.grids === 10);
  expect((await status()).pid).toBe(pid);
  expect(readFileSync(file, 'utf8')).toContain('/* fewer */');
  const { marks } = await call<FleetTopics>('GET', '/api/fleet');
  expect(marks.configs).toBeGreaterThanOrEqual(2);
});

test('a rollback is the next version, and acts as well', async () => {
  const [newest] = await versions();
  const saved = await call<ConfigSaved>('POST', `/api/configs/${ID}/rollback`, {
    ...{ version: 1, note: '' },
  });
  expect(saved.version).toBe((newest?.version ?? 0) + 1);
  await waitFor('the bot to show twenty grids', async () => (await status()).status?.grids === 20);
});

test('an edit on the disk is met by the watch: a version from the file', async () => {
  writeFileSync(file, readFileSync(file, 'utf8').replace('"grid_num": 20', '"grid_num": 8'));
  await waitFor('the bot to show eight grids', async () => (await status()).status?.grids === 8);
  expect((await versions())[0]).toMatchObject({
    ...{ from: 'file', note: 'edited on the disk', changed: ['strategy_config.grid_num'] },
  });
  const adjusted = ['adjust', ID, '--lower', '141', '--save'];
  await home.ok(adjusted);
  expect((await versions())[0]).toMatchObject({ from: 'cli', note: 'gridd adjust --save' });
});

test('a start beyond max_account_loss is refused in words, in the terminal too', async () => {
  const { code, stderr } = await home.run(['start', 'bb_02']);
  expect(code).toBe(4);
  expect(stderr).toMatch(/ACCOUNT_LOSS.*more than its max_account_loss 3/s);
  const [refused] = await call<VerbResult[]>('POST', '/api/instances/start', { ids: ['bb_02'] });
  expect(refused).toMatchObject({ ok: false, error: { code: 'ACCOUNT_LOSS' } });
});

test('an adjust beyond it is refused alike on the page of the bot and through the supervisor', async () => {
  const adjust = (at: number, path: string, request: object) =>
    ask(at, path, {
      ...{ method: 'POST', body: JSON.stringify(request) },
      headers: { 'content-type': 'application/json' },
    });
  const larger = { order_quantity: '0.2' };
  const own = await adjust(page, '/api/grid/adjust', larger);
  expect(own).toMatchObject({ status: 409, json: { code: 'ACCOUNT_LOSS' } });
  const through = await adjust(port, '/api/instances/cc_03/adjust', larger);
  expect(own.json).toEqual(through.json);
  // What it would do may be looked at.
  const dry = await adjust(page, '/api/grid/adjust', { ...larger, dry_run: true });
  expect(dry).toMatchObject({ status: 200, json: { quantity_per_grid: '0.2' } });
  const { json } = await ask(page, '/api/status');
  expect(json).toMatchObject({ quantity_per_grid: '0.1' });
  const smaller = await adjust(page, '/api/grid/adjust', { order_quantity: '0.09' });
  expect(smaller).toMatchObject({ status: 200, json: { applied: true } });
});

test('a save beyond it leaves file, versions and grid as they are; the check says so before', async () => {
  const path = '/api/configs/cc_03';
  const { text, version } = await call<ConfigView>('GET', path);
  const larger = text.replace('"order_quantity": 0.1', '"order_quantity": 0.2');
  const check = await call<ConfigCheck>('POST', '/api/configs/check', { id: 'cc_03', text: larger });
  expect(check.problems).toMatchObject([{ path: 'exchange_config.max_account_loss' }]);
  const body = { text: larger, base_version: version, note: '' };
  await expect(call('PUT', path, body)).rejects.toThrow(/ACCOUNT_LOSS.*more than its max_account/);
  expect(await call<ConfigView>('GET', path)).toMatchObject({ text, version });
  expect((await ask(page, '/api/status')).json).toMatchObject({ quantity_per_grid: '0.09' });
  const smaller = text.replace('"order_quantity": 0.1', '"order_quantity": 0.08');
  const saved = await call<ConfigSaved>('PUT', path, { ...body, text: smaller });
  expect(saved.applied).toMatchObject({ ok: true });
});

test('a new config is not written for a start that its limit refuses; what only its bot finds out leaves it', async () => {
  const small = { max_account_loss: 3 };
  const text = (web_port: number, exchange_config: object) =>
    JSON.stringify({
      metadata: { symbol: 'SOL_USDC_PERP', instance_id: 'dd_04' },
      daemon_config: { web_port, strict_port: true },
      exchange_config,
      strategy_config: {
        ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 20, order_quantity: 0.1 },
      },
    });
  const stranger = createServer().listen(spare, '127.0.0.1');
  await once(stranger, 'listening');
  const create = (given: string, start: boolean) =>
    call<ConfigSaved>('POST', '/api/configs', { id: 'dd_04', text: given, note: '', start });
  const made = home.path('config', 'active', 'dd_04.json');
  await expect(create(text(spare, small), true)).rejects.toThrow(/ACCOUNT_LOSS.*more than its max/);
  expect(existsSync(made)).toBe(false);
  const check = { text: text(spare, small) };
  const { problems, warnings } = await call<ConfigCheck>('POST', '/api/configs/check', check);
  expect([problems, warnings.filter((line) => line.includes('more than its max'))]).toEqual([
    [],
    [expect.stringMatching(/^It will not start before this is mended: With every/)],
  ]);
  // That a stranger has its port nobody knows before its bot binds it.
  const { version, applied } = await create(text(spare, {}), true);
  stranger.close();
  expect(version).toBe(1);
  expect(applied).toMatchObject({ ok: false, error: { code: 'PORT_TAKEN' } });
  expect(applied?.message).toMatch(/^config\/active\/dd_04\.json stands, but it did not start: /);
  expect(existsSync(made)).toBe(true);
});
