/**
 * Keys of a config that decide which code runs, where files lie, who is handed keys and who may
 * reach the page: whoever edits over HTTP sees them and cannot change them (DESIGN 5.15). Compared
 * as they stand in the file, in either format: to write a default out is a change, too.
 */
import { isDeepStrictEqual } from 'node:util';
import { GriddError } from '../contract/errors.ts';
import type { Problem } from '../contract/errors.ts';
import { allowedSaid, problemSaid, say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { CREDENTIAL_NAMES } from '../contract/venues.ts';
import { isFlat, toFourParts } from './flat-format.ts';
import { claimedId } from './instance-id.ts';
import { isRecord, parseJsonc } from './jsonc-text.ts';
import { namesIn } from './variable-text.ts';

/** A config value in four parts, not validated. */
export type ConfigRoot = Readonly<Record<string, unknown>>;

const RUNS_CODE = say('runs_code');
const PLACES = say('names_places');
const HOSTS = say('names_hosts');
const KEYS = say('names_keys');
const REACH = say('opens_page');

/** The guarded paths with what each does. */
export const GUARDED_KEYS: Readonly<Record<string, Said>> = {
  'daemon_config.python_path': RUNS_CODE,
  'daemon_config.script_path': RUNS_CODE,
  'daemon_config.working_dir': RUNS_CODE,
  'daemon_config.environment': RUNS_CODE,
  'daemon_config.log_dir': PLACES,
  'daemon_config.db_path': PLACES,
  'daemon_config.web_host': REACH,
  'daemon_config.web_allowed_hosts': REACH,
  'exchange_config.paper.file': PLACES,
  'exchange_config.base_url': HOSTS,
  'exchange_config.ws_url': HOSTS,
  'exchange_config.proxy': HOSTS,
  'exchange_config.allow_custom_host': HOSTS,
  ...Object.fromEntries(CREDENTIAL_NAMES.map((name) => [`exchange_config.${name}`, KEYS])),
};

const BOT_ARGS = 'daemon_config.bot_args';
const EXCHANGE = 'metadata.exchange';
const ID = 'metadata.instance_id';
/** Texts that pages show and variables are put into. */
const SHOWN_FIELDS = ['metadata.name', 'metadata.description'];

/** The four parts of a config text; throws CONFIG_SYNTAX. Null: it is no object. */
export function configRoot(text: string, file: string): ConfigRoot | null {
  const value = parseJsonc(text, file);
  if (!isRecord(value)) return null;
  return isFlat(value) ? toFourParts(value) : value;
}

/** The guarded keys that stand in a config, with what each does. */
export function guardedIn(root: ConfigRoot): { path: string; why: Said }[] {
  return [...guards(root)]
    .filter(([path]) => valueAt(root, path) !== undefined)
    .map(([path, why]) => ({ path, why }));
}

/**
 * What `after` may not change of `before`: a problem for each guarded key that is changed, added or
 * removed, for another id and for a variable that pages would show. `file` names the config.
 */
export function guardedProblems(before: ConfigRoot, after: ConfigRoot, file: string): Problem[] {
  const guarded = new Map([...guards(before), ...guards(after)]);
  const problems = [...guarded]
    .filter(([path]) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)))
    .map(([path, why]) => ({
      ...{ path, rule: 'read_only' as const },
      ...problemSaid(say('read_only_here', { why })),
      ...allowedSaid(say('value_in_file', { file })),
    }));
  return [...idProblems(before, after, file), ...problems, ...shownProblems(before, after)];
}

/**
 * The same for a new config of `id`: it may hold the guarded keys of one of `templates`, all of
 * them, and the places that gridd gives every instance. The fewest problems are told.
 */
export function guardedNewProblems(
  id: string,
  after: ConfigRoot,
  templates: readonly ConfigRoot[],
  file: string,
): Problem[] {
  const bare = withoutOwnPlaces(after, id);
  const all = [{}, ...templates].map((base) => {
    const { metadata, ...rest } = withoutOwnPlaces(base, id);
    const { instance_id: _id, ...named } = isRecord(metadata) ? metadata : {};
    return guardedProblems({ ...rest, metadata: named }, bare, file);
  });
  return all.reduce((best, one) => (one.length < best.length ? one : best));
}

/** Without the log folder and database that an instance of this id has anyway. */
function withoutOwnPlaces(root: ConfigRoot, id: string): ConfigRoot {
  const daemon = root['daemon_config'];
  if (!isRecord(daemon)) return root;
  const own: Record<string, string> = { log_dir: `logs/${id}`, db_path: `database/${id}.db` };
  const kept = Object.entries(daemon).filter(([key, value]) => own[key] !== value);
  return { ...root, daemon_config: Object.fromEntries(kept) };
}

/** CONFIG_READ_ONLY for what `guardedProblems` found; `file` is relative to the home. */
export function readOnlyError(problems: readonly Problem[], file: string): GriddError {
  const paths = problems.map(({ path }) => path).join(', ');
  const message = `${paths} cannot be changed over HTTP; nothing was changed.`;
  const hint = `Edit ${file} in an editor on this machine; \`gridd reload ID\` takes it.`;
  return new GriddError('CONFIG_READ_ONLY', message, { problems, hint });
}

function guards(root: ConfigRoot): Map<string, Said> {
  const all = new Map(Object.entries(GUARDED_KEYS));
  const keyed = CREDENTIAL_NAMES.some((name) => valueAt(root, `exchange_config.${name}`));
  // Another venue would be handed the keys of this one.
  if (keyed) all.set(EXCHANGE, HOSTS);
  // Flags of the built-in bot are keys; those of a program are its own affair.
  if (keyed || valueAt(root, 'daemon_config.script_path') !== undefined) {
    all.set(BOT_ARGS, RUNS_CODE);
  }
  return all;
}

function idProblems(before: ConfigRoot, after: ConfigRoot, file: string): Problem[] {
  const [was, is] = [claimedId(before, file), claimedId(after, file)];
  if (was === is) return [];
  const told = problemSaid(say('other_id_than_file'));
  const found = valueAt(after, ID);
  return [{ path: ID, ...told, found, allowed: String(was), rule: 'other_id' }];
}

/** What a variable holds would be shown on pages. */
function shownProblems(before: ConfigRoot, after: ConfigRoot): Problem[] {
  return SHOWN_FIELDS.flatMap((path) => {
    const known = variablesAt(before, path);
    const added = variablesAt(after, path).filter((name) => !known.includes(name));
    if (added.length === 0) return [];
    const told = problemSaid(say('shows_variable'));
    return [{ path, ...told, found: added.join(', '), rule: 'new_variable' }];
  });
}

function variablesAt(root: ConfigRoot, path: string): string[] {
  const value = valueAt(root, path);
  return typeof value === 'string' ? namesIn(value) : [];
}

function valueAt(root: ConfigRoot, path: string): unknown {
  let value: unknown = root;
  for (const key of path.split('.')) {
    value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
