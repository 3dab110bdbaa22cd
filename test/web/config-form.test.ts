/**
 * The form of a config and the grid it shows while somebody types: nothing of the schema is missing,
 * no digit is lost on the way into the text, and the preview is what the supervisor would say.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGrid } from '../../src/design/index.ts';
import { PACKAGE_FOLDER, homeAt } from '../../src/platform/paths.ts';
import { guardedFormSchema, loadConfigText } from '../../src/registry/index.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { parseJsonc } from '../../src/registry/jsonc-text.ts';
import {
  FIELD_GROUPS,
  fieldsOf,
  fragmentOf,
  typedOf,
} from '../../src/web/ui/console/configs/config-fields.ts';
import type { ConfigField } from '../../src/web/ui/console/configs/config-fields.ts';
import { withValue } from '../../src/web/ui/console/configs/config-text.ts';
import { previewOf } from '../../src/web/ui/console/configs/design-preview.ts';
import { isSame } from '../../src/web/ui/format/amount.ts';
import { loadWords } from '../../src/web/ui/words/languages.ts';
import { keyHelp, keyName, optionName } from '../../src/web/ui/words/config-key-words.ts';
import { en } from '../../src/web/ui/words/en.ts';
import { zhHant } from '../../src/web/ui/words/zh-hant.ts';
import { textKeys } from './planted.ts';
import { placesOf, textsOf } from './word-texts.ts';

const FIELDS = fieldsOf(guardedFormSchema());
const field = (path: string): ConfigField => {
  const found = FIELDS.find((each) => each.path === path);
  if (found === undefined) throw new Error(`no field ${path}`);
  return found;
};

describe('the form', () => {
  it('has every key once, group by group, those that matter first', () => {
    const paths = FIELDS.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const known = textKeys().map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(known.filter((path) => path !== '$schema')));
    const groups = FIELDS.map(({ group }) => FIELD_GROUPS.indexOf(group));
    expect(groups).toEqual([...groups].sort((a, b) => a - b));
    expect(paths.slice(0, 7)).toEqual([
      ...['metadata.name', 'metadata.exchange', 'metadata.symbol', 'exchange_config.mode'],
      ...['strategy_config.direction', 'strategy_config.grid_type'],
      'strategy_config.grid_lower_price',
    ]);
  });

  it('asks for what has no default, and knows kinds and units', () => {
    const required = FIELDS.filter((each) => each.required).map(({ path }) => path);
    expect(required).toEqual([
      'metadata.symbol',
      ...['grid_lower_price', 'grid_upper_price', 'grid_num'].map((key) => `strategy_config.${key}`),
    ]);
    const of = (path: string) => [field(path).kind, field(path).unit, field(path).fallback];
    expect(of('strategy_config.max_loss')).toEqual(['decimal', 'quote', null]);
    expect(of('strategy_config.leverage')).toEqual(['number', 'times', '1']);
    expect(of('daemon_config.auto_restart')).toEqual(['flag', null, 'true']);
    expect(of('daemon_config.bot_args')).toEqual(['complex', null, '[]']);
    expect(field('exchange_config.mode').options).toEqual(['paper', 'live']);
  });

  it.each([
    ['English', en.keys.names],
    ['Chinese', zhHant.keys.names],
    ['Chinese help', zhHant.keys.help],
  ])('has words in %s for each of its keys, and none for a key that is none', (_name, words) => {
    expect(Object.keys(words).sort()).toEqual(FIELDS.map(({ path }) => path).sort());
  });

  it('speaks Chinese where the page does, and leaves alone what is typed freely', async () => {
    await loadWords('zh-Hant');
    const bare = FIELDS.filter(({ path }) => !/\p{Script=Han}/u.test(keyName('zh-Hant', path)));
    const mute = FIELDS.filter(({ path }) => !/\p{Script=Han}/u.test(keyHelp('zh-Hant', path) ?? ''));
    expect([bare, mute].map((missing) => missing.map(({ path }) => path))).toEqual([[], []]);
    const known = FIELDS.map(({ path }) => path);
    expect(Object.keys(en.keys.help).filter((path) => !known.includes(path))).toEqual([]);
    expect(optionName('zh-Hant', 'strategy_config.direction', 'long')).toMatch(/\p{Script=Han}/u);
    expect(optionName('en', 'metadata.name', 'Long story')).toBe('Long story');
  });
});

describe('what is typed', () => {
  it.each([
    ['strategy_config.grid_num', '20', '20'],
    ['strategy_config.grid_num', 'twenty', '"twenty"'],
    ['strategy_config.max_loss', ' 12.50 ', '12.50'],
    ['strategy_config.max_loss', '1e3', '"1e3"'],
    ['strategy_config.max_loss', '007', '"007"'],
    ['metadata.name', ' "A" ', '" \\"A\\" "'],
    ['daemon_config.watch', 'true', 'true'],
    ['metadata.name', '', null],
    ['strategy_config.max_loss', '  ', null],
  ])('%s: %j becomes %j', (path, typed, fragment) => {
    expect(fragmentOf(field(path), typed)).toBe(fragment);
  });

  it('comes back with every digit, even where a number would lose some', () => {
    const digits = (most: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most });
    const decimal = fc
      .tuple(digits(20), digits(18))
      .map(([whole, part]) => `${BigInt(whole.join(''))}.${part.join('')}`);
    fc.assert(
      fc.property(decimal, (typed) => {
        const raw = fragmentOf(field('strategy_config.investment'), typed) ?? '';
        const value: unknown = JSON.parse(raw);
        expect(typedOf(raw, value)).toBe(typed);
        // Whoever reads it as a number reads the same decimal.
        expect(isSame(String(value), typed)).toBe(true);
      }),
    );
  });
});

/** What people type for numbers that this form does not read, or reads as below zero. */
const ODD_NUMBERS = [
  ...['1e3', '1,000', '1 000', '１２３', '0x10', '1_000', '5.', '.5', '+5', '-3', '--5', '1e400'],
  ...['1e-400', 'NaN', 'Infinity', '٣', '１,０', '3\u2009000', '½', '5%', '$5', "1'000"],
];

