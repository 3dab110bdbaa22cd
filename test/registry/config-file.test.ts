/**
 * Reading one config: what is accepted, with which id and places, and every refusal with its words.
 */
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIVE_VENUES } from '../../src/contract/venues.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { convertFlat, readConfigFile } from '../../src/registry/index.ts';
import { ROOT } from '../source-tree.ts';
import { problemLines, put, refusal, smallConfig, tempHome } from './temp-home.ts';

/** Reads `config` as config/active/x_01.json of a fresh home. */
function readValue(config: unknown) {
  const home = tempHome();
  return readConfigFile(home, put(home, 'config/active/x_01.json', config));
}

function refuse(config: unknown) {
  return refusal(() => readValue(config));
}

describe('what is accepted', () => {
  test('the smallest config gets every default', () => {
    const home = tempHome();
    const file = put(home, 'config/active/x_01.json', smallConfig());
    const loaded = readConfigFile(home, file);
    expect(loaded).toMatchObject({ id: 'x_01', file, webPort: null, program: null, warnings: [] });
    expect(loaded.programDeclared).toBe(false);
    expect(loaded.logDir).toBe(join(home.logs, 'x_01'));
    expect(loaded.dbPath).toBe(join(home.database, 'x_01.db'));
    expect(loaded.config.daemon_config).toMatchObject({
      strict_port: false,
      web_host: '127.0.0.1',
      max_restart_attempts: 3,
      restart_delay: 60,
      health_check_interval: 30,
      memory_limit_mb: 2048,
      cpu_limit_percent: 80,
      auto_restart: true,
      log_cleanup_interval: 86400,
      log_retention_days: 2,
      environment: {},
    });
    expect(loaded.config.exchange_config).toMatchObject({
      mode: 'paper',
      paper: { price_source: 'synthetic', fill: 'through', speed: 1 },
    });
    expect(loaded.config.strategy_config).toMatchObject({
      grid_type: 'arithmetic',
      direction: 'neutral',
      leverage: 1,
      out_of_range: 'hold',
      open_position_at_start: true,
      on_stop: { orders: 'cancel', position: 'keep' },
    });
  });

  test('comments, trailing commas and a byte order mark', () => {
    const text = JSON.stringify(smallConfig(), null, 2).replace(/\n}$/, ',\n}');
    expect(readValue(`\uFEFF// why\n/* and how */ ${text} // end`).id).toBe('x_01');
  });

  test('parts with defaults for everything may be left out', () => {
    const { metadata, strategy_config } = smallConfig();
    const loaded = readValue({ metadata, strategy_config });
    expect(loaded.config.exchange_config.mode).toBe('paper');
  });

  test('a path relative to the home', () => {
    const home = tempHome();
    put(home, 'config/active/x_01.json', smallConfig());
    expect(readConfigFile(home, 'config/active/x_01.json').id).toBe('x_01');
  });

  test.each([
    ['bp_sol_01', 'SOL_USDC_PERP', 5001, 140, 160, 20, 10],
    ['bp_eth_02', 'ETH_USDC_PERP', 5002, 2800, 3200, 15, 5],
  ])('the guide’s %s starts unchanged', (id, symbol, port, lower, upper, grids, most) => {
    const home = homeAt(ROOT);
    const loaded = readConfigFile(home, join(home.active, `${id}.json`));
    expect(loaded).toMatchObject({ id, webPort: port, program: null, programDeclared: true });
    expect(loaded.config.metadata).toMatchObject({ exchange: 'backpack', symbol });
    expect(loaded.config.strategy_config).toMatchObject({
      grid_lower_price: lower,
      grid_upper_price: upper,
      grid_num: grids,
      max_position: most,
      duration: 86400,
      interval: 60,
    });
    expect(loaded.config.exchange_config.api_key).toBe('${BACKPACK_KEY}');
    expect(loaded.warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(/run\.py does not exist; the built-in bot runs/),
    ]);
  });
});

describe('the instance id', () => {
  test('--instance-id wins over metadata, metadata over the file name', () => {
    const home = tempHome();
    const config = smallConfig();
    config.metadata['instance_id'] = 'from_metadata';
    const file = put(home, 'config/active/from_name.json', config);
    const given = readConfigFile(home, file, { instanceId: 'given' });
    expect(given.id).toBe('given');
    expect(given.logDir).toBe(join(home.logs, 'given'));
    expect(readConfigFile(home, file).id).toBe('from_metadata');
    const plain = put(home, 'config/active/from_name.json', smallConfig());
    expect(readConfigFile(home, plain).id).toBe('from_name');
  });

  test.each(['gridd', 'supervisor', '../x', 'a/b', 'UPPER', '', '.hidden', '-x', 'a'.repeat(65)])(
    '"%s" is refused',
    (id) => {
      const config = smallConfig();
      config.metadata['instance_id'] = id;
      expect(refuse(config).code).toBe('INSTANCE_ID_INVALID');
    },
  );

  test('a file name that is no id is refused, and the file named', () => {
    const home = tempHome();
    const file = put(home, 'config/active/My Config.json', smallConfig());
    const error = refusal(() => readConfigFile(home, file));
    expect(error.code).toBe('INSTANCE_ID_INVALID');
    expect(error.message).toContain(file);
  });
});

