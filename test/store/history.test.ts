/** database/gridd.db: what it keeps, within which bounds, and for whom. */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, openReadOnly } from '../../src/platform/sqlite.ts';
import { HISTORY_MIGRATIONS } from '../../src/store/history-schema.ts';
import { openHistory, readHistory } from '../../src/store/index.ts';
import type { HistoryBatch, HistoryFile, UsageSums } from '../../src/store/index.ts';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const MINUTE = Math.floor(NOW / 60_000);
const NOTHING: HistoryBatch = { exits: [], usage: [], audit: [] };
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-history-'));
  file = join(folder, 'database', 'gridd.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(): HistoryFile {
  const history = openHistory(file);
  if (history === null) throw new Error('not opened');
  return history;
}

const exit = (n: number, code = n) => ({
  at: new Date(NOW + n).toISOString(),
  generation: n,
  pid: 1000 + n,
  code,
  signal: null,
  reason: `exited with code ${n}`,
  stderr_tail: ['one', 'two'],
  adopted: n % 2 === 0,
});

const sums = (minute: number, cpu: number): UsageSums => ({
  ...{ instance: 'aa_01', minute, cpu_sum: cpu, cpu_max: cpu, memory_sum: 50, memory_max: 50 },
  ...{ processes: 2, samples: 1 },
});

test('exits come back whole, newest first, the last hundred of each instance', () => {
  const history = open();
  const of = (instance: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ instance, exit: exit(n) }));
  history.write({ ...NOTHING, exits: [...of('aa_01', 130), ...of('bb_02', 2)] });
  // The registry tells the last end again after a crash.
  const again = { ...exit(129, 7), pid: null, generation: null };
  history.write({ ...NOTHING, exits: [{ instance: 'aa_01', exit: again }] });
  const kept = history.exits('aa_01');
  expect(kept).toHaveLength(100);
  expect(kept[0]).toEqual(exit(129));
  expect(kept[99]).toEqual(exit(30));
  expect(history.exits('bb_02')).toEqual([exit(1), exit(0)]);
  // Beside its writer.
  const other = readHistory(file);
  expect(other?.exits('bb_02')).toEqual([exit(1), exit(0)]);
  other?.close();
  history.close();
});

test('parts of a minute become one; a day is shown, and kept', () => {
  const history = open();
  const old = sums(MINUTE - 1441, 1);
  history.write({ ...NOTHING, usage: [old, sums(MINUTE - 1, 10), sums(MINUTE, 30)] });
  history.write({ ...NOTHING, usage: [sums(MINUTE, 10)] });
  expect(history.usage('aa_01', NOW)).toEqual([
    expect.objectContaining({ at: '2026-01-02T03:03:00.000Z', cpu_avg: 10, samples: 1 }),
    {
      ...{ at: '2026-01-02T03:04:00.000Z', cpu_avg: 20, cpu_max: 30, memory_avg: 50 },
      ...{ memory_max: 50, processes: 2, samples: 2 },
    },
  ]);
  history.prune(NOW);
  expect(history.usage('aa_01', NOW - 120_000)).toHaveLength(2);
  history.close();
});

test('verbs are bounded', () => {
  const history = open();
  const entry = { at_ms: NOW, instance: null, what: '{}', outcome: 'ok', message: '' };
  const audit = Array.from({ length: 10_050 }, (_, n) => ({ ...entry, verb: `v${n}` }));
  history.write({ ...NOTHING, audit });
  history.prune(NOW);
  history.close();
  const db = openReadOnly(file);
  const rows = db.prepare('SELECT count(*) AS n, min(verb) AS first FROM audit').get();
  expect(rows).toMatchObject({ n: 10_000 });
  db.close();
});

test('a newer file is left alone; no file and no database are no history', () => {
  expect(readHistory(file)).toBeNull();
  const db = openDatabase(file, 'NORMAL');
  db.pragma('user_version = 99');
  db.close();
  expect(openHistory(file)).toBeNull();
  expect(readHistory(file)).toBeNull();
  writeFileSync(file, 'this is no database, and longer than a header of a hundred bytes'.repeat(9));
  expect(readHistory(file)).toBeNull();
  expect(() => openHistory(file)).toThrow(/not a database/);
});

