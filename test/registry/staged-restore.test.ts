/**
 * What a restore that was cut off finds when it goes on: it only ever goes forward, removes nothing
 * that anybody made meanwhile, and says why where it cannot.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import {
  beginStaging,
  commitStaged,
  finishRestore,
  openRegistry,
  stagedFile,
  unfinishedRestore,
} from '../../src/registry/index.ts';
import { hasLostBooks } from '../../src/store/books-file.ts';
import { readBooks } from '../../src/store/index.ts';
import { makeHome, recordOf, registryOf, temporaryFolder } from '../cli/cli-harness.ts';

const BOOKS = 'database/a.db';
const CONFIG = 'config/active/a.json';
const ASIDE = 'replaced/then';

/** A home in which a restore of books and config is planned and nothing is done yet. */
function planned(more: Readonly<Record<string, unknown>> = {}): Home {
  const home = makeHome({
    [BOOKS]: 'old books',
    [`${BOOKS}-wal`]: 'old log',
    [CONFIG]: 'old config',
    ...more,
  });
  plan(home, { a: recordOf('a', { desired: 'running', state: 'running', panic: null }) });
  return home;
}

function plan(home: Home, records: Record<string, unknown>): void {
  beginStaging(home);
  for (const [path, text] of [[BOOKS, 'new books'], [CONFIG, 'new config']] as const) {
    const file = stagedFile(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  commitStaged(home, {
    ...{ from: '/safe', taken_at: '2026-01-05T12:30:00.000Z', who: 'eve', aside: ASIDE },
    files: [
      { path: BOOKS, database: true, replaces: true },
      { path: CONFIG, database: false, replaces: true },
    ],
    records: records as Record<string, RegistryRecord>,
  });
}

const texts = (home: Home, ...paths: string[]) =>
  paths.map((path) => readFileSync(join(home.folder, path), 'utf8'));

test('it puts all in place, keeps what was there with what lay beside it, and starts nothing', async () => {
  const home = planned();
  expect(await finishRestore(home)).toMatchObject({ from: '/safe', who: 'eve' });
  expect(texts(home, BOOKS, CONFIG)).toEqual(['new books', 'new config']);
  const kept = [BOOKS, `${BOOKS}-wal`, CONFIG].map((path) => `${ASIDE}/${path}`);
  expect(texts(home, ...kept)).toEqual(['old books', 'old log', 'old config']);
  expect(existsSync(join(home.folder, `${BOOKS}-wal`))).toBe(false);
  expect(openRegistry(home).read().instances['a']).toMatchObject({ desired: 'stopped' });
  expect(existsSync(home.restoring)).toBe(false);
  expect(await finishRestore(home)).toBeNull();
});

test('an instance of the home whose books were replaced is stopped, though the backup knew none', async () => {
  const running = { desired: 'running', state: 'running' };
  const records = { b: { ...recordOf('b', running), db_path: BOOKS }, c: recordOf('c', running) };
  const home = planned({ 'logs/instances.json': registryOf(records) });
  await finishRestore(home);
  const { instances } = openRegistry(home).read();
  expect(Object.entries(instances).map(([id, { desired }]) => `${id} ${desired}`).sort()).toEqual([
    ...['a stopped', 'b stopped', 'c running'],
  ]);
});

test('what somebody made in a place meanwhile is kept apart, with its own log', async () => {
  const home = planned();
  const later = join(home.folder, ASIDE, BOOKS);
  mkdirSync(dirname(later), { recursive: true });
  writeFileSync(later, 'old books');
  writeFileSync(join(home.folder, BOOKS), 'books of a stranger');
  writeFileSync(join(home.folder, `${BOOKS}-wal`), 'log of a stranger');
  await finishRestore(home);
  expect(texts(home, BOOKS)).toEqual(['new books']);
  const kept = [BOOKS, `${BOOKS}.2`, `${BOOKS}.2-wal`].map((path) => `${ASIDE}/${path}`);
  expect(texts(home, ...kept)).toEqual(['old books', 'books of a stranger', 'log of a stranger']);
  expect(existsSync(`${later}-wal`)).toBe(false);
});

test('cut off between books and their log, both end up together', async () => {
  const home = planned();
  const aside = join(home.folder, ASIDE, BOOKS);
  mkdirSync(dirname(aside), { recursive: true });
  renameSync(join(home.folder, BOOKS), aside);
  // Nobody who looks for books meanwhile finds any, or begins new ones beside that log.
  expect(readBooks(join(home.folder, BOOKS))).toBeNull();
  expect(hasLostBooks(join(home.folder, BOOKS))).toBe(true);
  await finishRestore(home);
  expect(readdirSync(dirname(aside)).sort()).toEqual(['a.db', 'a.db-wal']);
  expect(texts(home, `${ASIDE}/${BOOKS}`, BOOKS)).toEqual(['old books', 'new books']);
});

test('what stands in the place of its folder keeps nothing from starting', async () => {
  const home = makeHome();
  writeFileSync(home.restoring, 'a file of that name');
  expect(await finishRestore(home)).toBeNull();
});

test.each<[string, (home: Home) => void, RegExp]>([
  [
    'a file that is nowhere',
    (home) => {
      rmSync(stagedFile(home, BOOKS));
      rmSync(join(home.folder, BOOKS));
    },
    /database\/a\.db is neither in its place nor laid ready/,
  ],
  [
    'a disk that is not there',
    (home) => rmSync(join(home.folder, 'database'), { recursive: true }),
    /database\/a\.db was there when the restore began/,
  ],
  [
    'a plan of another gridd',
    (home) => writeFileSync(join(home.restoring, 'plan.json'), '{"version": 9}'),
    /is of another gridd/,
  ],
  [
    'a plan that is torn',
    (home) => writeFileSync(join(home.restoring, 'plan.json'), '{"version"'),
    /^A restore is not finished: .*JSON/,
  ],
  [
    'a bot that lives',
    (home) => {
      const living = recordOf('a', { ...ownIdentity(), state: 'running' });
      mkdirSync(home.logs, { recursive: true });
      writeFileSync(home.registry, JSON.stringify(registryOf({ a: living })));
    },
    /: a runs; .*kill PID/,
  ],
])('%s is told, and the plan stays', async (_name, spoil, words) => {
  const home = planned();
  spoil(home);
  const failed = await finishRestore(home).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'RESTORE_UNFINISHED', message: expect.stringMatching(words) });
  expect(existsSync(join(home.restoring, 'plan.json'))).toBe(true);
  expect(texts(home, CONFIG)).toEqual(['old config']);
});

