/**
 * Files that change places without being missing for a moment: whoever is killed leaves what was,
 * or what comes. On one disk by names alone; to another one, or where there are no links, by a copy
 * that is flushed before it has its name.
 */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { flush, isErrno } from './json-file.ts';

/** Has `from` stand at the free name `to` as well. Throws EEXIST where that is taken. */
export function alsoAt(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const linkless = ['EXDEV', 'EPERM', 'ENOTSUP'].some((code) => isErrno(error, code));
    if (!linkless || existsSync(to)) throw error;
    copyWhole(from, to);
  }
  flush(dirname(to));
}

/** Moves `from` to `to`, in the place of what may be there. */
export function putInPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    copyWhole(from, to);
    rmSync(from);
  }
  flush(dirname(to));
}

function copyWhole(from: string, to: string): void {
  const part = `${to}.${process.pid}.tmp`;
  try {
    copyFileSync(from, part);
    flush(part);
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
