/**
 * Raw output of processes: append files that nobody may rotate while they are written; they are
 * bounded like all logs (`src/platform/log-retention.ts`). `bot_stdout.log` and `bot_stderr.log`
 * of a day are links to them for external programs.
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
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { RAW_NAMES } from '../platform/log-retention.ts';

export { RAW_NAMES };

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
