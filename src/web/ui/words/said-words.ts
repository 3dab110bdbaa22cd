/**
 * What bot and supervisor say in English sentences, in the language of the page: found by the code
 * that comes with a sentence, never by the sentence. Null where it has to speak for itself: in
 * English, and for codes of a newer gridd.
 */
import type { TFunction } from 'i18next';
import type { FindingView, TemplateSummary } from '../../../contract/console-api.ts';
import type { Problem } from '../../../contract/errors.ts';
import type { TripView } from '../../../contract/instance-views.ts';
import type { CodedText } from '../../../contract/said-codes.ts';
import { loadedWords } from './languages.ts';
import { lineWords } from './line-words.ts';
import type { Advice, SaidWords } from './word-shapes.ts';

/** What happened and what to do, by the code of an error. */
export function errorWords(language: string, code: string): Advice | null {
  return wordOf(tables(language)?.errors, code);
}

/** What is wrong with a value or a grid. */
export function problemWords(language: string, { rule }: Problem): string | null {
  return wordOf(tables(language)?.problems, rule);
}

/** What a grid was tripped by. */
export function tripWords(language: string, { reason }: TripView): string | null {
  return wordOf(tables(language)?.trips, reason);
}

/** Words for a reason of being degraded, or a warning: `coded` are the codes that came with it. */
export function codedWords(
  t: TFunction,
  language: string,
  text: string,
  coded: readonly CodedText[] = [],
): string | null {
  const { code, reason } = coded.find((one) => one.text === text) ?? {};
  const { degraded, warnings, problems } = tables(language) ?? {};
  const words = wordOf({ ...degraded, ...warnings, ...problems }, code);
  return words === null || reason === undefined ? words : `${words}：${lineWords(t, reason)}`;
}

/** What the doctor looked at, and what to do where it is not well. */
export function findingWords(language: string, { subject }: FindingView): Advice | null {
  return wordOf(tables(language)?.findings, subject);
}

/** What a template of gridd is for. */
export function templateWords(language: string, { name }: TemplateSummary): string | null {
  return wordOf(tables(language)?.templates, name);
}

function tables(language: string): SaidWords | null {
  return loadedWords(language)?.said ?? null;
}

function wordOf<Word>(
  table: Readonly<Record<string, Word>> | undefined,
  code: string | undefined,
): Word | null {
  if (table === undefined || code === undefined || !Object.hasOwn(table, code)) return null;
  return table[code] ?? null;
}
