/** Variables: where they expand, where they are refused, and that no secret slips out. */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeAt } from '../../src/platform/paths.ts';
import {
  expandConfig,
  namedVariables,
  readConfigFile,
  readEnvFile,
} from '../../src/registry/index.ts';
import { ROOT } from '../source-tree.ts';
import { problemLines, put, refusal, smallConfig, tempHome } from './temp-home.ts';
import type { Parts } from './temp-home.ts';

function load(change: (config: Parts) => void) {
  const home = tempHome();
  const config = smallConfig();
  change(config);
  return readConfigFile(home, put(home, 'config/active/x_01.json', config));
}

describe('expandConfig', () => {
  test('puts in values and defaults, and leaves the loaded config as it is', () => {
    const loaded = load((config) => {
      config.exchange_config = {
        api_key: '${KEY}',
        secret_key: '${SECRET:-fall-back}',
        base_url: 'https://${HOST:-api.example.com}/v1',
      };
      const texts = { A: 'x${KEY}y', B: '${EMPTY:-d}', C: '$${KEY}', D: '$5' };
      config.daemon_config['environment'] = texts;
      config.metadata['name'] = 'Grid ${NICK}';
    });
    const before = JSON.stringify(loaded.config);
    const { config, warnings } = expandConfig(loaded, { KEY: 'k${NICK}', NICK: 'one', EMPTY: '' });
    expect(warnings).toEqual([]);
    expect(config.exchange_config).toMatchObject({
      api_key: 'k${NICK}',
      secret_key: 'fall-back',
      base_url: 'https://api.example.com/v1',
    });
    expect(config.daemon_config.environment).toEqual({
      A: 'xk${NICK}y',
      B: 'd',
      C: '${KEY}',
      D: '$5',
    });
    expect(config.metadata.name).toBe('Grid one');
    expect(JSON.stringify(loaded.config)).toBe(before);
    expect(namedVariables(loaded)).toEqual(['EMPTY', 'HOST', 'KEY', 'NICK', 'SECRET']);
  });

  test('missing api keys in paper mode are warnings, an empty one counts as missing', () => {
    const loaded = load((config) => {
      config.exchange_config = { api_key: '${KEY}', secret_key: '${SECRET}' };
    });
    const { config, warnings } = expandConfig(loaded, { SECRET: '' });
    expect(config.exchange_config).not.toHaveProperty('api_key');
    expect(config.exchange_config).not.toHaveProperty('secret_key');
    expect(warnings.map(({ text }) => text)).toEqual([
      'exchange_config.api_key: ${KEY} is not set; paper trading needs no key.',
      'exchange_config.secret_key: ${SECRET} is not set; paper trading needs no key.',
    ]);
  });

  test('every other missing variable is named with its path, all at once', () => {
    const loaded = load((config) => {
      config.exchange_config['base_url'] = 'https://${HOST}/${VERSION}';
      config.daemon_config['environment'] = { TOKEN: '${TOKEN}' };
    });
    const error = refusal(() => expandConfig(loaded, {}));
    expect(error.code).toBe('ENV_MISSING');
    expect(problemLines(error)).toEqual([
      'exchange_config.base_url: ${HOST} and ${VERSION} are not set',
      'daemon_config.environment.TOKEN: ${TOKEN} is not set',
    ]);
  });

  test('names of Object.prototype are no variables', () => {
    const loaded = load((config) => {
      config.metadata['name'] = '${toString}';
    });
    expect(refusal(() => expandConfig(loaded, {})).code).toBe('ENV_MISSING');
  });

  test.each(['${KEY_OF_X}', '${MY_TOKEN}', '${USED}'])('%s is not shown on pages', (text) => {
    const loaded = load((config) => {
      config.exchange_config['api_key'] = '${USED}';
      config.metadata['name'] = text;
    });
    const values = { KEY_OF_X: 'hunter2', MY_TOKEN: 'hunter2', USED: 'hunter2' };
    const error = refusal(() => expandConfig(loaded, values));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(JSON.stringify(error.toBody())).not.toContain('hunter2');
  });
});

describe('where variables are refused', () => {
  test.each([
    ['metadata', 'symbol'],
    ['daemon_config', 'log_dir'],
    ['daemon_config', 'db_path'],
    ['daemon_config', 'working_dir'],
    ['daemon_config', 'script_path'],
    ['daemon_config', 'python_path'],
  ] as const)('%s.%s', (part, key) => {
    const error = refusal(() =>
      load((config) => {
        config[part][key] = 'a/${NAME}/b';
      }),
    );
    expect(problemLines(error)).toEqual([
      `${part}.${key}: holds a variable, which is not expanded here`,
    ]);
  });

  test('bot_args of the built-in bot; they would be seen in the list of processes', () => {
    const error = refusal(() =>
      load((config) => {
        config.daemon_config['bot_args'] = ['--symbol', '${SECRET}'];
      }),
    );
    expect(problemLines(error).join()).toContain('daemon_config.bot_args');
  });

  test.each(['${1X}', '${OPEN', '${A-B}', '${}'])('%s is no variable', (text) => {
    const error = refusal(() =>
      load((config) => {
        config.exchange_config['api_key'] = text;
      }),
    );
    expect(problemLines(error)).toEqual([
      'exchange_config.api_key: holds ${ that is no variable',
    ]);
  });
});

describe('.env', () => {
  test('is read anew each time, and may be absent', () => {
    const home = tempHome();
    expect(readEnvFile(home)).toEqual({});
    put(home, '.env', 'A=1\nB="two words" # why\nexport C=3\n');
    expect(readEnvFile(home)).toEqual({ A: '1', B: 'two words', C: '3' });
    put(home, '.env', 'A=2\n');
    expect(readEnvFile(home)).toEqual({ A: '2' });
  });

  test('a folder in its place is told', () => {
    const home = tempHome();
    mkdirSync(home.env);
    expect(refusal(() => readEnvFile(home)).message).toContain('EISDIR');
  });

  test('.env.example names exactly the variables of the shipped configs', () => {
    const home = homeAt(ROOT);
    const templates = readdirSync(home.templates).map((name) => join(home.templates, name));
    const active = ['bp_sol_01', 'bp_eth_02'].map((id) => join(home.active, `${id}.json`));
    const files = [...active, ...templates];
    expect(files.length).toBeGreaterThan(8);
    const used = files.flatMap((file) =>
      namedVariables(readConfigFile(home, file, { template: true })),
    );
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const named = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)];
    expect(named.map(([, name]) => name).sort()).toEqual([...new Set(used)].sort());
    expect(named.map(([, , value]) => value).join('')).toBe('');
  });
});