describe('log_dir and db_path', () => {
  test.each([
    ['log_dir', '../elsewhere', 'lies outside the home'],
    ['log_dir', '/tmp', 'lies outside the home'],
    ['log_dir', '.', 'lies outside the home'],
    ['log_dir', 'logs', 'holds files of gridd itself'],
    ['log_dir', 'logs/supervisor', 'holds files of gridd itself'],
    ['log_dir', 'logs/supervisor/x', 'lies in a folder of gridd itself'],
    ['log_dir', 'logs/instances.json', 'holds files of gridd itself'],
    ['log_dir', 'config/active/x', 'lies in a folder of gridd itself'],
    ['db_path', '../x.db', 'lies outside the home'],
    ['db_path', 'database/gridd.db', 'is a file of gridd itself'],
    ['db_path', 'database/other.lock.db', 'ends with .lock.db, the name of a lock'],
    ['db_path', 'database/x.db-wal', 'has the name of a side file of SQLite'],
    ['db_path', 'logs/instances.json.bak', 'is a file of gridd itself'],
    ['db_path', 'config/active/x_01.json', 'lies in a folder of gridd itself'],
    ['db_path', '.env', 'is a file of gridd itself'],
  ])('%s %s: %s', (key, value, message) => {
    const config = smallConfig();
    config.daemon_config[key] = value;
    const error = refuse(config);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(problemLines(error)).toContain(`daemon_config.${key}: ${message}`);
  });

  test('a link that leads out of the home is outside; a link to nothing is refused', () => {
    const home = tempHome();
    const other = tempHome();
    mkdirSync(home.logs, { recursive: true });
    symlinkSync(other.folder, join(home.logs, 'out'));
    symlinkSync('/nowhere/at/all', join(home.logs, 'dangling'));
    const config = smallConfig();
    config.daemon_config = { log_dir: 'logs/out/x', db_path: 'logs/dangling' };
    const error = refusal(() => readConfigFile(home, put(home, 'config/active/x.json', config)));
    expect(problemLines(error)).toEqual(
      expect.arrayContaining([
        'daemon_config.log_dir: lies outside the home',
        'daemon_config.db_path: is a link to nothing',
      ]),
    );
  });

  test('a folder where a database belongs, a file where a folder belongs', () => {
    const home = tempHome();
    put(home, 'some/file', 'x');
    const config = smallConfig();
    config.daemon_config = { log_dir: 'some/file', db_path: 'some' };
    const error = refusal(() => readConfigFile(home, put(home, 'config/active/x.json', config)));
    expect(problemLines(error)).toEqual([
      'daemon_config.log_dir: exists and is no folder',
      'daemon_config.db_path: exists and is no file',
    ]);
  });

  test('a link in a circle and a name that no file may have are told, with a program too', () => {
    const home = tempHome();
    mkdirSync(home.logs, { recursive: true });
    symlinkSync('circle', join(home.folder, 'circle'));
    const config = smallConfig();
    const endless = `logs/${'x'.repeat(300)}`;
    config.daemon_config = { log_dir: endless, db_path: 'circle', script_path: 'circle/run.py' };
    const file = put(home, 'config/active/x.json', config);
    const error = refusal(() => readConfigFile(home, file));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(problemLines(error)).toEqual([
      'daemon_config.log_dir: is longer than the name of a file may be',
      'daemon_config.db_path: is a link that leads back to itself',
    ]);
    config.daemon_config = { script_path: 'circle/run.py' };
    const { program, warnings } = readConfigFile(home, put(home, 'config/active/x.json', config));
    const text = expect.stringContaining('does not exist');
    expect([program, warnings]).toMatchObject([null, [{ text }]]);
  });
});

