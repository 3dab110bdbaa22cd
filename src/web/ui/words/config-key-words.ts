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
  return wordsOf(language).names[path] ?? last.replaceAll('_', ' ');
}

/** What a key means; null: the schema's own sentence. */
export function keyHelp(language: string, path: string): string | null {
  return wordsOf(language).help[path] ?? null;
}

/** A choice in words. */
export function optionName(language: string, path: string, value: string): string {
  const { options } = wordsOf(language);
  return options[`${path}=${value}`] ?? options[value] ?? value;
}

function wordsOf(language: string): KeyWords {
  return language.startsWith('zh') ? configKeysZhHant : configKeysEn;
}
