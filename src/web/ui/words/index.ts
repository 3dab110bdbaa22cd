/** The language of the pages: the user's choice if one was made here, else the browser's. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, WORD_OPTIONS, loadWords, namespacesOf } from './languages.ts';
import type { Language } from './languages.ts';

export { LANGUAGES } from './languages.ts';
export type { Language } from './languages.ts';
const CHOICE = 'gridd-language';

/** Must be awaited before anything is shown; rejects where the language cannot be loaded. */
export async function startWords(): Promise<void> {
  const language = chosen();
  const resources = { [language]: namespacesOf(await loadWords(language)) };
  await i18next.use(initReactI18next).init({ ...WORD_OPTIONS, resources, lng: language });
  document.documentElement.lang = language;
}

/**
 * Shows everything in `language` from now on, and remembers it; rejects where it cannot be loaded,
 * and nothing has changed then.
 */
export async function chooseLanguage(language: Language): Promise<void> {
  const words = namespacesOf(await loadWords(language));
  for (const [name, bundle] of Object.entries(words)) {
    i18next.addResourceBundle(language, name, bundle);
  }
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
