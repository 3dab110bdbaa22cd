/** What happened to a grid, by the bot's code, in words of the page. */
import type { TFunction } from 'i18next';
import { wordsAt } from './languages.ts';

/** The words for a code; one that a newer bot invented comes as it is. */
export function happeningWords(t: TFunction, code: string): string {
  return wordsAt(t, `happening.${code}`, code);
}
