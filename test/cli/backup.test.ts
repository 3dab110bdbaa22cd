/** `gridd backup` and `gridd restore` on homes in this process: whole or refused, nothing lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Manifest } from '../../src/cli/backup/manifest.ts';
import { compareBooks } from '../../src/cli/backup/restore-plan.ts';
import { takeLifetimeLock } from '../../src/platform/lifetime-lock.ts';
import { instanceLock } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import { openRegistry } from '../../src/registry/index.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { copyDatabase, openBooks, readBooks } from '../../src/store/index.ts';
import type { Books } from '../../src/store/index.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';
import { ROOT } from '../source-tree.ts';
import { configOf, gridd, makeHome, recordOf, registryOf, temporaryFolder } from './cli-harness.ts';

const BINDING = {
  ...{ instance_id: 'a', venue: 'paper', mode: 'paper', account: 'paper' },
  ...{ symbol: 'SOL_USDC_PERP', direction: 'neutral' },
} as const;

/** A home with one instance whose books are open, as its bot has them. */
function busyHome(): { home: Home; books: Books; note(at: string): void } {
  const home = makeHome({
    'config/active/a.json': configOf('a', 5001),
    'config/alerts.json': '{}',
    'logs/instances.json': registryOf({ a: recordOf('a', { desired: 'running', generation: 7 }) }),
    '.env': 'KEY=very-secret\n',
  });
  const books = openBooks(join(home.database, 'a.db'), BINDING, 'NORMAL');
  openDatabase(home.history, 'NORMAL').close();
  onTestFinished(() => books.close());
  const note = (updated_at: string) => books.saveStatus({ ...SAMPLE_STATUS, updated_at });
  note('2026-01-05T12:30:00.000Z');
  return { home, books, note };
}

async function backUp(home: Home, ...options: string[]): Promise<{ folder: string; manifest: Manifest }> {
  const folder = join(temporaryFolder(), 'backup');
  const { exit, err } = await gridd(home, ['backup', folder, ...options]);
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  const text = readFileSync(join(folder, 'manifest.json'), 'utf8');
  return { folder, manifest: JSON.parse(text) as Manifest };
}

function savedAt(file: string): string | undefined {
  const books = readBooks(file);
  try {
    return books?.status()?.updated_at;
  } finally {
    books?.close();
  }
}

function statusOf(home: Home): string | undefined {
  return savedAt(join(home.database, 'a.db'));
}

describe('a backup', () => {
  test('holds databases, configs and registry as of now, no lock, no key', async () => {
    const { home } = busyHome();
    const { folder, manifest } = await backUp(home);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      ...['database/a.db', 'database/gridd.db', 'config/active/a.json', 'config/alerts.json'],
      'logs/instances.json',
    ]);
    expect(manifest.files[0]?.books).toEqual({
      ...{ fills: 0, orders: 0, at: '2026-01-05T12:30:00.000Z' },
    });
    expect(readdirSync(join(folder, 'database'))).toEqual(['a.db', 'gridd.db']);
    expect(existsSync(join(folder, '.env'))).toBe(false);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const withEnv = await backUp(home, '--with-env');
    expect(readFileSync(join(withEnv.folder, '.env'), 'utf8')).toContain('very-secret');
  });

  test('has a place of its own where none is named', async () => {
    const { home } = busyHome();
    const { out } = await gridd(home, ['backup', '--json']);
    const { folder } = JSON.parse(out) as { folder: string };
    expect(folder.startsWith(join(home.folder, 'backups', '20'))).toBe(true);
    expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
  });

  test('leaves lifetime locks held, which any other look would drop', async () => {
    const { home } = busyHome();
    const file = instanceLock(home, 'a');
    const lock = await takeLifetimeLock(file);
    onTestFinished(() => lock?.release());
    const { manifest } = await backUp(home);
    expect(manifest.files.some(({ path }) => path.includes('lock'))).toBe(false);
    const other = spawn(process.execPath, [join(ROOT, 'test', 'fixtures', 'lock-holder.mjs'), file], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const held = once(other.stdout, 'data').then(() => 'taken');
    expect(await Promise.race([held, once(other, 'exit').then(() => 'held')])).toBe('held');
    other.kill('SIGKILL');
  });

  test('says what it had to leave out, and is whole without it', async () => {
    const { home } = busyHome();
    writeFileSync(join(home.database, 'torn.db'), `SQLite format 3\0${'x'.repeat(5000)}`);
    const folder = join(temporaryFolder(), 'b');
    const { exit, err } = await gridd(home, ['backup', folder]);
    expect(exit).toBe(2);
    expect(err).toContain('database/torn.db is NOT in the backup');
    expect(existsSync(join(folder, 'database', 'torn.db'))).toBe(false);
    expect((await gridd(home, ['restore', folder, '--dry-run'])).exit).toBe(0);
  });

  test('is refused where something is, and where nothing may be written', async () => {
    const { home } = busyHome();
    const { folder } = await backUp(home);
    expect((await gridd(home, ['backup', folder])).err).toMatch(/^BACKUP_REFUSED: .* not empty/);
    const closed = temporaryFolder();
    writeFileSync(join(closed, 'file'), '');
    const { exit, err } = await gridd(home, ['backup', join(closed, 'file', 'b')]);
    expect([exit, err]).toEqual([2, expect.stringMatching(/^BACKUP_REFUSED: .* cannot be written/)]);
    expect(readdirSync(closed)).toEqual(['file']);
  });
});

