/** What can be said of the page without a browser: its amounts, words, and what it never does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import { PROCESS_STATES } from '../../src/contract/instance-views.ts';
import { GRID_STATES } from '../../src/contract/trading.ts';
import {
  decimalsFor,
  exact,
  isAbove,
  isSame,
  money,
  signedMoney,
  toneOf,
} from '../../src/web/ui/format/amount.ts';
import { dateText, momentText, recentText } from '../../src/web/ui/format/moment.ts';
import { en } from '../../src/web/ui/words/en.ts';
import { LANGUAGES, wordsIn } from '../../src/web/ui/words/languages.ts';
import {
  clockWords,
  liquidationWords,
  nearestWords,
  rateWords,
} from '../../src/web/ui/words/risk-words.ts';
import { noticesOf, stateWords } from '../../src/web/ui/words/state-words.ts';
import { zhHant } from '../../src/web/ui/words/zh-hant.ts';
import { SAMPLE_STATUS } from './sample-service.ts';
import { UI_FOLDER } from './served.ts';
import { placesOf, textsOf } from './word-texts.ts';

describe('amounts', () => {
  it.each([
    ['10015.535053', '10,015.54', '+10,015.54'],
    ['-2.3071', '−2.31', '−2.31'],
    ['0', '0.00', '0.00'],
    ['-0.001', '0.00', '0.00'],
    ['0.001', '0.00', '0.00'],
    ['1234567.891', '1,234,567.89', '+1,234,567.89'],
    ['unknown', 'unknown', 'unknown'],
  ])('%s is shown as %s, signed %s', (text, plain, signed) => {
    expect([money(text), signedMoney(text)]).toEqual([plain, signed]);
  });

  it('shows exact text with separators only', () => {
    expect(exact('28123.4567')).toBe('28,123.4567');
    expect(exact('-0.25')).toBe('−0.25');
    expect(exact('<b>')).toBe('<b>');
  });

  it('loses nothing in exact text and never more than half a cent in rounded text', () => {
    const value = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(value, (units) => {
        const text = formatMoney(units);
        const back = (shown: string) => parseMoney(shown.replaceAll(',', '').replace('−', '-'));
        expect(back(exact(text))).toBe(units);
        const off = (back(money(text)) ?? 0n) - units;
        expect(off <= 5n * 10n ** 15n && off >= -5n * 10n ** 15n).toBe(true);
      }),
    );
  });

  it('gives small amounts more places', () => {
    expect(['0', '12.5', '0.5', '-0.0042'].map(decimalsFor)).toEqual([2, 2, 4, 6]);
  });

  it('compares decimals, not text', () => {
    expect(isAbove('100', '99.5')).toBe(true);
    expect(isAbove('99.5', '99.50')).toBe(false);
    expect(isAbove('x', '1')).toBe(false);
    expect(isSame('150', '150.0')).toBe(true);
    expect([toneOf('0.0'), toneOf('-1'), toneOf('1')]).toEqual(['', 'loss', 'gain']);
  });
});

describe('moments', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(['Asia/Taipei', 'America/New_York'])('are UTC, as on the charts, in %s too', (zone) => {
    vi.stubEnv('TZ', zone);
    const at = '2026-01-05T20:29:58.700Z';
    expect(new Date(at).getHours()).not.toBe(20);
    expect([momentText(at), dateText(at)]).toEqual(['01-05 20:29:58', '2026-01-05 20:29:58']);
    expect(recentText(at, Date.parse('2026-01-05T23:59:59Z'))).toBe('20:29:58');
    expect(recentText(at, Date.parse('2026-01-06T00:00:00Z'))).toBe('01-05 20:29:58');
    expect([momentText('never'), dateText('never')]).toEqual(['never', 'never']);
  });
});

describe.each(LANGUAGES)('words in $name', ({ code }) => {
  it('has a word for every key, with the same places for values', async () => {
    const theirs = new Map(textsOf((code === 'en' ? en : zhHant).page));
    expect(theirs.size).toBeGreaterThan(90);
    for (const [key, text] of textsOf(en.page)) {
      expect(theirs.get(key), key).toBeTruthy();
      expect(placesOf(theirs.get(key) ?? ''), key).toEqual(placesOf(text));
    }
  });

  it('says what each state of grid and process is', async () => {
    const t = await wordsIn(code);
    const said = new Set<string>();
    for (const grid_state of GRID_STATES) {
      const { text } = stateWords(t, { ...SAMPLE_STATUS, grid_state });
      expect(text).toMatch(/^\S .{3,}/);
      said.add(text);
    }
    for (const state of PROCESS_STATES) said.add(stateWords(t, { ...SAMPLE_STATUS, state }).text);
    // Running and finished processes add nothing to the state of their grid.
    expect(said.size).toBe(GRID_STATES.length + PROCESS_STATES.length - 2);
  });
});

describe('states in words', () => {
  it('names every reason once, the process state, and an adjusted grid', async () => {
    const t = await wordsIn('en');
    const status = {
      ...SAMPLE_STATUS,
      state: 'degraded' as const,
      degraded: ['prices are polled'],
      grid_state: 'paused' as const,
      adjusted: true,
      warnings: ['bot_args win'],
    };
    const shown = stateWords(t, status);
    expect(shown).toEqual({ text: '‖ Grid paused · bot degraded', tone: 'attention' });
    expect(noticesOf(t, 'en', status)).toEqual([
      { kind: 'warn', text: 'Degraded: prices are polled', sentence: null },
      {
        kind: 'warn',
        text: 'Paused: no new orders are placed until you resume.',
        sentence: null,
      },
      {
        kind: 'info',
        text: 'Adjusted, differs from the file: the config file holds other values.',
        sentence: null,
      },
      { kind: 'warn', text: 'bot_args win', sentence: null },
    ]);
    expect(noticesOf(t, 'en', SAMPLE_STATUS)).toEqual([]);
    expect(noticesOf(t, 'en', { ...SAMPLE_STATUS, grid_state: 'finished' })).toHaveLength(1);
    expect(noticesOf(t, 'en', { ...SAMPLE_STATUS, grid_state: 'waiting' })).toHaveLength(1);
  });

  it('says what tripped the grid and how to go on, also of a bot that does not know', async () => {
    const t = await wordsIn('en');
    const tripped = { ...SAMPLE_STATUS, grid_state: 'tripped' as const };
    const why = { reason: 'max_loss', text: 'total -5 is max_loss 5 below 0' };
    const [told] = noticesOf(t, 'en', { ...tripped, tripped: why });
    expect(told?.text).toMatch(/^Tripped: total -5 is max_loss 5 below 0\. .*press Resume\.$/);
    expect(told?.kind).toBe('alarm');
    expect(noticesOf(t, 'en', tripped)[0]?.text).toMatch(/^Tripped: a fence was met\. /);
  });
});

describe('money and risk in words', () => {
  it('says a rate, that it will be told, or that it is not known', async () => {
    const t = await wordsIn('en');
    const rates = ['24.1', '-3.52', null, undefined].map((rate) => rateWords(t, rate));
    expect(rates).toEqual(['+24.10 %', '−3.52 %', 'after an hour', '–']);
  });

  it('says a liquidation price, none, or that it is not known, and how near it is', async () => {
    const t = await wordsIn('en');
    const prices = ['1230.55', null, undefined].map((price) => liquidationWords(t, price));
    expect(prices).toEqual(['1,230.55', 'none', '–']);
    expect(nearestWords(t, SAMPLE_STATUS)).toBe('41.43 % away');
    expect(nearestWords(t, {})).toBe('–');
  });

  it('says which way the clock is off', async () => {
    const t = await wordsIn('en');
    expect([0, 120, -7].map((offset) => clockWords(t, offset))).toEqual([
      'as the venue',
      '120 ms behind the venue',
      '7 ms ahead of the venue',
    ]);
  });
});

describe.each(['instance', 'console'])('the %s page itself', (page) => {
  const html = readFileSync(join(UI_FOLDER, `${page}.html`), 'utf8');
  const sources = readdirSync(UI_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(UI_FOLDER, name), 'utf8'));

  it('has no inline script or style, and loads nothing from elsewhere', () => {
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((hit) => hit[1] ?? '');
    expect(loaded.length).toBeGreaterThanOrEqual(2);
    for (const url of loaded) expect(url).toMatch(/^\/[a-z]/);
  });

  it('turns no text into markup or code', () => {
    expect(sources.length).toBeGreaterThanOrEqual(8);
    const ways =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|__html/;
    for (const source of sources) expect(source).not.toMatch(ways);
  });
});