test('a place on another disk is refused before anything is planned', (context) => {
  const disk = '/dev/shm';
  const home = makeHome();
  if (!existsSync(disk) || statSync(disk).dev === statSync(home.folder).dev) {
    return context.skip('no second disk here');
  }
  const folder = join(disk, `gridd-${process.pid}`);
  mkdirSync(folder);
  context.onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(folder, join(home.folder, 'database'));
  expect(() => plan(home, {})).toThrow(/is on another disk/);
  expect(unfinishedRestore(home)).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(join(home.folder, 'replaced'))).toBe(false);
});

test('what was laid ready without a plan is forgotten by the next one', async () => {
  const home = makeHome();
  beginStaging(home);
  writeFileSync(join(home.restoring, 'half'), 'of a file');
  expect(await finishRestore(home)).toBeNull();
  expect(existsSync(home.restoring)).toBe(false);
});

test('records are stopped where logs lead out of the home', async () => {
  const home = makeHome({ [BOOKS]: 'old books', [CONFIG]: 'old config' });
  symlinkSync(temporaryFolder(), home.logs);
  plan(home, { a: recordOf('a', { desired: 'running', state: 'running' }) });
  await finishRestore(home);
  expect(openRegistry(home).read().instances['a']).toMatchObject({ desired: 'stopped' });
});
