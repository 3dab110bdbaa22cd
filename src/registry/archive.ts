/**
 * Retiring a config, and back: config/active <-> config/archived/<id>.<date>.json. It never
 * overwrites and never edits; whether the instance is stopped is the caller's to know.
 */
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { localDate, systemClock } from '../platform/clock.ts';
import { isErrno } from '../platform/json-file.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { activeClaims, findActiveFile, idOfText } from './active-configs.ts';
import { checkInstanceId } from './instance-id.ts';
import { readConfigText } from './jsonc-text.ts';
import type { Registry } from './registry-file.ts';
import { alternatives } from './spelling.ts';

/** What was moved where, absolute paths. */
export interface Archived {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves the active config of `id` to config/archived and forgets its record, in the order in which
 * an end in between loses nothing and the same verb finishes it. Throws CONFIG_NOT_FOUND when there
 * is none, INSTANCE_RUNNING where it should run, or what the registry refuses; then all is as it
 * was.
 */
export async function archiveInstance(
  home: Home,
  id: string,
  registry: Pick<Registry, 'update'>,
): Promise<Archived> {
  checkInstanceId(id, 'given');
  const from = findActiveFile(home, id);
  if (from === null) {
    const message = `No config in ${home.active} has the id ${id}.`;
    const near = alternatives(id, activeClaims(home).map((claim) => claim.id));
    const meant = near === null ? {} : { hint: `Did you mean ${near}?` };
    throw new GriddError('CONFIG_NOT_FOUND', message, { ...meant, ...archivedHint(home, id) });
  }
  let before: readonly RegistryRecord[] = [];
  const left = await registry.update(id, (record) => {
    before = record === null ? [] : [record];
    return record?.desired === 'running' ? record : null;
  });
  if (left !== null) {
    throw new GriddError('INSTANCE_RUNNING', `${id} was started at this moment.`, {
      hint: `Stop it first: \`gridd stop ${id}\`.`,
    });
  }
  try {
    return { from, to: moveToArchive(home, id, from) };
  } catch (error) {
    // Whoever made a record of it meanwhile knows better.
    for (const old of before) await registry.update(id, (record) => record ?? old);
    throw error;
  }
}

function moveToArchive(home: Home, id: string, from: string): string {
  mkdirSync(home.archived, { recursive: true });
  const date = localDate(systemClock.now());
  for (let copy = 1; ; copy += 1) {
    const to = join(home.archived, `${id}.${date}${copy === 1 ? '' : `-${copy}`}.json`);
    if (moveTo(from, to)) return to;
  }
}

/**
 * Brings an archived config back: `name` is an id (its newest archive) or a file of
 * config/archived. Throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, and FILE_EXISTS where config/active has
 * its id; then all is as it was.
 */
export function unarchiveInstance(home: Home, name: string): Archived & { readonly id: string } {
  const all = archivedFiles(home);
  const found = all.find((one) => one.name === basename(name)) ?? all.find(({ id }) => id === name);
  if (found === undefined) throw unknownArchive(name, all);
  const to = join(home.active, `${found.id}.json`);
  // Its text may name another id than that it was retired under.
  const id = idOfText(readConfigText(found.file), to) ?? found.id;
  const present = findActiveFile(home, id);
  mkdirSync(home.active, { recursive: true });
  if (present !== null || !moveTo(found.file, to)) {
    throw new GriddError('FILE_EXISTS', `The instance ${id} exists already: ${present ?? to}.`, {
      hint: 'Nothing was changed; archive the present one first.',
    });
  }
  return { id, from: found.file, to };
}

function unknownArchive(name: string, all: readonly { id: string }[]): GriddError {
  const ids = [...new Set(all.map(({ id }) => id))];
  const near = alternatives(name, ids);
  const meant = near === null ? '' : ` Did you mean ${near}?`;
  const message = `config/archived holds no config "${name.slice(0, 80)}".${meant}`;
  const known = ids.length === 0 ? 'It is empty.' : `It holds ${someOf(ids)}.`;
  return new GriddError('CONFIG_NOT_FOUND', message, { hint: known });
}

function someOf(ids: readonly string[]): string {
  const shown = ids.slice(0, 10).join(', ');
  return ids.length > 10 ? `${shown} and ${ids.length - 10} more` : shown;
}

/**
 * Moves `from` to the free name `to`; false where that is taken. At no moment is the text in no
 * place, or a name without a text: a link that is whole stands first. A save at this moment is
 * moved along or stands as a new file.
 */
function moveTo(from: string, to: string): boolean {
  const passing = `${to}.${process.pid}.tmp`;
  // A link may lead from its own folder only, and what it leads to stays.
  if (lstatSync(from).isSymbolicLink()) return copyTo(from, to, passing);
  try {
    linkSync(from, to);
  } catch (error) {
    // Another disk, or one without links.
    if (['EXDEV', 'EPERM', 'ENOTSUP'].some((code) => isErrno(error, code))) {
      return copyTo(from, to, passing);
    }
    if (!isErrno(error, 'EEXIST')) throw error;
    // One that was killed between its two steps: this one goes on.
    if (!isSame(from, to)) return false;
  }
  try {
    renameSync(from, passing);
  } catch (error) {
    // Gone: another moves it at this moment, and what stands there is all there is.
    if (!isErrno(error, 'ENOENT')) rmSync(to, { force: true });
    throw error;
  }
  if (isSame(passing, to)) unlinkSync(passing);
  else renameSync(passing, to);
  return true;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => lstatSync(file, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

function copyTo(from: string, to: string, passing: string): boolean {
  // A disk without links: a name is free or is not, and nobody else archives the same one.
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    copyFileSync(from, passing);
    renameSync(passing, to);
  } catch (error) {
    rmSync(passing, { force: true });
    throw error;
  }
  unlinkSync(from);
  return true;
}

/** For an error about `id`: how to get its config back where it was archived; else nothing. */
export function archivedHint(home: Home, id: string): { readonly hint?: string } {
  const found = archivedFiles(home).find((one) => one.id === id);
  if (found === undefined) return {};
  const file = toHome(home, found.file);
  return { hint: `It is archived in ${file}: \`gridd unarchive ${id}\` brings it back.` };
}

/**
 * The files of config/archived with the id each was retired under, newest name first. One without a
 * text is no config: an older gridd that was killed left such names.
 */
export function archivedFiles(home: Home): { name: string; id: string; file: string }[] {
  let entries;
  try {
    entries = readdirSync(home.archived, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile())
    .flatMap(({ name }) => {
      const match = /^([a-z0-9][a-z0-9_-]*)\.(\d{4}-\d{2}-\d{2})(?:-(\d+))?\.json$/.exec(name);
      const [, id = '', date = '', copy = '1'] = match ?? [];
      const file = join(home.archived, name);
      if (match === null || statSync(file, { throwIfNoEntry: false })?.size === 0) return [];
      return [{ name, id, file, date, copy: Number(copy) }];
    })
    .sort((a, b) => b.date.localeCompare(a.date) || b.copy - a.copy || (a.id < b.id ? -1 : 1))
    .map(({ name, id, file }) => ({ name, id, file }));
}
