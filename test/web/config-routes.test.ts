/** Configs over HTTP on a real home: edits, versions, rollback, archive; and what is refused. */
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type {
  ConfigCheck,
  ConfigSaved,
  ConfigSummary,
  ConfigVersion,
  ConfigVersionText,
  ConfigView,
  TemplateView,
} from '../../src/contract/console-api.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type { ErrorBody } from '../../src/contract/errors.ts';
import type { ListRow, VerbResult } from '../../src/contract/fleet-api.ts';
import { auditedConfigs } from '../../src/daemon/audited-configs.ts';
import { ConfigDesk } from '../../src/daemon/config-desk.ts';
import { ConfigVersions } from '../../src/daemon/config-versions.ts';
import { FleetHistory } from '../../src/daemon/fleet-history.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import type { Home } from '../../src/platform/paths.ts';
import { openRegistry } from '../../src/registry/index.ts';
import { addLocalConfigRoutes } from '../../src/web/server/config-routes.ts';
import { makeHttpApp } from '../../src/web/server/error-reply.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { put, smallConfig, tempHome } from '../registry/temp-home.ts';

const ACTOR = { who: 'ann', from: 'console 127.0.0.1' };
let home: Home;
let app: FastifyInstance;
let history: FleetHistory;
let rows: ListRow[];
let reloaded: string[];
let started: string[];
/** What an edit, a start before it is tried, and an instance are refused with; null: all is well. */
let limit: GriddError | null;
let unstartable: GriddError | null;
let refusal: Partial<VerbResult> | null;

beforeEach(() => {
  home = tempHome();
  [rows, reloaded, started] = [[], [], []];
  [limit, unstartable, refusal] = [null, null, null];
  const clock = manualClock();
  const log = makeLogger('test', []);
  history = new FleetHistory({ file: home.history, clock, log, present: existsSync });
  onTestFinished(() => history.close());
  const versions = new ConfigVersions({ home, clock, log, history, changed: () => {} });
  const fleet = {
    list: () => rows,
    reload: (ids: readonly string[]) => {
      reloaded.push(...ids);
      const result = { ok: true, message: 'taken in place', ...refusal };
      return Promise.resolve(ids.map((id) => ({ id, ...result })));
    },
    start: ({ targets }: { targets: readonly { config_file: string }[] }) => {
      started.push(...targets.map(({ config_file }) => config_file));
      return Promise.resolve([{ id: 'new', ok: true, message: 'running', ...refusal }]);
    },
  };
  const desk = new ConfigDesk({
    ...{ home, versions, registry: openRegistry(home), environment: {} },
    judgeEdit: () => (limit === null ? Promise.resolve() : Promise.reject(limit)),
    judgeStart: () => (unstartable === null ? Promise.resolve() : Promise.reject(unstartable)),
    fleet: () => fleet,
  });
  app = makeHttpApp();
  const configs = auditedConfigs(desk, history, clock);
  addLocalConfigRoutes(app, configs, ({ url }) =>
    url.endsWith('/author') ? { who: 'bob', from: 'cli' } : ACTOR,
  );
  onTestFinished(() => app.close());
});

async function ask<T>(method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown) {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await app.inject({ method, url, headers, ...payload });
  return { status: answer.statusCode, body: answer.json<T>(), text: answer.body };
}

async function refused(method: 'POST' | 'PUT', url: string, body?: unknown): Promise<ErrorBody> {
  const answer = await ask<ErrorBody>(method, url, body);
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  return answer.body;
}

const TEXT = `{
  // The range of spring.
  "metadata": { "name": "Sol", "symbol": "SOL_USDC_PERP" },
  "daemon_config": { "environment": { "A": "hushhush" } },
  "exchange_config": { "secret_key": "topsecret1", "proxy": "http://u:proxypass@127.0.0.1:1" },
  "strategy_config": {
    "grid_lower_price": 140, "grid_upper_price": 160, "grid_num": 20, "order_quantity": 0.5,
  },
}
`;

function write(text = TEXT, id = 'aa_01'): string {
  return put(home, `config/active/${id}.json`, text);
}

const read = (file: string) => readFileSync(file, 'utf8');
const view = async (id = 'aa_01') => (await ask<ConfigView>('GET', `/api/configs/${id}`)).body;
const paths = ({ problems = [] }: ErrorBody) => problems.map(({ path }) => path);

