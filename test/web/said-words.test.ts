/** What bot and supervisor say by a code has words in each language of the pages. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ERRORS } from '../../src/contract/errors.ts';
import type { ErrorCode } from '../../src/contract/errors.ts';
import {
  DEGRADED_CODES,
  DOCTOR_SUBJECTS,
  PROBLEM_RULES,
  TRIP_CODES,
  WARNING_CODES,
} from '../../src/contract/said-codes.ts';
import { SENTENCES } from '../../src/contract/sentence-texts.ts';
import type { SentenceCode } from '../../src/contract/sentences.ts';
import { FailureText } from '../../src/web/ui/shell/failure-text.tsx';
import type { Failure } from '../../src/web/ui/shell/api.ts';
import { loadWords, wordsIn } from '../../src/web/ui/words/languages.ts';
import {
  codedWords,
  errorWords,
  findingWords,
  problemWords,
  sentenceWords,
  templateWords,
} from '../../src/web/ui/words/said-words.ts';
import { noticesOf } from '../../src/web/ui/words/state-words.ts';
import { en } from '../../src/web/ui/words/en.ts';
import { zhHant } from '../../src/web/ui/words/zh-hant.ts';
import { ROOT } from '../source-tree.ts';
import { shown } from './markup.ts';
import { SAMPLE_STATUS } from './sample-service.ts';
import { placesOf, textsOf } from './word-texts.ts';

const HAN = /\p{Script=Han}{2}/u;
const SENTENCE_CODES = Object.keys(SENTENCES) as SentenceCode[];
const CODES = Object.keys(ERRORS) as ErrorCode[];

beforeAll(async () => {
  await loadWords('en');
  await loadWords('zh-Hant');
});

describe('every code', () => {
  it('of an error says in each language what to do, in Chinese also what happened', () => {
    expect(CODES.length).toBeGreaterThan(80);
    const silent = CODES.filter((code) => {
      const { what = '', todo = '' } = errorWords('zh-Hant', code) ?? {};
      return !HAN.test(what) || !HAN.test(todo);
    });
    expect(silent).toEqual([]);
    // English is the language of the sentences: they come with the error, the advice with its code.
    expect(en.said).toBeNull();
    expect(CODES.filter((code) => ERRORS[code].hint === '')).toEqual([]);
  });

  it.each([
    ['degraded', DEGRADED_CODES],
    ['warnings', WARNING_CODES],
    ['trips', TRIP_CODES],
    ['problems', PROBLEM_RULES],
    ['sentences', SENTENCE_CODES],
    ['findings', DOCTOR_SUBJECTS],
  ] as const)('of %s has words in Chinese, and no words are of no code', (part, codes) => {
    const table = zhHant.said?.[part] ?? {};
    expect(Object.keys(table).sort()).toEqual([...codes].sort());
    const texts = Object.values(table).map((words) => JSON.stringify(words));
    // "above 90" is one character and the figure.
    const han = part === 'sentences' ? /\p{Script=Han}/u : HAN;
    expect(texts.filter((text) => !han.test(text))).toEqual([]);
    // Two codes with the same words would be one to the reader.
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('of a sentence has the same places for values in each language', () => {
    const table = zhHant.said?.sentences ?? {};
    const places = (texts: object) => textsOf(texts).map(([code, text]) => [code, placesOf(text)]);
    expect(Object.fromEntries(places(table))).toEqual(Object.fromEntries(places(SENTENCES)));
  });

  it('that trips a grid in the source is one of the list', () => {
    const places = ['engine/fences.ts', 'bot/outbox.ts', 'bot/grid-turns.ts'];
    const source = places.map((path) => readFileSync(join(ROOT, 'src', path), 'utf8')).join();
    const found = [...source.matchAll(/(?:trip\(draft, |reason(?: =|:) )'([a-z_]+)'/g)].flatMap(
      ([, code = '']) => (code === 'bad_client_id' ? [] : [code]),
    );
    expect([...new Set(found)].sort()).toEqual([...TRIP_CODES].sort());
  });

  it('of a template that comes with gridd has words in Chinese', () => {
    const names = readdirSync(join(ROOT, 'config', 'templates')).map((file) =>
      file.replace(/\.json$/, ''),
    );
    expect(Object.keys(zhHant.said?.templates ?? {}).sort()).toEqual(names.sort());
  });
});

test('English and codes of a newer gridd leave the sentence to speak for itself', async () => {
  const coded = [{ code: 'venue', text: 'The venue does not answer.' }] as const;
  const t = await wordsIn('zh-Hant');
  const said = coded[0].text;
  const alone = { words: null, sentence: said };
  const known = { words: '交易所沒有回應', sentence: said };
  expect(codedWords(t, 'zh-Hant', said, coded)).toEqual(known);
  expect(codedWords(t, 'en', said, coded)).toEqual(alone);
  expect(codedWords(t, 'zh-Hant', said)).toEqual(alone);
  const odd = ['brand_new', 'toString', '__proto__'];
  for (const code of odd) {
    expect(codedWords(t, 'zh-Hant', said, [{ code: code as 'venue', text: said }])).toEqual(alone);
    expect(sentenceWords('zh-Hant', { code: code as 'from', values: { value: '1' } })).toBeNull();
    expect(errorWords('zh-Hant', code)).toBeNull();
    const problem = { path: 'a', message: 'b', rule: code as 'missing' };
    expect(problemWords('zh-Hant', problem)).toEqual({ words: null, sentence: 'b' });
    expect(templateWords('zh-Hant', { name: code, title: '', description: '' })).toBeNull();
    const finding = { level: 'ok', subject: code, text: '', hint: null } as const;
    const silent = { subject: code, found: { words: null, sentence: '' }, hint: null };
    expect(findingWords('zh-Hant', finding)).toEqual(silent);
  }
});

test('a degraded bot says why in Chinese, with its own sentence and the reason of lines', async () => {
  const t = await wordsIn('zh-Hant');
  const text = 'The venue refuses 3 orders: insufficient margin.';
  const near = 'Liquidation is near: at 97 as it stands, 2 % from the price.';
  const status = {
    ...SAMPLE_STATUS,
    degraded: [text, 'of a newer bot'],
    warnings: [near],
    coded: [
      { code: 'lines_refused', text, reason: 'insufficient_margin' },
      { code: 'liquidation_near', text: near },
    ] as const,
  };
  expect(noticesOf(t, 'zh-Hant', status)).toEqual([
    { kind: 'warn', text: '降級：交易所拒絕了部分掛單：被拒：保證金不足', sentence: text },
    { kind: 'warn', text: '降級：of a newer bot', sentence: null },
    { kind: 'warn', text: '接近強平價', sentence: near },
  ]);
  const why = { reason: 'max_loss', text: 'total -5 is max_loss 5 below 0' };
  const tripped = { ...SAMPLE_STATUS, grid_state: 'tripped' as const, tripped: why };
  const [told] = noticesOf(t, 'zh-Hant', tripped);
  expect(told?.text).toMatch(/^已觸發風控：虧損達到上限（max_loss）。/);
  expect(told?.sentence).toBe(why.text);
});

describe('a failure', () => {
  const failure: Failure = {
    code: 'ADJUST_REFUSED',
    message: 'The grid of bp_sol_01 cannot be that.',
    hint: ERRORS.ADJUST_REFUSED.hint,
    problems: [
      { path: 'grid_num', message: 'lines 1 and 2 fall on 100', rule: 'equal_lines' },
      { path: 'other', message: 'of a newer bot' },
    ],
  };
  const shownIn = (lng: 'en' | 'zh-Hant') => shown(lng, createElement(FailureText, { failure }));

  it('is told in Chinese with each English sentence beneath, once', async () => {
    const markup = await shownIn('zh-Hant');
    const parts = [
      ['新的網格不能運行，沒有變更。', failure.message],
      ['有兩條網格線落在同一價格', 'lines 1 and 2 fall on 100'],
      ['修正下方列出的數值再試。', failure.hint],
    ];
    for (const [words = '', sentence = ''] of parts) {
      expect(markup).toContain(words);
      expect(markup.split(`lang="en">${sentence}</span>`)).toHaveLength(2);
    }
    expect(markup).toContain('of a newer bot');
    expect(markup).not.toMatch(/said-sentence[^>]*>of a newer bot/);
  });

  it('is in English what the server said, and nothing is said twice', async () => {
    const markup = await shownIn('en');
    for (const said of [failure.message, failure.hint, 'lines 1 and 2 fall on 100']) {
      expect(markup.split(said)).toHaveLength(2);
    }
    expect(markup).not.toContain('said-sentence');
  });
});
