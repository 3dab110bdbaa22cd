/**
 * Every word of the pages in English: the one file to edit, and the shape that every other language
 * has to fill. `{{name}}` is replaced; `_one` and `_other` are chosen by `count`.
 */
import { consoleEn } from './console-en.ts';

export const en = {
  common: {
    loading: 'Loading …',
    retry: 'Try again',
    cancel: 'Cancel',
    close: 'Close',
    apply: 'Apply',
    none: 'none',
    unknown: 'not known',
    export_csv: 'CSV',
    export_json: 'JSON',
    filter: 'Filter',
  },
  stream: {
    connecting: 'Connecting …',
    live: 'Live',
    lost: 'Connection lost, figures are {{seconds}} s old; trying again',
    hidden: 'Paused while hidden',
  },
  mode: { paper: 'PAPER', live: 'LIVE' },
  look: { theme: 'Theme', language: 'Language', system: 'System', light: 'Light', dark: 'Dark' },
  side: { buy: 'Buy', sell: 'Sell' },
  session: {
    title: 'Access token',
    ask: 'Changes need the access token; `gridd token` makes one.',
    token: 'Token',
    sign_in: 'Sign in',
    sign_out: 'Sign out',
  },
  console: consoleEn,
};

/** Any language: the same keys. */
export type Words = typeof en;
