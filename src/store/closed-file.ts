/** Databases that nobody has open: what is in them can be read without leaving a trace. */
import { existsSync, statSync } from 'node:fs';

/** Larger ones are read where they lie; then SQLite leaves an empty log and its index there. */
const LARGEST_IMAGE = 128 * 2 ** 20;

/** Whoever has such a database open keeps a log or a journal beside it, also after a crash. */
export function isClosed(file: string): boolean {
  return !existsSync(`${file}-wal`) && !existsSync(`${file}-journal`);
}

/** Whether nobody has it open and it is small enough to be read into memory. */
export function fitsImage(file: string): boolean {
  return isClosed(file) && statSync(file).size <= LARGEST_IMAGE;
}
