/**
 * What bot and supervisor say in English sentences, in the language of the page: found by the code
 * that comes with a sentence; rows that keep only the sentence are read back (read-back.ts). Null
 * where it has to speak for itself: in English, and for codes of a newer gridd.
 */
import type { TFunction } from 'i18next';
import type {
  FindingView,
  FleetRow,
  ReadOnlyKey,
  TemplateSummary,
} from '../../../contract/console-api.ts';
import type { Problem } from '../../../contract/errors.ts';
import type { TripView } from '../../../contract/instance-views.ts';
import type { CodedText } from '../../../contract/said-codes.ts';
import {
  END_SENTENCES,
  NOTE_SENTENCES,
  OUTCOME_SENTENCES,
  readBack,
} from '../../../contract/read-back.ts';
import { withValues } from '../../../contract/sentences.ts';
import type { Said, SentenceCode } from '../../../contract/sentences.ts';
import { keyName } from './config-key-words.ts';
import { loadedWords } from './languages.ts';
import { lineWords } from './line-words.ts';
import type { Advice, SaidWords } from './word-shapes.ts';

/** What happened and what to do, by the code of an error. */
export function errorWords(language: string, code: string): Advice | null {
  return wordOf(tables(language)?.errors, code);
}

/** Words of the page, null where the sentence speaks for itself; `sentence` is English or empty. */
export interface SaidIn {
  readonly words: string | null;
  readonly sentence: string;
}

/** What is wrong with a value or a grid: whole with its values, else the rule and the sentence. */
export function problemWords(language: string, { rule, said, message }: Problem): SaidIn {
  const whole = sentenceWords(language, said);
  if (whole !== null) return { words: whole, sentence: '' };
  return { words: wordOf(tables(language)?.problems, rule), sentence: message };
}

/** What would be allowed instead; null where nothing is said of it. */
export function allowedWords(language: string, { allowed, allows }: Problem): string | null {
  return sentenceWords(language, allows) ?? allowed ?? null;
}

/** Why a key cannot be changed on the page. */
export function lockWords(language: string, { why, why_said }: ReadOnlyKey): string {
  return sentenceWords(language, why_said) ?? why;
}

/** A sentence with its values; null for English, and for what a newer gridd says. */
export function sentenceWords(language: string, said: Said | undefined): string | null {
  const text = wordOf(tables(language)?.sentences, said?.code);
  if (text === null) return null;
  const values: Record<string, string> = { ...said?.values };
  for (const [place, part] of Object.entries(said?.parts ?? {})) {
    const words = sentenceWords(language, part);
    if (words === null) return null;
    values[place] = words;
  }
  for (const [place, { code }] of Object.entries(said?.quotes ?? {})) {
    const words = quotedWords(language, code);
    if (words === null) return null;
    values[place] = words;
  }
  return withValues(text, values);
}

/** What is said as data and reads `text`; what is quoted in it stands beneath in English. */
export function toldWords(language: string, said: Said | undefined, text: string): SaidIn {
  const words = sentenceWords(language, said);
  if (said === undefined || words === null) return { words: null, sentence: text };
  return { words, sentence: [...new Set(quotesIn(said))].join(' ') };
}

function quotesIn({ parts = {}, quotes = {} }: Said): string[] {
  const inner = Object.values(parts).flatMap(quotesIn);
  return [...inner, ...Object.values(quotes).map(({ text }) => text)];
}

/** Words for what is quoted, which go on in the sentence around it. */
function quotedWords(language: string, code: string): string | null {
  const { degraded, trips } = tables(language) ?? {};
  const words = errorWords(language, code)?.what ?? wordOf({ ...degraded, ...trips }, code);
  return words?.replace(/。$/, '') ?? null;
}

/** Why an instance is in its state, and its last error where that is another thing. */
export function reasonWords(t: TFunction, language: string, row: FleetRow): SaidIn[] {
  const { state_reason: reason, last_error: error } = row;
  const told = (text: string): SaidIn[] => {
    if (text === reason && row.state_said !== null) {
      const whole = toldWords(language, row.state_said, text);
      if (whole.words !== null) return [whole];
    }
    const degraded = text === reason ? degradedBy(row) : [];
    if (degraded.length > 0) {
      return degraded.map((one) => codedWords(t, language, one.text, [one]));
    }
    const code = text === error ? row.last_error_code : null;
    return [{ words: errorWords(language, code ?? '')?.what ?? null, sentence: text }];
  };
  return [...new Set([reason, error ?? ''])].filter((text) => text !== '').flatMap(told);
}

/** What a bot that runs is degraded by; of another state, or of an older bot, nothing is known. */
function degradedBy({ state, state_reason, coded = [] }: FleetRow): readonly CodedText[] {
  if (state !== 'degraded') return [];
  // The others are of its warnings.
  return coded.filter(({ text }) => state_reason.includes(text));
}

/** What a grid was tripped by. */
export function tripWords(language: string, { reason, text }: TripView): SaidIn {
  return { words: wordOf(tables(language)?.trips, reason), sentence: text };
}

/** Words for a reason of being degraded, or a warning: `coded` are the codes that came with it. */
export function codedWords(
  t: TFunction,
  language: string,
  text: string,
  coded: readonly CodedText[] = [],
): SaidIn {
  const { code, reason, path, said } = coded.find((one) => one.text === text) ?? {};
  const { degraded, warnings, problems } = tables(language) ?? {};
  const named = (words: string) =>
    path === undefined ? words : `${keyName(language, path)}：${words}`;
  const whole = toldWords(language, said, text);
  if (whole.words !== null) return { ...whole, words: named(whole.words) };
  const words = wordOf({ ...degraded, ...warnings, ...problems }, code);
  if (words === null || reason === undefined) {
    return { words: words === null ? null : named(words), sentence: text };
  }
  return { words: `${words}：${lineWords(t, reason)}`, sentence: text };
}

/** What came of a verb: words of its error or its sentence, and what was said in English. */
export function outcomeWords(language: string, outcome: string, message: string): SaidIn {
  if (outcome === 'ok') return readWhole(language, message, OUTCOME_SENTENCES);
  return { words: errorWords(language, outcome)?.what ?? null, sentence: message };
}

/** How a process ended; the sentence where that is not known as one of ours. */
export function endWords(language: string, reason: string): SaidIn {
  return readWhole(language, reason, END_SENTENCES);
}

/** What gridd noted on a version of a config; null for the words of whoever wrote it. */
export function noteWords(language: string, note: string): string | null {
  return readWhole(language, note, NOTE_SENTENCES).words;
}

function readWhole(language: string, text: string, codes: readonly SentenceCode[]): SaidIn {
  const said = tables(language) === null ? null : readBack(text, codes);
  return toldWords(language, said ?? undefined, text);
}

/** A finding of the doctor in words. */
export interface FindingWords {
  readonly subject: string;
  readonly found: SaidIn;
  /** What to do; null: nothing. */
  readonly hint: SaidIn | null;
}

/** What the doctor looked at, what it found, and what to do. */
export function findingWords(language: string, finding: FindingView): FindingWords {
  const { subject, text, hint, said, hint_said, code } = finding;
  const error = code === undefined ? null : errorWords(language, code);
  const told = (data: Said | undefined, words: string | undefined, sentence: string): SaidIn => {
    const whole = toldWords(language, data, sentence);
    return whole.words === null && words !== undefined ? { words, sentence } : whole;
  };
  return {
    subject: wordOf(tables(language)?.findings, subject) ?? subject,
    found: told(said, error?.what, text),
    hint: hint === null ? null : told(hint_said, error?.todo, hint),
  };
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
