/** Versions of configs on a real disk: what is noted, what is written, and what is not. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ConfigVersions } from '../../src/daemon/config-versions.ts';
import { FleetHistory } from '../../src/daemon/fleet-history.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import type { Home } from '../../src/platform/paths.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { put, refusal, smallConfig, tempHome } from '../registry/temp-home.ts';

const AUTHOR = { who: 'ann', origin: 'console', note: 'wider' } as const;
let home: Home;
let clock: ManualClock;
let history: FleetHistory;
let versions: ConfigVersions;
let text: string;

beforeEach(() => {
  home = tempHome();
  clock = manualClock();
  const log = makeLogger('test', []);
  history = new FleetHistory({ file: home.history, clock, log, present: existsSync });
  onTestFinished(() => history.close());
  versions = new ConfigVersions({ home, clock, log, history, changed: () => {} });
  text = JSON.stringify(smallConfig(), null, 2);
});

const edited = () => text.replace('"grid_num": 20', '"grid_num": 21 /* more */');

function write(content: string = text, id = 'aa_01'): string {
  return put(home, `config/active/${id}.json`, content);
}

test('a file is a version when it is met, an edit on the disk the next, a look alone none', () => {
  write();
  expect(versions.look().map(({ id, version }) => [id, version?.version])).toEqual([['aa_01', 1]]);
  versions.seen('aa_01');
  write(edited());
  versions.seen('aa_01');
  versions.look();
  const notes = versions.all('aa_01').map(({ version, origin, note, changed }) => {
    return { version, origin, note, changed };
  });
  expect(notes[0]).toEqual({
    ...{ version: 2, origin: 'file', note: 'edited on the disk' },
    changed: ['strategy_config.grid_num'],
  });
  expect(notes[1]).toMatchObject({ version: 1, origin: 'file', note: 'met on the disk' });
  expect(notes[1]?.changed).toContain('metadata.symbol');
  expect(versions.one('aa_01', 1).text).toBe(text);
  expect(refusal(() => versions.one('aa_01', 3)).code).toBe('VERSION_UNKNOWN');
  expect(versions.mark).toBe(2);
});

test('an edit on the disk is in the audit; a file that is met, and a text with an author, are not', () => {
  const lines = () =>
    history.auditLines({ instance: 'aa_01', before: null, limit: 10 }).map((line) => {
      const { verb, who, from, after } = line;
      return { verb, who, from, after: JSON.parse(after ?? '{}') as unknown };
    });
  write();
  versions.look();
  expect(lines()).toEqual([]);
  write(text.replace('"grid_num": 20', '"grid_num": 22'));
  versions.author('aa_01', { who: 'bob', origin: 'cli', note: 'saved' });
  expect(lines()).toEqual([]);
  write(edited());
  versions.look();
  versions.look();
  const after = { version: 3, changed: ['strategy_config.grid_num'] };
  expect(lines()).toEqual([{ verb: 'config edit', who: 'unknown', from: 'config', after }]);
});

test('a file that is broken meanwhile keeps its id; one that is nobody else is not looked at', () => {
  write(text.replace('{', '{ "metadata": { "instance_id": "bb_02", "symbol": "SOL" },'), 'odd');
  const named = text.replace('"symbol"', '"instance_id": "bb_02", "symbol"');
  write(named, 'odd');
  write('{}', 'Not An Id');
  expect(versions.look().map(({ id }) => id)).toEqual(['bb_02']);
  write(named.slice(0, -3), 'odd');
  expect(versions.find('bb_02').version).toMatchObject({ version: 2, changed: ['(text)'] });
  expect(refusal(() => versions.find('../odd')).code).toBe('CONFIG_NOT_FOUND');
});

test('of two files with one id neither has versions', () => {
  write();
  write(text.replace('"symbol"', '"instance_id": "aa_01", "symbol"'), 'other');
  expect(versions.look().map(({ version }) => version)).toEqual([null, null]);
  expect(refusal(() => versions.find('aa_01')).code).toBe('CONFIG_CONFLICT');
  expect(versions.all('aa_01')).toEqual([]);
});

