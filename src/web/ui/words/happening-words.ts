/** What happened to a grid, by the bot's code, in words of the page. */
import type { TFunction } from 'i18next';
import { en } from './en.ts';

/** The words for a code; one that a newer bot invented comes as it is. */
export function happeningWords(t: TFunction, code: string): string {
  return isKnown(code) ? t(`happening.${code}`) : code;
}

function isKnown(code: string): code is keyof typeof en.happening {
  return Object.hasOwn(en.happening, code);
}