describe('external programs', () => {
  test('an existing script is run by python_path in working_dir, its arguments as they are', () => {
    const home = tempHome();
    put(home, 'programs/bot.py', 'print()');
    const config = smallConfig();
    config.daemon_config = {
      working_dir: 'programs',
      script_path: 'bot.py',
      python_path: 'python3',
      bot_args: ['--anything', 7],
    };
    delete config.strategy_config['order_quantity'];
    const loaded = readConfigFile(home, put(home, 'config/active/x_01.json', config));
    const script = join(home.folder, 'programs', 'bot.py');
    expect(loaded.programDeclared).toBe(true);
    expect(loaded.program).toEqual({
      program: 'python3',
      args: [script, '--anything', '7'],
      cwd: join(home.folder, 'programs'),
      script,
    });
  });

  test('a program needs no grid; the built-in bot in its place does, and says so', () => {
    const home = tempHome();
    const config = smallConfig();
    config.daemon_config = { script_path: 'bot.py', python_path: 'python3' };
    for (const key of ['grid_lower_price', 'grid_upper_price', 'grid_num', 'order_quantity']) {
      delete config.strategy_config[key];
    }
    const file = put(home, 'config/active/x_01.json', config);
    const lines = problemLines(refusal(() => readConfigFile(home, file)));
    for (const key of ['grid_lower_price', 'grid_upper_price', 'grid_num']) {
      expect(lines.filter((line) => line.startsWith(`strategy_config.${key}: `))).toHaveLength(1);
    }
    expect(lines.join('\n')).toContain(
      'daemon_config.script_path: does not exist, and the built-in bot in its place needs a grid',
    );
    put(home, 'bot.py', 'print()');
    expect(readConfigFile(home, file).program).not.toBeNull();
    const bare = { ...config, strategy_config: undefined };
    expect(readConfigFile(home, put(home, 'bare.json', bare)).config.strategy_config).toMatchObject({
      interval: 60,
    });
    const wrong = { ...config, strategy_config: { grid_num: 0 } };
    const [line] = problemLines(refusal(() => readConfigFile(home, put(home, 'wrong.json', wrong))));
    expect(line).toMatch(/^strategy_config\.grid_num: /);
  });

  test('without python_path the script runs itself, if it may', () => {
    const home = tempHome();
    const script = put(home, 'bot.sh', '#!/bin/sh\n');
    const config = smallConfig();
    config.daemon_config = { script_path: 'bot.sh', bot_args: ['x'] };
    const file = put(home, 'config/active/x_01.json', config);
    const [line] = problemLines(refusal(() => readConfigFile(home, file)));
    expect(line).toMatch(/script_path: is not executable/);
    chmodSync(script, 0o755);
    expect(readConfigFile(home, file).program).toMatchObject({ program: script, args: ['x'] });
  });

  test('an interpreter that does not exist is a problem', () => {
    const home = tempHome();
    put(home, 'run.py', '');
    const config = smallConfig();
    config.daemon_config = { script_path: 'run.py', python_path: '.venv/bin/python3' };
    const file = put(home, 'config/active/x_01.json', config);
    const error = refusal(() => readConfigFile(home, file));
    expect(problemLines(error)).toEqual(['daemon_config.python_path: does not exist']);
  });

  test('a missing script in live mode is PROGRAM_MISSING, not the built-in bot', () => {
    const config = smallConfig();
    config.daemon_config['script_path'] = 'gone.py';
    config.exchange_config['mode'] = 'live';
    expect(refuse(config).code).toBe('PROGRAM_MISSING');
  });
});