test('a save is file and version, and as private as the file was', () => {
  const file = write();
  chmodSync(file, 0o600);
  const saved = versions.replace(versions.find('aa_01'), edited(), AUTHOR);
  expect(saved).toMatchObject({ version: 2, ...AUTHOR, changed: ['strategy_config.grid_num'] });
  expect(readFileSync(file, 'utf8')).toBe(edited());
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(home.history).mode & 0o777).toBe(0o600);
});

test('a save over what somebody edited meanwhile changes nothing', () => {
  const file = write();
  const present = versions.find('aa_01');
  write(`${text}\n`);
  expect(refusal(() => versions.replace(present, edited(), AUTHOR)).code).toBe('CONFIG_CHANGED');
  expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
  expect(versions.find('aa_01').version).toMatchObject({ version: 2, origin: 'file' });
});

test('a save never goes through a link', () => {
  const target = put(home, 'elsewhere.json', text);
  symlinkSync(target, join(home.active, 'aa_01.json'));
  const present = versions.find('aa_01');
  expect(refusal(() => versions.replace(present, edited(), AUTHOR)).code).toBe('CONFIG_CHANGED');
  expect(readFileSync(target, 'utf8')).toBe(text);
});

test('a disk that takes no file: neither text nor version is there', () => {
  const file = write();
  const present = versions.find('aa_01');
  // A folder where the new text is to be written first.
  mkdirSync(`${file}.${process.pid}.tmp`);
  const refused = refusal(() => versions.replace(present, edited(), AUTHOR));
  expect(refused.code).toBe('CONFIG_UNWRITABLE');
  expect(refused.message).toMatch(/^config\/active\/aa_01\.json cannot be written: .*EISDIR/);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(versions.all('aa_01')).toHaveLength(1);
});

test('a history that takes nothing: the text is not written either', () => {
  const file = write();
  const present = versions.find('aa_01');
  const other = openDatabase(home.history, 'NORMAL');
  other.exec('BEGIN IMMEDIATE');
  const refused = refusal(() => versions.replace(present, edited(), AUTHOR));
  expect(refused.code).toBe('HISTORY_UNWRITABLE');
  expect(refused.message).toMatch(/locked/);
  expect(readFileSync(file, 'utf8')).toBe(text);
  other.exec('COMMIT');
  other.close();
  // Meanwhile an edit on the disk is not lost: it is met once there is a history again.
  write(edited());
  expect(versions.find('aa_01').version).toBeNull();
  clock.advance(10_000);
  expect(versions.find('aa_01').version).toMatchObject({ version: 2, origin: 'file' });
});

test('a new file is created once, never over another', () => {
  const file = join(home.active, 'aa_01.json');
  expect(versions.create('aa_01', file, text, AUTHOR)).toMatchObject({ version: 1, ...AUTHOR });
  expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
  expect(refusal(() => versions.create('aa_01', file, edited(), AUTHOR)).code).toBe('FILE_EXISTS');
  expect(readFileSync(file, 'utf8')).toBe(`${text}\n`);
  // The line end that was added is no edit of anybody.
  expect(versions.find('aa_01').version?.version).toBe(1);
});

test('who wrote a text is told after a look met it, for a minute, and for this text alone', () => {
  write();
  versions.find('aa_01');
  const cli = { who: 'bob', origin: 'cli', note: 'gridd new' } as const;
  expect(versions.author('aa_01', cli)).toMatchObject({ version: 1, ...cli });
  write(edited());
  expect(versions.author('aa_01', { ...cli, note: 'saved' })).toMatchObject({ note: 'saved' });
  // What has an author keeps them.
  expect(versions.author('aa_01', { ...cli, who: 'eve' })).toMatchObject({ who: 'bob' });
  write(text);
  versions.seen('aa_01');
  clock.advance(61_000);
  expect(versions.author('aa_01', cli)).toMatchObject({ version: 3, origin: 'file' });
});
