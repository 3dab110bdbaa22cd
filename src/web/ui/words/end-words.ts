/** Why a grid stopped or ended, and what it left, in words of the page. */
import type { TFunction } from 'i18next';
import { LEFT_SENTENCES, readBack } from '../../../contract/read-back.ts';
import type { Said } from '../../../contract/sentences.ts';
import { wordsAt } from './languages.ts';
import { sentenceWords } from './said-words.ts';
import type { SaidIn } from './said-words.ts';

/** The words for a reason; one that a newer bot invented comes as it is. */
export function endReasonWords(t: TFunction, reason: string): string {
  return wordsAt(t, `end_reason.${codeOf(reason)}`, reason.replaceAll('_', ' '));
}

/** Why a receipt's end left something; the sentence where it is not known whole. */
export function leftWords(t: TFunction, language: string, text: string): SaidIn {
  const said = readBack(text, LEFT_SENTENCES);
  const words = said === null ? null : sentenceWords(language, withCodeWords(t, said));
  return { words, sentence: words === null ? text : '' };
}

/** `said` with the venue's codes in words of the page; undefined: a newer bot has that code. */
function withCodeWords(t: TFunction, said: Said): Said | undefined {
  const { refusal } = said.values ?? {};
  if (refusal === undefined) return said;
  const words = wordsAt(t, `line_reason.${codeOf(refusal)}`, '');
  return words === '' ? undefined : { ...said, values: { ...said.values, refusal: words } };
}

function codeOf(text: string): string {
  return text.replaceAll(' ', '_');
}