const version = (n: number, text = `text ${n}`) => ({
  ...{ instance: 'aa_01', at_ms: NOW + n, who: 'ann', origin: 'console' as const, note: `${n}` },
  ...{ text, changed: ['strategy_config.grid_num'] },
});

test('the last five hundred versions of a config are kept, and their numbers go on', () => {
  const history = open();
  history.addVersion({ ...version(1), instance: 'bb_02' });
  for (let n = 1; n <= 505; n += 1) {
    expect(history.addVersion(version(n))).toEqual({ version: n, dropped: n > 500 ? 1 : 0 });
  }
  const kept = history.versions('aa_01').map((one) => one.version);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([500, 505, 6]);
  expect(history.version('aa_01', 6)).toEqual({ version: 6, ...version(6) });
  expect(history.version('aa_01', 5)).toBeNull();
  expect(history.version('bb_02', null)?.version).toBe(1);
  // Its text never came to stand in the file.
  history.dropVersion('aa_01', 505);
  expect(history.version('aa_01', null)?.version).toBe(504);
  history.close();
});

test('large config texts crowd older ones out sooner, never the newest', () => {
  const history = open();
  const large = 'x'.repeat(2 ** 20);
  for (let n = 1; n <= 18; n += 1) history.addVersion(version(n, large));
  history.addVersion(version(19, large.repeat(17)));
  expect(history.versions('aa_01').map((one) => one.version)).toEqual([19]);
  history.close();
});

test('it is readable for its user alone, whatever it was before', () => {
  open().close();
  chmodSync(file, 0o644);
  const history = open();
  history.addVersion(version(1));
  for (const end of ['', '-wal', '-shm']) {
    expect(statSync(`${file}${end}`).mode & 0o777).toBe(0o600);
  }
  history.close();
});

test('no line of the audit can be changed', () => {
  const history = open();
  const verb = { at_ms: NOW, verb: 'stop', instance: 'aa_01', what: '{}' };
  history.write({ ...NOTHING, audit: [{ ...verb, outcome: 'ok', message: '' }] });
  history.close();
  const db = openDatabase(file, 'NORMAL');
  expect(() => db.exec("UPDATE audit SET who = 'nobody'")).toThrow('only added to');
  db.close();
});

test('a file of an older gridd has no versions for whoever reads it', () => {
  open().close();
  const db = openDatabase(file, 'NORMAL');
  db.exec('DROP TABLE config_versions; DROP TRIGGER audit_is_fixed');
  db.pragma(`user_version = ${HISTORY_MIGRATIONS.length - 2}`);
  db.close();
  const reader = readHistory(file);
  expect([reader?.versions('aa_01'), reader?.version('aa_01', null)]).toEqual([[], null]);
  reader?.close();
  const history = open();
  expect(history.addVersion(version(1)).version).toBe(1);
  history.close();
});

test('a verb is kept with who gave it and what it changed; what is repeated is kept once', () => {
  const history = open();
  const entry = { at_ms: NOW, verb: 'adjust', instance: 'aa_01', what: '{}' };
  const plain = { ...entry, outcome: 'ok', message: '' };
  const page = { who: 'token', from: 'page 127.0.0.1', before: '{"a":1}', after: '{"a":2}' };
  history.write({ ...NOTHING, audit: [plain, { ...plain, ...page, mark: 'aa_01:1' }] });
  history.write({ ...NOTHING, audit: [plain, { ...plain, ...page, mark: 'aa_01:1' }] });
  const db = openReadOnly(file);
  const rows = db.prepare('SELECT who, origin, before, after, mark FROM audit ORDER BY id').all();
  const bare = { who: '', origin: 'cli', before: null, after: null, mark: null };
  const { from: origin, ...rest } = page;
  expect(rows).toEqual([bare, { ...rest, origin, mark: 'aa_01:1' }, bare]);
  db.close();
  history.close();
});
