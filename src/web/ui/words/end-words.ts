/** Why a grid stopped or ended, and what it left, in words of the page. */
import type { TFunction } from 'i18next';
import { LEFT_SENTENCES, readBack } from '../../../contract/read-back.ts';
import type { Said, SentenceCode } from '../../../contract/sentences.ts';
import { wordsAt } from './languages.ts';
import { sentenceWords } from './said-words.ts';
import type { SaidIn } from './said-words.ts';

/** The words for a reason; one that a newer bot invented comes as it is. */
export function endReasonWords(t: TFunction, reason: string): string {
  return wordsAt(t, `end_reason.${codeOf(reason)}`, reason.replaceAll('_', ' '));
}

/** Why a receipt's end left something; the sentence where it is not known whole. */
export function leftWords(t: TFunction, language: string, text: string): SaidIn {
  return keptWords(t, language, text, LEFT_SENTENCES);
}

/** What a bot kept as text alone, made of `codes`; the sentence where it is not known whole. */
export function keptWords(
  t: TFunction,
  language: string,
  text: string,
  codes: readonly SentenceCode[],
): SaidIn {
  const said = readBack(text, codes);
  const words = said === null ? null : sentenceWords(language, withCodeWords(t, said));
  return { words, sentence: words === null ? text : '' };
}

/** Places of codes, and where the page has words for those. */
const CODE_WORDS = { refusal: 'line_reason', role: 'order_role' } as const;

/** `said` with its codes in words of the page; undefined: a newer bot has one of them. */
function withCodeWords(t: TFunction, said: Said): Said | undefined {
  const values = { ...said.values };
  for (const [place, table] of Object.entries(CODE_WORDS)) {
    const code = values[place];
    if (code === undefined) continue;
    const words = wordsAt(t, `${table}.${codeOf(code)}`, '');
    if (words === '') return undefined;
    values[place] = words;
  }
  return { ...said, values };
}

/** The code of what is written with spaces. */
export function codeOf(text: string): string {
  return text.replaceAll(' ', '_');
}
