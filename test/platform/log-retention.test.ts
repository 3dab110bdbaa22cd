/** Old logs go, young ones and those being written stay; raw files lose only their old part. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastLines, linkRawFiles } from '../../src/daemon/raw-logs.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { trimFile } from '../../src/platform/file-hole.ts';
import { cleanLogs, logBytes, oldestDay } from '../../src/platform/log-retention.ts';
import { INSTANCE_LOGS, LogWatch } from '../../src/platform/log-watch.ts';

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

test('whole days go; what is no day of ours stays', async () => {
  const old = part('2026-02-26', 'daemon.log.1', 1);
  const young = part('2026-02-27', 'daemon.log.1', 1);
  const foreign = part('notes', 'a.txt', 1);
  const limits = { log_retention_days: 2, log_max_mb: 100 };
  expect(await cleanLogs(folder, limits, NOW, true)).toMatchObject({ days: 1, parts: 0 });
  expect([old, young, foreign].map((file) => existsSync(file))).toEqual([false, true, true]);
});

test('beyond log_max_mb the oldest parts go, never the one being written', async () => {
  const first = part('2026-02-28', 'bot_stdout.log.1', 600);
  const second = part('2026-03-01', 'bot_stdout.log.1', 600, 1);
  const current = part('2026-03-01', 'bot_stdout.log.2', 900, 2);
  symlinkSync('bot_stdout.log.1', join(folder, '2026-02-28', 'bot_stdout.log'));
  symlinkSync('bot_stdout.log.2', join(folder, '2026-03-01', 'bot_stdout.log'));
  await cleanLogs(folder, { log_retention_days: 2, log_max_mb: 1 }, NOW, true);
  expect([first, second, current].map((file) => existsSync(file))).toEqual([false, false, true]);
  // The emptied day goes with its dead link; the link in use stays.
  expect(existsSync(join(folder, '2026-02-28'))).toBe(false);
  expect(existsSync(join(folder, '2026-03-01', 'bot_stdout.log'))).toBe(true);
  // Without trimming it stays whole, with it only its old part goes.
  await cleanLogs(folder, { log_retention_days: 2, log_max_mb: 0.5 }, NOW, false);
  expect(logBytes(folder)).toBe(900 * 1024);
  await cleanLogs(folder, { log_retention_days: 2, log_max_mb: 0.5 }, NOW, true);
  expect(statSync(current).size).toBe(900 * 1024);
  expect(logBytes(folder)).toBeLessThanOrEqual(72 * 1024);
});

/** Lines of `bytes` in all, each numbered. */
function numbered(bytes: number): string {
  const lines: string[] = [];
  for (let length = 0; length < bytes; length += 100) {
    lines.push(`${String(lines.length).padStart(98, '.')}\n`);
  }
  return lines.join('');
}

test('a raw file keeps its length and its newest lines, each whole', async () => {
  const file = join(folder, 'raw_stdout.log');
  const text = numbered(1_000_000);
  writeFileSync(file, text);
  await cleanLogs(folder, { log_retention_days: 2, log_max_mb: 2 }, NOW, true);
  expect(statSync(file).size).toBe(text.length);
  expect(logBytes(folder)).toBeLessThan(300_000);
  const left = readFileSync(file, 'utf8').replace(/^\0+/, '');
  expect(left.length).toBeGreaterThan(250_000);
  expect(text.endsWith(`\n${left}`)).toBe(true);
  // Nothing to do: nothing is done.
  const { blocks } = statSync(file);
  await cleanLogs(folder, { log_retention_days: 2, log_max_mb: 2 }, NOW, true);
  expect(statSync(file).blocks).toBe(blocks);
});

test('a file of one endless line is cut at a block; one that is absent needs nothing', async () => {
  const file = join(folder, 'raw_stderr.log');
  writeFileSync(file, Buffer.alloc(1_000_000, 120));
  expect(await trimFile(file, 100_000)).toBe(true);
  expect(statSync(file).blocks * 512).toBeLessThan(110_000);
  expect(await trimFile(join(folder, 'absent'), 1)).toBe(true);
});

