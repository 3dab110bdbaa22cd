/** docs/grid.md promises what the engine does: every worked example in it is drawn from the engine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../source-tree.ts';
import { gridPage } from './grid-page.ts';

test('docs/grid.md is up to date; `npm run docs` writes its examples', () => {
  const page = readFileSync(join(ROOT, 'docs', 'grid.md'), 'utf8');
  expect(page).toBe(gridPage(page));
});
