/** Every code of what happened to a grid, and of what was asked for, has words on the pages. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LANGUAGES, wordsIn } from '../../src/web/ui/words/languages.ts';
import { happeningWords } from '../../src/web/ui/words/happening-words.ts';
import type { ConsoleT } from '../../src/web/ui/console/console-words.ts';
import { askedWords } from '../../src/web/ui/console/records/asked-words.ts';
import { verbWords } from '../../src/web/ui/console/records/audit-verbs.ts';
import { en } from '../../src/web/ui/words/en.ts';
import { zhHant } from '../../src/web/ui/words/zh-hant.ts';
import { ROOT } from '../source-tree.ts';

const ENGINE = join(ROOT, 'src', 'engine');
/** Codes of the notes in the engine's source; a grid that ends notes its last state. */
const CODES = readdirSync(ENGINE).flatMap((file) => {
  const text = readFileSync(join(ENGINE, file), 'utf8');
  return [...text.matchAll(/\.note\(\s*'([a-z_]+)'/g)].flatMap(([, code]) => code ?? []);
});
const ALL = [...CODES, 'stopped', 'finished'];
/** Verbs in the source of what writes the audit. */
const AUDITED = ['daemon/audited-fleet.ts', 'daemon/audited-configs.ts', 'bot/page-actions.ts'];
const VERBS = AUDITED.flatMap((file) => {
  const text = readFileSync(join(ROOT, 'src', file), 'utf8');
  const places = /\b(?:each|one|noted|note)\(\s*'([a-z -]+)', (?!')/g;
  return [...text.matchAll(places)].flatMap(([, verb = '']) => (verb === 'ok' ? [] : [verb]));
});

/** The words of the console, read as the page reads them. */
async function wordsOfConsole(language: 'en' | 'zh-Hant'): Promise<ConsoleT> {
  const t = await wordsIn(language);
  return (key, values) => String(t(key as never, values as never));
}

test.each(LANGUAGES)('every code of the engine has words in $name', async ({ code }) => {
  // Seen by name, so that a change of style in the engine cannot empty the list.
  expect(CODES).toEqual(expect.arrayContaining(['triggered', 'tripped', 'position_differs']));
  const t = await wordsIn(code);
  const silent = ALL.filter((each) => {
    const words = happeningWords(t, each);
    return words === each || words.includes('happening.');
  });
  expect(silent).toEqual([]);
});

test('a code of a newer bot is shown as it is', async () => {
  const t = await wordsIn('zh-Hant');
  expect(happeningWords(t, 'brand_new_event')).toBe('brand_new_event');
  expect(happeningWords(t, 'toString')).toBe('toString');
});

test('every verb of the audit has words in each language', async () => {
  expect(VERBS).toEqual(expect.arrayContaining(['start', 'close-carry', 'config save', 'adjust']));
  for (const words of [en.console, zhHant.console]) {
    expect(VERBS.filter((verb) => !Object.hasOwn(words.audit_verb, verb))).toEqual([]);
  }
  const say = await wordsOfConsole('zh-Hant');
  expect(verbWords(say, 'config save')).toBe('儲存設定');
  expect(verbWords(say, 'brand-new')).toBe('brand-new');
});

test.each([
  ['en', 'Lower price: 140; Number of grids: 21; Missing inventory: trade it now'],
  ['zh-Hant', '區間下限：140；格數：21；缺少的持倉：立即交易'],
] as const)('what was asked for is said in words, %s', async (language, said) => {
  const t = await wordsOfConsole(language);
  const words = (json: string) => askedWords(t, language, json);
  const adjust = { grid_lower_price: '140', grid_num: 21, position: 'rebalance', dry_run: false };
  expect(words(JSON.stringify(adjust))).toBe(said);
  expect(words('{"lower":"140","grids":21,"position":"rebalance"}')).toBe(said);
  expect(words('{}')).toBe('');
  expect(words('{"fresh":false,"allow_running":false,"note":""}')).toBe('');
  expect(words('no JSON')).toBe('no JSON');
  const template = { en: 'Template: long', 'zh-Hant': '範本：long' }[language];
  expect(words('{"template":"long","set":[]}')).toBe(template);
});

test('a stop, a save and what a newer gridd notes are said in words', async () => {
  const t = await wordsOfConsole('en');
  const words = (json: string) => askedWords(t, 'en', json);
  expect(words('{"on_stop":{"orders":"keep","position":"close"}}')).toBe(
    'Orders at a stop: keep; Position at a stop: close',
  );
  expect(words('{"version":3,"changed":["strategy_config.grid_num","brand.new_key"]}')).toBe(
    'Version: 3; Changed: Number of grids, new key',
  );
  expect(words('{"toString":true,"brand_new":["a"]}')).toBe('toString: yes; brand new: a');
});
