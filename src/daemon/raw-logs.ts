/**
 * Raw output of processes: append files that nobody may rotate while they are written. They are
 * bounded by punching holes into their old part, which loses no line and tears none.
 * `bot_stdout.log` and `bot_stderr.log` of a day are links to them for external programs.
 */
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../platform/spawn.ts';

export const RAW_NAMES = { stdout: 'raw_stdout.log', stderr: 'raw_stderr.log' } as const;

const BLOCK = 4096;
/** Disk one raw file may use, bytes, and what is kept of it when it uses more. */
export const RAW_LIMIT_BYTES = 16 * 1048576;
const RAW_KEPT_BYTES = 8 * 1048576;

/** Length of the hole to punch at the start of a file; 0: none. PURE. */
export function holeLength(size: number, allocated: number): number {
  if (allocated <= RAW_LIMIT_BYTES) return 0;
  return Math.max(0, Math.floor((size - RAW_KEPT_BYTES) / BLOCK) * BLOCK);
}

/** Frees the old part of a raw file that uses too much; false when that did not work. */
export async function boundRawFile(file: string): Promise<boolean> {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  const length = holeLength(stat.size, stat.blocks * 512);
  if (length === 0) return true;
  const range = ['--offset', '0', '--length', String(length)];
  return runProgram('fallocate', ['--punch-hole', '--keep-size', ...range, file]);
}

/** Lines at the end of a file, at most `count` from its last 16 KiB. */
export function lastLines(file: string, count: number): string[] {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, 16384));
    const read = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.subarray(0, read).toString('utf8').replaceAll('\0', '');
    return text.split('\n').filter((line) => line.trim() !== '').slice(-count);
  } finally {
    closeSync(fd);
  }
}

/** Points the day's bot_stdout.log and bot_stderr.log at the raw files. */
export function linkRawFiles(logDir: string, date: string): void {
  const folder = join(logDir, date);
  mkdirSync(folder, { recursive: true });
  for (const [stream, raw] of Object.entries(RAW_NAMES)) {
    const plain = join(folder, `bot_${stream}.log`);
    const target = join('..', raw);
    const present = lstatSync(plain, { throwIfNoEntry: false });
    if (present?.isSymbolicLink() && readlinkSync(plain) === target) continue;
    const temporary = `${plain}.${process.pid}.link`;
    rmSync(temporary, { force: true });
    symlinkSync(target, temporary);
    renameSync(temporary, plain);
  }
}
