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
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, onTestFinished, test } from 'vitest';
import { homeAt } from '../../src/platform/paths.ts';
import { unfinishedRestore } from '../../src/registry/index.ts';
import { openBooks, readBooks } from '../../src/store/index.ts';
import { ROOT } from '../source-tree.ts';
import { FleetHome } from '../fixtures/fleet-home.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';

const IDS = ['one', 'two'] as const;
const BEFORE = '2026-01-05T12:30:00.000Z';
const AFTER = '2026-01-05T13:00:00.000Z';
const KILLER = `--import ${join(ROOT, 'test', 'fixtures', 'kill-at-rename.mjs')}`;

const UNFINISHED = /^RESTORE_UNFINISHED: The restore of .* is not finished: (EEXIST|ENOTDIR)/;
/** A folder on another disk than the temporary one; null: there is none here. */
const OTHER_DISK =
  existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(tmpdir()).dev ? '/dev/shm' : null;

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

/** Saves `at` in the books of both; what was saved is in the log beside the file alone. */
function note(home: FleetHome, at: string): void {
  for (const id of IDS) {
    const file = home.path('database', `${id}.db`);
    const binding = { instance_id: id, venue: 'paper', mode: 'paper', account: 'paper' } as const;
    const books = openBooks(file, { ...binding, symbol: 'SOL_USDC_PERP', direction: 'neutral' }, 'NORMAL');
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
  note(home, BEFORE);
  if (!existsSync(backup)) await home.ok(['backup', backup]);
  note(home, AFTER);
  home.write('one', { strategy: { grid_num: 30 } });
  return home;
}

const restore = (home: FleetHome, killAt: number) =>
  home.run(['restore', backup, '--force'], {
    NODE_OPTIONS: KILLER,
    GRIDD_TEST_KILL_AT: String(killAt),
  });

const config = (folder: string) =>
  readFileSync(join(folder, 'config', 'active', 'one.json'), 'utf8');

test('killed at each rename it is ended by the next one, and nothing that was there is lost', async () => {
  const original = await grownHome();
  const grown = config(original.folder);
  let [untouched, ended] = [0, 0];
  for (let killAt = 1; ; killAt += 1) {
    const home = fleet();
    cpSync(original.folder, home.folder, { recursive: true });
    const { code } = await restore(home, killAt);
    if (code === 0) break;
    expect(code).toBe(-1);
    if (unfinishedRestore(homeAt(home.folder)) === null) {
      untouched += 1;
      expect([savedAt(home.folder), config(home.folder)]).toEqual([[AFTER, AFTER], grown]);
      expect(existsSync(home.path('replaced'))).toBe(false);
      continue;
    }
    ended += 1;
    // Even what would change nothing says what is to come, and changes nothing.
    const left = readdirSync(home.folder, { recursive: true }).sort();
    const shown = await home.ok(['restore', backup, '--dry-run']);
    expect(shown.stderr).toContain('a restore was cut off here');
    expect(readdirSync(home.folder, { recursive: true }).sort()).toEqual(left);
    const { stderr } = await home.ok(['restore', backup]);
    expect(stderr).toContain(`a restore of ${backup} that was cut off is finished`);
    expect(savedAt(home.folder)).toEqual([BEFORE, BEFORE]);
    expect(config(home.folder)).toBe(config(backup));
    const [aside = '', ...more] = readdirSync(home.path('replaced'));
    expect(more).toEqual([]);
    expect(savedAt(home.path('replaced', aside))).toEqual([AFTER, AFTER]);
    expect(config(home.path('replaced', aside))).toBe(grown);
    expect(existsSync(home.path('.restore'))).toBe(false);
  }
  expect(untouched).toBeGreaterThan(0);
  // Books, log and config of what was, then what takes their place.
  expect(ended).toBeGreaterThanOrEqual(2 * 3 + 2);
});

test('a supervisor ends it before it looks for books, and starts nothing', async () => {
  const home = await grownHome();
  // The plan, the first books aside, their log aside: the file itself is not there.
  await restore(home, 4);
  expect(savedAt(home.folder)).toEqual([null, AFTER]);
  await home.ok(['supervisor', 'start']);
  expect(savedAt(home.folder)).toEqual([BEFORE, BEFORE]);
  expect(existsSync(home.path('.restore'))).toBe(false);
  const logs = readdirSync(home.path('logs', 'supervisor'), { recursive: true, encoding: 'utf8' });
  const own = logs.find((name) => name.endsWith('/supervisor.log')) ?? '';
  const told = readFileSync(home.path('logs', 'supervisor', own), 'utf8');
  expect(told).toContain('that was cut off is finished');
  await home.ok(['start', 'one']);
});

test('one that cannot be finished says why, and nothing starts until it can', async () => {
  const home = await grownHome();
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

test.skipIf(OTHER_DISK === null)('also where the databases are on another disk', async () => {
  const home = await grownHome();
  const disk = mkdtempSync(join(OTHER_DISK ?? '', 'gridd-disk-'));
  onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
  cpSync(home.path('database'), disk, { recursive: true });
  rmSync(home.path('database'), { recursive: true });
  symlinkSync(disk, home.path('database'));
  for (let killAt = 1; killAt < 20; killAt += 1) {
    const { code } = await restore(home, killAt);
    if (code === 0) break;
  }
  expect(savedAt(home.folder)).toEqual([BEFORE, BEFORE]);
  const [aside = ''] = readdirSync(home.path('replaced'));
  expect(savedAt(home.path('replaced', aside))).toEqual([AFTER, AFTER]);
});