test('a copy is of one moment, whatever its writer does meanwhile', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'busy.db');
  const db = openDatabase(file, 'NORMAL');
  onTestFinished(() => void db.close());
  db.exec('CREATE TABLE a (n INTEGER, pad BLOB); CREATE TABLE b (n INTEGER)');
  const write = db.transaction((n: number) => {
    db.prepare('INSERT INTO a VALUES (?, zeroblob(20000))').run(n);
    db.prepare('INSERT INTO b VALUES (?)').run(n);
  });
  for (let n = 0; n < 300; n += 1) write(n);
  let copying = true;
  const target = join(folder, 'copy.db');
  const copy = copyDatabase(file, target).finally(() => {
    copying = false;
  });
  let n = 300;
  while (copying) {
    write((n += 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await copy;
  expect(n).toBeGreaterThan(301);
  const found = openDatabase(target, 'NORMAL');
  const count = (table: string) =>
    found.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  expect(count('a')).toBe(300);
  expect(count('b')).toBe(300);
  expect(found.pragma('integrity_check', { simple: true })).toBe('ok');
  found.close();
});

describe('a restore', () => {
  test('into another home brings books, configs and records, none of them to be started', async () => {
    const { folder } = await backUp(busyHome().home);
    const other = makeHome();
    const { exit, out } = await gridd(other, ['restore', folder]);
    expect(exit).toBe(0);
    expect(out).toContain('new       database/a.db');
    expect(statusOf(other)).toBe('2026-01-05T12:30:00.000Z');
    expect(existsSync(join(other.active, 'a.json'))).toBe(true);
    const file = JSON.parse(readFileSync(other.registry, 'utf8')) as {
      instances: Record<string, object>;
    };
    expect(file.instances['a']).toMatchObject({
      ...{ desired: 'stopped', state: 'stopped', pid: null, generation: 7 },
    });
    expect(readdirSync(other.folder).sort()).toEqual(['config', 'database', 'logs']);
  });

  test('over newer books is refused, with what differs; --force keeps them aside', async () => {
    const { home, books, note } = busyHome();
    const { folder } = await backUp(home);
    note('2026-01-05T13:00:00.000Z');
    appendFileSync(home.alerts, '\n');
    books.close();
    const refused = await gridd(home, ['restore', folder]);
    expect(refused.exit).toBe(4);
    expect(refused.err).toMatch(/^RESTORE_REFUSED: .*database\/a\.db/);
    expect(refused.out).toContain(
      'newer     database/a.db  (home 0 fills, 0 orders, until 2026-01-05T13:00:00.000Z; ' +
        'backup 0 fills, 0 orders, until 2026-01-05T12:30:00.000Z)',
    );
    expect(refused.out).toContain('differs   config/alerts.json');
    expect(refused.out).toContain('same      config/active/a.json');
    expect(statusOf(home)).toBe('2026-01-05T13:00:00.000Z');
    const { exit, out } = await gridd(home, ['restore', folder, '--force', '--json']);
    expect(exit).toBe(0);
    expect(statusOf(home)).toBe('2026-01-05T12:30:00.000Z');
    const { aside } = JSON.parse(out) as { aside: string };
    expect(savedAt(join(aside, 'database', 'a.db'))).toBe('2026-01-05T13:00:00.000Z');
    // Once more changes nothing.
    const again = await gridd(home, ['restore', folder, '--json']);
    expect(again.exit).toBe(0);
    expect(statusOf(home)).toBe('2026-01-05T12:30:00.000Z');
  });

  test('only says what it would do with --dry-run', async () => {
    const { home, books, note } = busyHome();
    const { folder } = await backUp(home);
    note('2026-01-05T13:00:00.000Z');
    books.close();
    const before = readFileSync(home.registry, 'utf8');
    const { exit, out } = await gridd(home, ['restore', folder, '--dry-run']);
    expect([exit, out]).toEqual([0, expect.stringContaining('newer     database/a.db')]);
    expect(statusOf(home)).toBe('2026-01-05T13:00:00.000Z');
    expect(readFileSync(home.registry, 'utf8')).toBe(before);
  });

  test('leaves out a record that is none, says so, and brings the others', async () => {
    const { home } = busyHome();
    const damaged = { ...recordOf('b'), pid: 'many', generation: null };
    writeFileSync(home.registry, JSON.stringify(registryOf({ a: recordOf('a'), b: damaged })));
    const { folder } = await backUp(home);
    const other = makeHome();
    const { exit, err } = await gridd(other, ['restore', folder]);
    expect([exit, err]).toEqual([0, expect.stringContaining('the record of b is not valid')]);
    const { instances } = openRegistry(other).read();
    expect(instances['a']).toMatchObject({ desired: 'stopped' });
    expect(instances['b']).toBeUndefined();
  });

  test('is refused while a bot lives, even with --force', async () => {
    const { home } = busyHome();
    const { folder } = await backUp(home);
    const living = recordOf('a', { ...ownIdentity(), state: 'running' });
    writeFileSync(home.registry, JSON.stringify(registryOf({ a: living })));
    const { exit, err } = await gridd(home, ['restore', folder, '--force']);
    expect(exit).toBe(4);
    expect(err).toMatch(/^RESTORE_REFUSED: Something runs: a\./);
  });

  test('is refused while another restore, or a supervisor that answers nothing, has the home', async () => {
    const { home, books, note } = busyHome();
    const { folder } = await backUp(home);
    note('2026-01-05T13:00:00.000Z');
    books.close();
    mkdirSync(home.supervisorLogs, { recursive: true });
    const lock = await takeLifetimeLock(home.supervisorLock);
    const { exit, err } = await gridd(home, ['restore', folder, '--force']);
    expect([exit, err]).toEqual([4, expect.stringMatching(/^RESTORE_REFUSED: A supervisor .* runs/)]);
    expect(statusOf(home)).toBe('2026-01-05T13:00:00.000Z');
    lock?.release();
    expect((await gridd(home, ['restore', folder, '--force'])).exit).toBe(0);
    expect((await gridd(home, ['restore', folder])).out).toContain('same      database/a.db');
  });

  test('keeps a database that nobody can read, and says so first', async () => {
    const { home, books } = busyHome();
    const { folder } = await backUp(home);
    books.close();
    writeFileSync(join(home.database, 'a.db'), 'no database at all, but somebody may need it');
    const refused = await gridd(home, ['restore', folder]);
    expect([refused.exit, refused.out]).toEqual([4, expect.stringContaining('unknown   database/a.db')]);
    expect((await gridd(home, ['restore', folder, '--force'])).exit).toBe(0);
    expect(statusOf(home)).toBe('2026-01-05T12:30:00.000Z');
  });
});

describe('what is no backup is refused, and nothing is touched:', () => {
  const edit = (folder: string, change: (manifest: Record<string, unknown>) => void) => {
    const file = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    change(manifest);
    writeFileSync(file, JSON.stringify(manifest));
  };
  const entry = (path: string) => ({ path, kind: 'config', bytes: 2, sha256: 'x' });

  test.each<[string, (folder: string) => void, RegExp]>([
    ['no manifest', (f) => rmSync(join(f, 'manifest.json')), /no manifest.json/],
    ['another version', (f) => edit(f, (m) => (m['version'] = 9)), /another version/],
    ['a path out of it', (f) => edit(f, (m) => (m['files'] = [entry('../x')])), /damaged/],
    ['an absolute path', (f) => edit(f, (m) => (m['files'] = [entry('/etc/x')])), /damaged/],
    ['a lock', (f) => edit(f, (m) => (m['files'] = [entry('database/a.lock.db')])), /is a lock/],
    ['a missing file', (f) => rmSync(join(f, 'database', 'a.db')), /a\.db is missing/],
    ['a changed file', (f) => appendFileSync(join(f, 'database', 'a.db'), 'x'), /is not the file/],
    ['a folder', (f) => makeFolder(join(f, 'config', 'alerts.json')), /alerts\.json is missing/],
  ])('%s', async (_name, spoil, words) => {
    const { folder } = await backUp(busyHome().home);
    spoil(folder);
    const other = makeHome();
    const { exit, err } = await gridd(other, ['restore', folder]);
    expect(exit).toBe(2);
    expect(err).toMatch(/^BACKUP_INVALID/);
    expect(err).toMatch(words);
    expect(readdirSync(other.folder)).toEqual(['config']);
  });

  test('a database whose manifest agrees but which is broken', async () => {
    const { folder } = await backUp(busyHome().home);
    const file = join(folder, 'database', 'a.db');
    chmodSync(file, 0o600);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 8192);
    writeFileSync(file, bytes);
    const { fingerprint } = await import('../../src/cli/backup/manifest.ts');
    edit(folder, (manifest) => {
      const files = manifest['files'] as Record<string, unknown>[];
      Object.assign(files[0] ?? {}, fingerprint(file));
    });
    const { exit, err } = await gridd(makeHome(), ['restore', folder]);
    expect([exit, err]).toEqual([2, expect.stringMatching(/^BACKUP_INVALID: .*a\.db/)]);
  });
});

function makeFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

test('books that have gone on are newer by fills, by orders or by their moment', () => {
  const backup = { fills: 5, orders: 9, at: '2026-01-05T12:00:00.000Z' };
  const judge = (home: object) => compareBooks({ ...backup, ...home }, backup).difference;
  expect(judge({ fills: 6 })).toBe('newer');
  expect(judge({ orders: 10 })).toBe('newer');
  expect(judge({ at: '2026-01-05T12:00:01.000Z' })).toBe('newer');
  expect(judge({ fills: 4, orders: 8, at: null })).toBe('differs');
  expect(compareBooks(null, backup).difference).toBe('differs');
});
