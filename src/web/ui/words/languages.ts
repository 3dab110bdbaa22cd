/**
 * The languages of the pages. Each is one file, loaded when it is first shown: who reads one
 * language does not load the other.
 */
import i18next from 'i18next';
import type { TFunction } from 'i18next';
import type { Words } from './en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'page';
    readonly resources: { readonly page: Words['page'] };
  }
}

export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'zh-Hant', name: '繁體中文' },
] as const;
export type Language = (typeof LANGUAGES)[number]['code'];

const FILES: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.ts')).en,
  'zh-Hant': async () => (await import('./zh-hant.ts')).zhHant,
};
const loaded = new Map<string, Words>();

/** The words of a language, loaded once. */
export async function loadWords(language: Language): Promise<Words> {
  const words = loaded.get(language) ?? (await FILES[language]());
  loaded.set(language, words);
  return words;
}

/** The words of a language that is shown; null where it was not loaded. */
export function loadedWords(language: string): Words | null {
  return loaded.get(language) ?? null;
}

/** How i18next is started, but for the language; all languages have the same keys. */
export const WORD_OPTIONS = {
  fallbackLng: false,
  defaultNS: 'page',
  showSupportNotice: false,
  // React writes text, never markup.
  interpolation: { escapeValue: false },
} as const;

/** What i18next looks words up in; the other parts are tables, see `loadedWords`. */
export function namespacesOf({ page, console }: Words): Pick<Words, 'page' | 'console'> {
  return { page, console };
}

/** The words of one language, whatever the page shows. */
export async function wordsIn(language: Language): Promise<TFunction> {
  const resources = { [language]: namespacesOf(await loadWords(language)) };
  return i18next.createInstance().init({ ...WORD_OPTIONS, resources, lng: language });
}

/** The words at `key`; `otherwise` where there are none, as for a code of a newer bot. */
export function wordsAt(t: TFunction, key: string, otherwise: string): string {
  const words: unknown = t(key as never, { defaultValue: '' } as never);
  return typeof words === 'string' && words !== '' ? words : otherwise;
}
