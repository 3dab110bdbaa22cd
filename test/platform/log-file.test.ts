/** A log file whose disk, part, link or folder goes away while it is written. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localDate } from '../../src/platform/clock.ts';
import { openLogFile } from '../../src/platform/logger.ts';
import type { LogFile } from '../../src/platform/logger.ts';
import { waitFor } from '../fixtures/wait-for.ts';

/** Noticed within 5 s is promised; a look comes each second. */
const NOTICED_MS = 25_000;
const NAME = 'bot_stdout.log';

let folder = '';
let file: LogFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-log-'));
});
afterEach(() => {
  vi.useRealTimers();
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const day = () => join(folder, localDate(Date.now()));
const plain = () => join(day(), NAME);
const text = () => (existsSync(plain()) ? readFileSync(plain(), 'utf8') : '');

test.each([
  ['its part', () => rmSync(join(day(), `${NAME}.1`))],
  ['its link', () => rmSync(plain())],
  ['the day', () => rmSync(day(), { recursive: true })],
  ['the whole folder', () => rmSync(folder, { recursive: true })],
])('%s removed: made anew, what comes is written there', async (_what, remove) => {
  file = await openLogFile(folder, NAME);
  file.write('before\n');
  remove();
  await waitFor('the file', () => existsSync(plain()), NOTICED_MS);
  file.write('after\n');
  expect(text()).toMatch(/after\n$/);
  expect(file).toMatchObject({ lost: 0, fault: null });
});

test('a folder that cannot be made anew: lines are counted, and told once it can', async () => {
  const inner = join(folder, 'logs');
  file = await openLogFile(inner, NAME);
  rmSync(inner, { recursive: true });
  symlinkSync('/proc/nowhere', inner);
  await waitFor('the fault', () => file.fault, NOTICED_MS);
  file.write('one\n');
  file.write('two\n');
  expect(file.lost).toBe(2);
  rmSync(inner);
  const part = join(inner, localDate(Date.now()), NAME);
  await waitFor('the file', () => existsSync(part) && readFileSync(part, 'utf8'), NOTICED_MS);
  const said = JSON.parse(readFileSync(part, 'utf8')) as { msg: string };
  expect(said).toMatchObject({ level: 'warn', lost: 2 });
  expect(file.fault).toBeNull();
});

test('a full disk: what fits in memory waits, what does not is counted and told', async () => {
  mkdirSync(day());
  symlinkSync('/dev/full', join(day(), `${NAME}.1`));
  file = await openLogFile(folder, NAME);
  const line = `${'x'.repeat(999)}\n`;
  for (let n = 0; n < 300; n += 1) file.write(line);
  expect(file.fault).toMatch(/ENOSPC/);
  expect(file.lost).toBe(300 - 262);
  // Neither a flush nor an end may wait for a disk that stays full.
  file.flush();
  rmSync(join(day(), `${NAME}.1`));
  await waitFor('the told loss', () => text().includes('"lost":38'), NOTICED_MS);
  const lines = text().trim().split('\n');
  expect(lines.filter((one) => `${one}\n` === line)).toHaveLength(262);
  expect(lines).toHaveLength(263);
});

test('a folder that is a file is refused', async () => {
  file = await openLogFile(folder, NAME);
  symlinkSync('/dev/null', join(folder, 'none'));
  await expect(openLogFile(join(folder, 'none'), NAME)).rejects.toThrow(/ENOTDIR|EEXIST/);
});

test('a part that cannot be begun at midnight is begun when it can', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  vi.setSystemTime(new Date(2026, 0, 30, 23, 59, 58));
  file = await openLogFile(folder, NAME);
  symlinkSync('/proc/nowhere', join(folder, '2026-01-31'));
  await vi.advanceTimersByTimeAsync(2500);
  file.write('late\n');
  expect(readFileSync(join(folder, '2026-01-30', NAME), 'utf8')).toBe('late\n');
  rmSync(join(folder, '2026-01-31'));
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(new Date(2026, 0, 31, 0, 0, 1));
  await waitFor('the new day', () => existsSync(plain()), NOTICED_MS);
  file.write('next\n');
  expect(text()).toBe('next\n');
});

test('a clock that was set: lines go to the day it shows', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(new Date(2026, 0, 30, 12));
  file = await openLogFile(folder, NAME);
  vi.setSystemTime(new Date(2026, 1, 14, 12));
  await waitFor('the day', () => existsSync(plain()), NOTICED_MS);
  file.write('later\n');
  expect(text()).toBe('later\n');
});
