import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import { openBooks } from '../../src/store/index.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';
import { configOf, gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

const LIST_KEYS = [
  ...['id', 'state', 'desired', 'grid_state', 'pid', 'web_port', 'venue', 'mode', 'symbol'],
  ...['position', 'grid_profit', 'total_pnl', 'restarts', 'cpu_percent', 'memory_mb', 'uptime_s'],
  ...['started_at', 'config_file', 'log_dir', 'last_error'],
];
const STATUS_KEYS = [
  ...['instance_id', 'state', 'grid_state', 'venue', 'mode', 'symbol', 'direction', 'price'],
  ...['position', 'lower', 'upper', 'grids', 'open_orders', 'cycles', 'grid_profit', 'unpaired'],
  ...['fees', 'funding', 'total_pnl', 'equity', 'investment', 'apr', 'liquidation'],
];

const twoConfigs = {
  'config/active/a.json': configOf('a', 5001),
  'config/active/b.json': configOf('b', 5002),
};

/** The error object of `--json`: the last line of stderr, by itself. */
function errorIn(err: string): unknown {
  const last = err.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(last) as { error: unknown }).error;
}

describe('the command line', () => {
  it('answers an unknown verb with the one that was meant, exit 2', async () => {
    const { exit, out, err } = await gridd(makeHome(), ['lst']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toBe(
      "USAGE: unknown command 'lst' (Did you mean list?)\n" +
        '  Run the verb with --help to see what it takes.\n',
    );
  });

  it.each([
    ['an unknown option', ['list', '--wid']],
    ['a missing argument', ['new', '--id', 'x']],
    ['a verb that is missing', ['supervisor']],
    ['no verb but an option', []],
    ['too many words', ['status', 'a', 'b']],
    ['no instance', ['stop']],
    ['--all with an id', ['stop', 'a', '--all']],
    ['an adjust of nothing', ['adjust', 'a', '--dry-run']],
    ['no number', ['adjust', 'a', '--lower', '1e3', '--upper', '2']],
    ['--save with --dry-run', ['adjust', 'a', '--save', '--dry-run']],
    ['two answers', ['supervisor', 'stop', '--keep-bots', '--stop-bots']],
    ['an unknown answer', ['stop', 'a', '--orders', 'sell']],
    ['no time', ['stop', 'a', '--timeout', 'soon']],
    ['too long a time', ['stop', 'a', '--timeout', '601']],
    ['--foreground for two', ['start', '--all', '--foreground']],
  ])('answers %s with USAGE on stderr, exit 2', async (_what, args) => {
    const { exit, out, err } = await gridd(makeHome(twoConfigs), args);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/USAGE: .+\n {2}\S/);
  });

  it('with --json an error is one object on stderr, and stdout stays empty', async () => {
    const home = makeHome({ 'x.json': '{', 'y.json': configOf('y', 80) });
    const hint = 'Run the verb with --help to see what it takes.';
    const unknown = await gridd(home, ['list', '--json', '--wid']);
    expect(unknown).toMatchObject({ exit: 2, out: '' });
    expect(JSON.parse(unknown.err)).toEqual({
      error: { code: 'USAGE', message: "unknown option '--wid' (Did you mean --wide?)", hint },
    });
    const one = await gridd(home, ['start', '-c', 'y.json', '--json']);
    expect(one).toMatchObject({ exit: 2, out: '' });
    expect(JSON.parse(one.err)).toMatchObject({
      error: { code: 'CONFIG_INVALID', problems: [{ path: 'daemon_config.web_port', found: 80 }] },
    });
    const two = await gridd(home, ['start', '-c', 'x.json', '-c', 'y.json', '--json']);
    expect(two).toMatchObject({ exit: 2, out: '' });
    const { error } = JSON.parse(two.err) as { error: { code: string; problems: unknown[] } };
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(JSON.stringify(error.problems)).toMatch(/x\.json.*y\.json.*web_port/);
  });

  it('helps on stdout with exit 0', async () => {
    const { exit, out, err } = await gridd(makeHome(), ['adjust', '--help']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain('--dry-run');
    expect((await gridd(makeHome(), ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(['../../etc', 'A', 'gridd', 'a b', '', '-', 'x'.repeat(65)])(
    'refuses %j as an id before it becomes a path',
    async (id) => {
      for (const verb of ['status', 'stop', 'logs', 'fills', 'start', 'archive']) {
        const { exit, out, err } = await gridd(makeHome(), [verb, '--', id]);
        expect({ verb, exit, out }).toEqual({ verb, exit: 2, out: '' });
        expect(err).toMatch(/^INSTANCE_ID_INVALID: /);
      }
    },
  );

  it('takes --home before and after the verb, and refuses one that is not there', async () => {
    const home = makeHome();
    const ran = await gridd(home, ['list', '--home', join(home.folder, 'none')]);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    expect(ran.err).toMatch(/^HOME_NOT_FOUND: .* does not exist\./);
    const file = makeHome({ 'a.txt': 'x' });
    const onFile = await gridd(file, ['list', '--home', join(file.folder, 'a.txt')]);
    expect(onFile.err).toMatch(/^HOME_NOT_FOUND: .* is no folder\./);
  });
});

it('an archived instance is unknown, and the hint says where its config is', async () => {
  const home = makeHome(twoConfigs);
  expect((await gridd(home, ['archive', 'a'])).exit).toBe(0);
  const { exit, err } = await gridd(home, ['start', 'a']);
  expect(exit).toBe(3);
  expect(err).toMatch(/^INSTANCE_UNKNOWN: /);
  expect(err).toMatch(/is archived in config\/archived\/a\.\S+\.json: `gridd unarchive a` brings it back/);
});

describe('an id that is none', () => {
  const files = {
    'config/active/bnb_01.json': configOf('bnb_01', 5001),
    'logs/instances.json': registryOf({ sol_01: recordOf('sol_01') }),
  };
  const one = ['start', 'stop', 'restart', 'reload', 'pause', 'resume', 'status', 'logs', 'fills'];
  it.each([...one, 'orders', 'receipts', 'panic', 'close-carry', 'check', 'archive'])(
    'has its neighbour named by %s',
    async (verb) => {
      const [near, meant] = verb === 'archive' ? ['bnb_1', 'bnb_01'] : ['sol_10', 'sol_01'];
      const { exit, err } = await gridd(makeHome(files), [verb, near]);
      expect(exit).not.toBe(0);
      expect(err).toMatch(new RegExp(`^  Did you mean ${meant}\\?`, 'm'));
    },
  );

  it('has no far one named, and one that was never started is said to be so', async () => {
    const home = makeHome(files);
    const far = await gridd(home, ['stop', 'eth_01']);
    expect([far.exit, far.err.includes('Did you mean')]).toEqual([3, false]);
    const resting = await gridd(home, ['stop', 'bnb_01']);
    expect(resting.err).toContain('Its config is in config/active; `gridd start bnb_01` starts it.');
  });
});

describe('without a supervisor', () => {
  const identity = ownIdentity();
  const { pid, start_time, boot_id } = identity;
  const living = { pid, start_time, boot_id, desired: 'running', state: 'running' };
  const registry = registryOf({
    alive: recordOf('alive', living),
    dead: recordOf('dead', { ...living, start_time: '1' }),
    gone: recordOf('gone'),
    waits: recordOf('waits', { desired: 'running', state: 'backoff', state_reason: 'exit 1' }),
  });

  it('an empty home has no instances and says how to get one', async () => {
    const ran = await gridd(makeHome(twoConfigs), ['list']);
    expect(ran.exit).toBe(0);
    expect(ran.out).toBe(
      'no instances\nstart one with: gridd start --config config/active/a.json\n',
    );
    expect(ran.err).toMatch(/^no supervisor runs;/);
    expect((await gridd(makeHome(), ['list', '--json'])).out).toBe('[]\n');
    expect((await gridd(makeHome(), ['list'])).out).toContain('gridd new TEMPLATE --id ID');
  });

  it('list --json has exactly its keys and tells what /proc says of each pid', async () => {
    const home = makeHome({ 'logs/instances.json': registry });
    const { exit, out, err } = await gridd(home, ['list', '--json']);
    expect(exit).toBe(0);
    expect(err).toMatch(/^no supervisor runs;/);
    const rows = JSON.parse(out) as Record<string, unknown>[];
    for (const row of rows) expect(Object.keys(row)).toEqual(LIST_KEYS);
    expect(rows.map((row) => [row['id'], row['state'], row['pid']])).toEqual([
      ['alive', 'running', pid],
      ['dead', 'stopped', null],
      ['gone', 'stopped', null],
      ['waits', 'backoff', null],
    ]);
    const waits = JSON.parse((await gridd(home, ['status', 'waits', '--json'])).out) as object;
    expect(waits).toMatchObject({ state_reason: 'exit 1; no supervisor runs to do it' });
  });

  it('status --json is flat and has the keys of list and of /api/status', async () => {
    const home = makeHome({ 'logs/instances.json': registry });
    const { exit, out } = await gridd(home, ['status', 'alive', '--json']);
    expect(exit).toBe(0);
    const document = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual(expect.arrayContaining([...LIST_KEYS, ...STATUS_KEYS]));
    expect(document).toMatchObject({ id: 'alive', instance_id: 'alive', last_exit: null });
    const human = await gridd(home, ['status', 'dead']);
    expect(human.out).toMatch(/^id +dead$/m);
    expect(human.out).toMatch(/^state +stopped \(the registry says running, but no such process/m);
  });

  it('status shows money and risk, and nothing of them where an older version stored none', async () => {
    const home = makeHome({ 'logs/instances.json': registry });
    const binding = { instance_id: 'dead', venue: 'paper', mode: 'paper', account: 'paper' };
    const file = join(home.folder, 'database', 'dead.db');
    mkdirSync(dirname(file), { recursive: true });
    const market = { symbol: 'SOL_USDC_PERP', direction: 'neutral' };
    const books = openBooks(file, { ...binding, ...market }, 'NORMAL');
    books.saveStatus(SAMPLE_STATUS);
    const { out } = await gridd(home, ['status', 'dead']);
    expect(out).toMatch(/^investment +1612\.50 USDC$/m);
    expect(out).toMatch(/^APR +24\.1 % grid profit, -3\.52 % total$/m);
    const prices = 'none now, 88.1 with buys filled, 1230.55 with sells filled';
    expect(out.replace(/\s+/g, ' ')).toContain(`${prices}; the nearest is 41.43 % away`);
    books.saveStatus({ ...SAMPLE_STATUS, apr: { grid: null, total: null } });
    expect((await gridd(home, ['status', 'dead'])).out).toMatch(/^APR +- \(told after an hour\)$/m);
    const { investment: _i, apr: _a, liquidation: _l, ...older } = SAMPLE_STATUS;
    books.saveStatus(older);
    books.close();
    const old = (await gridd(home, ['status', 'dead'])).out;
    expect(old).toMatch(/^equity /m);
    expect(old).not.toMatch(/investment|APR|liquidation/);
  });

  it('an instance is found by its config file, and by --instance-id where that is not enough', async () => {
    const file = 'config/active/shared.json';
    const home = makeHome({
      [file]: configOf('shared', 5001),
      'logs/instances.json': registryOf({
        x: recordOf('x', { config_file: file, instance_id_override: true }),
        y: recordOf('y', { config_file: file, instance_id_override: true }),
      }),
    });
    const both = await gridd(home, ['status', '--config', file, '--json']);
    expect(both).toMatchObject({ exit: 2, out: '' });
    expect(both.err).toContain('x, y');
    const one = await gridd(home, ['status', '-c', file, '--instance-id', 'y', '--json']);
    expect(JSON.parse(one.out)).toMatchObject({ id: 'y' });
    const none = await gridd(home, ['status', '-c', 'config/active/none.json']);
    expect(none).toMatchObject({ exit: 2, out: '' });
    expect(none.err).toMatch(/^CONFIG_NOT_FOUND: /);
  });

  it.each([
    ['status', 'nobody', 'INSTANCE_UNKNOWN'],
    ['fills', 'nobody', 'INSTANCE_UNKNOWN'],
    ['stop', 'nobody', 'INSTANCE_UNKNOWN'],
    ['restart', 'nobody', 'INSTANCE_UNKNOWN'],
    ['start', 'nobody', 'INSTANCE_UNKNOWN'],
    ['stop', 'gone', 'INSTANCE_NOT_RUNNING'],
    ['pause', 'gone', 'INSTANCE_NOT_RUNNING'],
    ['resume', 'gone', 'INSTANCE_NOT_RUNNING'],
  ])('%s %s is %s, exit 3, and starts nothing', async (verb, id, code) => {
    const home = makeHome({ 'logs/instances.json': registry });
    const { exit, out, err } = await gridd(home, [verb, id, '--json']);
    expect({ exit, out }).toEqual({ exit: 3, out: '' });
    expect(errorIn(err)).toMatchObject({ code });
    expect(err).not.toContain('supervisor started');
    const plain = await gridd(home, [verb, id]);
    expect(plain).toMatchObject({ exit: 3, out: '' });
    expect(plain.err).toMatch(new RegExp(`^(no supervisor.*\n)?${code}: `));
  });

  it.each([
    ['stop', '--keep-bots'],
    ['stop'],
    ['status'],
    ['status', '--json'],
  ])('supervisor %s %s is SUPERVISOR_NOT_RUNNING, exit 3', async (...args) => {
    const { exit, out, err } = await gridd(makeHome(), ['supervisor', ...args]);
    expect({ exit, out }).toEqual({ exit: 3, out: '' });
    expect(err).toMatch(/^(\{"error":\{"code":")?SUPERVISOR_NOT_RUNNING[:"]/);
  });

  it('fills and orders of an instance without books are empty', async () => {
    const home = makeHome({ 'logs/instances.json': registry });
    expect((await gridd(home, ['fills', 'gone', '--json'])).out).toBe('[]\n');
    expect((await gridd(home, ['orders', 'gone'])).out).toBe('no resting orders\n');
    const broken = makeHome({ 'logs/instances.json': registry, 'database/gone.db': 'no database' });
    const ran = await gridd(broken, ['fills', 'gone', '--json']);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    expect(errorIn(ran.err)).toMatchObject({ code: 'BOOKS_UNREADABLE' });
  });
});

describe('start', () => {
  it('alone is refused with the files of config/active named', async () => {
    const { exit, out, err } = await gridd(makeHome(twoConfigs), ['start']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain('config/active/a.json, config/active/b.json');
  });

  it('tells everything wrong with a file before a supervisor is started', async () => {
    const bad = configOf('a', 5001, { strategy_config: { grid_num: 0, grid_lowr_price: 1 } });
    const home = makeHome({ 'config/active/a.json': bad });
    const { exit, out, err } = await gridd(home, ['start', '-c', 'config/active/a.json', '-d']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/^CONFIG_INVALID: /);
    expect(err).toContain('strategy_config.grid_num');
    expect(err).toContain('strategy_config.grid_lowr_price');
    expect(err).not.toContain('supervisor');
  });
});

describe('validate', () => {
  it('is content with good files and says which they are', async () => {
    const { exit, out, err } = await gridd(makeHome(twoConfigs), ['validate']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toBe('config/active/a.json: valid (a)\nconfig/active/b.json: valid (b)\n');
  });

  it('shows every problem of every file with path, found and allowed', async () => {
    const home = makeHome({
      'a.json': configOf('a', 80, { strategy_config: { grid_num: 0 } }),
      'b.json': configOf('b', 5001, { strategy_config: { grid_lower_price: 170 } }),
      'c.json': '{ "metadata": ',
    });
    const { exit, out, err } = await gridd(home, ['validate', 'a.json', 'b.json', 'c.json']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/^CONFIG_INVALID: .*a\.json/m);
    expect(err).toMatch(/ {2}- daemon_config\.web_port: .*found 80.*allowed: /);
    expect(err).toMatch(/ {2}- strategy_config\.grid_num: /);
    expect(err).toMatch(/^(GRID_REFUSED|CONFIG_INVALID): .*b\.json/m);
    expect(err).toMatch(/^CONFIG_SYNTAX: .*c\.json/m);
  });

  it('designs the grid: one that cannot earn its fees is refused', async () => {
    const thin = { strategy_config: { grid_lower_price: 140, grid_upper_price: 141, grid_num: 100 } };
    const home = makeHome({ 'a.json': configOf('a', 5001, thin) });
    const { exit, err } = await gridd(home, ['validate', 'a.json']);
    expect(exit).toBe(2);
    expect(err).toMatch(/^GRID_REFUSED: /);
    expect(err).toMatch(/ {2}- strategy_config\./);
  });

  it('finds what two files claim in common, exit 4, both named', async () => {
    const home = makeHome({ ...twoConfigs, 'config/active/c.json': configOf('c', 5001) });
    const { exit, out, err } = await gridd(home, ['validate', 'config/active/c.json']);
    expect(exit).toBe(4);
    expect(out).toBe('config/active/c.json: conflicts with another config (c)\n');
    expect(err).toMatch(/^CONFIG_CONFLICT: /);
    expect(err).toContain('a.json');
    expect(err).toContain('c.json');
    const files = ['config/active/b.json', 'config/active/c.json'];
    const judged = await gridd(home, ['validate', ...files, '--json']);
    expect(JSON.parse(judged.out)).toEqual([
      expect.objectContaining({ id: 'b', valid: true, errors: [] }),
      expect.objectContaining({
        id: 'c',
        valid: false,
        errors: [expect.objectContaining({ code: 'CONFIG_CONFLICT' })],
      }),
    ]);
  });

  it('says once what many files claim, not once for each pair', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const copies = names.map((name) => [`config/active/${name}.json`, configOf('same', 5001)]);
    const { exit, err } = await gridd(makeHome(Object.fromEntries(copies)), ['validate']);
    expect(exit).toBe(4);
    expect(err.trimEnd().split('\n')).toHaveLength(6);
    expect(err).toContain(
      'config/active/a.json, config/active/b.json, config/active/c.json, config/active/d.json ' +
        'and 3 more all use instance_id same, log_dir logs/same, db_path database/same.db ' +
        'and web_port 5001.',
    );
  });

  it('is one JSON array with --json, errors on stderr all the same', async () => {
    const home = makeHome({ ...twoConfigs, 'bad.json': {} });
    const { exit, out, err } = await gridd(home, ['validate', 'config/active/a.json', 'bad.json', '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toEqual([
      { file: 'config/active/a.json', id: 'a', valid: true, errors: [], warnings: [] },
      expect.objectContaining({ file: 'bad.json', id: null, valid: false }),
    ]);
    expect(err).toMatch(/^CONFIG_INVALID: /);
  });

  it('prints an older flat file in the form of today', async () => {
    const flat = { symbol: 'SOL_USDC_PERP', grid_lower_price: 1, grid_upper_price: 2, grid_num: 4 };
    const home = makeHome({ 'flat.json': { ...flat, web_port: 5009 } });
    const { exit, out } = await gridd(home, ['validate', 'flat.json', '--convert']);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      daemon_config: { web_port: 5009 },
      strategy_config: { grid_num: 4 },
    });
  });
});

describe('new and archive', () => {
  const files = { 'config/templates/neutral.json': configOf('neutral', 5001) };

  it('make a config of its own and retire it again', async () => {
    const home = makeHome(files);
    const made = await gridd(home, ['new', 'neutral', '--id', 'mine', '--set', 'strategy_config.grid_num=10']);
    expect(made).toMatchObject({ exit: 0, err: '' });
    const file = join(home.active, 'mine.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      metadata: { instance_id: 'mine' },
      daemon_config: { log_dir: 'logs/mine', db_path: 'database/mine.db' },
      strategy_config: { grid_num: 10 },
    });
    expect(await gridd(home, ['new', 'neutral', '--id', 'mine'])).toMatchObject({ exit: 4, out: '' });
    expect(await gridd(home, ['new', 'neutrl', '--id', 'other'])).toMatchObject({ exit: 2, out: '' });
    const archived = await gridd(home, ['archive', 'mine', '--json']);
    expect(archived.exit).toBe(0);
    const { to } = JSON.parse(archived.out) as { to: string };
    expect(to).toMatch(/^config\/archived\/mine\.\d{4}-\d{2}-\d{2}\.json$/);
    expect(readFileSync(join(home.folder, to), 'utf8')).toContain('"mine"');
    expect(await gridd(home, ['archive', 'mine'])).toMatchObject({ exit: 2, out: '' });
  });

  it('archive says where the books stay, and what a new instance would do with them', async () => {
    const home = makeHome({
      ...twoConfigs,
      'database/a.db': 'books',
      'config/active/c.json': configOf('c', 5003, { daemon_config: { db_path: 'database/own.db' } }),
      'database/own.db': 'books',
    });
    const { out } = await gridd(home, ['archive', 'a']);
    expect(out).toContain('its books stay in database/a.db; a new instance a would go on with them');
    expect(out).toContain('--fresh');
    expect((await gridd(home, ['archive', 'b'])).out).not.toContain('books');
    const own = await gridd(home, ['archive', 'c', '--json']);
    expect(JSON.parse(own.out)).toMatchObject({ id: 'c', database: 'database/own.db' });
  });

  it('unarchive brings it back, says what would refuse its start, and is in the audit', async () => {
    const home = makeHome(twoConfigs);
    const text = readFileSync(join(home.active, 'a.json'), 'utf8');
    await gridd(home, ['archive', 'a']);
    const back = await gridd(home, ['unarchive', 'a']);
    expect(back).toMatchObject({ exit: 0, err: '' });
    expect(back.out).toMatch(/^a: config\/archived\/a\.\S+\.json -> config\/active\/a\.json$/m);
    expect(readFileSync(join(home.active, 'a.json'), 'utf8')).toBe(text);
    expect(await gridd(home, ['unarchive', 'a'])).toMatchObject({ exit: 2, out: '' });
    const { out } = await gridd(home, ['audit', 'a', '--json']);
    const verbs = (JSON.parse(out) as { verb: string }[]).map(({ verb }) => verb);
    expect(verbs.sort()).toEqual(['archive', 'config restore']);

    writeFileSync(join(home.archived, 'b.2020-01-01.json'), text);
    const taken = await gridd(home, ['unarchive', 'b', '--json']);
    expect(taken).toMatchObject({ exit: 4, out: '' });
    expect(taken.err).toContain('FILE_EXISTS');
    writeFileSync(join(home.archived, 'z.2020-01-01.json'), JSON.stringify({ metadata: {} }));
    const broken = await gridd(home, ['unarchive', 'z', '--json']);
    expect(broken.exit).toBe(0);
    expect(broken.err).toMatch(/warning: metadata\.symbol: is missing; .*it will not start before/);
    expect(JSON.parse(broken.out)).toMatchObject({ id: 'z', to: 'config/active/z.json' });
  });

  it('archive forgets a stopped instance and refuses one that should run', async () => {
    const records = { a: recordOf('a'), b: recordOf('b', { desired: 'running' }) };
    const home = makeHome({ ...twoConfigs, 'logs/instances.json': registryOf(records) });
    expect(await gridd(home, ['archive', 'b'])).toMatchObject({ exit: 4, out: '' });
    expect(await gridd(home, ['archive', 'a'])).toMatchObject({ exit: 0 });
    const { out } = await gridd(home, ['list', '--json']);
    expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('cleanup --dry-run', () => {
  it('says what it would do, changes nothing and starts nothing', async () => {
    const home = makeHome({
      ...twoConfigs,
      'logs/instances.json': registryOf({ a: recordOf('a') }),
      'logs/a/bot.pid': '4194304\n',
    });
    const before = readFileSync(home.registry, 'utf8');
    const { exit, out } = await gridd(home, ['cleanup', '--dry-run']);
    expect(exit).toBe(0);
    expect(out).toMatch(/^would: a: .*bot\.pid/m);
    expect(readFileSync(home.registry, 'utf8')).toBe(before);
    expect(readFileSync(join(home.logs, 'a', 'bot.pid'), 'utf8')).toBe('4194304\n');
  });
});
