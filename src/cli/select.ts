/**
 * Whom a verb means: ids, --all, --config FILE with or without --instance-id, a folder. An id is
 * checked before it touches a path; a config file is found again in the registry, so that a verb
 * works for an instance whose file has become invalid since.
 */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import {
  activeFiles,
  findActiveFile,
  openRegistry,
  readConfigFile,
  unknownInstance,
} from '../registry/index.ts';
import type { Context } from './context.ts';

/** What the command line named. */
export interface Selection {
  readonly ids: readonly string[];
  readonly all?: boolean | undefined;
  readonly config?: readonly string[] | undefined;
  readonly instanceId?: string | undefined;
}

/** One config file to start; `instance_id` where the id does not come from the file. */
export interface Target {
  readonly config_file: string;
  readonly instance_id?: string;
}

type Records = Readonly<Record<string, RegistryRecord>>;

/** The instances a verb is for; null means --all, whose meaning is the verb's own. */
export function selectIds(context: Context, selection: Selection): string[] | null {
  const { ids, all = false, config = [] } = selection;
  if (all) {
    if (ids.length + config.length > 0) throw usage('--all stands alone, without ids or files.');
    return null;
  }
  if (ids.length + config.length === 0) {
    throw usage('Name an instance: an id, --config FILE, or --all where the verb takes it.');
  }
  ids.forEach(checkId);
  const files = config.flatMap((path) => configFiles(context, path));
  if (selection.instanceId !== undefined) {
    checkId(selection.instanceId);
    if (files.length !== 1) throw usage('--instance-id goes with exactly one --config FILE.');
  }
  const named = files.map((file) => idOfFile(context.home, file, selection.instanceId));
  return [...new Set([...ids, ...named])];
}

/** The one instance a verb is for. */
export function selectOne(context: Context, selection: Selection): string {
  const ids = selectIds(context, selection) ?? [];
  const [id] = ids;
  if (id === undefined || ids.length > 1) {
    throw usage(`This verb takes one instance, not ${ids.length}.`);
  }
  return id;
}

/** The config files `start` is for. */
export function selectTargets(context: Context, selection: Selection): Target[] {
  const { ids, all = false, config = [], instanceId } = selection;
  const { home } = context;
  if (all) {
    if (ids.length + config.length > 0) throw usage('--all stands alone, without ids or files.');
    return allTargets(home);
  }
  // After --config further words are more files, unless they can only be ids.
  const isFile = (word: string) =>
    word.endsWith('.json') || (config.length > 0 && !isInstanceId(word));
  const files = [...config, ...ids.filter(isFile)].flatMap((path) => configFiles(context, path));
  if (instanceId !== undefined) {
    checkId(instanceId);
    const [file] = files;
    if (file === undefined || files.length > 1) {
      throw usage('--instance-id goes with exactly one --config FILE.');
    }
    return [{ config_file: file, instance_id: instanceId }];
  }
  const named = ids.filter((word) => !isFile(word)).map((id) => targetOfId(home, id));
  const targets = [...files.map((file) => ({ config_file: file })), ...named];
  return targets.length > 0 ? distinct(targets) : [lonelyTarget(home)];
}

/** Refuses what may not name an instance: it becomes a path. */
function checkId(id: string): void {
  if (isInstanceId(id)) return;
  const shown = JSON.stringify(id.length > 80 ? `${id.slice(0, 80)}...` : id);
  throw new GriddError('INSTANCE_ID_INVALID', `${shown} cannot be the id of an instance.`);
}

/**
 * Config files at `path`: the file, or every *.json of the folder. From the caller's folder, else
 * the home's.
 */
export function configFiles(context: Context, path: string): string[] {
  const file = locate(context, path);
  if (!statSync(file).isDirectory()) return [file];
  const names = readdirSync(file).filter((name) => /^[^.].*\.json$/.test(name));
  if (names.length === 0) {
    throw new GriddError('CONFIG_NOT_FOUND', `The folder ${file} holds no config (*.json).`);
  }
  return names.sort().map((name) => join(file, name));
}

function locate(context: Context, path: string): string {
  const here = resolve(context.cwd, path);
  const there = isAbsolute(path) ? here : join(context.home.folder, path);
  const file = [here, there].find((candidate) => existsSync(candidate));
  if (file !== undefined) return realpathSync(file);
  throw new GriddError('CONFIG_NOT_FOUND', `There is no file or folder ${here}.`);
}

function idOfFile(home: Home, file: string, instanceId: string | undefined): string {
  if (instanceId !== undefined) return instanceId;
  const records = recordsOf(home, file);
  const plain = records.filter(([, record]) => !record.instance_id_override);
  const candidates = plain.length > 0 ? plain : records;
  const [first] = candidates;
  if (first === undefined) return readConfigFile(home, file).id;
  if (candidates.length === 1) return first[0];
  const names = candidates.map(([id]) => id).join(', ');
  throw usage(`${file} belongs to several instances (${names}); add --instance-id.`);
}

function targetOfId(home: Home, id: string): Target {
  checkId(id);
  const record = readRecords(home)[id];
  if (record !== undefined) return targetOfRecord(home, id, record);
  const file = findActiveFile(home, id);
  if (file !== null) return { config_file: file };
  throw unknownInstance(home, id, `There is no instance or active config "${id}".`);
}

function allTargets(home: Home): Target[] {
  const targets = activeFiles(home).flatMap((file): Target[] => {
    const records = recordsOf(home, file);
    const overridden = records.filter(([, record]) => record.instance_id_override);
    const own = records.length === overridden.length && records.length > 0 ? [] : [file];
    return [
      ...own.map((config_file) => ({ config_file })),
      ...overridden.map(([id, record]) => targetOfRecord(home, id, record)),
    ];
  });
  if (targets.length > 0) return targets;
  throw new GriddError('CONFIG_NOT_FOUND', `There is no config in ${home.active}.`, {
    hint: 'Make one with `gridd new TEMPLATE --id ID`; `ls config/templates` shows the templates.',
  });
}

function lonelyTarget(home: Home): Target {
  const file = join(home.folder, 'config', 'daemon_config.json');
  if (existsSync(file)) return { config_file: file };
  const names = activeFiles(home).map((path) => relative(home.folder, path));
  const known = names.length === 0 ? 'config/active is empty' : `there are ${names.join(', ')}`;
  throw new GriddError('USAGE', `Nothing is named to start, and ${known}.`, {
    hint: 'Start one with `gridd start --config FILE`, or all of config/active with --all.',
  });
}

function targetOfRecord(home: Home, id: string, record: RegistryRecord): Target {
  const config_file = fromHome(home, record.config_file);
  return record.instance_id_override ? { config_file, instance_id: id } : { config_file };
}

function recordsOf(home: Home, file: string): [string, RegistryRecord][] {
  const same = (path: string) =>
    path === file || (existsSync(path) && realpathSync(path) === file);
  return Object.entries(readRecords(home)).filter(([, record]) =>
    same(fromHome(home, record.config_file)),
  );
}

function readRecords(home: Home): Records {
  return openRegistry(home).read().instances;
}

function distinct(targets: readonly Target[]): Target[] {
  const byName = new Map(targets.map((t) => [`${t.config_file}\n${t.instance_id ?? ''}`, t]));
  return [...byName.values()];
}

/** USAGE with this sentence. */
export function usage(sentence: string): GriddError {
  return new GriddError('USAGE', sentence);
}
