/** What is wrong with a wish for a grid: sentences, and the data they are made of. */
import type { ProblemRule } from '../contract/said-codes.ts';
import { sentenceOf } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';

/** One thing wrong with a wish: the key, a sentence and what would be allowed, also as data. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly allowed?: string;
  readonly rule: ProblemRule;
  readonly said: Said;
  readonly allows?: Said;
}

/** A problem with its sentences in English. */
export function problemOf<Path extends string>(
  path: Path,
  rule: ProblemRule,
  said: Said,
  allows?: Said,
): Problem & { readonly path: Path } {
  const allowed = allows === undefined ? {} : { allowed: sentenceOf(allows), allows };
  return { path, message: sentenceOf(said), ...allowed, rule, said };
}