describe('a number as people type it', () => {
  const home = homeAt(PACKAGE_FOLDER);
  const text = readFileSync(join(home.templates, 'neutral.json'), 'utf8');
  /** A field of each kind of number that takes 3 of its own. */
  const kinds = {
    decimal: 'exchange_config.max_account_loss',
    number: 'strategy_config.leverage',
    whole: 'daemon_config.max_restart_attempts',
  };

  /** What a config says at `path` once `fragment` stands there; an error holds its problems. */
  function readAs(path: string, fragment: string): unknown {
    const keys = path.split('.');
    const edited = withValue(text, keys, fragment);
    try {
      const { config } = loadConfigText(home, join(home.active, 'typed.json'), edited);
      return keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], config);
    } catch (thrown) {
      if (!(thrown instanceof GriddError)) throw thrown;
      return thrown.problems.map((problem) => problem.path);
    }
  }

  it.each(Object.values(kinds))('%s reads what it shows, or refuses it at the field', (path) => {
    for (const typed of ODD_NUMBERS) {
      const fragment = fragmentOf(field(path), typed) ?? '';
      expect([typed, readAs(path, fragment)]).toEqual([typed, [path]]);
    }
    for (const typed of [' 3 ', '3', '\u20033\u00a0', '3.0']) {
      expect(readAs(path, fragmentOf(field(path), typed) ?? '')).toBe(3);
    }
    // Other words for the same number: taken as that, or refused, never as another one.
    for (const typed of ['007', '-0']) {
      const value = readAs(path, fragmentOf(field(path), typed) ?? '');
      if (!Array.isArray(value)) expect(Number(value) + 0).toBe(Number(typed) + 0);
    }
  });

  it.each(Object.values(kinds))('%s written in the text is never infinite', (path) => {
    expect([readAs(path, '1e400'), readAs(path, '-1e400')]).toEqual([[path], [path]]);
  });
});

