/** What happened to a grid, by the bot's code, in words of the page. */
import type { TFunction } from 'i18next';
import type { Happening } from '../../../contract/page-api.ts';
import { HAPPENING_SENTENCES } from '../../../contract/read-back.ts';
import { codeOf, keptWords } from './end-words.ts';
import { wordsAt } from './languages.ts';
import type { SaidIn } from './said-words.ts';

/** The words for a code; one that a newer bot invented comes as it is. */
export function happeningWords(t: TFunction, code: string): string {
  return wordsAt(t, `happening.${code}`, code);
}

/** Codes of an end, whose text is the reason of it. */
const ENDS: readonly string[] = ['stopped', 'finished'];

/** What the bot says of it; the sentence where it is not known as one of ours. */
export function happeningTold(
  t: TFunction,
  language: string,
  { code, text }: Pick<Happening, 'code' | 'text'>,
): SaidIn {
  const reason = ENDS.includes(code) ? wordsAt(t, `end_reason.${codeOf(text)}`, '') : '';
  if (reason !== '') return { words: reason, sentence: '' };
  return keptWords(t, language, text, HAPPENING_SENTENCES);
}
