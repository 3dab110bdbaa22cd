/**
 * A restore that is killed in any place: before its plan is written nothing of the home was touched;
 * from then on whoever comes next ends it, and no bot meets a home with half of its books.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { homeAt } from '../../src/platform/paths.ts';
import { finishRestore, unfinishedRestore } from '../../src/registry/index.ts';
import { openBooks, readBooks } from '../../src/store/index.ts';
import type { Books } from '../../src/store/index.ts';
import { ROOT } from '../source-tree.ts';
import { FleetHome } from '../fixtures/fleet-home.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';
import { recordOf, registryOf } from '../cli/cli-harness.ts';

const IDS = ['one', 'two'] as const;
const BEFORE = '2026-01-05T12:30:00.000Z';
const AFTER = '2026-01-05T13:00:00.000Z';
const KILLER = `--import ${join(ROOT, 'test', 'fixtures', 'kill-at-rename.mjs')}`;

const UNFINISHED = /^RESTORE_UNFINISHED: The restore of .* is not finished: (EEXIST|ENOTDIR)/;

/** How many at once: every step in the long run, every third in the short one. */
const STEPS = process.env['GRIDD_SOAK'] === '1' ? 1 : 3;

const homes: FleetHome[] = [];
const store = mkdtempSync(join(tmpdir(), 'gridd-backups-'));
const backup = join(store, 'backup');

function fleet(): FleetHome {
  const home = new FleetHome();
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) await home.dispose();
});
afterAll(() => rmSync(store, { recursive: true, force: true }));

function booksOf(home: FleetHome, id: (typeof IDS)[number]): Books {
  const mode = id === 'one' ? ('paper' as const) : ('live' as const);
  const binding = { instance_id: id, venue: 'paper', mode, account: 'paper' };
  const more = { symbol: 'SOL_USDC_PERP', direction: 'neutral' } as const;
  return openBooks(home.path('database', `${id}.db`), { ...binding, ...more }, 'NORMAL');
}

/**
 * Saves `at` in the books of both, and that numbers up to `reserved` are used; what was saved is in
 * the log beside the file alone.
 */
function note(home: FleetHome, at: string, reserved: number): void {
  for (const id of IDS) {
    const file = home.path('database', `${id}.db`);
    const books = booksOf(home, id);
    books.reserveIds(reserved);
    books.saveStatus({ ...SAMPLE_STATUS, updated_at: at });
    for (const suffix of ['', '-wal']) cpSync(file + suffix, `${file}.kept${suffix}`);
    books.close();
    for (const suffix of ['', '-wal']) {
      cpSync(`${file}.kept${suffix}`, file + suffix);
      rmSync(`${file}.kept${suffix}`);
    }
  }
}

/** When the books of each were saved; null: there are none. */
function savedAt(folder: string): (string | null)[] {
  return IDS.map((id) => {
    const books = readBooks(join(folder, 'database', `${id}.db`));
    const at = books?.status()?.updated_at ?? null;
    books?.close();
    return at;
  });
}

/** A home that has gone on since its backup: books, a config, and one that is new. */
async function grownHome(): Promise<FleetHome> {
  const home = fleet();
  for (const id of IDS) home.write(id);
  mkdirSync(home.path('database'));
  note(home, BEFORE, 300);
  mkdirSync(home.path('logs'));
  const running = { desired: 'running', state: 'running' };
  const records = { one: recordOf('one', running), two: recordOf('two', running) };
  writeFileSync(home.path('logs', 'instances.json'), JSON.stringify(registryOf(records)));
  if (!existsSync(backup)) await home.ok(['backup', backup]);
  note(home, AFTER, 900);
  home.write('one', { strategy: { grid_num: 30 } });
  return home;
}

/**
 * A copy of `original` in which a restore was killed in its step `killAt`, or in the place of a
 * rename of the file so named; its exit code.
 */
async function cut(original: FleetHome, killAt: number | string): Promise<[FleetHome, number]> {
  const home = fleet();
  cpSync(original.folder, home.folder, { recursive: true });
  const { code } = await home.run(['restore', backup, '--force'], {
    NODE_OPTIONS: KILLER,
    GRIDD_TEST_KILL_AT: String(killAt),
  });
  return [home, code];
}

const config = (folder: string) =>
  readFileSync(join(folder, 'config', 'active', 'one.json'), 'utf8');

