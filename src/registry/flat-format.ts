/**
 * The older single-file format: the same keys flat, without the four parts. It is read as it is and
 * can be converted; what is in no part stays at the top, where validation reports it.
 */
import { PARTS, partOf } from './schema-words.ts';

/** Whether `value` has none of the four parts but at least one of their keys. */
export function isFlat(value: Record<string, unknown>): boolean {
  if (PARTS.some((part) => part in value)) return false;
  return Object.keys(value).some((key) => partOf(key) !== null);
}

/**
 * The four parts of a flat value; unknown keys stay at the top. Parts without keys are left out.
 */
export function toFourParts(flat: Record<string, unknown>): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const part of PARTS) {
    const entries = Object.entries(flat).filter(([key]) => partOf(key) === part);
    if (entries.length > 0) whole[part] = Object.fromEntries(entries);
  }
  for (const [key, value] of Object.entries(flat)) {
    if (partOf(key) === null) whole[key] = value;
  }
  return whole;
}

/** Path in the four-part form -> path in the flat file. */
export function flatPath(path: string): string {
  const dot = path.indexOf('.');
  const head = dot < 0 ? path : path.slice(0, dot);
  return dot > 0 && PARTS.some((part) => part === head) ? path.slice(dot + 1) : path;
}
