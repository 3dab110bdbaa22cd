/** Databases change places with their logs, killed before any step: none is met without its log. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase, openReadOnly } from '../../src/platform/sqlite.ts';
import { replaceDatabase } from '../../src/store/database-files.ts';
import { hasLostBooks } from '../../src/store/books-file.ts';
import { bundleProgram } from '../registry/writer-process.ts';

const program = join(mkdtempSync(join(tmpdir(), 'gridd-mover-')), 'database-mover.mjs');
const OTHER_DISK = '/dev/shm';
const hasOtherDisk =
  existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;

beforeAll(() => bundleProgram(join('test', 'store', 'database-mover.ts'), program));
afterAll(() => rmSync(dirname(program), { recursive: true }));

function temporary(root = tmpdir()): string {
  const folder = mkdtempSync(join(root, 'gridd-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function run(deed: string, file: string, step: number, other = '') {
  const words = [program, deed, file, String(step), other];
  const { signal, stdout, stderr } = spawnSync(process.execPath, words);
  expect(stderr.toString()).toBe('');
  return { killed: signal === 'SIGKILL', steps: Number(stdout.toString()) };
}

/** A database that says `word`, with all of it in its log where its writer was killed. */
function database(file: string, word: string, killed = false): void {
  const db = openDatabase(killed ? `${file}.busy` : file, 'NORMAL');
  db.exec('CREATE TABLE said (word TEXT)');
  db.prepare('INSERT INTO said VALUES (?)').run(word);
  if (killed) {
    for (const end of ['', '-wal']) writeFileSync(file + end, readFileSync(`${file}.busy${end}`));
  }
  db.close();
  if (killed) rmSync(`${file}.busy`);
}

/** What the database says; "refused" where the next start would refuse it. */
function said(file: string): string {
  if (hasLostBooks(file)) return 'refused';
  if (!existsSync(file)) return 'absent';
  try {
    const db = openReadOnly(file);
    const row = db.prepare<[], { word: string }>('SELECT word FROM said').get();
    db.close();
    return row?.word ?? 'nothing';
  } catch {
    return 'a half';
  }
}

/** What is left of one, so that its log cannot be brought into it. */
function lost(file: string): void {
  writeFileSync(file, '');
  writeFileSync(`${file}-wal`, 'what is left');
}

test('a database that moves with its log is whole in one place, the other refuses', () => {
  const prepare = () => {
    const [file, to] = [join(temporary(), 'a.db'), join(temporary(), 'a.db')];
    database(file, 'old', true);
    return { file, to };
  };
  const first = prepare();
  const { steps } = run('move', first.file, 0, first.to);
  expect([said(first.file), said(first.to)]).toEqual(['absent', 'old']);
  expect(steps).toBeGreaterThan(2);
  for (let step = 1; step <= steps; step += 1) {
    const { file, to } = prepare();
    expect(run('move', file, step, to).killed).toBe(true);
    const both = [said(file), said(to)];
    expect([step, both.includes('old')]).toEqual([step, true]);
    for (const one of both) expect(['old', 'absent', 'refused']).toContain(one);
  }
});

describe('a database that takes the place of another', () => {
  const prepare = (old: (file: string) => void, other = false) => {
    const file = join(temporary(), 'a.db');
    const stage = join(temporary(other ? OTHER_DISK : tmpdir()), 'fresh.db');
    database(stage, 'new');
    old(file);
    return { file, stage };
  };

  const places = [false, ...(hasOtherDisk ? [true] : [])];

  test.each(places)('leaves the old or the new one (from another disk: %s)', (other) => {
    const old = (file: string) => database(file, 'old', true);
    const first = prepare(old, other);
    const { steps } = run('replace', first.file, 0, first.stage);
    expect([said(first.file), said(`${first.file}.aside`)]).toEqual(['new', 'old']);
    const seen = new Set<string>();
    for (let step = 1; step <= steps; step += 1) {
      const { file, stage } = prepare(old, other);
      expect(run('replace', file, step, stage).killed).toBe(true);
      const place = said(file);
      seen.add(place);
      if (place === 'new') expect(said(`${file}.aside`)).toBe('old');
    }
    expect([...seen]).toEqual(expect.arrayContaining(['old']));
    expect([...seen].filter((word) => word !== 'old' && word !== 'new')).toEqual([]);
  });

  test('where it was lost but for its log leaves what is refused, and loses nothing', () => {
    const first = prepare(lost);
    const { steps } = run('replace', first.file, 0, first.stage);
    expect([said(first.file), said(`${first.file}.aside`)]).toEqual(['new', 'refused']);
    expect(statSync(`${first.file}.aside-wal`).size).toBe(12);
    for (let step = 1; step <= steps; step += 1) {
      const { file, stage } = prepare(lost);
      expect(run('replace', file, step, stage).killed).toBe(true);
      expect(['refused', 'new']).toContain(said(file));
      expect(existsSync(`${file}-wal`) || existsSync(`${file}.aside-wal`)).toBe(true);
      // The next one goes on from there.
      rmSync(stage, { force: true });
      database(stage, 'new');
      for (const end of ['', '-wal']) rmSync(`${file}.aside${end}`, { force: true });
      run('replace', file, 0, stage);
      expect(said(file)).toBe('new');
    }
  });

  test('is refused where somebody reads the log of a whole one, and nothing changes', () => {
    const { file, stage } = prepare((name) => database(name, 'old', true));
    const reader = openReadOnly(file);
    reader.exec('BEGIN');
    reader.prepare('SELECT word FROM said').get();
    expect(() => replaceDatabase(stage, file, `${file}.aside`)).toThrow(
      expect.objectContaining({ code: 'RESTORE_REFUSED' }),
    );
    reader.close();
    expect([said(file), existsSync(`${file}.aside`)]).toEqual(['old', false]);
  });

  test.skipIf(!hasOtherDisk)('keeps the old one on another disk', () => {
    const { file, stage } = prepare((name) => database(name, 'old'));
    const far = temporary(OTHER_DISK);
    symlinkSync(far, join(dirname(file), 'far'));
    replaceDatabase(stage, file, join(dirname(file), 'far', 'a.db'));
    expect(readdirSync(far)).toEqual(['a.db']);
    expect([said(file), said(join(far, 'a.db'))]).toEqual(['new', 'old']);
  });
});
