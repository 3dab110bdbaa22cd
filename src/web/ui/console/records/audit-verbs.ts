/** What was asked for, by the verb of the audit, in words of the page. */
import { consoleEn } from '../../words/console-en.ts';
import type { ConsoleT } from '../console-words.ts';

/** The words for a verb; one that a newer supervisor notes comes as it is. */
export function verbWords(t: ConsoleT, verb: string): string {
  return isKnown(verb) ? t(`console:audit_verb.${verb}`) : verb;
}

function isKnown(verb: string): verb is keyof typeof consoleEn.audit_verb {
  return Object.hasOwn(consoleEn.audit_verb, verb);
}
