/**
 * Faulty files: all problems at once, each with path, found and allowed; nonsense never crashes.
 */
import fc from 'fast-check';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { readConfigFile } from '../../src/registry/index.ts';
import { editDistance, nearest } from '../../src/registry/spelling.ts';
import { problemLines, put, refusal, smallConfig, tempHome } from './temp-home.ts';

function refuse(content: unknown) {
  const home = tempHome();
  const file = put(home, 'config/active/x_01.json', content);
  return refusal(() => readConfigFile(home, file));
}

describe('files that are no config', () => {
  test.each([
    ['an empty file', '', 'it is empty'],
    ['white space', ' \n\t ', 'it is empty'],
    ['a binary file', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), 'it is not UTF-8 text'],
    ['broken UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'it is not UTF-8 text'],
    ['a million brackets', '['.repeat(1_000_000), 'it is nested too deeply'],
    ['two megabytes', ' '.repeat(2_000_000), 'it is larger than 1 MiB'],
    ['a comment alone', '// nothing', 'is not valid JSON'],
  ])('%s', (_what, content, words) => {
    const error = refuse(content);
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(error.message).toContain(words);
  });

  test('a folder, an absent file, and a file under a file', () => {
    const home = tempHome();
    mkdirSync(join(home.active, 'folder.json'));
    put(home, 'file', 'x');
    const code = (path: string) => refusal(() => readConfigFile(home, path)).code;
    expect(code('config/active/folder.json')).toBe('CONFIG_SYNTAX');
    expect(code('config/active/absent.json')).toBe('CONFIG_NOT_FOUND');
    expect(code('file/x.json')).toBe('CONFIG_NOT_FOUND');
    expect(code('/dev/zero')).toBe('CONFIG_SYNTAX');
  });

  // The superuser reads every file.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read', () => {
    const home = tempHome();
    const file = put(home, 'config/active/x_01.json', smallConfig());
    chmodSync(file, 0);
    const error = refusal(() => readConfigFile(home, file));
    expect(error.code).toBe('CONFIG_NOT_FOUND');
    expect(error.message).toContain('may not be read');
  });

  test.each([
    ['[]', 'list'],
    ['null', 'null'],
    ['42', 'number'],
    ['"text"', 'text'],
  ])('%s is no object', (content) => {
    expect(problemLines(refuse(content))).toEqual(['(file): is no object']);
  });

  test('an empty object lacks everything that is needed', () => {
    expect(problemLines(refuse('{}'))).toEqual([
      'metadata: is missing',
      'strategy_config: is missing',
    ]);
  });

  test('values nested too deeply, told with their place', () => {
    const error = refuse(`{"metadata": ${'['.repeat(100)}${']'.repeat(100)}}`);
    expect(error.message).toMatch(/1:\d+ values are nested too deeply/);
  });

  test('syntax faults have line and column and do not repeat the text', () => {
    const error = refuse('{\n  "metadata": {},\n  "secret_key" "hunter2"\n}');
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(error.message).toContain('3:16 colon expected');
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });

  test('a key given twice, and __proto__', () => {
    expect(refuse('{"metadata": {}, "metadata": {}}').message).toContain('stands here twice');
    expect(refuse('{"__proto__": {"x": 1}}').message).toContain('__proto__ is not allowed');
  });
});

