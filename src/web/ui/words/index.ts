/**
 * The language of the pages: the user's choice if one was made here, else the browser's. What the
 * bot says in sentences (reasons, warnings) stays in the bot's language; codes have words here.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, WORD_OPTIONS } from './languages.ts';
import type { Language } from './languages.ts';

export { LANGUAGES } from './languages.ts';
export type { Language } from './languages.ts';
const CHOICE = 'gridd-language';

/** Words that only one page has, by language and namespace. */
export type MoreWords = Readonly<Partial<Record<Language, Readonly<Record<string, object>>>>>;

/** Must be awaited before anything is shown. */
export async function startWords(more: MoreWords = {}): Promise<void> {
  await i18next.use(initReactI18next).init({ ...WORD_OPTIONS, lng: chosen() });
  for (const [language, namespaces] of Object.entries(more)) {
    for (const [name, words] of Object.entries(namespaces)) {
      i18next.addResourceBundle(language, name, words);
    }
  }
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
