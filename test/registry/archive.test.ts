/** Configs are retired and brought back: nothing is lost, whenever it is killed or meets another. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { localDate, systemClock } from '../../src/platform/clock.ts';
import { toHome } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { activeFiles, findActiveFile } from '../../src/registry/active-configs.ts';
import {
  archiveInstance,
  archivedFiles,
  newInstance,
  openRegistry,
  unarchiveInstance,
} from '../../src/registry/index.ts';
import { bundleProgram } from './writer-process.ts';
import { sampleRecord } from './sample-record.ts';
import { put, refusal, smallConfig, tempHome } from './temp-home.ts';

/** Where a folder of another disk can be had. */
const OTHER_DISK = '/dev/shm';
const hasOtherDisk =
  existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;

/** Makes config/archived of `home` a folder of another disk. */
function archiveElsewhere(home: Home): void {
  const folder = mkdtempSync(join(OTHER_DISK, 'gridd-archived-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(folder, home.archived);
}

/** Every text that stands under a name which gridd lists. */
function listedTexts(home: Home): string[] {
  const files = [...activeFiles(home), ...archivedFiles(home).map(({ file }) => file)];
  return files.map((file) => readFileSync(file, 'utf8'));
}

describe('archive', () => {
  test('moves the file with its content to <id>.<date>.json and never overwrites', async () => {
    const home = tempHome();
    const date = localDate(systemClock.now());
    const names: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { file } = newInstance(home, 'neutral', 'x_01');
      const text = readFileSync(file, 'utf8');
      const moved = await archiveInstance(home, 'x_01', openRegistry(home));
      expect(moved.from).toBe(file);
      expect(existsSync(file)).toBe(false);
      expect(readFileSync(moved.to, 'utf8')).toBe(text);
      names.push(moved.to);
    }
    const path = (rest: string) => join(home.archived, `x_01.${date}${rest}.json`);
    expect(names).toEqual([path(''), path('-2'), path('-3')]);
    expect(readdirSync(home.archived)).toHaveLength(3);
  });

  test('what an editor still writes into the file is moved along', async () => {
    const home = tempHome();
    const { file } = newInstance(home, 'neutral', 'x_01');
    const editor = openSync(file, 'a');
    const { to } = await archiveInstance(home, 'x_01', openRegistry(home));
    writeSync(editor, '// saved at the last moment\n');
    closeSync(editor);
    expect(readFileSync(to, 'utf8')).toContain('// saved at the last moment');
    expect(existsSync(file)).toBe(false);
  });

  test('of a link the content is kept, whatever folder it led from', async () => {
    const home = tempHome();
    const kept = put(home, 'kept/x_01.json', smallConfig());
    mkdirSync(home.active, { recursive: true });
    symlinkSync('../../kept/x_01.json', join(home.active, 'x_01.json'));
    const { from, to } = await archiveInstance(home, 'x_01', openRegistry(home));
    expect(readFileSync(to, 'utf8')).toBe(readFileSync(kept, 'utf8'));
    expect(lstatSync(from, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('finds the file by its id, and refuses what is not there', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    const refused = (id: string) => archiveInstance(home, id, registry).catch((e: unknown) => e);
    const config = smallConfig();
    config.metadata['instance_id'] = 'named';
    put(home, 'config/active/file.json', config);
    expect(await refused('file')).toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    expect(await refused('../x')).toMatchObject({ code: 'INSTANCE_ID_INVALID' });
    const { from, to } = await archiveInstance(home, 'named', registry);
    expect(from).toBe(join(home.active, 'file.json'));
    expect(await refused('named')).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      hint: `It is archived in ${toHome(home, to)}: \`gridd unarchive named\` brings it back.`,
    });
  });

  test('another name of the same file, as a killed one leaves it, is no obstacle', async () => {
    const home = tempHome();
    const { file } = newInstance(home, 'neutral', 'x_01');
    const text = readFileSync(file, 'utf8');
    mkdirSync(home.archived, { recursive: true });
    const name = join(home.archived, `x_01.${localDate(systemClock.now())}.json`);
    linkSync(file, name);
    linkSync(file, `${name}.${process.pid}.tmp`);
    const { to } = await archiveInstance(home, 'x_01', openRegistry(home));
    expect([readFileSync(to, 'utf8'), existsSync(file)]).toEqual([text, false]);
  });

  test.skipIf(!hasOtherDisk)('to another disk it is moved with its text and mode', async () => {
    const home = tempHome();
    archiveElsewhere(home);
    const file = put(home, 'config/active/x_01.json', JSON.stringify(smallConfig()));
    chmodSync(file, 0o600);
    const { to } = await archiveInstance(home, 'x_01', openRegistry(home));
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(to, 'utf8'))).toEqual(smallConfig());
    expect([existsSync(file), readdirSync(home.archived)]).toEqual([false, [basename(to)]]);
    const back = unarchiveInstance(home, 'x_01');
    expect(JSON.parse(readFileSync(back.to, 'utf8'))).toEqual(smallConfig());
    expect(readdirSync(home.archived)).toEqual([]);
  });

  test('two at once: one is told that the config is gone, and no record comes back', async () => {
    const home = tempHome();
    newInstance(home, 'neutral', 'x_01');
    put(home, 'logs/instances.json', { version: 2, instances: { x_01: sampleRecord('x_01') } });
    const both = [1, 2].map(() => archiveInstance(home, 'x_01', openRegistry(home)));
    const ends = await Promise.allSettled(both);
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    expect(failed).toMatchObject([
      { code: 'CONFIG_NOT_FOUND', hint: expect.stringContaining('gridd unarchive x_01') as unknown },
    ]);
    expect(openRegistry(home).read().instances).toEqual({});
    expect([archivedFiles(home).length, activeFiles(home)]).toEqual([1, []]);
  });

  test('a name that an older gridd left without a text is no archive of it', async () => {
    const home = tempHome();
    const date = localDate(systemClock.now());
    put(home, `config/archived/x_01.${date}.json`, '');
    expect(archivedFiles(home)).toEqual([]);
    newInstance(home, 'neutral', 'x_01');
    const { to } = await archiveInstance(home, 'x_01', openRegistry(home));
    expect(archivedFiles(home)).toEqual([{ name: `x_01.${date}-2.json`, id: 'x_01', file: to }]);
  });

  test('where the registry cannot be written nothing is moved', async () => {
    const home = tempHome();
    const { file } = newInstance(home, 'neutral', 'x_01');
    const record = sampleRecord('x_01');
    put(home, 'logs/instances.json', { version: 2, instances: { x_01: record } });
    const before = readFileSync(home.registry, 'utf8');
    // What it is written to first.
    mkdirSync(`${home.registry}.${process.pid}.next.${process.pid}.tmp`);
    const failed = await archiveInstance(home, 'x_01', openRegistry(home)).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'REGISTRY_UNWRITABLE' });
    expect([existsSync(file), archivedFiles(home)]).toEqual([true, []]);
    expect(readFileSync(home.registry, 'utf8')).toBe(before);
  });

  test('where the config cannot be moved its record stays', async () => {
    const home = tempHome();
    const { file } = newInstance(home, 'neutral', 'x_01');
    put(home, 'logs/instances.json', { version: 2, instances: { x_01: sampleRecord('x_01') } });
    put(home, 'config/archived', 'a file');
    const failed = await archiveInstance(home, 'x_01', openRegistry(home)).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'CONFIG_UNWRITABLE' });
    expect(existsSync(file)).toBe(true);
    expect(openRegistry(home).read().instances['x_01']).toMatchObject({ state: 'stopped' });
  });

  test('where its record cannot be put back either, both are said', async () => {
    const home = tempHome();
    newInstance(home, 'neutral', 'x_01');
    put(home, 'logs/instances.json', { version: 2, instances: { x_01: sampleRecord('x_01') } });
    put(home, 'config/archived', 'a file');
    const registry = openRegistry(home);
    const failing = {
      update: async (...change: Parameters<typeof registry.update>) => {
        const written = await registry.update(...change);
        // From now on: what it is written to first.
        mkdirSync(`${home.registry}.${process.pid}.next.${process.pid}.tmp`);
        return written;
      },
    };
    const failed = await archiveInstance(home, 'x_01', failing).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'CONFIG_UNWRITABLE' });
    const said = String(failed);
    expect(said).toMatch(/config\/active\/x_01\.json cannot be moved: EEXIST/);
    expect(said).toMatch(/its record could not be put back: .*instances\.json could not be written/);
  });
});

