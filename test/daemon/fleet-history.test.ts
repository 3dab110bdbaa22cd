/** The supervisor's notes on a real disk that refuses, in every way it can be made to. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FleetHistory } from '../../src/daemon/fleet-history.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { SLOT_MS, readHistory } from '../../src/store/index.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';

let folder: string;
let file: string;
let clock: ManualClock;
let history: FleetHistory;

function open(): FleetHistory {
  return new FleetHistory({ file, clock, log: makeLogger('test', []), present: existsSync });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-notes-'));
  file = join(folder, 'database', 'gridd.db');
  mkdirSync(join(folder, 'database'));
  clock = manualClock();
  history = open();
});
afterEach(() => {
  history.close();
  rmSync(folder, { recursive: true, force: true });
});

function note(count = 1): void {
  for (let n = 0; n < count; n += 1) {
    clock.advance(1);
    const at = new Date(clock.now()).toISOString();
    const rest = { generation: 1, pid: 9, code: n, signal: null, stderr_tail: [], adopted: false };
    history.exit('aa_01', { at, reason: 'gone', ...rest });
  }
}

function stored(): number {
  const reader = readHistory(file);
  const count = reader?.exits('aa_01').length ?? 0;
  reader?.close();
  return count;
}

const GARBAGE = 'no database at all, but long enough to have what looks like a header. '.repeat(99);
const CALM = { lost: 0, set_aside: 0, fault: null };

test('notes are seen at once and written with the next flush, not before', () => {
  note(3);
  expect(stored()).toBe(0);
  history.flush();
  expect(stored()).toBe(3);
  expect(history.exits('aa_01').map(({ code }) => code)).toEqual([2, 1, 0]);
  expect(history.facts()).toEqual(CALM);
});

test('a locked file: what is noted waits, a little while is all that is spent, then it is there', () => {
  note();
  history.flush();
  const other = openDatabase(file, 'NORMAL');
  other.exec('BEGIN IMMEDIATE');
  note(2);
  const before = performance.now();
  history.flush();
  // Fifty milliseconds of patience, on a busy machine.
  expect(performance.now() - before).toBeLessThan(1000);
  expect(history.facts().fault).toMatch(/locked/);
  other.exec('COMMIT');
  other.close();
  // Not asked again at once: an attempt costs patience.
  history.flush();
  expect(stored()).toBe(1);
  clock.advance(10_000);
  history.flush();
  expect(stored()).toBe(3);
  expect(history.facts()).toEqual(CALM);
});

test('a broken file is set aside with all its parts, and nothing noted is lost', () => {
  writeFileSync(file, GARBAGE);
  note(2);
  history.flush();
  expect(history.facts()).toMatchObject({ lost: 0, set_aside: 1 });
  history.flush();
  expect(stored()).toBe(2);
  const aside = readdirSync(join(folder, 'database')).filter((name) => name.includes('.broken-'));
  expect(aside).toHaveLength(1);
});

test('a file that breaks while it is open is set aside too', () => {
  note();
  history.flush();
  history.close();
  history = open();
  writeFileSync(file, GARBAGE);
  note();
  expect(history.exits('aa_01')).toHaveLength(1);
  expect(history.facts().set_aside).toBe(1);
  expect(history.exits('aa_01')).toHaveLength(1);
  expect(stored()).toBe(1);
});

test('a table that is missing counts as broken', () => {
  const db = openDatabase(file, 'NORMAL');
  db.pragma('user_version = 1');
  db.close();
  note();
  history.flush();
  history.flush();
  expect(stored()).toBe(1);
});

test('at most ten are set aside', () => {
  for (let n = 0; n < 12; n += 1) {
    clock.advance(10_000);
    rmSync(file, { force: true });
    writeFileSync(file, GARBAGE);
    note();
    history.flush();
  }
  expect(history.facts()).toMatchObject({ set_aside: 10, lost: 0 });
  expect(history.facts().fault).toMatch(/too many/);
});

test('no place to open: it waits within bounds, and says how much was lost', () => {
  rmSync(join(folder, 'database'), { recursive: true });
  writeFileSync(join(folder, 'database'), 'a file where the folder should be');
  note(520);
  history.flush();
  expect(history.facts()).toMatchObject({ lost: 20, set_aside: 0 });
  expect(history.facts().fault).not.toBeNull();
  expect(history.exits('aa_01')).toHaveLength(500);
  rmSync(join(folder, 'database'));
  clock.advance(10_000);
  history.flush();
  expect(stored()).toBe(100);
  expect(history.facts().fault).toBeNull();
});

test('a file that may not grow is a full disk: nothing is lost once there is room', () => {
  note();
  history.flush();
  // Without a handler the kernel's signal would end this process.
  const ignore = () => undefined;
  process.on('SIGXFSZ', ignore);
  const limit = (bytes: string) =>
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
  limit('4096');
  try {
    note(40);
    history.flush();
  } finally {
    limit('unlimited');
    process.off('SIGXFSZ', ignore);
  }
  expect(history.facts().fault).toMatch(/takes nothing: (disk I\/O error|database or disk is full)/);
  clock.advance(10_000);
  history.flush();
  expect(stored()).toBe(41);
  expect(history.facts()).toEqual(CALM);
});

test('a newer file is not touched: its notes are counted as lost', () => {
  const db = openDatabase(file, 'NORMAL');
  db.pragma('user_version = 99');
  db.close();
  note(2);
  history.flush();
  expect(history.facts()).toMatchObject({ lost: 2, set_aside: 0 });
  expect(history.facts().fault).toMatch(/newer/);
});

test('a note that can never be written is dropped and blocks no other', () => {
  const broken = { at: 'no time', generation: 1, pid: 1, code: 0, signal: null, reason: '' };
  history.exit('aa_01', { ...broken, stderr_tail: [], adopted: false });
  history.flush();
  expect(history.facts()).toMatchObject({ lost: 1, set_aside: 0 });
  clock.advance(10_000);
  note();
  history.flush();
  expect(stored()).toBe(1);
  expect(history.facts().fault).toBeNull();
});

test('a removed file is made anew', () => {
  note();
  history.flush();
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  note();
  history.flush();
  expect(stored()).toBe(1);
});

test('samples become minutes, the one under way is shown, a restart adds to it', () => {
  const sample = (cpu_percent: number) =>
    history.sample('aa_01', { cpu_percent, memory_mb: 40, processes: 1 });
  clock.advance(60_000 - (clock.now() % 60_000));
  sample(10);
  sample(30);
  clock.advance(60_000);
  sample(4);
  history.flush();
  const [first, second] = history.usage('aa_01');
  expect(first).toMatchObject({ cpu_avg: 20, cpu_max: 30, memory_max: 40, samples: 2 });
  expect(second).toMatchObject({ cpu_avg: 4, samples: 1 });
  history.close();
  history = open();
  sample(8);
  history.close();
  history = open();
  expect(history.usage('aa_01')[1]).toMatchObject({ cpu_avg: 6, cpu_max: 8, samples: 2 });
});

test('samples of figures are kept once for each slot, over restarts, for eight days', () => {
  const sample = (slot: number, total_pnl: string) =>
    history.figure({ instance: 'aa_01', slot, books: 'b', total_pnl, grid_profit: '0', cycles: 0 });
  const slot = Math.floor(clock.now() / SLOT_MS);
  sample(slot, '1');
  history.close();
  history = open();
  sample(slot, '2');
  sample(slot - 9 * 288, '0');
  expect(history.figures('aa_01', slot).map(({ total_pnl }) => total_pnl)).toEqual(['1']);
  // What is too old goes with the next clean-up.
  clock.advance(3_600_000);
  sample(slot + 12, '3');
  history.flush();
  expect(history.figures('aa_01', 0).map(({ total_pnl }) => total_pnl)).toEqual(['1', '3']);
  expect(history.figures('bb_01', 0)).toEqual([]);
});

test('the audit and all ends are turned over newest first, the newest noted among them', () => {
  for (let n = 1; n <= 5; n += 1) {
    const told = { verb: 'pause', what: '{}', outcome: 'ok', message: String(n) };
    const from = n === 5 ? { who: 'token', from: 'console 127.0.0.1', before: '1', after: '2' } : {};
    history.verb({ at_ms: n, instance: n % 2 === 0 ? 'bb_02' : 'aa_01', ...told, ...from });
  }
  const [first, second] = history.auditLines({ instance: null, before: null, limit: 2 });
  expect(first).toMatchObject({ message: '5', who: 'token', before: '1', after: '2' });
  expect(second).toMatchObject({ message: '4', who: '', from: 'cli', before: null });
  const rest = history.auditLines({ instance: null, before: second?.id ?? null, limit: 9 });
  expect(rest.map(({ message }) => message)).toEqual(['3', '2', '1']);
  const ofOne = history.auditLines({ instance: 'bb_02', before: null, limit: 9 });
  expect(ofOne.map(({ message }) => message)).toEqual(['4', '2']);
  expect(history.marks).toEqual({ audit: 5, exits: 0 });
  note(2);
  expect(history.allExits(1)).toMatchObject([{ instance: 'aa_01', code: 1 }]);
  expect(history.marks).toEqual({ audit: 5, exits: 2 });
});