test('what cannot be trimmed is named once and tried again later', async () => {
  writeFileSync(join(folder, 'raw_stdout.log'), numbered(1_000_000));
  const path = process.env['PATH'];
  const watch = new LogWatch(INSTANCE_LOGS);
  let monotonic = 0;
  const clock = { ...systemClock, monotonic: () => monotonic };
  const limits = { log_retention_days: 2, log_max_mb: 1, log_cleanup_interval: 86_400 };
  const look = () => watch.look({ dir: folder, limits, writer: null, clock });
  try {
    process.env['PATH'] = '/nowhere';
    expect((await look())?.sentence).toMatch(/raw_stdout\.log could not be bounded \(fallocate\)/);
    expect(await look()).toBeNull();
    monotonic += 61_000;
    expect(await look()).toBeNull();
  } finally {
    process.env['PATH'] = path;
  }
  monotonic += 61_000;
  await look();
  expect(logBytes(folder)).toBeLessThan(200_000);
});

test('a look that fails is told once, and again after one that did not', async (context) => {
  const watch = new LogWatch(INSTANCE_LOGS);
  const limits = { log_retention_days: 0, log_max_mb: 1, log_cleanup_interval: 1e-9 };
  const look = () => watch.look({ dir: folder, limits, writer: null, clock: systemClock });
  const held = join(folder, '2020-01-01', '..data');
  mkdirSync(held, { recursive: true });
  const refused = spawnSync('chattr', ['+i', held]).status !== 0;
  if (refused) context.skip('this file system knows no immutable folders');
  try {
    expect(await look()).toMatchObject({ level: 'warn', sentence: expect.stringMatching(/EPERM/) });
    expect(await look()).toBeNull();
  } finally {
    spawnSync('chattr', ['-i', held]);
  }
  expect(await look()).toMatchObject({ level: 'info' });
});

test('log_max_mb holds at every look, log_retention_days at every clean-up', async () => {
  const watch = new LogWatch(INSTANCE_LOGS);
  let monotonic = 0;
  const clock = { ...systemClock, now: () => NOW, monotonic: () => monotonic };
  const limits = { log_retention_days: 1, log_max_mb: 1, log_cleanup_interval: 60 };
  const look = () => watch.look({ dir: folder, limits, writer: null, clock });
  expect(await look()).toBeNull();
  const old = part('2026-02-27', 'bot_stdout.log.1', 10);
  monotonic += 1000;
  expect(await look()).toBeNull();
  expect(existsSync(old)).toBe(true);
  monotonic += 60_000;
  expect(await look()).toEqual({
    level: 'info',
    sentence: 'log clean-up removed 1 old days and 0 parts',
  });
  expect(existsSync(old)).toBe(false);
  // A part that was begun and one that has grown: both are seen at the next look.
  part('2026-03-01', 'bot_stdout.log.1', 700);
  part('2026-03-01', 'bot_stdout.log.2', 10, 1);
  symlinkSync('bot_stdout.log.2', join(folder, '2026-03-01', 'bot_stdout.log'));
  expect(await look()).toBeNull();
  part('2026-03-01', 'bot_stdout.log.2', 500, 1);
  expect(await look()).toMatchObject({ level: 'info' });
  expect(logBytes(folder)).toBe(500 * 1024);
});

test('the day\'s names lead to the raw files, also before anything was printed', () => {
  linkRawFiles(folder, '2026-03-01');
  linkRawFiles(folder, '2026-03-01');
  writeFileSync(join(folder, 'raw_stderr.log'), 'trace\n');
  expect(lastLines(join(folder, '2026-03-01', 'bot_stderr.log'), 5)).toEqual(['trace']);
  expect(lastLines(join(folder, 'absent'), 5)).toEqual([]);
});
