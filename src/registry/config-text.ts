/**
 * Config text on its way to the disk: whole or not at all, as private as the file was, never
 * through a link. And what two texts differ in, as paths.
 */
import { linkSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { GriddError } from '../contract/errors.ts';
import { isErrno, writeFileAtomic } from '../platform/json-file.ts';
import { configRoot } from './guarded-keys.ts';
import type { ConfigRoot } from './guarded-keys.ts';
import { isRecord } from './jsonc-text.ts';

/** Whether `file` is a link: what it names lies elsewhere and is edited there. */
export function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Replaces the text of a config file, which keeps its mode. */
export function replaceConfigText(file: string, text: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644;
  writeFileAtomic(file, text, mode & 0o777);
}

/** Writes a config file that is not there yet; FILE_EXISTS. */
export function createConfigText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  // Hidden: whoever looks for configs meanwhile sees none that is half written.
  const draft = `${dirname(file)}/.new-${process.pid}.tmp`;
  writeFileAtomic(draft, text);
  try {
    // Unlike a rename it never replaces what is there.
    linkSync(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    throw new GriddError('FILE_EXISTS', `${file} exists already.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Paths of the values in which two texts differ, sorted; ["(text)"] where only words around them
 * do, or where one of the two is no JSON; [] where they are the same. `before` null: all of it.
 */
export function changedPaths(before: string | null, after: string, file: string): string[] {
  if (before === after) return [];
  const [old, now] = [rootOf(before ?? '{}', file), rootOf(after, file)];
  if (old === null || now === null) return ['(text)'];
  const paths = differences(old, now, []).sort();
  return paths.length === 0 ? ['(text)'] : paths;
}

function rootOf(text: string, file: string): ConfigRoot | null {
  try {
    return configRoot(text, file);
  } catch {
    return null;
  }
}

function differences(a: unknown, b: unknown, path: readonly string[]): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const [old, now] = [objectOf(a), objectOf(b)];
  if (old === null || now === null) return [path.join('.')];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  if (keys.length === 0) return [path.join('.')];
  return keys.flatMap((key) => differences(own(old, key), own(now, key), [...path, key]));
}

/** An absent object differs in each of its keys. */
function objectOf(value: unknown): Record<string, unknown> | null {
  if (value === undefined) return {};
  return isRecord(value) ? value : null;
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