describe('checks across keys', () => {
  test('an exchange that cannot be traded live is refused with the list', () => {
    const config = smallConfig();
    config.metadata['exchange'] = 'nowhere';
    config.exchange_config['mode'] = 'live';
    const error = refuse(config);
    expect(error.code).toBe('VENUE_UNKNOWN');
    expect(problemLines(error)).toEqual([expect.stringMatching(/^metadata.exchange: .*live/)]);
    expect(error.problems[0]?.allowed).toContain(LIVE_VENUES.join(', '));
  });

  test('an address to bind is an IP address or localhost', () => {
    const config = smallConfig();
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', '0.0.0.0']) {
      config.daemon_config['web_host'] = host;
      expect(readValue(config).config.daemon_config.web_host).toBe(host);
    }
    for (const host of ['127.0.0.1.example.com', '127.evil', '', '127.1', 'example.com']) {
      config.daemon_config['web_host'] = host;
      expect(refuse(config).code).toBe('CONFIG_INVALID');
    }
  });

  test('a replay needs a file, and the file to exist', () => {
    const home = tempHome();
    const config = smallConfig();
    config.exchange_config['paper'] = { price_source: 'replay' };
    expect(refuse(config).code).toBe('CONFIG_INVALID');
    config.exchange_config['paper'] = { price_source: 'replay', file: 'data/x.csv' };
    const file = put(home, 'config/active/x_01.json', config);
    const error = refusal(() => readConfigFile(home, file));
    expect(error.code).toBe('REPLAY_FILE');
    expect(error.problems[0]?.path).toBe('exchange_config.paper.file');
    put(home, 'data/x.csv', 'ts_ms,open,high,low,close,volume\n');
    expect(readConfigFile(home, file).id).toBe('x_01');
  });

  test('no size at all names the three keys', () => {
    const config = smallConfig();
    delete config.strategy_config['order_quantity'];
    const allowed = refuse(config).problems[0]?.allowed ?? '';
    for (const key of ['order_quantity', 'investment', 'max_position']) {
      expect(allowed).toContain(key);
    }
    for (const key of ['order_quantity', 'investment', 'max_position']) {
      const sized = smallConfig();
      delete sized.strategy_config['order_quantity'];
      sized.strategy_config[key] = '1.5';
      expect(readValue(sized).id).toBe('x_01');
    }
  });

  test('lower is below upper, compared exactly', () => {
    const config = smallConfig();
    config.strategy_config['grid_lower_price'] = '1.000000000000000002';
    config.strategy_config['grid_upper_price'] = '1.000000000000000001';
    expect(problemLines(refuse(config))[0]).toMatch(/grid_lower_price: the lower price is not/);
    config.strategy_config['grid_lower_price'] = '1.000000000000000001';
    config.strategy_config['grid_upper_price'] = '1.000000000000000002';
    expect(readValue(config).id).toBe('x_01');
  });

  test('fees are fractions, and a trail has room', () => {
    const config = smallConfig();
    config.exchange_config['paper'] = { maker_fee: 0.2 };
    config.strategy_config['out_of_range'] = 'trail';
    config.strategy_config['trail_upper_price'] = 150;
    config.strategy_config['trail_lower_price'] = 150;
    expect(problemLines(refuse(config)).map((line) => line.split(':')[0])).toEqual([
      'strategy_config.trail_upper_price',
      'strategy_config.trail_lower_price',
      'exchange_config.paper.maker_fee',
    ]);
  });

  test('variables that gridd sets, and names that are none, are refused in environment', () => {
    const config = smallConfig();
    config.daemon_config['environment'] = { WEB_PORT: '1', GRIDD_MARK: 'x', 'A B': 'x', OK_1: 'x' };
    expect(problemLines(refuse(config)).map((line) => line.split(':')[0])).toEqual([
      'daemon_config.environment.WEB_PORT',
      'daemon_config.environment.GRIDD_MARK',
      'daemon_config.environment.A B',
    ]);
  });

  test('a key in the file itself is a warning that does not repeat it', () => {
    const config = smallConfig();
    config.exchange_config['api_key'] = 'hunter2hunter2';
    const { warnings } = readValue(config);
    const text = expect.stringContaining('api_key: the key stands in the file');
    expect(warnings).toMatchObject([{ text }]);
    expect(JSON.stringify(warnings)).not.toContain('hunter2');
  });
});

describe('the older flat format', () => {
  const flat = {
    instance_id: 'old_01',
    symbol: 'SOL_USDC_PERP',
    web_port: 5009,
    api_key: '${K}',
    grid_lower_price: 140,
    grid_upper_price: 160,
    grid_num: 20,
    max_position: 10,
  };

  test('is read with a note', () => {
    const loaded = readValue(flat);
    expect(loaded).toMatchObject({ id: 'old_01', webPort: 5009 });
    const text = expect.stringContaining('gridd validate --convert');
    expect(loaded.warnings).toMatchObject([{ text }]);
  });

  test('tells problems by the keys of the file', () => {
    expect(problemLines(refuse({ ...flat, grid_num: 0, grid_upper: 1 }))).toEqual([
      'grid_upper: is not a known key; did you mean strategy_config.grid_upper_price?',
      'grid_num: is out of range',
    ]);
  });

  test('converts to four parts that mean the same', () => {
    const text = convertFlat(`// old\n${JSON.stringify(flat)}`, 'old.json');
    const { file: _a, warnings, ...converted } = readValue(text);
    const { file: _b, warnings: _c, ...original } = readValue(flat);
    expect(warnings).toEqual([]);
    const strip = (value: unknown) => JSON.stringify(value).replaceAll(/gridd-registry-\w+/g, '');
    expect(strip(converted)).toBe(strip(original));
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'metadata',
      'daemon_config',
      'exchange_config',
      'strategy_config',
    ]);
  });

  test('a four-part file is not converted', () => {
    const text = JSON.stringify(smallConfig());
    expect(refusal(() => convertFlat(text, 'new.json')).code).toBe('CONFIG_INVALID');
  });
});
