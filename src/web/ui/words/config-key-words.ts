/**
 * The keys of a config in the language of the page: their names, what they mean, and their choices.
 * In English the schema itself says what a key means; a key that has no word here keeps its own.
 */
import { loadedWords } from './languages.ts';

/** The name of a key, e.g. "Lower price". */
export function keyName(language: string, path: string): string {
  const last = path.split('.').at(-1) ?? path;
  return own(loadedWords(language)?.keys.names, path) ?? last.replaceAll('_', ' ');
}

/** What a key means; null: the schema's own sentence. */
export function keyHelp(language: string, path: string): string | null {
  return own(loadedWords(language)?.keys.help, path) ?? null;
}

/** A choice in words. */
export function optionName(language: string, path: string, value: string): string {
  const options = loadedWords(language)?.keys.options;
  return own(options, `${path}=${value}`) ?? own(options, value) ?? value;
}

/** A venue by its name; the paper venue, which is gridd's own, in words. */
export function venueName(language: string, venue: string): string {
  return optionName(language, 'metadata.exchange', venue);
}

/** The word itself: a file may hold a key called "constructor", which every object has. */
function own(words: Readonly<Record<string, string>> | undefined, key: string) {
  return words !== undefined && Object.hasOwn(words, key) ? words[key] : undefined;
}
