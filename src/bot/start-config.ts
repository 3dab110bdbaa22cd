/**
 * What a bot begins with: the text that its supervisor has taken for it, else its config file; and
 * whether its books have had the values of that text already. They have had them once the start
 * that took it came so far: adjusts and reloads since then stand in the books alone.
 */
import { assert } from '../contract/assert.ts';
import type { BotLaunch } from '../contract/instance-api.ts';
import type { Home } from '../platform/paths.ts';
import { loadConfigText, readConfigFile, readTakenText } from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';

/** Key of the books: the start whose values they have had; no generation, those begin anew. */
const VALUES_OF = 'values_of';

/** Throws what the registry room throws. */
export function readStartConfig(home: Home, launch: BotLaunch): LoadedConfig {
  const { config_file, id: instanceId, log_dir, taken } = launch;
  if (taken === undefined) return readConfigFile(home, config_file, { instanceId });
  const text = readTakenText(log_dir, taken.sha256);
  // The supervisor has just seen it: the next start decides anew what to run with.
  assert(text !== null, 'the config text that it was started with is gone');
  return loadConfigText(home, config_file, text, { instanceId });
}

/** What the books keep once they have the values that this launch begins with. */
export function valuesOf({ taken }: BotLaunch): Record<string, string> {
  return { [VALUES_OF]: taken?.start ?? '' };
}

/** Whether the books have had them from an earlier process. */
export function hadValues(
  books: { meta(key: string): string | null },
  { cause, taken }: BotLaunch,
): boolean {
  if (cause === 'start' || taken === undefined) return false;
  return books.meta(VALUES_OF) === taken.start;
}
