/** Configs and their versions as the console shows them: secrets masked. */
import { statSync } from 'node:fs';
import type {
  ConfigSummary,
  ConfigVersion,
  ConfigVersionText,
  ConfigView,
  ReadOnlyKey,
} from '../contract/console-api.ts';
import { errorBody } from '../contract/errors.ts';
import { quoted, say, sentenceOf } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { isoTime } from '../platform/clock.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { configRoot, guardedIn, isLink, masked } from '../registry/index.ts';
import type { ConfigRoot } from '../registry/index.ts';
import type { StoredVersion, VersionFacts } from '../store/index.ts';

/** A file with its text and newest version. */
export interface ShownFile {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  readonly version: VersionFacts | null;
}

/** A config at a glance; `problems`: how many a check of it finds. */
export function summaryOf(
  home: Home,
  place: ConfigSummary['place'],
  { id, file, text, version }: ShownFile,
  problems: number,
): ConfigSummary {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return {
    id,
    file: toHome(home, file),
    place,
    name: nameIn(text, file),
    version: version?.version ?? 0,
    changed_at: isoTime(version?.at_ms ?? written),
    problems,
  };
}

/** What a text holds; null where it is no JSON. */
export function rootOf(text: string, file: string): ConfigRoot | null {
  try {
    return configRoot(text, file);
  } catch {
    return null;
  }
}

/** `metadata.name` of a text; empty where there is none that can be shown. */
export function nameIn(text: string, file: string): string {
  try {
    const metadata = configRoot(masked(text, file), file)?.['metadata'];
    const named = typeof metadata === 'object' && metadata !== null && 'name' in metadata;
    return named && typeof metadata.name === 'string' ? metadata.name.slice(0, 200) : '';
  } catch {
    return '';
  }
}

/** What may be shown of a text, and what of it cannot be changed here. */
export function shownText(
  home: Home,
  file: string,
  text: string,
): Pick<ConfigView, 'text' | 'read_only'> {
  const name = toHome(home, file);
  try {
    const keys = guardedIn(configRoot(text, file) ?? {}).map(({ path, why }) =>
      readOnly(path, say('edit_there', { why, file: name })),
    );
    return { text: masked(text, file), read_only: [...linkNote(file, name), ...keys] };
  } catch (thrown) {
    const why = say('cannot_be_shown', { fault: quoted(errorBody(thrown)), file: name });
    return { text: '', read_only: [readOnly('(file)', why)] };
  }
}

function linkNote(file: string, name: string): ReadOnlyKey[] {
  if (!isLink(file)) return [];
  return [readOnly('(file)', say('link_edited_there', { file: name }))];
}

/** The key at `path`, which cannot be changed here for the reason of `said`. */
export function readOnly(path: string, said: Said): ReadOnlyKey {
  return { path, why: sentenceOf(said), why_said: said };
}

/** A version without its text. */
export function versionView(facts: VersionFacts): ConfigVersion {
  const { version, at_ms, who, origin, note, changed } = facts;
  return { version, at: isoTime(at_ms), who, from: origin, note, changed };
}

/** A version with its text. */
export function versionTextView(home: Home, file: string, found: StoredVersion): ConfigVersionText {
  return { ...versionView(found), text: shownText(home, file, found.text).text };
}