describe('problems', () => {
  test('come all at once, each with path, found and allowed', () => {
    const config = smallConfig();
    config.metadata['market_type'] = 'spot';
    config.daemon_config['web_port'] = 80;
    config.daemon_config['memory_limit_mb'] = '2048';
    config.exchange_config['mode'] = 'papr';
    config.strategy_config['grid_num'] = 2.5;
    config.strategy_config['grid_lower_price'] = -1;
    config.strategy_config['direction'] = 'sideways';
    delete config.strategy_config['grid_upper_price'];
    const error = refuse(config);
    expect(error.code).toBe('CONFIG_INVALID');
    const byPath = new Map(error.problems.map((problem) => [problem.path, problem]));
    expect([...byPath.keys()].sort()).toEqual([
      'daemon_config.memory_limit_mb',
      'daemon_config.web_port',
      'exchange_config.mode',
      'metadata.market_type',
      'strategy_config.direction',
      'strategy_config.grid_lower_price',
      'strategy_config.grid_num',
      'strategy_config.grid_upper_price',
    ]);
    expect(error.problems).toHaveLength(8);
    expect(byPath.get('daemon_config.web_port')).toEqual({
      path: 'daemon_config.web_port',
      message: 'is out of range',
      found: 80,
      allowed: 'a whole number from 1024 to 65535',
      rule: 'value_range',
    });
    expect(byPath.get('daemon_config.memory_limit_mb')?.message).toMatch(/write it without quotes/);
    expect(byPath.get('strategy_config.direction')).toMatchObject({
      found: 'sideways',
      allowed: '"neutral", "long" or "short"',
    });
    expect(byPath.get('strategy_config.grid_lower_price')).toMatchObject({
      found: -1,
      allowed: 'a number above 0, or the same as decimal text',
    });
  });

  test('a number that no number can hold is told as one, not as null', () => {
    const home = tempHome();
    const text = JSON.stringify(smallConfig()).replace(/"grid_num":\d+/, '"grid_num":1e999');
    const file = put(home, 'config/active/x.json', text);
    const { problems } = refusal(() => readConfigFile(home, file));
    const [path, found] = ['strategy_config.grid_num', 'a number beyond all bounds'];
    expect(problems).toEqual([expect.objectContaining({ path, found })]);
  });

  test('problems of schema and of checks across keys come together', () => {
    const config = smallConfig();
    config.daemon_config['web_host'] = 'everywhere';
    config.exchange_config['mode'] = 'live';
    config.strategy_config['grid_type'] = 'round';
    const error = refuse(config);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.problems.map(({ path }) => path).sort()).toEqual([
      'daemon_config.web_host',
      'metadata.exchange',
      'strategy_config.grid_type',
    ]);
  });

  test.each([
    ['strategy_config', 'grid_nun', 'is not a known key; did you mean "grid_num"?'],
    ['strategy_config', 'web_port', 'is not a key here; did you mean daemon_config.web_port?'],
    ['daemon_config', 'auto-restart', 'is not a known key; did you mean "auto_restart"?'],
    ['daemon_config', 'enviroment', 'is not a known key; did you mean "environment"?'],
    ['metadata', 'qqqqqqqqqq', 'is not a known key'],
  ] as const)('unknown key %s.%s', (part, key, message) => {
    const config = smallConfig();
    config[part][key] = 'hunter2';
    const error = refuse(config);
    expect(problemLines(error)).toEqual([`${part}.${key}: ${message}`]);
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });

  test('an unknown part is told the part that was meant', () => {
    const { strategy_config, ...rest } = smallConfig();
    expect(problemLines(refuse({ ...rest, strategyconfig: strategy_config }))).toContain(
      'strategyconfig: is not a known key; did you mean "strategy_config"?',
    );
  });

  test.each([{ nested: 'hunter2' }, ['hunter2'], 13371337])('a secret is not repeated', (value) => {
    const config = smallConfig();
    config.exchange_config['secret_key'] = value;
    config.daemon_config['environment'] = { TOKEN: value };
    const body = JSON.stringify(refuse(config).toBody());
    expect(body).not.toContain('hunter2');
    expect(body).not.toContain('13371337');
    expect(body).toContain('(hidden)');
  });

  const texts = ['0', '0.000', '-1', 'abc', '', '1e5', '0x10', '9'.repeat(40)];
  const NO_PRICES = [0, -5, ...texts, true, null, {}, []];
  test.each(NO_PRICES.map((value) => [value]))(
    'price %j is one problem',
    (value) => {
      const config = smallConfig();
      config.strategy_config['grid_upper_price'] = value;
      const error = refuse(config);
      expect(error.problems.map(({ path }) => path)).toEqual(['strategy_config.grid_upper_price']);
    },
  );

  test('control characters are refused, they would reach a terminal', () => {
    const config = smallConfig();
    config.metadata['name'] = 'x\u001b[2J';
    expect(problemLines(refuse(config))[0]).toMatch(/^metadata\.name: holds characters/);
  });

  test('timers that Node would fire at once are refused', () => {
    const config = smallConfig();
    config.daemon_config['health_check_interval'] = 3_000_000;
    expect(problemLines(refuse(config))).toEqual([
      'daemon_config.health_check_interval: is out of range',
    ]);
  });
});

test('whatever stands in the file, the answer is a config or a refusal', () => {
  const home = tempHome();
  const part = fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify(smallConfig())));
  const broken = fc.tuple(fc.constant(JSON.stringify(smallConfig())), fc.nat(400), part).map(
    ([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + piece.length),
  );
  fc.assert(
    fc.property(fc.oneof(part, broken), (text) => {
      const file = put(home, 'config/active/x_01.json', text);
      try {
        expect(readConfigFile(home, file).id).not.toBe('');
      } catch (error) {
        expect(error).toBeInstanceOf(GriddError);
      }
    }),
    { numRuns: 300 },
  );
});

test('any value under any key is a config or a refusal', () => {
  const home = tempHome();
  const keys = Object.keys(smallConfig()) as (keyof ReturnType<typeof smallConfig>)[];
  const name = fc.constantFrom(
    ...['web_port', 'bot_args', 'environment', 'paper', 'on_stop', 'api_key', 'log_dir', 'db_path'],
    ...['working_dir', 'script_path', 'python_path', 'web_host', 'instance_id', 'grid_lower_price'],
  );
  fc.assert(
    fc.property(fc.constantFrom(...keys), name, fc.jsonValue(), (part, key, value) => {
      const config = smallConfig();
      config[part][key] = value;
      const file = put(home, 'config/active/x_01.json', config);
      try {
        readConfigFile(home, file);
      } catch (error) {
        expect(error).toBeInstanceOf(GriddError);
      }
    }),
    { numRuns: 300 },
  );
});

describe('did you mean', () => {
  test('distance counts a swap of neighbours once', () => {
    expect(editDistance('grid_num', 'grid_num')).toBe(0);
    expect(editDistance('grid_nmu', 'grid_num')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  test('distance is a metric', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  test('nothing is suggested where nothing is near', () => {
    expect(nearest('zzzz', ['grid_num', 'leverage'])).toBeNull();
    expect(nearest('laverage', ['grid_num', 'leverage'])).toBe('leverage');
  });
});
