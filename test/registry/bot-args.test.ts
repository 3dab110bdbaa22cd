/** bot_args for the built-in bot: they win, contradictions are told, unknown flags are problems. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfigFile } from '../../src/registry/index.ts';
import { knownFlags } from '../../src/registry/bot-args.ts';
import { problemLines, put, refusal, smallConfig, tempHome } from './temp-home.ts';

function read(
  args: readonly unknown[],
  strategy: Record<string, unknown> = {},
  home = tempHome(),
) {
  const config = smallConfig();
  config.daemon_config['bot_args'] = args;
  Object.assign(config.strategy_config, strategy);
  return readConfigFile(home, put(home, 'config/active/x_01.json', config));
}

function refuse(...args: unknown[]) {
  return problemLines(refusal(() => read(args)));
}

describe('bot_args', () => {
  test('every flag of the guide and of the brief stands for its key', () => {
    const loaded = read(
      [
        ...['--exchange', 'aster', '--symbol', 'ETHUSDT', '--strategy', 'perp_grid'],
        ...['--grid-lower', '100', '--grid-upper=200', '--grid-num', 10, '--max-position', '7'],
        ...['--duration', '60', '--interval=5', '--grid-type', 'geometric', '--direction', 'long'],
        ...['--order-quantity', '0.25', '--leverage', '3', '--stop-loss', '90'],
        ...['--take-profit', '250', '--trigger-price', '150', '--out-of-range', 'stop'],
        ...['--open-position-at-start', 'false', '--on-stop-position', 'close'],
      ],
      {},
    );
    expect(loaded.config.metadata).toMatchObject({ exchange: 'aster', symbol: 'ETHUSDT' });
    expect(loaded.config.strategy_config).toMatchObject({
      grid_lower_price: 100,
      grid_upper_price: 200,
      grid_num: 10,
      max_position: 7,
      duration: 60,
      interval: 5,
      grid_type: 'geometric',
      direction: 'long',
      order_quantity: 0.25,
      leverage: 3,
      stop_loss_price: 90,
      take_profit_price: 250,
      trigger_price: 150,
      out_of_range: 'stop',
      open_position_at_start: false,
      on_stop: { orders: 'cancel', position: 'close' },
    });
  });

  test('a contradiction is a warning that names both values; the argument wins', () => {
    const loaded = read(['--grid-lower', '139', '--symbol', 'ETH']);
    expect(loaded.config.strategy_config.grid_lower_price).toBe(139);
    expect(loaded.warnings.map(({ text }) => text)).toEqual([
      'daemon_config.bot_args: --grid-lower 139 contradicts' +
        ' strategy_config.grid_lower_price = 140; --grid-lower wins.',
      'daemon_config.bot_args: --symbol ETH contradicts metadata.symbol = SOL_USDC_PERP;' +
        ' --symbol wins.',
    ]);
  });

  test('the same value written otherwise is no contradiction', () => {
    expect(read(['--grid-lower', '140.00', '--grid-num', '20']).warnings).toEqual([]);
    expect(read(['--grid-lower', '140'], { grid_lower_price: '140.0' }).warnings).toEqual([]);
  });

  test('a flag given twice with two values: the last one wins and it is told', () => {
    const loaded = read(['--grid-num', '20', '--grid-num', '30']);
    expect(loaded.config.strategy_config.grid_num).toBe(30);
    const text = expect.stringContaining('an earlier --grid-num = 20');
    expect(loaded.warnings).toMatchObject([{ text, path: 'daemon_config.bot_args' }]);
  });

  test('arguments alone make a grid', () => {
    const home = tempHome();
    const args = ['--grid-lower=1', '--grid-upper=2', '--grid-num=4', '--max-position=1'];
    const config = { metadata: { symbol: 'S' }, daemon_config: { bot_args: args } };
    const loaded = readConfigFile(home, put(home, 'config/active/x_01.json', config));
    expect(loaded.config.strategy_config).toMatchObject({ grid_lower_price: 1, grid_num: 4 });
  });

  test('digits that a float would lose are kept', () => {
    const loaded = read(['--grid-lower', '139.123456789012345678']);
    expect(loaded.config.strategy_config.grid_lower_price).toBe('139.123456789012345678');
  });

  test('a switch needs no value', () => {
    const off = { open_position_at_start: false };
    expect(
      read(['--open-position-at-start', '--grid-num', '20'], off).config.strategy_config,
    ).toMatchObject({ open_position_at_start: true });
  });

  test('unknown flags, lone values and missing values are problems', () => {
    expect(refuse('--grid-lowr', '1')).toEqual([
      'daemon_config.bot_args: flag --grid-lowr is not one of the built-in bot;' +
        ' did you mean --grid-lower?',
    ]);
    expect(refuse('--verbose')).toEqual([
      'daemon_config.bot_args: flag --verbose is not one of the built-in bot',
    ]);
    expect(refuse('140')).toEqual(['daemon_config.bot_args[0]: is no flag']);
    expect(refuse('--grid-lower', '--grid-upper', '170')).toEqual([
      'daemon_config.bot_args: --grid-lower has no value',
    ]);
  });

  test('a value that its key does not take is told as the flag’s', () => {
    expect(refuse('--grid-num', 'many', '--direction', 'up')).toEqual([
      'daemon_config.bot_args --grid-num: is no whole number',
      'daemon_config.bot_args --direction: is not an allowed value',
    ]);
    expect(refuse('--grid-lower', '-5')).toEqual([
      'daemon_config.bot_args --grid-lower: is not an allowed value',
    ]);
  });

  test('things that are no text or number are the schema’s to refuse', () => {
    const line = 'daemon_config.bot_args[1]: is not an allowed value';
    expect(refuse('--grid-num', {})).toEqual([line]);
  });

  test('any arguments give a config or a refusal, both forms the same one', () => {
    const flag = fc.constantFrom(...knownFlags().keys(), '--nonsense');
    const value = fc.oneof(fc.stringMatching(/^[\w.]{1,6}$/), fc.double().map(String));
    const home = tempHome();
    fc.assert(
      fc.property(flag, value, (name, text) => {
        fc.pre(!text.startsWith('-'));
        const outcome = (args: string[]) => {
          try {
            return read(args, {}, home).config.strategy_config;
          } catch {
            return problemLines(refusal(() => read(args, {}, home)));
          }
        };
        expect(outcome([name, text])).toEqual(outcome([`${name}=${text}`]));
      }),
      { numRuns: 150 },
    );
  });
});
