/**
 * Freeing the old part of a file that a process appends to: a hole is punched into it (util-linux
 * `fallocate`). The writer notices nothing, no line of the rest is lost or torn, and the file keeps
 * its length; the hole reads as zeros.
 */
import { execFile } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const BLOCK = 4096;
/** How far a line end is searched from where the cut should be. */
const SEARCHED_BYTES = 65_536;
const TIMEOUT_MS = 10_000;

/**
 * Frees all of `file` but about its last `keep` bytes, up to the end of a line. False when that
 * did not work; a file that is absent or short has nothing to free.
 */
export async function trimFile(file: string, keep: number): Promise<boolean> {
  const length = cutOf(file, keep);
  return length === 0 || punchHole(file, length);
}

/** Frees the first `length` bytes of a file; false when that did not work. */
export function punchHole(file: string, length: number): Promise<boolean> {
  const args = ['--punch-hole', '--offset', '0', '--length', String(length), file];
  return new Promise((resolve) => {
    execFile('fallocate', args, { timeout: TIMEOUT_MS }, (error) => resolve(error === null));
  });
}

function cutOf(file: string, keep: number): number {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return 0;
  }
  try {
    const from = Math.floor(fstatSync(fd).size - keep);
    if (from <= 0) return 0;
    const text = Buffer.alloc(SEARCHED_BYTES);
    const end = text.subarray(0, readSync(fd, text, 0, text.length, from)).indexOf(10);
    return end < 0 ? Math.floor(from / BLOCK) * BLOCK : from + end + 1;
  } finally {
    closeSync(fd);
  }
}