describe('the grid that is shown while somebody types', () => {
  const home = homeAt(PACKAGE_FOLDER);
  const file = join(home.templates, 'neutral.json');
  const template = parseJsonc(readFileSync(file, 'utf8'), file) as Record<string, object>;
  const configOf = (strategy: object, more: Record<string, object> = {}) => ({
    ...template,
    exchange_config: { paper: { start_price: 150 } },
    ...more,
    strategy_config: { ...template['strategy_config'], ...strategy },
  });
  const told = (config: object) =>
    checkGrid(home, loadConfigText(home, file, JSON.stringify(config)).config);
  const view = told(configOf({})).view;
  if (view === null) throw new Error('the template is a grid');
  const metadata = template['metadata'] as { symbol: string; exchange: string };
  const known = { design: view, symbol: metadata.symbol, exchange: metadata.exchange };

  it('is to the last digit what the supervisor says of the same config', () => {
    const strategy = fc.record(
      {
        grid_lower_price: fc.integer({ min: 100, max: 148 }),
        grid_upper_price: fc.integer({ min: 152, max: 210 }),
        grid_num: fc.integer({ min: 1, max: 60 }),
        grid_type: fc.constantFrom('arithmetic', 'geometric'),
        direction: fc.constantFrom('neutral', 'long', 'short'),
        order_quantity: fc.constantFrom('0.1', '1.25', '40', '0.001'),
        leverage: fc.constantFrom(1, 3, 10),
        trigger_price: fc.constantFrom(120, 149.5, 170),
      },
      { requiredKeys: ['order_quantity'] },
    );
    fc.assert(
      fc.property(strategy, (values) => {
        const config = configOf(values);
        const { problems, view: design } = told(config);
        const preview = previewOf(config, known);
        expect(preview?.problems).toEqual(problems);
        expect(preview?.design).toEqual(design);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['grid_lower_price', 'grid_num', 'order_quantity', 'leverage', 'stop_loss_price'])(
    'shows no grid of another %s than what was typed',
    (key) => {
      for (const typed of ODD_NUMBERS) {
        const fragment = fragmentOf(field(`strategy_config.${key}`), typed) ?? '';
        const preview = previewOf(configOf({ [key]: JSON.parse(fragment) as unknown }), known);
        expect([typed, preview?.design ?? null]).toEqual([typed, null]);
      }
    },
  );

  it('is left to the supervisor where more is needed than config and rules', () => {
    const none = [
      configOf({}, { metadata: { ...metadata, symbol: 'BTC_USDC_PERP' } }),
      configOf({}, { metadata: { ...metadata, exchange: 'aster' } }),
      configOf({}, { daemon_config: { bot_args: ['--grid-num', '5'] } }),
      configOf({}, { daemon_config: { script_path: 'bot.py' } }),
      configOf({ grid_num: 'many' }),
      configOf({ grid_num: 1e9 }),
      configOf({ on_stop: 'cancel' }),
      null,
    ];
    expect(none.map((config) => previewOf(config, known))).toEqual(none.map(() => null));
  });
});

describe('the words of the console', () => {
  it('has the same places for values in both languages', () => {
    const chinese = new Map(textsOf(zhHant.console));
    const english = textsOf(en.console);
    expect(english.length).toBeGreaterThan(200);
    for (const [key, text] of english) {
      // A language without plurals has one form for both.
      const theirs = chinese.get(key) ?? chinese.get(key.replace(/_one$/, '_other'));
      expect([key, placesOf(theirs ?? '')]).toEqual([key, placesOf(text)]);
    }
  });
});
