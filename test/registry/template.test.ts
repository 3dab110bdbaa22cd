/** Templates are valid, and `new` makes runnable configs of its own. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { listeningPorts } from '../../src/platform/port-holder.ts';
import {
  archiveInstance,
  findConflicts,
  listTemplates,
  newInstance,
  openRegistry,
  readConfigFile,
} from '../../src/registry/index.ts';
import { ROOT } from '../source-tree.ts';
import { problemLines, put, refusal, smallConfig, tempHome } from './temp-home.ts';

const TEMPLATES = [
  'aster_btc_live',
  'backpack_btc_live',
  'backpack_eth_live',
  'backpack_sol_live',
  'example_multi_instance',
  'external_program',
  'geometric',
  'long',
  'neutral',
  'replay',
  'short',
];

/** A machine on which nobody listens, so that the ports found are the same everywhere. */
const nobody = () => new Set<number>();

function candles(home: Home): void {
  put(home, 'data/candles.csv', 'ts_ms,open,high,low,close,volume\n');
}

describe('templates', () => {
  test('are those that are promised; a home without its own has those of the package', () => {
    expect(listTemplates(homeAt(ROOT))).toEqual(TEMPLATES);
    expect(listTemplates(tempHome())).toEqual(TEMPLATES);
  });

  test.each(TEMPLATES)('%s is valid and becomes a valid instance', (name) => {
    const source = join(ROOT, 'config', 'templates', `${name}.json`);
    const template = readConfigFile(homeAt(ROOT), source, { template: true });
    const { mode } = template.config.exchange_config;
    expect(mode).toBe(name.endsWith('_live') ? 'live' : 'paper');
    const home = tempHome();
    candles(home);
    const loaded = newInstance(home, name, 'my_01', [], nobody);
    expect(loaded).toMatchObject({ id: 'my_01', webPort: 5001 });
    expect(loaded.logDir).toBe(join(home.logs, 'my_01'));
    expect(loaded.dbPath).toBe(join(home.database, 'my_01.db'));
    expect(readConfigFile(home, loaded.file)).toEqual(loaded);
    const comments = (text: string) => (text.match(/\/\/ .*/g) ?? []).length;
    const kept = readFileSync(loaded.file, 'utf8');
    expect(comments(kept)).toBe(comments(readFileSync(source, 'utf8')));
  });

  test('they are of the kinds they say', () => {
    const of = (name: string) =>
      readConfigFile(homeAt(ROOT), `config/templates/${name}.json`, { template: true });
    expect(of('long').config.strategy_config.direction).toBe('long');
    expect(of('short').config.strategy_config.direction).toBe('short');
    expect(of('geometric').config.strategy_config.grid_type).toBe('geometric');
    expect(of('replay').config.strategy_config).toMatchObject({
      grid_lower_price: 140,
      grid_upper_price: 175,
      grid_num: 35,
      direction: 'neutral',
    });
    expect(of('replay').config.exchange_config.paper).toMatchObject({
      price_source: 'replay',
      speed: 0,
    });
    expect(of('external_program').programDeclared).toBe(true);
  });
});

