/** docs/errors.md and the error table say the same, both ways. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BOT_EXIT, ERRORS } from '../../src/contract/errors.ts';
import { ROOT, readTree } from '../source-tree.ts';

const page = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d) \| (\d+) \| (.+) \| (.+) \|$/gm)];

test('the page lists exactly the codes of the table, with exit code, status and hint', () => {
  const documented = rows.map(([, code, exit, http, , hint]) => ({ code, exit, http, hint }));
  const coded = Object.entries(ERRORS).map(([code, { exit, http, hint }]) => ({
    code,
    exit: String(exit),
    http: String(http),
    hint,
  }));
  expect(documented).toEqual(coded);
});

const starter = readFileSync(join(ROOT, 'bin', 'gridd.js'), 'utf8');

test('each code is used somewhere, so that none is promised in vain', () => {
  const source = readTree('src')
    .filter(({ path }) => path !== 'src/contract/errors.ts')
    .map(({ text }) => text)
    .join('\n');
  const used = (code: string) => source.includes(`'${code}'`) || starter.includes(`${code}:`);
  expect(Object.keys(ERRORS).filter((code) => !used(code))).toEqual([]);
});

test('each code is met by a test', () => {
  const tests = readTree('test')
    .filter(({ path }) => path !== 'test/docs/errors.test.ts')
    .map(({ text }) => text)
    .join('\n');
  expect(Object.keys(ERRORS).filter((code) => !tests.includes(code))).toEqual([]);
});

test('the exit codes of a bot are listed', () => {
  for (const code of Object.values(BOT_EXIT)) expect(page).toContain(`| ${code} |`);
});
