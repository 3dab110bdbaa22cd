/**
 * Templates and `gridd new`: a template becomes config/active/<id>.json with its own id, places and
 * port, comments kept. Nothing is written before the result was validated; nothing is ever
 * overwritten.
 */
import { applyEdits, modify } from 'jsonc-parser';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import { PACKAGE_FOLDER, homeAt } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { listeningPorts } from '../platform/port-holder.ts';
import { findActiveFile } from './active-configs.ts';
import { loadConfigText } from './config-file.ts';
import { createConfigText } from './config-text.ts';
import { claimedPorts, conflictError, findConflicts } from './conflicts.ts';
import { checkInstanceId } from './instance-id.ts';
import { readConfigText } from './jsonc-text.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { PARTS, keysOf, partOf, schemaAt } from './schema-words.ts';
import type { SchemaNode } from './schema-words.ts';
import { nearest } from './spelling.ts';

const FIRST_PORT = 5001;
const LAST_PORT = 65_535;
const INDENT = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** Names of the templates of this home (or, where it has none, of the package), sorted. */
export function listTemplates(home: Home): string[] {
  return [...templateFiles(home).keys()].sort();
}

function templateFiles(home: Home): Map<string, string> {
  const files = new Map<string, string>();
  // Those of the home come last and win.
  for (const folder of [homeAt(PACKAGE_FOLDER).templates, home.templates]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (/^[^.].*\.json$/.test(name)) files.set(name.replace(/\.json$/, ''), join(folder, name));
    }
  }
  return files;
}

/**
 * Writes config/active/<id>.json from a template and returns it as read back. `sets`: "path=value",
 * the value JSON or else plain text; its port is one that no active config claims and that is not
 * among those `listening`. Throws INSTANCE_ID_INVALID, TEMPLATE_UNKNOWN, FILE_EXISTS,
 * USAGE for a faulty `sets`, CONFIG_CONFLICT, or what `readConfigFile` throws; then nothing is
 * written.
 */
export function newInstance(
  home: Home,
  template: string,
  id: string,
  sets: readonly string[] = [],
  listening: () => ReadonlySet<number> = listeningPorts,
): LoadedConfig {
  checkInstanceId(id, 'given');
  const source = findTemplate(home, template);
  const file = join(home.active, `${id}.json`);
  const present = existsSync(file) ? file : findActiveFile(home, id);
  if (present !== null) {
    throw new GriddError('FILE_EXISTS', `The instance ${id} exists already: ${present}.`);
  }
  const wanted = sets.map(readSet);
  const port = freePort(home, listening());
  const text = withSettings(readConfigText(source), [...ownSettings(id, port), ...wanted]);
  const loaded = loadConfigText(home, file, text);
  if (loaded.id !== id) {
    throw new GriddError('USAGE', 'metadata.instance_id is given with --id, not with --set.');
  }
  const conflicts = findConflicts(home, [loaded]).filter(({ ids }) => ids.includes(id));
  if (conflicts.length > 0) throw conflictError(conflicts);
  createConfigText(file, text.endsWith('\n') ? text : `${text}\n`);
  return loaded;
}

/** Text of a template as `newInstance` would write it for `id`; null: as it stands. */
export function templateText(
  home: Home,
  template: string,
  id: string | null,
  listening: () => ReadonlySet<number> = listeningPorts,
): string {
  const text = readConfigText(findTemplate(home, template));
  if (id === null) return text;
  checkInstanceId(id, 'given');
  return withSettings(text, ownSettings(id, freePort(home, listening())));
}

function ownSettings(id: string, port: number): Setting[] {
  return [
    { path: ['metadata', 'instance_id'], value: id },
    { path: ['daemon_config', 'log_dir'], value: `logs/${id}` },
    { path: ['daemon_config', 'db_path'], value: `database/${id}.db` },
    { path: ['daemon_config', 'web_port'], value: port },
  ];
}

function withSettings(text: string, settings: readonly Setting[]): string {
  return settings.reduce(
    (edited, { path, value }) => applyEdits(edited, modify(edited, [...path], value, INDENT)),
    text,
  );
}

function findTemplate(home: Home, template: string): string {
  const files = templateFiles(home);
  const name = template.replace(/\.json$/, '');
  const file = files.get(name);
  if (file !== undefined) return file;
  const near = nearest(name, [...files.keys()]);
  const meant = near === null ? '' : ` Did you mean ${near}?`;
  const known = [...files.keys()].sort().join(', ');
  const hint = `${meant} The templates are: ${known}.`.trim();
  const message = `There is no template "${name.slice(0, 80)}".`;
  throw new GriddError('TEMPLATE_UNKNOWN', message, { hint });
}

function freePort(home: Home, listening: ReadonlySet<number>): number {
  const taken = new Set([...claimedPorts(home, null), ...listening]);
  let port = FIRST_PORT;
  while (taken.has(port) && port < LAST_PORT) port += 1;
  return port;
}

interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

function readSet(set: string): Setting {
  const equals = set.indexOf('=');
  if (equals <= 0) {
    const shown = set.slice(0, 40);
    throw new GriddError('USAGE', `--set takes path=value, not "${shown}".`);
  }
  const path = set.slice(0, equals).split('.');
  const schema = schemaOf(path);
  if (schema === null || path.length < 2) throw unknownPath(path);
  return { path, value: valueOf(set.slice(equals + 1), schema) };
}

/** Schema at a path; values of `environment` may have any name. */
function schemaOf(path: readonly string[]): SchemaNode | null {
  const [part, key, name, ...rest] = path;
  if (part === 'daemon_config' && key === 'environment' && name !== undefined) {
    return rest.length === 0 && name !== '__proto__' ? { type: 'string' } : null;
  }
  return schemaAt(path);
}

/**
 * JSON where the key takes it, else the text as it is: `--set metadata.version=2` stays a text's
 * "2".
 */
function valueOf(text: string, schema: SchemaNode): unknown {
  if (schema.type === 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function unknownPath(path: readonly string[]): GriddError {
  const shown = path.join('.').slice(0, 80);
  const last = path[path.length - 1] ?? '';
  const known = PARTS.flatMap((part) => keysOf(part).map((key) => `${part}.${key}`));
  const part = partOf(last);
  // The right key in the wrong part, a slip in the whole path, a slip in the key alone.
  const meant =
    (part === null ? null : `${part}.${last}`) ??
    nearest(shown, known) ??
    known.find((key) => nearest(last, [key.slice(key.indexOf('.') + 1)]) !== null) ??
    null;
  const message = `is no path of a config${meant === null ? '' : `; did you mean ${meant}?`}`;
  return new GriddError('USAGE', `--set: ${shown} ${message}`, {
    problems: [{ path: shown, message }],
    hint: 'docs/config.md lists every key with its part.',
  });
}
