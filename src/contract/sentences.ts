/**
 * Sentences that are known by a code, each with places for its values: from the same data a page
 * says it in another language.
 */
import { SENTENCES } from './sentence-texts.ts';

export type SentenceCode = keyof typeof SENTENCES;

/** A sentence as data; values are exact: decimal text, names, paths. */
export interface Said {
  readonly code: SentenceCode;
  readonly values?: Readonly<Record<string, string>>;
  /** Places that hold sentences themselves. */
  readonly parts?: Readonly<Record<string, Said>>;
  /** Places that hold what was said in English by itself, with its code. */
  readonly quotes?: Readonly<Record<string, Quoted>>;
}

/** An English text that comes with a code: of an error, a trip, or of what is degraded. */
export interface Quoted {
  readonly code: string;
  readonly text: string;
}

/** What is said of something: as data where it is known as such, else a text. */
export type Telling = Said | Quoted | string;

type PlacesOf<Text extends string> = Text extends `${string}{{${infer Place}}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;
type ValuesOf<Code extends SentenceCode> = [PlacesOf<(typeof SENTENCES)[Code]>] extends [never]
  ? []
  : [Readonly<Record<PlacesOf<(typeof SENTENCES)[Code]>, Telling | number>>];

/** The sentence of `code` with a value for each of its places. */
export function say<Code extends SentenceCode>(code: Code, ...[values]: ValuesOf<Code>): Said {
  if (values === undefined) return { code };
  const texts: Record<string, string> = {};
  const parts: Record<string, Said> = {};
  const quotes: Record<string, Quoted> = {};
  for (const [place, value] of Object.entries<Telling | number>(values)) {
    if (typeof value !== 'object') texts[place] = String(value);
    else if ('text' in value) quotes[place] = value;
    else parts[place] = value;
  }
  const held = (places: object) => Object.keys(places).length > 0;
  return {
    ...{ code, values: texts },
    ...(held(parts) ? { parts } : {}),
    ...(held(quotes) ? { quotes } : {}),
  };
}

/** What an error says, for a place of a sentence. */
export function quoted(error: { readonly code: string; readonly message: string }): Quoted {
  const { code, message } = error;
  return { code, text: message };
}

/** The English sentence. */
export function sentenceOf({ code, values, parts = {}, quotes = {} }: Said): string {
  const all: Record<string, string> = { ...values };
  for (const [place, part] of Object.entries(parts)) all[place] = sentenceOf(part);
  for (const [place, { text }] of Object.entries(quotes)) all[place] = text;
  return withValues(SENTENCES[code], all) ?? SENTENCES[code];
}

/** The fields of a problem that say what is wrong. */
export function problemSaid(said: Said): { readonly message: string; readonly said: Said } {
  return { message: sentenceOf(said), said };
}

/** The fields of a problem that say what is allowed instead. */
export function allowedSaid(allows: Said): { readonly allowed: string; readonly allows: Said } {
  return { allowed: sentenceOf(allows), allows };
}

/** What is said, in English. */
export function textOf(telling: Telling): string {
  if (typeof telling === 'string') return telling;
  return 'text' in telling ? telling.text : sentenceOf(telling);
}

/** Sentences within sentences that are followed; ours hold four, long lists seven. */
const DEEPEST = 8;

/** `value` as the data of a sentence that is known here and reads `text`; null: it is not. */
export function saidAs(value: unknown, text: string): Said | null {
  return isSaid(value, DEEPEST) && sentenceOf(value) === text ? value : null;
}

function isSaid(value: unknown, depth: number): value is Said {
  if (!isFields(value) || depth === 0) return false;
  const { code, values = {}, parts = {}, quotes = {} } = value;
  if (typeof code !== 'string' || !Object.hasOwn(SENTENCES, code)) return false;
  if (!isFields(values) || !isFields(parts) || !isFields(quotes)) return false;
  return (
    Object.values(values).every((one) => typeof one === 'string') &&
    Object.values(parts).every((one) => isSaid(one, depth - 1)) &&
    Object.values(quotes).every(isQuoted)
  );
}

function isQuoted(value: unknown): value is Quoted {
  return isFields(value) && [value['code'], value['text']].every((one) => typeof one === 'string');
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was said as `text`: data where it is one of `codes`, without places. */
export function plainSaid(text: string, codes: readonly SentenceCode[]): Telling {
  const code = codes.find((one) => SENTENCES[one] === text);
  return code === undefined || text.includes('{{') ? text : { code };
}

/** `text` with its places filled; null where a value is missing. */
export function withValues(
  text: string,
  values: Readonly<Record<string, string>> = {},
): string | null {
  let whole = true;
  const filled = text.replace(/{{(\w+)}}/g, (_, place: string) => {
    if (Object.hasOwn(values, place)) return values[place] ?? '';
    whole = false;
    return '';
  });
  return whole ? filled : null;
}
