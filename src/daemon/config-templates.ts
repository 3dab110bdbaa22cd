/**
 * The templates of a home as the console shows them. One that somebody broke must not keep the
 * others from being used.
 */
import { basename } from 'node:path';
import type { TemplateSummary, TemplateView } from '../contract/console-api.ts';
import { GriddError } from '../contract/errors.ts';
import { say } from '../contract/sentences.ts';
import type { Home } from '../platform/paths.ts';
import { configRoot, guardedIn, listTemplates, masked, templateText } from '../registry/index.ts';
import type { ConfigRoot } from '../registry/index.ts';
import { nameIn, readOnly, rootOf } from './config-views.ts';

/** Those that can be read, at a glance. */
export function templateSummaries(home: Home): TemplateSummary[] {
  return readable(home).map(({ name, text }) => summaryOf(name, masked(text, name)));
}

/** One with its text, secrets masked; with `id` made for that instance. TEMPLATE_UNKNOWN. */
export function templateView(home: Home, name: string, id: string | null): TemplateView {
  const text = templateText(home, name, id);
  const guarded = guardedIn(configRoot(text, name) ?? {});
  const keys = guarded.map(({ path, why }) => readOnly(path, say('it_does', { why })));
  const shown = masked(text, name);
  return { ...summaryOf(name, shown), text: shown, read_only: keys };
}

/** What those that can be read hold: of read-only keys a new config may hold no more. */
export function templateRoots(home: Home): ConfigRoot[] {
  return readable(home).map(({ root }) => root);
}

function readable(home: Home) {
  return listTemplates(home).flatMap((name) => {
    try {
      const text = templateText(home, name, null, () => new Set());
      const root = rootOf(text, name);
      return root === null ? [] : [{ name, text, root }];
    } catch (thrown) {
      if (thrown instanceof GriddError) return [];
      throw thrown;
    }
  });
}

function summaryOf(name: string, text: string): TemplateSummary {
  const comments = text.slice(0, text.indexOf('{')).split('\n');
  const words = comments.map((line) => line.replace(/^\s*(\/\/|\/\*+|\*\/?)\s?/, '').trim());
  const description = words.filter((line) => line !== '').join(' ').slice(0, 500);
  return { name, title: nameIn(text, basename(name)), description };
}
