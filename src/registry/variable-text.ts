/**
 * `${NAME}` and `${NAME:-default}` in text. `$${` stands for a literal `${`. Nothing nests and
 * nothing is run: a value is put in as it is and not read again.
 */

import { CREDENTIAL_NAMES } from '../contract/venues.ts';

/** Config paths whose texts are expanded; `environment` means each value in it. */
export const EXPANDED_FIELDS: readonly string[] = [
  ...CREDENTIAL_NAMES.map((name) => `exchange_config.${name}`),
  'exchange_config.base_url',
  'exchange_config.ws_url',
  'exchange_config.proxy',
  'daemon_config.environment',
  'metadata.name',
  'metadata.description',
];

const VARIABLE = /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Names of the variables in `text`, in order, each once. */
export function namesIn(text: string): string[] {
  const names = [...text.matchAll(VARIABLE)].flatMap((match) => match[2] ?? []);
  return [...new Set(names)];
}

/**
 * Whether `text` holds a `${` that begins no variable: it would be taken for a value as it stands.
 */
export function hasStrayBrace(text: string): boolean {
  return text.replace(VARIABLE, '').includes('${');
}

/** `text` with its variables put in, and the names that have neither value nor default. */
export function expandText(
  text: string,
  valueOf: (name: string) => string | undefined,
): { text: string; missing: string[] } {
  const missing: string[] = [];
  const expanded = text.replace(
    VARIABLE,
    (whole: string, literal?: string, name?: string, fallback?: string) => {
      if (literal !== undefined || name === undefined) return literal ?? whole;
      const value = valueOf(name);
      // As in a shell, `:-` takes the place of an empty value too.
      if (value !== undefined && (value !== '' || fallback === undefined)) return value;
      if (fallback !== undefined) return fallback;
      missing.push(name);
      return '';
    },
  );
  return { text: expanded, missing };
}
