/** What is said where an id is no instance: which ones are near it, or where its config went. */
import { ERRORS, GriddError } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { activeClaims } from './active-configs.ts';
import { archivedHint } from './archive.ts';
import { openRegistry } from './registry-file.ts';
import { alternatives } from './spelling.ts';

/** INSTANCE_UNKNOWN for `id` with `sentence`; never throws itself. */
export function unknownInstance(
  home: Home,
  id: string,
  sentence = `There is no instance "${id}".`,
): GriddError {
  const archived = orNothing(() => archivedHint(home, id)) ?? {};
  if (archived.hint !== undefined) return new GriddError('INSTANCE_UNKNOWN', sentence, archived);
  const claimed = orNothing(() => activeClaims(home).map((claim) => claim.id)) ?? [];
  if (claimed.includes(id)) {
    const hint = `Its config is in config/active; \`gridd start ${id}\` starts it.`;
    return new GriddError('INSTANCE_UNKNOWN', sentence, { hint });
  }
  const recorded = orNothing(() => Object.keys(openRegistry(home).read().instances)) ?? [];
  const near = alternatives(id, [...new Set([...recorded, ...claimed])].sort());
  if (near === null) return new GriddError('INSTANCE_UNKNOWN', sentence);
  const hint = `Did you mean ${near}? ${ERRORS.INSTANCE_UNKNOWN.hint}`;
  return new GriddError('INSTANCE_UNKNOWN', sentence, { hint });
}

/** What cannot be read suggests nothing; the fault that is told stays the one that was met. */
function orNothing<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
