/**
 * The keys of a config in the language of the page: their names, what they mean, and their choices.
 * In English the schema itself says what a key means; a key that has no word here keeps its own.
 */
import type { KeyWords } from './key-words.ts';
import { configKeysEn } from './config-keys-en.ts';
import { configKeysZhHant } from './config-keys-zh-hant.ts';

/** The name of a key, e.g. "Lower price". */
export function keyName(language: string, path: string): string {
  const last = path.split('.').at(-1) ?? path;
  return own(wordsOf(language).names, path) ?? last.replaceAll('_', ' ');
}

/** What a key means; null: the schema's own sentence. */
export function keyHelp(language: string, path: string): string | null {
  return own(wordsOf(language).help, path) ?? null;
}

/** A choice in words. */
export function optionName(language: string, path: string, value: string): string {
  const { options } = wordsOf(language);
  return own(options, `${path}=${value}`) ?? own(options, value) ?? value;
}

/** The word itself: a file may hold a key called "constructor", which every object has. */
function own(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

function wordsOf(language: string): KeyWords {
  return language.startsWith('zh') ? configKeysZhHant : configKeysEn;
}
