/** Why a line has no order, in words a trader reads once. Codes are the engine's and the port's. */
import type { TFunction } from 'i18next';
import { en } from './en.ts';

/** The words for a code; one that a newer bot invented comes as it is. */
export function lineWords(t: TFunction, reason: string): string {
  return isKnown(reason) ? t(`line_reason.${reason}`) : reason.replaceAll('_', ' ');
}

function isKnown(reason: string): reason is keyof typeof en.line_reason {
  return Object.hasOwn(en.line_reason, reason);
}
