/** Parts of the pages as markup, in a language, without a browser. */
import { MantineProvider } from '@mantine/core';
import i18next from 'i18next';
import { createElement } from 'react';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider, initReactI18next } from 'react-i18next';
import { WORD_OPTIONS, loadWords, namespacesOf } from '../../src/web/ui/words/languages.ts';
import type { Language } from '../../src/web/ui/words/languages.ts';

/** The markup of `page`, without the styles that a library puts into it. */
export async function shown(lng: Language, page: ReactElement): Promise<string> {
  const i18n = i18next.createInstance();
  const resources = { [lng]: namespacesOf(await loadWords(lng)) };
  await i18n.use(initReactI18next).init({ ...WORD_OPTIONS, resources, lng });
  const themed = createElement(MantineProvider, null, page);
  const markup = renderToStaticMarkup(createElement(I18nextProvider, { i18n }, themed));
  return markup.replace(/<style.*?<\/style>/gs, '').replace(/<!-- -->/g, '');
}
