/** The books: what they refuse, what a turn stores, what a reader sees. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate, openDatabase, openImage } from '../../src/platform/sqlite.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import {
  archiveBooks,
  openBooks,
  readBooks,
  readLineFills,
  restoreBooks,
} from '../../src/store/index.ts';
import type { Binding, Intent, Turn } from '../../src/store/index.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { onSmallDisk, whyNoSmallDisk } from '../fixtures/small-disk.ts';
import { bundleProgram } from '../registry/writer-process.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-books-'));
  file = join(folder, 'a.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BINDING: Binding = {
  instance_id: 'a',
  venue: 'paper',
  mode: 'paper',
  account: 'paper',
  symbol: 'SOL_USDC_PERP',
  direction: 'neutral',
};
const INTENT: Intent = {
  id: 1,
  client_id: 'gx-1',
  role: 'line',
  gap: 3,
  side: 'buy',
  price: '100',
  size: '0.5',
  generation: 1,
};

function turn(more: Partial<Turn>): Turn {
  return { at_ms: 1000, state: '{}', intents: [], updates: [], notes: [], ...more };
}

function fill(trade_id: string, order_id = 1) {
  const terms = { gap: 3, side: 'buy', price: '100', size: '0.5', fee: '0.01' };
  return { trade_id, order_id, ...terms, cycle_profit: null, at_ms: 2000 };
}

describe('opening', () => {
  test.each([
    ['venue', 'backpack'],
    ['mode', 'live'],
    ['symbol', 'ETH_USDC_PERP'],
    ['direction', 'long'],
    ['account', 'other'],
  ])('books bound to another %s are refused (BOOKS_BOUND) and untouched', (key, value) => {
    openBooks(file, BINDING, 'NORMAL').close();
    const other = { ...BINDING, [key]: value };
    const refused = expect(() => openBooks(file, other, 'NORMAL'));
    refused.toThrow(expect.objectContaining({ code: 'BOOKS_BOUND' }));
    openBooks(file, BINDING, 'NORMAL').close();
  });

  test('books of a newer gridd are refused (BOOKS_NEWER)', () => {
    const db = openDatabase(file, 'NORMAL');
    db.pragma('user_version = 99');
    db.close();
    expect(() => openBooks(file, BINDING, 'NORMAL')).toThrow(
      expect.objectContaining({ code: 'BOOKS_NEWER' }),
    );
  });

  test('a file that is no database is refused (BOOKS_UNREADABLE) and kept', () => {
    writeFileSync(file, 'not a database, '.repeat(500));
    expect(() => openBooks(file, BINDING, 'NORMAL')).toThrow(
      expect.objectContaining({ code: 'BOOKS_UNREADABLE' }),
    );
    expect(readBooks(file)).toBeNull();
    expect(readdirSync(folder)).toContain('a.db');
  });

  test('an empty file is no new books: what stood in it is asked for, its log is kept', () => {
    writeFileSync(file, '');
    writeFileSync(`${file}-wal`, 'what is left');
    expect(() => openBooks(file, BINDING, 'NORMAL')).toThrow(
      expect.objectContaining({ code: 'BOOKS_UNREADABLE', message: expect.stringContaining('empty') }),
    );
    expect(readBooks(file)).toBeNull();
    expect([statSync(file).size, statSync(`${file}-wal`).size]).toEqual([0, 12]);
    // Archived for new ones that could not begin, they come back as they were, not as valid ones.
    const archived = archiveBooks(file, 0) ?? '';
    expect([statSync(archived).size, statSync(`${archived}-wal`).size]).toEqual([0, 12]);
    restoreBooks(archived, file);
    expect([statSync(file).size, statSync(`${file}-wal`).size]).toEqual([0, 12]);
    expect(archiveBooks(file, 0)).not.toBeNull();
    openBooks(file, BINDING, 'NORMAL').close();
  });

  test.each(['-wal', '-journal'])('a %s whose file is gone is kept for who asks for it', (log) => {
    writeFileSync(file + log, 'what is left');
    const code = 'BOOKS_UNREADABLE';
    const gone = expect.objectContaining({ code, message: expect.stringContaining('is gone') });
    expect(() => openBooks(file, BINDING, 'NORMAL')).toThrow(gone);
    const archived = archiveBooks(file, 0) ?? '';
    expect(statSync(archived + log).size).toBe(12);
    openBooks(file, BINDING, 'NORMAL').close();
  });

  test('new books appear whole, so that a start that is killed leaves no empty file', async () => {
    const seen: (string | null)[] = [];
    const watcher = watch(folder, (_event, name) => seen.push(name));
    openBooks(file, BINDING, 'NORMAL').close();
    await waitFor('the file to appear', () => seen.includes('a.db'));
    watcher.close();
    expect(seen).toContain('a.db.new');
    expect(seen.indexOf('a.db')).toBeGreaterThan(seen.lastIndexOf('a.db.new'));
  });

  test('what a killed start left of new books is no hindrance', () => {
    for (const log of ['', '-wal', '-journal']) writeFileSync(`${file}.new${log}`, 'a part');
    openBooks(file, BINDING, 'NORMAL').close();
    expect(readdirSync(folder)).toEqual(['a.db']);
  });

  test('an attempt that cannot make books leaves no file for the next to refuse', () => {
    // Where its log is to be.
    mkdirSync(`${file}.new-wal`);
    expect(() => openBooks(file, BINDING, 'NORMAL')).toThrow(/cannot be used now/);
    expect(existsSync(file)).toBe(false);
    rmSync(`${file}.new-wal`, { recursive: true });
    openBooks(file, BINDING, 'NORMAL').close();
  });

  test('a database that holds no books is not held open by whoever looks for some', () => {
    openDatabase(file, 'NORMAL').close();
    expect(readBooks(file)).toBeNull();
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      // The one by which the folder was read is closed.
      if (!existsSync(`/proc/self/fd/${fd}`)) return [];
      return readlinkSync(`/proc/self/fd/${fd}`);
    });
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });

  test('old books are archived with everything beside them, never overwritten', () => {
    openBooks(file, BINDING, 'NORMAL').close();
    const first = archiveBooks(file, 1000);
    openBooks(file, BINDING, 'NORMAL').close();
    const second = archiveBooks(file, 2000);
    expect(first).not.toBe(second);
    expect(readdirSync(join(folder, 'archived')).filter((name) => name.endsWith('.db'))).toHaveLength(2);
    expect(archiveBooks(file, 3000)).toBeNull();
  });
});

describe('a turn', () => {
  test('is stored whole or not at all', () => {
    const books = openBooks(file, BINDING, 'NORMAL');
    books.commit(turn({ intents: [INTENT], state: '{"turn":1}' }));
    const broken = turn({ fill: fill('t1', 77), state: '{"turn":2}' });
    expect(() => books.commit(broken)).toThrow(/FOREIGN KEY/);
    expect(books.engineState()).toBe('{"turn":1}');
    expect(books.hasFill('t1')).toBe(false);
    books.close();
  });

  test('books a trade id once', () => {
    const books = openBooks(file, BINDING, 'NORMAL');
    books.commit(turn({ intents: [INTENT] }));
    books.commit(turn({ fill: fill('t1') }));
    expect(() => books.commit(turn({ fill: fill('t1') }))).toThrow(/UNIQUE/);
    expect(books.lastTradeId()).toBe('t1');
    books.close();
  });

  test('a reader beside the writer sees orders that rest and fills, newest first', () => {
    const books = openBooks(file, BINDING, 'NORMAL');
    const second = { ...INTENT, id: 2, client_id: 'gx-2' };
    books.commit(turn({ intents: [INTENT, second] }));
    books.commit(turn({ updates: [{ id: 1, status: 'filled', filled: '0.5' }], fill: fill('t1') }));
    books.commit(turn({ fill: fill('t2', 2) }));
    const reader = readBooks(file);
    expect(reader?.orders().map(({ id }) => id)).toEqual([2]);
    expect(reader?.fills(10).map(({ trade_id }) => trade_id)).toEqual(['t2', 't1']);
    expect(reader?.status()).toBeNull();
    reader?.close();
    books.close();
  });
});

describe('bounds', () => {
  test('notes: the last 10,000 stay, and old books are thinned out little by little', () => {
    const books = openBooks(file, BINDING, 'NORMAL');
    const count = () => books.db.prepare('SELECT count(*) FROM events').pluck().get() as number;
    const note = (text: string) => ({ code: 'n', text });
    books.db.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11950)
       INSERT INTO events (at_ms, code, text) SELECT i, 'old', 'old' FROM n`,
    );
    for (let k = 0; k < 50; k += 1) books.commit(turn({ notes: [note(`${k}`)] }));
    expect(count()).toBe(11_000);
    for (let k = 0; k < 300; k += 1) books.commit(turn({ notes: [note(`${k}`)] }));
    expect(count()).toBeGreaterThanOrEqual(10_000);
    expect(count()).toBeLessThan(10_200);
    const last = books.db.prepare('SELECT text FROM events ORDER BY id DESC LIMIT 1').pluck();
    expect(last.get()).toBe('299');
    books.close();
  });

  test('answers to requests: those of a week, the newest 1,000; money and receipts stay', () => {
    const books = openBooks(file, BINDING, 'NORMAL');
    const answered = (key: string, at_ms: number) =>
      books.commit(turn({ at_ms, request: { key, request: '{}', answer: '{}' } }));
    const day = 86_400_000;
    books.commit(turn({ intents: [INTENT], fill: fill('t1') }));
    answered('old', day);
    for (let k = 0; k < 1000; k += 1) answered(`k${k}`, 8 * day + k);
    expect(books.answer('old')).toBeNull();
    expect(books.answer('k0')).not.toBeNull();
    answered('one more', 8 * day + 1000);
    expect([books.answer('k0'), books.answer('k1')?.request]).toEqual([null, '{}']);
    expect(books.answer('one more')).not.toBeNull();
    expect(books.hasFill('t1')).toBe(true);
    books.close();
  });
});

describe('the log beside the file', () => {
  /** Pages of the log, and whether the file alone knows of a turn. */
  function waiting(): { log: number; alone: boolean } {
    const alone = join(folder, 'alone.db');
    rmSync(alone, { force: true });
    copyFileSync(file, alone);
    const image = openImage(alone);
    const table = image.prepare("SELECT count(*) n FROM sqlite_master WHERE name = 'meta'");
    const found = (table.get() as { n: number }).n === 1;
    const state = found ? image.prepare('SELECT state FROM engine').get() : undefined;
    image.close();
    return { log: statSync(`${file}-wal`).size / 4096, alone: state !== undefined };
  }

  test('turns leave it be; a calm moment moves it into the file, once enough was committed', () => {
    const books = openBooks(file, BINDING, 'FULL');
    let turns = 0;
    const large = (count: number) => {
      for (let n = 0; n < count; n += 1) {
        books.commit(turn({ state: JSON.stringify(String(turns % 10).repeat(8000)) }));
        turns += 1;
      }
    };
    large(24);
    books.checkpoint();
    expect(waiting().alone).toBe(false);
    large(100);
    expect(waiting().log).toBeGreaterThan(200);
    expect(waiting().alone).toBe(false);
    books.checkpoint();
    expect(waiting().alone).toBe(true);
    // The log begins anew: it does not grow without end.
    const before = waiting().log;
    large(50);
    expect(waiting().log).toBe(before);
    books.close();
  });

  const reason = whyNoSmallDisk();
  test.skipIf(reason !== null)(`a full disk refuses, and is asked again ${reason ?? ''}`, async () => {
    const program = join(folder, 'full-checkpoint.mjs');
    const disk = join(folder, 'disk');
    await bundleProgram('test/store/full-checkpoint.ts', program);
    const [command = '', ...words] = onSmallDisk(disk, 'size=2m');
    const { stdout, stderr } = spawnSync(command, [...words, process.execPath, program, disk]);
    expect(String(stderr)).toBe('');
    expect(JSON.parse(String(stdout))).toEqual({
      refused: ['SQLITE_FULL'],
      whole: true,
      moved: [false, true],
    });
  });

  test('figures for readers wait for no disk, turns do', () => {
    const books = openBooks(file, BINDING, 'FULL');
    books.saveStatus({} as never);
    expect(books.db.pragma('synchronous', { simple: true })).toBe(2);
    books.close();
  });
});

test('a reader shows books of an older gridd, which know neither pairs nor points', () => {
  const db = openDatabase(file, 'NORMAL');
  migrate(db, MIGRATIONS.slice(0, 3));
  db.exec(
    `INSERT INTO orders (id, client_id, role, gap, side, price, size, filled, status, created_ms,
       updated_ms) VALUES (1, 'g-1', 'line', 3, 'buy', '100', '0.5', '0.5', 'filled', 1, 86400001);
     INSERT INTO fills (trade_id, order_id, gap, side, price, size, fee, at_ms)
       VALUES ('t1', 1, 3, 'buy', '100', '0.5', '0', 2)`,
  );
  const reader = readBooks(file);
  expect(reader?.fills(1)).toMatchObject([{ trade_id: 't1', closes: null }]);
  expect(reader?.points(60, 0)).toEqual([]);
  reader?.close();
  db.close();
  // What was filled before counts for the heat of its day.
  const books = openBooks(file, BINDING, 'NORMAL');
  expect(readLineFills(books.db, 86_400)).toEqual([{ price: '100', side: 'buy', fills: 1 }]);
  expect(readLineFills(books.db, 2 * 86_400)).toEqual([]);
  books.close();
});