describe('unarchive', () => {
  test('brings the newest archive of an id back, or the one that is named', async () => {
    const home = tempHome();
    const date = localDate(systemClock.now());
    for (let round = 1; round <= 11; round += 1) {
      const { file } = newInstance(home, 'neutral', 'x_01');
      writeFileSync(file, `${readFileSync(file, 'utf8')}// ${round}\n`);
      await archiveInstance(home, 'x_01', openRegistry(home));
    }
    const { id, from, to } = unarchiveInstance(home, 'x_01');
    expect({ id, from }).toEqual({ id: 'x_01', from: join(home.archived, `x_01.${date}-11.json`) });
    expect(readFileSync(to, 'utf8')).toMatch(/\/\/ 11\n$/);
    const taken = refusal(() => unarchiveInstance(home, 'x_01'));
    expect([taken.code, archivedFiles(home).length]).toEqual(['FILE_EXISTS', 10]);
    await archiveInstance(home, 'x_01', openRegistry(home));
    const second = unarchiveInstance(home, `config/archived/x_01.${date}-2.json`);
    expect(readFileSync(second.to, 'utf8')).toMatch(/\/\/ 2\n$/);
    expect(readdirSync(home.active)).toEqual(['x_01.json']);
  });

  test('refuses the id that a config of another name has, and what is not there', async () => {
    const home = tempHome();
    newInstance(home, 'neutral', 'x_01');
    await archiveInstance(home, 'x_01', openRegistry(home));
    const named = { ...smallConfig(), metadata: { symbol: 'SOL', instance_id: 'x_01' } };
    const other = put(home, 'config/active/other.json', named);
    const taken = refusal(() => unarchiveInstance(home, 'x_01'));
    expect(taken).toMatchObject({ code: 'FILE_EXISTS' });
    expect(taken.message).toContain(toHome(home, other));
    const unknown = refusal(() => unarchiveInstance(home, 'x_02'));
    expect(unknown).toMatchObject({ code: 'CONFIG_NOT_FOUND', hint: 'It holds x_01.' });
    expect(unknown.message).toContain('Did you mean x_01?');
    expect(archivedFiles(home)).toHaveLength(1);
  });

  test('is called as its text says, not as the archive is', async () => {
    const home = tempHome();
    const named = { ...smallConfig(), metadata: { symbol: 'SOL', instance_id: 'y_01' } };
    put(home, 'config/archived/x_01.2020-01-01.json', named);
    const { id, to } = unarchiveInstance(home, 'x_01');
    expect({ id, to }).toEqual({ id: 'y_01', to: join(home.active, 'y_01.json') });
  });

  test('an id of its text that is none moves nothing out of config/', () => {
    const home = tempHome();
    const named = { ...smallConfig(), metadata: { symbol: 'SOL', instance_id: '../../y_01' } };
    put(home, 'config/archived/x_01.2020-01-01.json', named);
    expect(unarchiveInstance(home, 'x_01').to).toBe(join(home.active, 'x_01.json'));
  });

  test('where config/active cannot take it nothing is moved', () => {
    const home = tempHome();
    const archived = put(home, 'config/archived/x_01.2020-01-01.json', smallConfig());
    rmSync(home.active, { recursive: true });
    put(home, 'config/active', 'a file');
    expect(refusal(() => unarchiveInstance(home, 'x_01')).code).toBe('CONFIG_UNWRITABLE');
    expect(existsSync(archived)).toBe(true);
  });
});

