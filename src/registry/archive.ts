/**
 * Retiring a config, and back: config/active <-> config/archived/<id>.<date>.json. It never
 * overwrites and never edits; whether the instance is stopped is the caller's to know. Killed
 * anywhere, it leaves the text whole in one of the two folders or in both, and no other name that
 * holds anything: a config is retired by one rename, and comes back as a link that is whole before
 * its archive goes. Only to or from another disk it is copied, flushed before the first one goes.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { localDate, systemClock } from '../platform/clock.ts';
import { flush, isErrno, writeFileAtomic } from '../platform/json-file.ts';
import { whileLocked } from '../platform/lifetime-lock.ts';
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

/** An archived config and where it belongs in config/active. */
export interface Returning extends Archived {
  /** Of its text, which may name another than that it was retired under. */
  readonly id: string;
  readonly text: string;
}

const LOCK_TRIES = 100;
const LOCK_LOOK_MS = 15;

/**
 * Moves the active config of `id` to config/archived and forgets its record, in the order in which
 * an end in between loses nothing and the same verb finishes it. Throws CONFIG_NOT_FOUND when there
 * is none, INSTANCE_RUNNING where it should run, CONFIG_UNWRITABLE, or what the registry refuses;
 * then all is as it was, or the error says what is not.
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
    return { from, to: await moveToArchive(home, id, from) };
  } catch (thrown) {
    const error = moveFault(home, from, thrown, archivedHint(home, id));
    throw await recordBack(registry, id, from, before, error);
  }
}

/** The error to throw once the record of a config that was not moved is back. */
async function recordBack(
  registry: Pick<Registry, 'update'>,
  id: string,
  from: string,
  before: readonly RegistryRecord[],
  error: unknown,
): Promise<unknown> {
  try {
    // Whoever made a record of it meanwhile knows better; one whose config is gone has none.
    for (const old of before) {
      await registry.update(id, (record) => record ?? (stands(from) ? old : null));
    }
    return error;
  } catch (thrown) {
    const said = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));
    const first = error instanceof GriddError ? error : null;
    const lost = `${said(error)} And its record could not be put back: ${said(thrown)}`;
    return new GriddError(first?.code ?? 'INTERNAL', lost, first === null ? {} : first);
  }
}

/** `thrown` as what the user can do something about, where it is that. */
function moveFault(home: Home, from: string, thrown: unknown, more: { hint?: string }): unknown {
  if (!(thrown instanceof Error && 'code' in thrown) || thrown instanceof GriddError) return thrown;
  const name = toHome(home, from);
  if (isErrno(thrown, 'ENOENT') && !stands(from)) {
    const message = `${name} is gone: it was moved or removed at this moment.`;
    return new GriddError('CONFIG_NOT_FOUND', message, more);
  }
  const message = `${name} cannot be moved: ${thrown.message}.`;
  return new GriddError('CONFIG_UNWRITABLE', message);
}

/** Of two that archive at once, each finds the names that the other one took. */
async function moveToArchive(home: Home, id: string, from: string): Promise<string> {
  mkdirSync(home.archived, { recursive: true });
  for (let look = 0; look < LOCK_TRIES; look += 1) {
    const moved = whileLocked(home.registryLock, () => {
      const to = freeName(home, id);
      moveTo(from, to);
      return to;
    });
    if (moved !== null) return moved;
    await systemClock.delay(LOCK_LOOK_MS);
  }
  const message = `${home.registryLock} has been locked by another gridd all the time.`;
  throw new GriddError('REGISTRY_LOCKED', message);
}

function freeName(home: Home, id: string): string {
  const date = localDate(systemClock.now());
  for (let copy = 1; ; copy += 1) {
    const to = join(home.archived, `${id}.${date}${copy === 1 ? '' : `-${copy}`}.json`);
    if (!stands(to)) return to;
  }
}

/**
 * Brings an archived config back: `name` is an id (its newest archive) or a file of
 * config/archived. Throws as `archivedConfig` and `bringBack` do; then all is as it was.
 */