test('killed at each step it is ended by the next one, and nothing that was there is lost', async () => {
  const original = await grownHome();
  const grown = config(original.folder);
  let [untouched, ended] = [0, 0];
  for (let killAt = 1; ; killAt += STEPS) {
    const [home, code] = await cut(original, killAt);
    if (code === 0) break;
    expect(code).toBe(-1);
    if (unfinishedRestore(homeAt(home.folder)) !== null) {
      ended += 1;
      if (ended === 1) {
        const { stderr } = await home.ok(['restore', backup]);
        expect(stderr).toContain(`a restore of ${backup} that was cut off is finished`);
      } else await finishRestore(homeAt(home.folder));
    } else if (savedAt(home.folder)[0] === AFTER) {
      untouched += 1;
      expect([savedAt(home.folder), config(home.folder)]).toEqual([[AFTER, AFTER], grown]);
      expect(existsSync(home.path('replaced'))).toBe(false);
      continue;
    } else {
      // All is in place; what is left of the folder goes with the next one.
      expect(await finishRestore(homeAt(home.folder))).toBeNull();
    }
    expect(savedAt(home.folder)).toEqual([BEFORE, BEFORE]);
    expect(config(home.folder)).toBe(config(backup));
    const [aside = '', ...more] = readdirSync(home.path('replaced'));
    expect(more).toEqual([]);
    expect(savedAt(home.path('replaced', aside))).toEqual([AFTER, AFTER]);
    expect(config(home.path('replaced', aside))).toBe(grown);
    expect(existsSync(home.path('.restore'))).toBe(false);
    expect(Object.values(home.registry().instances).map(({ desired }) => desired)).toEqual([
      ...['stopped', 'stopped'],
    ]);
    const live = booksOf(home, 'two');
    expect(live.restored()).toMatchObject({ reserved: 900 });
    live.close();
  }
  expect(untouched).toBeGreaterThan(0);
  // Books, log and config of what was, what takes their place, the records, the plan.
  expect(ended).toBeGreaterThanOrEqual(Math.floor((2 * 3 + 2 + 2) / STEPS));
});

test('a supervisor ends it before it looks for books, and starts nothing', async () => {
  const [home] = await cut(await grownHome(), '.restore/files/database/one.db');
  expect(savedAt(home.folder)).toEqual([null, AFTER]);
  await home.ok(['supervisor', 'start']);
  expect(savedAt(home.folder)).toEqual([BEFORE, BEFORE]);
  expect(existsSync(home.path('.restore'))).toBe(false);
  const logs = readdirSync(home.path('logs', 'supervisor'), { recursive: true, encoding: 'utf8' });
  const own = logs.find((name) => name.endsWith('/supervisor.log')) ?? '';
  const told = readFileSync(home.path('logs', 'supervisor', own), 'utf8');
  expect(told).toContain('that was cut off is finished');
  expect((await home.ok(['audit', '--json'])).stdout).toContain('cut_off');
  await home.ok(['start', 'one']);
});

test('one that cannot be finished says why, and nothing starts until it can', async () => {
  const [home] = await cut(await grownHome(), 'database/one.db');
  // What would change nothing says what is to come; a backup would be of two moments.
  const left = readdirSync(home.folder, { recursive: true }).sort();
  expect((await home.run(['backup'])).stderr).toMatch(/^BACKUP_REFUSED: A restore into/);
  const shown = await home.ok(['restore', backup, '--dry-run']);
  expect(shown.stderr).toContain('a restore was cut off here');
  expect(readdirSync(home.folder, { recursive: true }).sort()).toEqual(left);

  rmSync(home.path('replaced'), { recursive: true, force: true });
  expect(savedAt(home.folder)).toEqual([AFTER, AFTER]);
  writeFileSync(home.path('replaced'), 'a file, where the folder of what was there should be');
  const refused = await home.run(['restore', backup, '--force']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(UNFINISHED)]);
  const start = await home.run(['start', 'one']);
  expect(start.code).toBe(1);
  expect(start.stderr).toContain('RESTORE_UNFINISHED');
  expect(savedAt(home.folder)).toEqual([AFTER, AFTER]);
  rmSync(home.path('replaced'));
  await home.ok(['start', 'one']);
  expect(savedAt(home.folder)[1]).toBe(BEFORE);
  const [aside = ''] = readdirSync(home.path('replaced'));
  expect(savedAt(home.path('replaced', aside))).toEqual([AFTER, AFTER]);
});