describe('new', () => {
  test('takes the first port that no active config claims', async () => {
    const home = tempHome();
    const portOf = (id: string) => newInstance(home, 'neutral', id, [], nobody).webPort;
    expect(['a', 'b', 'c'].map(portOf)).toEqual([5001, 5002, 5003]);
    await archiveInstance(home, 'b', openRegistry(home));
    expect(portOf('d')).toBe(5002);
    expect(findConflicts(home)).toEqual([]);
  });

  test('takes no port that somebody listens on', async () => {
    const home = tempHome();
    // One of our own: the first ports may be those of a fleet that runs here.
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const below = Array.from({ length: port }, (_, lower) => lower);
    try {
      const { webPort } = newInstance(home, 'neutral', 'a', [], () => {
        return new Set([...below, ...listeningPorts()]);
      });
      expect(webPort).toBeGreaterThan(port);
    } finally {
      server.close();
    }
    await archiveInstance(home, 'a', openRegistry(home));
    expect(newInstance(home, 'neutral', 'b', [], () => new Set(below)).webPort).toBe(port);
  });

  test('--set takes JSON or text, also for keys the template does not have', () => {
    const home = tempHome();
    const { config, webPort } = newInstance(home, 'neutral.json', 'x_01', [
      'strategy_config.grid_num=30',
      'strategy_config.on_stop={"position":"close"}',
      'strategy_config.take_profit_price="170.5"',
      'exchange_config.paper.fill=touch',
      'metadata.name=A = B',
      'metadata.description=5',
      'daemon_config.environment.MY_VAR=5',
      'daemon_config.web_port=5900',
    ]);
    expect(config.strategy_config).toMatchObject({
      grid_num: 30,
      on_stop: { position: 'close', orders: 'cancel' },
      take_profit_price: '170.5',
    });
    expect(config.exchange_config.paper.fill).toBe('touch');
    expect(config.metadata).toMatchObject({ name: 'A = B', description: '5' });
    expect(config.daemon_config.environment).toEqual({ MY_VAR: '5' });
    expect(webPort).toBe(5900);
  });

  test.each([
    ['strategy_config.grid_nun=3', 'did you mean strategy_config.grid_num?'],
    ['grid_num=3', 'did you mean strategy_config.grid_num?'],
    ['metadata.web_port=3', 'did you mean daemon_config.web_port?'],
    ['metadata.constructor=3', 'is no path of a config'],
    ['metadata.__proto__.x=3', 'is no path of a config'],
    ['daemon_config.environment.a.b=3', 'is no path of a config'],
    ['nothing', '--set takes path=value'],
    ['=3', '--set takes path=value'],
    ['metadata.instance_id=other', 'is given with --id'],
  ])('--set %s is refused and nothing is written', (set, words) => {
    const home = tempHome();
    const error = refusal(() => newInstance(home, 'neutral', 'x_01', [set]));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(words);
    expect(readdirSync(home.active)).toEqual([]);
  });

  test('an invalid result, a conflict and a missing replay file write nothing', () => {
    const home = tempHome();
    const code = (template: string, ...sets: string[]) => {
      const error = refusal(() => newInstance(home, template, 'x_01', sets, nobody));
      expect(existsSync(join(home.active, 'x_01.json'))).toBe(false);
      return error.code;
    };
    expect(code('neutral', 'strategy_config.grid_num=0')).toBe('CONFIG_INVALID');
    expect(code('replay')).toBe('REPLAY_FILE');
    newInstance(home, 'neutral', 'first', [], nobody);
    expect(code('neutral', 'daemon_config.web_port=5001')).toBe('CONFIG_CONFLICT');
    expect(code('neutral', 'daemon_config.log_dir=logs/first')).toBe('CONFIG_CONFLICT');
  });

  test('an id is used once, also when another file has it', () => {
    const home = tempHome();
    newInstance(home, 'neutral', 'x_01');
    const before = readFileSync(join(home.active, 'x_01.json'), 'utf8');
    expect(refusal(() => newInstance(home, 'long', 'x_01')).code).toBe('FILE_EXISTS');
    expect(readFileSync(join(home.active, 'x_01.json'), 'utf8')).toBe(before);
    const config = smallConfig();
    config.metadata['instance_id'] = 'y_01';
    put(home, 'config/active/other.json', config);
    expect(refusal(() => newInstance(home, 'long', 'y_01')).code).toBe('FILE_EXISTS');
  });

  test('a bad id and an unknown template', () => {
    const home = tempHome();
    const code = (template: string, id: string) =>
      refusal(() => newInstance(home, template, id)).code;
    expect(code('neutral', '../x')).toBe('INSTANCE_ID_INVALID');
    expect(code('neutral', 'gridd')).toBe('INSTANCE_ID_INVALID');
    expect(code('../active/x', 'x_01')).toBe('TEMPLATE_UNKNOWN');
    const error = refusal(() => newInstance(home, 'neutrl', 'x_01'));
    expect(error.code).toBe('TEMPLATE_UNKNOWN');
    expect(error.hint).toMatch(/Did you mean neutral\? The templates are: aster_btc_live, /);
  });

  test('a template of the home wins over one of the package', () => {
    const home = tempHome();
    put(home, 'config/templates/neutral.json', smallConfig());
    const { config } = newInstance(home, 'neutral', 'x_01');
    expect(config.strategy_config).not.toHaveProperty('max_position');
  });

  test('a template that is broken itself is told with its problems', () => {
    const home = tempHome();
    put(home, 'config/templates/bad.json', { metadata: {}, strategy_config: {} });
    const error = refusal(() => newInstance(home, 'bad', 'x_01'));
    expect(problemLines(error)).toContain('metadata.symbol: is missing');
  });
});
