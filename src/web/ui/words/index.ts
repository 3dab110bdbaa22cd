/**
 * The language of the pages: the user's choice if one was made here, else the browser's. What the
 * bot says in sentences (reasons, warnings) stays in the bot's language; codes have words here.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
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
const CHOICE = 'gridd-language';

/** Must be awaited before anything is shown. */
export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: chosen(),
    fallbackLng: 'en',
    defaultNS: 'page',
    resources: { en: { page: en }, 'zh-Hant': { page: zhHant } },
    // React writes text, never markup.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

/** Shows everything in `language` from now on, and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(CHOICE, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

function chosen(): Language {
  const stored = localStorage.getItem(CHOICE);
  const known = LANGUAGES.find(({ code }) => code === stored);
  if (known !== undefined) return known.code;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-Hant' : 'en';
}