async function save(edit: (text: string) => string, base?: number) {
  const { text, version } = await view();
  const body = { text: edit(text), base_version: base ?? version, note: 'why not' };
  return ask<ConfigSaved & ErrorBody>('PUT', '/api/configs/aa_01', body);
}

describe('editing', () => {
  test('a config is shown masked, saved with its secrets and comments, and taken', async () => {
    const file = write();
    rows = [{ id: 'aa_01', pid: 7, desired: 'running', config_file: 'config/active/aa_01.json' }] as
      ListRow[];
    const shown = await view();
    expect(shown).toMatchObject({ id: 'aa_01', version: 1, name: 'Sol', problems: 0 });
    expect(shown.text).not.toMatch(/topsecret1|proxypass|hushhush/);
    expect(shown.read_only.map(({ path }) => path).sort()).toEqual([
      'daemon_config.environment',
      'exchange_config.proxy',
      'exchange_config.secret_key',
    ]);
    expect(shown.read_only[0]?.why).toContain('Edit config/active/aa_01.json in an editor');
    const { status, body } = await save((text) => text.replace('"grid_num": 20', '"grid_num": 25'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 2, changed: ['strategy_config.grid_num'] });
    expect(body.applied).toMatchObject({ ok: true, message: 'taken in place' });
    expect(reloaded).toEqual(['aa_01']);
    expect(read(file)).toBe(TEXT.replace('"grid_num": 20', '"grid_num": 25'));
  });

  test('history tells who and why; a rollback is a version of its own; the audit has both', async () => {
    const file = write();
    await save((text) => text.replace('Sol', 'Luna'));
    const back = await ask<ConfigSaved>('POST', '/api/configs/aa_01/rollback', {
      ...{ version: 1, note: '' },
    });
    expect(back.body).toMatchObject({ version: 3, changed: ['metadata.name'], applied: null });
    expect(read(file)).toBe(TEXT);
    const { body } = await ask<ConfigVersion[]>('GET', '/api/configs/aa_01/versions');
    expect(body.map(({ version, who, from, note }) => [version, who, from, note])).toEqual([
      [3, 'ann', 'console', 'back to version 1'],
      [2, 'ann', 'console', 'why not'],
      [1, 'unknown', 'file', 'met on the disk'],
    ]);
    const old = await ask<ConfigVersionText>('GET', '/api/configs/aa_01/versions/2');
    expect(old.body.text).toContain('Luna');
    expect(old.text).not.toMatch(/topsecret1|proxypass|hushhush/);
    expect((await ask('GET', '/api/configs/aa_01/versions/9')).status).toBe(404);
    const lines = history.auditLines({ instance: 'aa_01', before: null, limit: 9 });
    expect(lines.map(({ verb, who }) => [verb, who])).toEqual([
      ['config rollback', 'ann'],
      ['config save', 'ann'],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/topsecret1|proxypass|hushhush/);
  });

  test('of two that save at once one wins and the other is told', async () => {
    write();
    const { text, version: base_version } = await view();
    const put = (name: string) =>
      ask<ErrorBody>('PUT', '/api/configs/aa_01', {
        ...{ text: text.replace('Sol', name), base_version, note: '' },
      });
    const both = await Promise.all([put('Luna'), put('Terra')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const loser = both.find(({ status }) => status === 409);
    expect(loser?.body).toMatchObject({ code: 'CONFIG_CHANGED' });
    expect(loser?.body.problems).toMatchObject([{ path: 'base_version', found: 1, allowed: '2' }]);
  });

  test('an edit on the disk is a version, and a save on top of an older one is told', async () => {
    const file = write();
    await view();
    write(TEXT.replace('Sol', 'Disk'));
    const { status, body } = await save((text) => text.replace('Disk', 'Luna'), 1);
    expect([status, body.code]).toEqual([409, 'CONFIG_CHANGED']);
    expect(read(file)).toContain('Disk');
    expect((await save((text) => text.replace('Disk', 'Luna'))).body.version).toBe(3);
  });

  test('every problem at once, with paths, and nothing is written', async () => {
    const file = write();
    const broken = await save((text) =>
      text.replace('"grid_num": 20', '"grid_num": 0, "speed": 3').replace('160', '120'),
    );
    expect(broken.body.code).toBe('CONFIG_INVALID');
    expect(paths(broken.body)).toEqual(
      expect.arrayContaining([
        ...['strategy_config.grid_num', 'strategy_config.speed', 'strategy_config.grid_lower_price'],
      ]),
    );
    expect((await save(() => '{ "a": ')).body.code).toBe('CONFIG_SYNTAX');
    // What only the design sees.
    const tight = await save((text) => text.replace('160', '140.1'));
    expect(tight.body.code).toBe('GRID_REFUSED');
    expect(read(file)).toBe(TEXT);
    mkdirSync(`${file}.${process.pid}.tmp`);
    const disk = await save((text) => text.replace('Sol', 'Luna'));
    expect([disk.status, disk.body.code]).toEqual([503, 'CONFIG_UNWRITABLE']);
    expect([read(file), (await view()).version]).toEqual([TEXT, 1]);
  });

  test('what the limit of the account refuses is not written, and a check says so before', async () => {
    const file = write();
    const problem = { path: 'exchange_config.max_account_loss', message: 'would be passed' };
    await save((text) => text.replace('Sol', 'Luna'));
    const before = read(file);
    limit = new GriddError('ACCOUNT_LOSS', 'it would lose 60', { problems: [problem] });
    const larger = (text: string) => text.replace('0.5', '0.9');
    const { status, body } = await save(larger);
    expect([status, body.code, body.message]).toEqual([409, 'ACCOUNT_LOSS', 'it would lose 60']);
    const back = await refused('POST', '/api/configs/aa_01/rollback', { version: 1, note: '' });
    expect(back.code).toBe('ACCOUNT_LOSS');
    expect([read(file), (await view()).version, reloaded]).toEqual([before, 2, []]);
    const check = { id: 'aa_01', text: larger((await view()).text) };
    const { body: found } = await ask<ConfigCheck>('POST', '/api/configs/check', check);
    expect(found.problems).toEqual([problem]);
    const broken = { id: 'aa_01', text: check.text.replace('"grid_num": 20', '"grid_num": 0') };
    const { body: worse } = await ask<ConfigCheck>('POST', '/api/configs/check', broken);
    expect(worse.problems.map(({ path }) => path)).not.toContain(problem.path);
  });

  test('a reload that is refused after all says what stands in the file and what runs', async () => {
    write();
    const row = { id: 'aa_01', pid: 7, desired: 'running', config_file: 'config/active/aa_01.json' };
    rows = [row] as ListRow[];
    const error = new GriddError('ACCOUNT_LOSS', 'With it the account would lose 60.').toBody();
    refusal = { ok: false, message: error.message, error, row: row as ListRow };
    const { status, body } = await save((text) => text.replace('0.5', '0.9'));
    expect([status, body.version]).toEqual([200, 2]);
    const message =
      'Version 2 stands in config/active/aa_01.json, but the instance runs on as before: ' +
      error.message;
    expect(body.applied).toMatchObject({ ok: false, message, error: { code: error.code, message } });
    expect(body.applied?.error?.hint).toMatch(/roll back to version 1.*the next start takes what/);
    // A restart that failed: nothing runs as before, and its own words are all there is to say.
    refusal = { ...refusal, row: { ...row, pid: null } as ListRow };
    const down = await save((text) => text.replace('0.9', '0.8'));
    expect(down.body.applied?.error).toEqual(error);
  });

  test('a check tells problems, warnings and the grid as it would begin', async () => {
    write();
    const { text } = await view();
    const check = async (body: unknown) =>
      (await ask<ConfigCheck>('POST', '/api/configs/check', body)).body;
    const good = await check({ id: 'aa_01', text });
    expect(good).toMatchObject({ problems: [], file: 'config/active/aa_01.json' });
    expect(good.design?.lines).toHaveLength(21);
    expect(good.design?.market_source).toMatch(/^(As recorded|Made up)/);
    const bad = await check({ id: 'aa_01', text: text.replace('160', '140.1') });
    expect(bad.problems.length).toBeGreaterThan(0);
    expect(bad.design).toBeNull();
    expect((await check({ text: '{' })).problems).not.toEqual([]);
    const fresh = await check({ text: JSON.stringify(smallConfig()) });
    expect(fresh).toMatchObject({ problems: [], file: 'config/active/new.json' });
  });

  test('a new config whose start is certain to be refused is not written, and a check says so', async () => {
    const { body: template } = await ask<TemplateView>('GET', '/api/templates/neutral?id=nn_01');
    const body = { id: 'nn_01', text: template.text, note: '', start: true };
    unstartable = new GriddError('ACCOUNT_LOSS', 'it would lose 60');
    expect(await refused('POST', '/api/configs', body)).toMatchObject({ code: 'ACCOUNT_LOSS' });
    const check = await ask<ConfigCheck>('POST', '/api/configs/check', { text: template.text });
    expect(check.body.problems).toEqual([]);
    const sentence = 'It will not start before this is mended: it would lose 60';
    expect(check.body.warnings).toContain(sentence);
    unstartable = null;
    const route = '/api/templates/backpack_sol_live?id=nn_01';
    const { text } = (await ask<TemplateView>('GET', route)).body;
    const first = await refused('POST', '/api/configs', { ...body, text });
    expect([first.code, first.message]).toEqual(['LIVE_UNCONFIRMED', expect.any(String)]);
    expect(first.hint).toContain('Write it without starting it');
    expect([readdirSync(home.active), started]).toEqual([[], []]);
    expect((await ask<ConfigVersion[]>('GET', '/api/configs/nn_01/versions')).body).toEqual([]);
    // Written alone it may wait for its time.
    unstartable = new GriddError('ACCOUNT_LOSS', 'it would lose 60');
    const alone = await ask<ConfigSaved>('POST', '/api/configs', { ...body, start: false });
    expect(alone.body).toMatchObject({ version: 1, applied: null });
  });

  test('a start that fails once the file stands says both in one sentence', async () => {
    const { body: template } = await ask<TemplateView>('GET', '/api/templates/neutral?id=nn_01');
    const error = new GriddError('PORT_TAKEN', 'Port 5001 is taken.').toBody();
    refusal = { ok: false, message: error.message, error };
    const body = { id: 'nn_01', text: template.text, note: '', start: true };
    const { body: made } = await ask<ConfigSaved>('POST', '/api/configs', body);
    const message = 'config/active/nn_01.json stands, but it did not start: Port 5001 is taken.';
    expect(made.applied).toMatchObject({ ok: false, message, error: { ...error, message } });
  });

  test('a new config from a template, with its start; archive and restore', async () => {
    const { body: template } = await ask<TemplateView>('GET', '/api/templates/neutral?id=nn_01');
    expect(template.text).toContain('"instance_id": "nn_01"');
    const body = { id: 'nn_01', text: template.text, note: 'first', start: true };
    const made = await ask<ConfigSaved>('POST', '/api/configs', body);
    expect(made.body).toMatchObject({ version: 1, applied: { ok: true } });
    const file = join(home.active, 'nn_01.json');
    expect(started).toEqual([file]);
    expect((await refused('POST', '/api/configs', body)).code).toBe('FILE_EXISTS');
    // Its id is what must be changed first, whatever a start would be refused with.
    unstartable = new GriddError('ACCOUNT_LOSS', 'Too much.');
    expect((await refused('POST', '/api/configs', body)).code).toBe('FILE_EXISTS');
    unstartable = null;
    rows = [{ id: 'nn_01', pid: 9, desired: 'running', state: 'running' }] as ListRow[];
    expect((await refused('POST', '/api/configs/nn_01/archive', {})).code).toBe('INSTANCE_RUNNING');
    rows = [];
    const { body: gone } = await ask<{ file: string }>('POST', '/api/configs/nn_01/archive', {});
    expect(existsSync(file)).toBe(false);
    const { body: archived } = await ask<ConfigSummary[]>('GET', '/api/archived');
    expect(archived).toMatchObject([{ id: 'nn_01', place: 'archived', file: gone.file }]);
    const name = gone.file.split('/').at(-1) ?? '';
    const back = await ask<ConfigSaved>('POST', `/api/archived/${name}/restore`, { note: '' });
    expect(back.body.version).toBe(2);
    expect(readdirSync(home.archived)).toEqual([]);
    expect(read(file)).toContain('"instance_id": "nn_01"');
  });

  test('the list has every file with what is wrong with it; the schema marks read-only keys', async () => {
    write();
    write(TEXT.replace('"symbol"', '"symbl"'), 'bb_02');
    const { body } = await ask<ConfigSummary[]>('GET', '/api/configs');
    expect(body.map(({ id, problems }) => [id, problems > 0])).toEqual([
      ['aa_01', false],
      ['bb_02', true],
    ]);
    const schema = await ask<{ properties: Record<string, { properties: object }> }>(
      ...(['GET', '/api/config-schema'] as const),
    );
    const { daemon_config: daemon, strategy_config: grid } = schema.body.properties;
    expect(daemon?.properties).toMatchObject({ script_path: { readOnly: true } });
    expect(grid?.properties).toMatchObject({ grid_num: { type: 'integer' } });
  });

  test('the command line names itself as author of what a look met first', async () => {
    write();
    await view();
    const named = await ask<ConfigVersion>('POST', '/api/configs/aa_01/author', { note: 'new' });
    expect(named.body).toMatchObject({ version: 1, who: 'bob', from: 'cli', note: 'new' });
  });
});

describe('attacks', () => {
  const rewrite = (from: string, to: string) => save((text) => text.replace(from, to));

  test('what runs code, names places, hosts or keys is refused with where to edit it', async () => {
    const file = write();
    const hostile: Record<string, [string, string]> = {
      'daemon_config.script_path': ['"daemon_config": {', '"daemon_config": { "script_path": "x",'],
      'daemon_config.python_path': ['"daemon_config": {', '"daemon_config": { "python_path": "x",'],
      'daemon_config.working_dir': ['"daemon_config": {', '"daemon_config": { "working_dir": ".",'],
      'daemon_config.environment': ['"A":', '"NODE_OPTIONS": "--require /tmp/x", "A":'],
      'daemon_config.log_dir': ['"daemon_config": {', '"daemon_config": { "log_dir": "logs/z",'],
      'daemon_config.db_path': ['"daemon_config": {', '"daemon_config": { "db_path": "d/z.db",'],
      'exchange_config.base_url': ['"exchange_config": {', '"exchange_config": { "base_url": "h",'],
      'exchange_config.ws_url': ['"exchange_config": {', '"exchange_config": { "ws\\u005furl": "h",'],
      'exchange_config.paper.file': [
        ...(['"exchange_config": {', '"exchange_config": { "paper": { "file": "/etc/passwd" },'] as
          const),
      ],
      'exchange_config.allow_custom_host': [
        ...(['"exchange_config": {', '"exchange_config": { "allow_custom_host": true,'] as const),
      ],
      'exchange_config.api_key': ['"exchange_config": {', '"exchange_config": { "api_key": "${K}",'],
      'exchange_config.secret_key': ['"secret_key": "********"', '"secret_key": "mine"'],
      'exchange_config.proxy': [', "proxy": "********"', ''],
      'metadata.instance_id': ['"metadata": {', '"metadata": { "instance_id": "bb_02",'],
      'metadata.exchange': ['"metadata": {', '"metadata": { "exchange": "ccxt:binance",'],
      'metadata.name': ['"Sol"', '"${HOME}"'],
    };
    for (const [path, [from, to]] of Object.entries(hostile)) {
      const { status, body } = await rewrite(from, to);
      expect([status, body.code], path).toEqual([403, 'CONFIG_READ_ONLY']);
      expect(paths(body)).toContain(path);
      expect(body.hint).toContain('config/active/aa_01.json');
    }
    expect(read(file)).toBe(TEXT);
    expect((await view()).version).toBe(1);
  });

  test('by other ways: flat keys, keys twice, __proto__, whole parts', async () => {
    const file = write();
    const codes = [
      await rewrite('"metadata"', '"script_path": "x", "metadata"'),
      await rewrite('"secret_key"', '"secret_key": "a", "secret_key"'),
      await rewrite('"metadata"', '"__proto__": { "script_path": "x" }, "metadata"'),
      await save(() => '{ "symbol": "SOL_USDC_PERP", "script_path": "x" }'),
      await rewrite('"A": "********"', '"A": "********", "__proto__": {}'),
      await rewrite('"Sol"', '"\ud800"'),
      await rewrite('"Sol"', '"a\\u0000b"'),
    ].map(({ body }) => body.code);
    expect(codes).toEqual([
      ...['CONFIG_INVALID', 'CONFIG_SYNTAX', 'CONFIG_SYNTAX', 'CONFIG_READ_ONLY'],
      ...['CONFIG_SYNTAX', 'CONFIG_SYNTAX', 'CONFIG_INVALID'],
    ]);
    expect(read(file)).toBe(TEXT);
  });

  test('a mask gives its secret to no other place', async () => {
    write();
    const named = await rewrite('"Sol"', '"********"');
    expect([named.body.code, paths(named.body)]).toEqual(['CONFIG_INVALID', ['metadata.name']]);
    const spoken = await rewrite('// The', '// ********1 The');
    expect(spoken.body.code).toBe('CONFIG_INVALID');
  });

  test('a rollback cannot bring back what only an editor may write', async () => {
    write(TEXT.replace('"daemon_config": {', '"daemon_config": { "script_path": "old.py",'));
    await view();
    const file = write();
    await view();
    const body = await refused('POST', '/api/configs/aa_01/rollback', { version: 1, note: '' });
    expect([body.code, paths(body)]).toEqual(['CONFIG_READ_ONLY', ['daemon_config.script_path']]);
    expect(read(file)).toBe(TEXT);
  });

  test('a file that is no JSON is not shown, not overwritten, and mended in an editor', async () => {
    write();
    await view();
    const file = write(TEXT.slice(0, -4));
    const shown = await view();
    expect([shown.text, shown.read_only[0]?.path]).toEqual(['', '(file)']);
    expect((await save(() => TEXT)).body.code).toBe('CONFIG_READ_ONLY');
    const back = await refused('POST', '/api/configs/aa_01/rollback', { version: 1, note: '' });
    expect(back.code).toBe('CONFIG_READ_ONLY');
    expect(read(file)).toBe(TEXT.slice(0, -4));
    expect((await ask('GET', '/api/configs/aa_01/versions/2')).text).not.toContain('topsecret1');
  });

  test('links are shown and never written through', async () => {
    const target = put(home, 'elsewhere.json', TEXT);
    mkdirSync(home.active, { recursive: true });
    symlinkSync(target, join(home.active, 'aa_01.json'));
    expect((await view()).read_only[0]?.path).toBe('(file)');
    expect((await rewrite('Sol', 'Luna')).body.code).toBe('CONFIG_READ_ONLY');
    expect(read(target)).toBe(TEXT);
  });

  test('a new config holds no guarded key but those of a template, all of one', async () => {
    const make = (text: string, id = 'cc_03') =>
      ask<ErrorBody>('POST', '/api/configs', { id, text, note: '', start: false });
    const plain = smallConfig();
    plain.daemon_config = { script_path: '/bin/sh', bot_args: ['-c', 'x'] };
    expect((await make(JSON.stringify(plain))).body.code).toBe('CONFIG_READ_ONLY');
    const { body: live } = await ask<TemplateView>('GET', '/api/templates/aster_btc_live?id=cc_03');
    const moved = await make(live.text.replace('"exchange": "aster"', '"exchange": "ccxt:evil"'));
    expect([moved.body.code, paths(moved.body)]).toEqual(['CONFIG_READ_ONLY', ['metadata.exchange']]);
    const other = await make(live.text.replace('${ASTER_AGENT_KEY}', '${BACKPACK_SECRET}'));
    expect(other.body.code).toBe('CONFIG_READ_ONLY');
    expect((await make(live.text)).status).toBe(200);
    for (const id of ['../x', 'a/b', 'gridd', 'A', '.hidden', 'x.json']) {
      expect((await make(JSON.stringify(smallConfig()), id)).body.code).toBe('INSTANCE_ID_INVALID');
    }
    const named = smallConfig();
    named.metadata['instance_id'] = 'other';
    expect((await make(JSON.stringify(named), 'dd_04')).body.code).toBe('CONFIG_READ_ONLY');
    expect(readdirSync(home.active)).toEqual(['cc_03.json']);
  });

  test('an archive that was edited since comes back only as it was, and by its name alone', async () => {
    write();
    await view();
    const { body, text } = await ask<{ file: string }>('POST', '/api/configs/aa_01/archive', {});
    expect(body.file, text).toMatch(/^config\/archived\/aa_01\./);
    const name = body.file.split('/').at(-1) ?? '';
    const hostile = TEXT.replace('"daemon_config": {', '"daemon_config": { "script_path": "x",');
    put(home, body.file, hostile);
    const edited = await refused('POST', `/api/archived/${name}/restore`, { note: '' });
    expect(edited.code).toBe('CONFIG_READ_ONLY');
    // Nobody knows who wrote it.
    put(home, 'config/archived/zz_09.2020-01-01.json', hostile);
    const strange = await refused('POST', '/api/archived/zz_09.2020-01-01.json/restore', {
      note: '',
    });
    expect(strange.code).toBe('CONFIG_READ_ONLY');
    for (const file of ['..%2factive%2faa_01.json', '%2e%2e', 'aa_01.json', '.env']) {
      const answer = await refused('POST', `/api/archived/${file}/restore`, { note: '' });
      expect(['CONFIG_NOT_FOUND', 'NOT_FOUND']).toContain(answer.code);
    }
    put(home, body.file, TEXT);
    expect((await ask('POST', `/api/archived/${name}/restore`, { note: '' })).status).toBe(200);
  });

  test('an archive comes back under the id of its text, or as it is where that is taken', async () => {
    write();
    await view();
    const { body } = await ask<{ file: string }>('POST', '/api/configs/aa_01/archive', {});
    const name = body.file.split('/').at(-1) ?? '';
    // Without a last line break: moved, not written anew.
    const text = JSON.stringify({ ...smallConfig(), metadata: { symbol: 'SOL_USDC_PERP', instance_id: 'bb_02' } });
    put(home, 'config/archived/old.2020-01-01.json', text);
    const back = await ask('POST', '/api/archived/old.2020-01-01.json/restore', { note: 'mine' });
    expect([back.status, read(join(home.active, 'bb_02.json'))]).toEqual([200, text]);
    const { body: kept } = await ask<ConfigVersion[]>('GET', '/api/configs/bb_02/versions');
    expect(kept).toMatchObject([{ version: 1, note: 'mine' }]);
    const named = smallConfig();
    named.metadata['instance_id'] = 'aa_01';
    put(home, 'config/active/other.json', named);
    const taken = await refused('POST', `/api/archived/${name}/restore`, { note: '' });
    expect([taken.code, taken.message]).toEqual([
      'FILE_EXISTS',
      'The instance aa_01 exists already: config/active/other.json.',
    ]);
    expect(readdirSync(home.archived)).toEqual([name]);
  });

  test('a template with as long a name as a file may have is opened', async () => {
    const name = `${'long name é '.repeat(9)}end`;
    put(home, `config/templates/${name}.json`, TEXT);
    const { status } = await ask('GET', `/api/templates/${encodeURIComponent(name)}?id=nn_01`);
    expect(status).toBe(200);
  });

  test('names of templates and ids with parts of paths reach nothing', async () => {
    write();
    put(home, '.env', 'A=1');
    for (const url of [
      ...['/api/templates/..%2f..%2f.env', '/api/templates/%2fetc%2fpasswd'],
      ...['/api/configs/..%2faa_01', '/api/configs/aa_01%00', '/api/configs/%2e%2e'],
      '/api/configs/..%2faa_01/versions',
    ]) {
      expect((await ask('GET', url)).status, url).toBeGreaterThanOrEqual(400);
    }
  });

  test('bodies that are too large, too deep or of another shape are refused at once', async () => {
    write();
    const body = (text: unknown) => ({ text, base_version: 1, note: '' });
    const put = (payload: unknown) => refused('PUT', '/api/configs/aa_01', payload);
    expect((await put(body('x'.repeat(70_000)))).code).toBe('BAD_REQUEST');
    expect((await put(body('['.repeat(60_000)))).code).toBe('CONFIG_SYNTAX');
    expect((await put({ ...body('{}'), force: true })).code).toBe('BAD_REQUEST');
    expect((await put({ ...body('{}'), note: 'x'.repeat(501) })).code).toBe('BAD_REQUEST');
  });
});
