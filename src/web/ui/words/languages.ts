/**
 * The languages of the pages and the words of each. Codes have words here; sentences of the bot
 * (reasons, warnings) stay in its own language.
 */
import i18next from 'i18next';
import type { TFunction } from 'i18next';
import { en } from './en.ts';
import type { Words } from './en.ts';
import { zhHant } from './zh-hant.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'page';
    readonly resources: { readonly page: Words };
  }
}

export const LANGUAGES = [
  { code: 'en', name: 'English' },
  { code: 'zh-Hant', name: '繁體中文' },
] as const;
export type Language = (typeof LANGUAGES)[number]['code'];

/** How i18next is started, but for the language. */
export const WORD_OPTIONS = {
  fallbackLng: 'en',
  defaultNS: 'page',
  resources: { en: { page: en }, 'zh-Hant': { page: zhHant } },
  showSupportNotice: false,
  // React writes text, never markup.
  interpolation: { escapeValue: false },
} as const;

/** The words of one language, whatever the page shows. */
export async function wordsIn(language: Language): Promise<TFunction> {
  return i18next.createInstance().init({ ...WORD_OPTIONS, lng: language });
}