export function unarchiveInstance(home: Home, name: string): Returning {
  const back = archivedConfig(home, name);
  bringBack(home, back);
  return back;
}

/**
 * The archived config that `name` means, an id (its newest archive) or a file of config/archived.
 * Throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, and FILE_EXISTS where config/active has its id.
 */
export function archivedConfig(home: Home, name: string): Returning {
  const all = archivedFiles(home);
  const found = all.find((one) => one.name === basename(name)) ?? all.find(({ id }) => id === name);
  if (found === undefined) throw unknownArchive(name, all);
  const text = readConfigText(found.file);
  const named = idOfText(text, join(home.active, `${found.id}.json`));
  const id = named !== null && isInstanceId(named) ? named : found.id;
  const back = { id, text, from: found.file, to: join(home.active, `${id}.json`) };
  refuseTaken(home, back);
  return back;
}

/**
 * Moves what `archivedConfig` found into config/active. Throws FILE_EXISTS, CONFIG_CHANGED where
 * it is another text by now, CONFIG_NOT_FOUND, CONFIG_UNWRITABLE; then all is as it was.
 */
export function bringBack(home: Home, back: Returning): void {
  const { from, to, text } = back;
  refuseTaken(home, back);
  if (readConfigText(from) !== text) {
    const message = `${toHome(home, from)} was edited at this moment.`;
    throw new GriddError('CONFIG_CHANGED', message, { hint: 'Nothing was changed; try again.' });
  }
  try {
    mkdirSync(home.active, { recursive: true });
    if (!linkTo(from, to)) throw taken(home, back.id, to);
  } catch (thrown) {
    throw moveFault(home, from, thrown, {});
  }
}

function refuseTaken(home: Home, { id, from, to }: Returning): void {
  const present = findActiveFile(home, id) ?? (stands(to) ? to : null);
  // One that was killed between its two steps: this one goes on.
  if (present !== null && !isSame(from, present)) throw taken(home, id, present);
}

function taken(home: Home, id: string, file: string): GriddError {
  const message = `The instance ${id} exists already: ${toHome(home, file)}.`;
  const hint = 'Nothing was changed; archive the present one first.';
  return new GriddError('FILE_EXISTS', message, { hint });
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
 * To the free name `to`. What an editor saves at this moment is moved along, or stands as a new
 * file.
 */
function moveTo(from: string, to: string): void {
  // A link may lead from its own folder only, and what it leads to stays.
  const link = lstatSync(from).isSymbolicLink();
  try {
    if (!link) return renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
  }
  copyTo(from, to);
}

/** To `to`, which may be anybody's: false where it is taken. */
function linkTo(from: string, to: string): boolean {
  try {
    linkSync(from, to);
  } catch (error) {
    // Another disk, or one without links.
    const linkless = ['EXDEV', 'EPERM', 'ENOTSUP'].some((code) => isErrno(error, code));
    if (linkless && !stands(to)) {
      copyTo(from, to);
      return true;
    }
    if (!linkless && !isErrno(error, 'EEXIST')) throw error;
    // One that was killed between its two steps: this one goes on.
    if (!isSame(from, to)) return false;
  }
  // What was saved there meanwhile is another file, and stays archived.
  if (isSame(from, to)) remove(from, to);
  return true;
}

function copyTo(from: string, to: string): void {
  const mode = statSync(from).mode & 0o777;
  for (let whole = false; !whole; ) {
    const bytes = readFileSync(from);
    writeFileAtomic(to, bytes, mode);
    // A save that landed meanwhile is taken along.
    whole = readFileSync(from).equals(bytes);
  }
  flush(dirname(to));
  remove(from, to);
}

/** Removes `from` for good, or `to` where that cannot be: then all is as it was. */
function remove(from: string, to: string): void {
  try {
    unlinkSync(from);
  } catch (error) {
    // Another brings the same one back.
    if (isErrno(error, 'ENOENT')) return;
    rmSync(to, { force: true });
    throw error;
  }
}

function stands(file: string): boolean {
  return statOf(file) !== undefined;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
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
