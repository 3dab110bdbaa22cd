/** Files written whole, paths that stay inside, logs that roll. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localDate, systemClock } from '../../src/platform/clock.ts';
import { readJson, writeFileAtomic } from '../../src/platform/json-file.ts';
import { makeLogger, openLogFile } from '../../src/platform/logger.ts';
import { findHome, isInside } from '../../src/platform/paths.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-files-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

describe('files', () => {
  test('a write that fails leaves the old content and no scraps', () => {
    const file = join(folder, 'a.json');
    writeFileAtomic(file, '1');
    mkdirSync(join(folder, 'b'));
    expect(() => writeFileAtomic(join(folder, 'b'), '2')).toThrow();
    expect(readFileSync(file, 'utf8')).toBe('1');
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'b']);
  });

  test('what is not JSON reads as nothing', () => {
    writeFileSync(join(folder, 'x'), '{"half":');
    expect(readJson(join(folder, 'x'))).toBeNull();
    expect(readJson(join(folder, 'none'))).toBeNull();
  });
});

describe('paths', () => {
  test('inside means inside, links resolved, dots resolved, the folder itself not', () => {
    symlinkSync('/etc', join(folder, 'out'));
    mkdirSync(join(folder, 'in'));
    expect(isInside(folder, join(folder, 'in', 'new', 'file'))).toBe(true);
    expect(isInside(folder, join(folder, '..in'))).toBe(true);
    expect(isInside(folder, join(folder, 'out', 'passwd'))).toBe(false);
    expect(isInside(folder, join(folder, 'in', '..', '..', 'x'))).toBe(false);
    expect(isInside(folder, folder)).toBe(false);
  });

  test('home: the flag, the variable, the nearest parent, each in its turn', () => {
    mkdirSync(join(folder, 'h', 'config', 'active'), { recursive: true });
    mkdirSync(join(folder, 'h', 'deep', 'er'), { recursive: true });
    mkdirSync(join(folder, 'flag'));
    mkdirSync(join(folder, 'variable'));
    const deep = join(folder, 'h', 'deep', 'er');
    const named = { GRIDD_HOME: join(folder, 'variable') };
    expect(findHome(join(folder, 'flag'), named, deep).folder).toBe(join(folder, 'flag'));
    expect(findHome(undefined, named, deep).folder).toBe(join(folder, 'variable'));
    expect(findHome(undefined, {}, deep).folder).toBe(join(folder, 'h'));
    expect(() => findHome('none', {}, folder)).toThrow(
      expect.objectContaining({ code: 'HOME_NOT_FOUND' }),
    );
  });
});

describe('logs', () => {
  test('the plain name is a link to the part, there before the first line', async () => {
    const day = join(folder, localDate(Date.now()));
    const file = await openLogFile(folder, 'bot_stdout.log');
    expect(readlinkSync(join(day, 'bot_stdout.log'))).toBe('bot_stdout.log.1');
    file.write('one\n');
    expect(readFileSync(join(day, 'bot_stdout.log'), 'utf8')).toBe('one\n');
  });

  test('at midnight a new folder begins, its link there before the first line', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    vi.setSystemTime(new Date(2026, 0, 30, 23, 59, 58));
    const file = await openLogFile(folder, 'bot_stdout.log');
    file.write('before\n');
    await vi.advanceTimersByTimeAsync(2500);
    const next = join(folder, '2026-01-31', 'bot_stdout.log');
    expect(readFileSync(next, 'utf8')).toBe('');
    file.write('after\n');
    expect(readFileSync(next, 'utf8')).toBe('after\n');
    expect(readFileSync(join(folder, '2026-01-30', 'bot_stdout.log'), 'utf8')).toBe('before\n');
    expect(file.lost).toBe(0);
  });

  test('a full part is followed by the next, no line lost or torn', async () => {
    const file = await openLogFile(folder, 'bot_stdout.log');
    const line = `${'x'.repeat(999)}\n`;
    const lines = 18_000;
    for (let n = 0; n < lines; n += 1) {
      file.write(line);
      // The stream turns to the next part between two turns of the event loop.
      if (n % 100 === 0) await systemClock.breathe();
    }
    file.flush();
    const day = join(folder, localDate(Date.now()));
    const parts = readdirSync(day).filter((name) => /\.\d+$/.test(name));
    expect(parts.length).toBe(2);
    const text = parts.map((name) => readFileSync(join(day, name), 'utf8')).join('');
    expect(text.length).toBe(lines * line.length);
    expect(text.split('\n').every((each) => each === '' || each.length === 999)).toBe(true);
    expect(readlinkSync(join(day, 'bot_stdout.log'))).toBe('bot_stdout.log.2');
  });

  test('each sink gets its levels; keys are blotted out', () => {
    const all: string[] = [];
    const bad: string[] = [];
    const log = makeLogger('a', [
      { level: 'info', file: { write: (line) => void all.push(line) } },
      { level: 'warn', file: { write: (line) => void bad.push(line) } },
    ]);
    log.info({ config: { api_key: 'S3cret' } }, 'one');
    log.warn('two');
    expect(all).toHaveLength(2);
    expect(bad).toHaveLength(1);
    expect(all.join('')).not.toContain('S3cret');
    expect(JSON.parse(bad[0] ?? '')).toMatchObject({ level: 'warn', id: 'a', msg: 'two' });
  });
});
