/**
 * The words of the console: a namespace of their own beside those that both pages share, so that
 * the page of an instance need not load them. Keys are "console:nav.fleet" and "common.close".
 */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Words } from '../words/en.ts';

/** Every path to a text, e.g. "verbs.confirm.stop"; both forms of a count are one key. */
type KeyOf<Tree> = {
  [Name in keyof Tree & string]: Tree[Name] extends string
    ? WithoutCount<Name>
    : `${Name}.${KeyOf<Tree[Name]>}`;
}[keyof Tree & string];
type WithoutCount<Name extends string> = Name extends `${infer Base}_one` | `${infer Base}_other`
  ? Base
  : Name;

export type WordKey = `console:${KeyOf<Words['console']>}` | KeyOf<Words['page']>;

/** Says a key in the language of the page. */
export type ConsoleT = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

/** The words, and the language of the page; a new `t` whenever that changes. */
export function useConsoleWords(): { readonly t: ConsoleT; readonly language: string } {
  const { i18n } = useTranslation();
  const { language } = i18n;
  const t: ConsoleT = useCallback(
    (key, values = {}) => String(i18n.t(key as never, { ...values, lng: language })),
    [i18n, language],
  );
  return { t, language };
}
