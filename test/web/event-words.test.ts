/** Every code of what happened to a grid, and of what was asked for, has words on the pages. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LANGUAGES, wordsIn } from '../../src/web/ui/words/languages.ts';
import { happeningWords } from '../../src/web/ui/words/happening-words.ts';
import type { ConsoleT } from '../../src/web/ui/console/console-words.ts';
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
  const t = await wordsIn('zh-Hant');
  const say: ConsoleT = (key, values) => String(t(key as never, values as never));
  expect(verbWords(say, 'config save')).toBe('儲存設定');
  expect(verbWords(say, 'brand-new')).toBe('brand-new');
});
