/** The schemas of answers are those of their types: `npm run docs` writes them anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerSchemas } from '../../scripts/answer-schemas.js';
import { ROOT } from '../source-tree.ts';

it('src/contract/answers.json is what the types say', () => {
  expect(readFileSync(join(ROOT, 'src/contract/answers.json'), 'utf8')).toBe(answerSchemas());
});
