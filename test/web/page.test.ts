/** What can be said of the page without a browser: its amounts, words, and what it never does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
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
import {
  aprWords,
  clockWords,
  liquidationWords,
  nearestWords,
} from '../../src/web/ui/words/risk-words.ts';
import { noticesOf, stateWords } from '../../src/web/ui/words/state-words.ts';
import { SAMPLE_STATUS } from './sample-service.ts';
import { UI_FOLDER } from './served.ts';

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

describe('states in words', () => {
  it.each(GRID_STATES)('says what "%s" is', (grid_state) => {
    expect(stateWords({ ...SAMPLE_STATUS, grid_state }).text).toMatch(/^\S .{8,}/);
  });

  it('names every reason once, the process state, and an adjusted grid', () => {
    const status = {
      ...SAMPLE_STATUS,
      state: 'degraded' as const,
      degraded: ['prices are polled'],
      grid_state: 'paused' as const,
      adjusted: true,
      warnings: ['bot_args win'],
    };
    expect(stateWords(status)).toEqual({ text: '‖ Grid paused · bot degraded', tone: 'attention' });
    expect(noticesOf(status).map(({ text }) => text)).toEqual([
      'Degraded: prices are polled',
      'Paused: no new orders are placed until you resume.',
      'Adjusted, differs from the file: the config file holds other values.',
      'bot_args win',
    ]);
    expect(noticesOf(SAMPLE_STATUS)).toEqual([]);
  });

  it('says what tripped the grid and how to go on, also of a bot that does not know', () => {
    const tripped = { ...SAMPLE_STATUS, grid_state: 'tripped' as const };
    const why = { reason: 'max_loss', text: 'total -5 is max_loss 5 below 0' };
    const [told] = noticesOf({ ...tripped, tripped: why });
    expect(told?.text).toMatch(/^Tripped: total -5 is max_loss 5 below 0\. .*press Resume\.$/);
    expect(noticesOf(tripped)[0]?.text).toMatch(/^Tripped: a fence was met\. /);
  });
});

describe('money and risk in words', () => {
  it('says both rates, or when they will be told', () => {
    expect(aprWords(SAMPLE_STATUS)).toBe('+24.10 % grid, −3.52 % total');
    expect(aprWords({ apr: { grid: null, total: null } })).toBe('after an hour');
  });

  it('says the three liquidation prices and how near they are', () => {
    expect(liquidationWords(SAMPLE_STATUS)).toBe(
      'none now, 88.1 with buys filled, 1,230.55 with sells filled',
    );
    expect(nearestWords(SAMPLE_STATUS)).toBe('41.43 % away');
    const none = { now: null, buys_filled: null, sells_filled: null, alarm: false };
    const safe = { liquidation: { ...none, nearest_percent: null } };
    expect([liquidationWords(safe), nearestWords(safe)]).toEqual(['none', '–']);
  });

  it('says which way the clock is off', () => {
    expect([0, 120, -7].map(clockWords)).toEqual([
      'as the venue',
      '120 ms behind the venue',
      '7 ms ahead of the venue',
    ]);
  });

  it('says nothing of what an older bot does not know', () => {
    expect([aprWords({}), liquidationWords({}), nearestWords({})]).toEqual(['–', '–', '–']);
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
