/** Every code by which a line says why it has no order has words on the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GRID_STATES } from '../../src/contract/trading.ts';
import { REJECT_REASONS } from '../../src/exchange/port.ts';
import { LANGUAGES, wordsIn } from '../../src/web/ui/words/languages.ts';
import { lineWords } from '../../src/web/ui/words/line-words.ts';
import { ROOT } from '../source-tree.ts';

/** Codes that a file of the engine returns, assigns or holds a line for. */
function codesIn(file: string): string[] {
  const text = readFileSync(join(ROOT, 'src', 'engine', file), 'utf8');
  const places = /(?:return |\? |: |reason: |holdLine\(draft, order, |reason === )'([a-z_]+)'/g;
  const own = ['buy', 'sell', 'long', 'short', 'all', 'missing', 'line', 'start', 'rebalance'];
  return [...text.matchAll(places)].flatMap(([, code = '']) => (own.includes(code) ? [] : [code]));
}

const ENGINE = [
  ...codesIn('survey.ts'),
  ...[...readFileSync(join(ROOT, 'src/engine/converge.ts'), 'utf8').matchAll(
    /holdLine\(draft, order, '([a-z_]+)'\)/g,
  )].flatMap(([, code]) => code ?? []),
  ...[...readFileSync(join(ROOT, 'src/engine/decide.ts'), 'utf8').matchAll(
    /holdLine\(draft, order, '([a-z_]+)'\)/g,
  )].flatMap(([, code]) => code ?? []),
];

test.each(LANGUAGES)('every code of engine, port and grid has words in $name', async ({ code }) => {
  // Seen by name, so that a change of style in the engine cannot empty the list.
  const known = ['line_taken', 'entry_waits', 'price_collar', 'max_open_orders', 'cancelled'];
  expect(ENGINE).toEqual(expect.arrayContaining(known));
  const t = await wordsIn(code);
  const codes = [...ENGINE, ...REJECT_REASONS, ...GRID_STATES, 'new', 'pending'];
  // Of these two the word is the code itself in English.
  const plain = new Set<string>(code === 'en' ? ['running', 'paused'] : []);
  const silent = codes.filter((word) => {
    return !plain.has(word) && lineWords(t, word) === word.replaceAll('_', ' ');
  });
  expect(silent).toEqual([]);
});

test('a code of a newer bot is shown as it is', async () => {
  const t = await wordsIn('en');
  expect(lineWords(t, 'brand_new_reason')).toBe('brand new reason');
  expect(lineWords(t, 'constructor')).toBe('constructor');
});
