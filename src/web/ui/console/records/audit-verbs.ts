/** What was asked for, by the verb of the audit, in words of the page. */
import type { Words } from '../../words/en.ts';
import type { ConsoleT } from '../console-words.ts';

type Verb = keyof Words['console']['audit_verb'];

/** The words for a verb; one that a newer supervisor notes comes as it is. */
export function verbWords(t: ConsoleT, verb: string): string {
  const key = `console:audit_verb.${verb as Verb}` as const;
  return t(key, { defaultValue: verb });
}
