/** Old logs go, young ones and those being written stay; raw files lose only their old part. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cleanLogs, oldestDay } from '../../src/daemon/log-retention.ts';
import {
  RAW_LIMIT_BYTES,
  boundRawFile,
  holeLength,
  lastLines,
  linkRawFiles,
} from '../../src/daemon/raw-logs.ts';

const NOW = new Date(2026, 2, 1, 12).getTime();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-logs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function part(day: string, name: string, kilobytes: number, minute = 0): string {
  mkdirSync(join(folder, day), { recursive: true });
  const file = join(folder, day, name);
  writeFileSync(file, Buffer.alloc(kilobytes * 1024, 120));
  const time = new Date(2026, 2, 1, 0, minute);
  utimesSync(file, time, time);
  return file;
}

test('days are calendar days, over the end of a month', () => {
  expect(oldestDay(NOW, 2)).toBe('2026-02-27');
  expect(oldestDay(NOW, 0)).toBe('2026-03-01');
});

test('whole days go; what is no day of ours stays', () => {
  const old = part('2026-02-26', 'daemon.log.1', 1);
  const young = part('2026-02-27', 'daemon.log.1', 1);
  const foreign = part('notes', 'a.txt', 1);
  const limits = { log_retention_days: 2, log_max_mb: 100 };
  expect(cleanLogs(folder, limits, NOW)).toBe(1);
  expect([old, young, foreign].map((file) => existsSync(file))).toEqual([false, true, true]);
});

test('beyond log_max_mb the oldest parts go, never the one being written', () => {
  const first = part('2026-02-28', 'bot_stdout.log.1', 600);
  const second = part('2026-03-01', 'bot_stdout.log.1', 600, 1);
  const current = part('2026-03-01', 'bot_stdout.log.2', 900, 2);
  symlinkSync('bot_stdout.log.1', join(folder, '2026-02-28', 'bot_stdout.log'));
  symlinkSync('bot_stdout.log.2', join(folder, '2026-03-01', 'bot_stdout.log'));
  cleanLogs(folder, { log_retention_days: 2, log_max_mb: 1 }, NOW);
  expect([first, second, current].map((file) => existsSync(file))).toEqual([false, false, true]);
  // The emptied day goes with its dead link; the link in use stays.
  expect(existsSync(join(folder, '2026-02-28'))).toBe(false);
  expect(existsSync(join(folder, '2026-03-01', 'bot_stdout.log'))).toBe(true);
  cleanLogs(folder, { log_retention_days: 2, log_max_mb: 0.5 }, NOW);
  expect(existsSync(current)).toBe(true);
});

test('a raw file that grew too large keeps its end and its length', async () => {
  const file = join(folder, 'raw_stdout.log');
  writeFileSync(file, Buffer.alloc(RAW_LIMIT_BYTES + 1_000_000, 120));
  appendFileSync(file, '\nthe last line\n');
  const { size } = statSync(file);
  expect(await boundRawFile(file)).toBe(true);
  const after = statSync(file);
  expect(after.size).toBe(size);
  expect(after.blocks * 512).toBeLessThan(RAW_LIMIT_BYTES);
  expect(lastLines(file, 1)).toEqual(['the last line']);
  // Nothing to do: nothing is done.
  expect(await boundRawFile(file)).toBe(true);
  expect(statSync(file).blocks).toBe(after.blocks);
  expect(holeLength(RAW_LIMIT_BYTES, RAW_LIMIT_BYTES)).toBe(0);
});

test('the day\'s names lead to the raw files, also before anything was printed', () => {
  linkRawFiles(folder, '2026-03-01');
  linkRawFiles(folder, '2026-03-01');
  writeFileSync(join(folder, 'raw_stderr.log'), 'trace\n');
  expect(lastLines(join(folder, '2026-03-01', 'bot_stderr.log'), 5)).toEqual(['trace']);
  expect(lastLines(join(folder, 'absent'), 5)).toEqual([]);
});
