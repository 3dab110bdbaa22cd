/**
 * Retiring a config: config/active -> config/archived/<id>.<date>.json. It never overwrites and
 * never edits; whether the instance is stopped is the caller's to know.
 */
import {
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import { localDate, systemClock } from '../platform/clock.ts';
import { isErrno } from '../platform/json-file.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { findActiveFile } from './active-configs.ts';
import { checkInstanceId } from './instance-id.ts';

/** What was moved where, absolute paths. */
export interface Archived {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves the active config of `id` to config/archived; throws CONFIG_NOT_FOUND when there is none.
 */
export function archiveInstance(home: Home, id: string): Archived {
  checkInstanceId(id, 'given');
  const from = findActiveFile(home, id);
  if (from === null) {
    const message = `No config in ${home.active} has the id ${id}.`;
    throw new GriddError('CONFIG_NOT_FOUND', message, archivedHint(home, id));
  }
  mkdirSync(home.archived, { recursive: true });
  const date = localDate(systemClock.now());
  for (let copy = 1; ; copy += 1) {
    const to = join(home.archived, `${id}.${date}${copy === 1 ? '' : `-${copy}`}.json`);
    try {
      closeSync(openSync(to, 'wx'));
    } catch (error) {
      if (isErrno(error, 'EEXIST')) continue;
      throw error;
    }
    try {
      moveOnto(from, to);
    } catch (error) {
      rmSync(to, { force: true });
      throw error;
    }
    return { from, to };
  }
}

/**
 * Moves `from` onto the empty file `to`. It is one step, so that a save at this moment is either
 * moved along or stands as a new file; a copy and a removal would lose it in between.
 */
function moveOnto(from: string, to: string): void {
  // A link may lead from its own folder only, and what it leads to stays.
  if (!lstatSync(from).isSymbolicLink()) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      // Another disk: it cannot be done in one step.
      if (!isErrno(error, 'EXDEV')) throw error;
    }
  }
  copyFileSync(from, to);
  unlinkSync(from);
}

/** For an error about `id`: how to get its config back where it was archived; else nothing. */
export function archivedHint(home: Home, id: string): { readonly hint?: string } {
  const found = archivedFiles(home).find((one) => one.id === id);
  if (found === undefined) return {};
  const [from, to] = [toHome(home, found.file), toHome(home, join(home.active, `${id}.json`))];
  return { hint: `It is archived: restore it in the console, or move ${from} to ${to}.` };
}

/** The files of config/archived with the id each was retired under, newest name first. */
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
      const [, id] = /^([a-z0-9][a-z0-9_-]*)\.\d{4}-\d{2}-\d{2}(?:-\d+)?\.json$/.exec(name) ?? [];
      return id === undefined ? [] : [{ name, id, file: join(home.archived, name) }];
    })
    .sort((a, b) => (a.name < b.name ? 1 : -1));
}
