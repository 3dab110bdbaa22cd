/** Names of venues, directions and fields in the language of the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { factsOf } from '../../src/web/ui/console/configs/template-facts.ts';
import { VenueAndDirection } from '../../src/web/ui/console/fleet/venue-and-direction.tsx';
import { FailureText } from '../../src/web/ui/shell/failure-text.tsx';
import { loadWords } from '../../src/web/ui/words/languages.ts';
import { ROOT } from '../source-tree.ts';
import { shown } from './markup.ts';
import { sampleRow } from './sample-row.ts';

beforeAll(async () => {
  await loadWords('zh-Hant');
});

describe('the venue and direction of an instance', () => {
  const cell = (more: Parameters<typeof sampleRow>[0]) =>
    createElement(VenueAndDirection, { row: sampleRow(more) });

  it.each([
    [{ venue: 'paper', direction: 'long' }, 'paper · long', '模擬交易所 · 做多'],
    [{ venue: 'ccxt:bitget', direction: 'short' }, 'ccxt:bitget · short', 'ccxt:bitget · 做空'],
    // Of a newer bot, and of an external program.
    [{ venue: 'backpack', direction: 'sideways' }, 'backpack · sideways', 'backpack · sideways'],
    [{ venue: null, direction: null }, '', ''],
  ])('%o', async (row, english, chinese) => {
    expect(await shown('en', cell(row))).toBe(english);
    expect(await shown('zh-Hant', cell(row))).toBe(chinese);
  });
});

it('a template says its main values in the language of the page', () => {
  const text = readFileSync(join(ROOT, 'config', 'templates', 'long.json'), 'utf8');
  const [english, chinese] = [factsOf(text, 'en'), factsOf(text, 'zh-Hant')];
  expect([english.mode, chinese.mode]).toEqual(['paper', 'paper']);
  expect(english.main).toMatch(/ · long · [\d.]+ … [\d.]+ · N \d+$/);
  expect(chinese.main).toBe(english.main.replace(' · long · ', ' · 做多 · '));
});

it('a field that was wrong is named with the colon of the language', async () => {
  const problem = { path: 'grid_num', message: 'is missing', rule: 'missing' as const };
  const failure = { code: 'CONFIG_INVALID' as const, message: 'Wrong.', hint: 'Mend it.', problems: [problem] };
  const page = createElement(FailureText, { failure });
  expect(await shown('en', page)).toMatch(/grid_num: <span[^>]*>is missing/);
  expect(await shown('zh-Hant', page)).toMatch(/grid_num：(?! )/);
});