describe('killed before any of its steps', () => {
  const program = join(mkdtempSync(join(tmpdir(), 'gridd-mover-')), 'config-mover.mjs');
  const later = JSON.stringify({ ...smallConfig(), metadata: { symbol: 'ETH_USDC_PERP' } });

  beforeAll(() => bundleProgram(join('test', 'registry', 'config-mover.ts'), program));
  afterAll(() => rmSync(dirname(program), { recursive: true }));

  function prepare(verb: string, place: string): { home: Home; text: string } {
    const home = tempHome();
    mkdirSync(home.logs, { recursive: true });
    if (place === 'another disk') archiveElsewhere(home);
    const text = JSON.stringify(smallConfig());
    const name = verb === 'archive' ? 'active/x_01.json' : 'archived/x_01.2020-01-01.json';
    put(home, join('config', name), text);
    return { home, text };
  }

  function run(home: Home, verb: string, step: number, saved = '', lives = false) {
    const env = { ...process.env, SAVED: later, ...(lives ? { LIVES: '1' } : {}) };
    const words = [program, home.folder, verb, 'x_01', String(step), saved];
    const { signal, stdout, stderr } = spawnSync(process.execPath, words, { env });
    expect(stderr.toString()).toBe('');
    return { killed: signal === 'SIGKILL', steps: Number(stdout.toString()) };
  }

  const places = ['the same disk', ...(hasOtherDisk ? ['another disk'] : [])];
  const cases = ['archive', 'unarchive'].flatMap((verb) => places.map((place) => [verb, place]));

  test.each(cases)('%s on %s loses no text, and the next one finishes it', (verb, place) => {
    const { steps } = run(prepare(verb, place).home, verb, 0);
    expect(steps).toBeGreaterThan(0);
    for (let step = 1; step <= steps; step += 1) {
      const { home, text } = prepare(verb, place);
      expect(run(home, verb, step)).toMatchObject({ killed: true });
      expect(listedTexts(home)).toContain(text);
      if (findActiveFile(home, 'x_01') !== null) continue;
      unarchiveInstance(home, 'x_01');
      expect(listedTexts(home)).toEqual([text]);
    }
  });

  test.each([true, false])('a save before it is not lost (it lives on: %s)', (lives) => {
    const steps = run(prepare('archive', 'the same disk').home, 'archive', 0).steps;
    for (let step = 1; step <= steps; step += 1) {
      const { home } = prepare('archive', 'the same disk');
      const { killed } = run(home, 'archive', step, join(home.active, 'x_01.json'), lives);
      expect(killed).toBe(!lives);
      expect(listedTexts(home)).toContain(later);
    }
  });

  test.each(places)('a save into the archive is not lost by its return from %s', (place) => {
    const steps = run(prepare('unarchive', place).home, 'unarchive', 0).steps;
    // But for the last step, which follows the last look at once.
    for (let step = 1; step < steps; step += 1) {
      const { home } = prepare('unarchive', place);
      const archived = join(home.archived, 'x_01.2020-01-01.json');
      run(home, 'unarchive', step, archived, true);
      expect(listedTexts(home)).toContain(later);
    }
  });
});
