/** Why a line has no order, in words a trader reads once. Codes are the engine's and the port's. */
import type { TFunction } from 'i18next';
import { wordsAt } from './languages.ts';

/** The words for a code; one that a newer bot invented comes as it is. */
export function lineWords(t: TFunction, reason: string): string {
  return wordsAt(t, `line_reason.${reason}`, reason.replaceAll('_', ' '));
}
