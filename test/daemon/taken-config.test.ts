/** Which config text a launch runs with, and what is said of a file that says something else. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import type { StatusView } from '../../src/contract/instance-api.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { textOfNote } from '../../src/contract/said-codes.ts';
import type { Note } from '../../src/contract/said-codes.ts';
import { FileNotes, fileNote } from '../../src/daemon/file-notes.ts';
import type { NotedInstance } from '../../src/daemon/file-notes.ts';
import { FleetHistory } from '../../src/daemon/fleet-history.ts';
import { Instance } from '../../src/daemon/instance.ts';
import {
  chooseText,
  keepText,
  launchFault,
  readInstanceConfig,
  readLaunchConfig,
  readStandingConfig,
  takeText,
} from '../../src/daemon/instance-config.ts';
import { RecordWriter } from '../../src/daemon/record-writer.ts';
import { RestartGate } from '../../src/daemon/restart-gate.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { identify } from '../../src/platform/process-identity.ts';
import { cleanUp } from '../../src/registry/cleanup.ts';
import {
  loadConfigText,
  openRegistry,
  takenFile,
  textDigest,
} from '../../src/registry/index.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { SampleService } from '../web/sample-service.ts';

const ID = 'sol_01';
let home: Home;
beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'gridd-taken-')));
  mkdirSync(home.active, { recursive: true });
});
afterEach(() => {
  rmSync(home.folder, { recursive: true });
});

const FILE = `config/active/${ID}.json`;
const at = (name: string) => join(home.folder, name);

function textOf(strategy: object = {}, more: object = {}): string {
  const metadata = { instance_id: ID, symbol: 'SOL_USDC_PERP' };
  const grid = { grid_lower_price: 140, grid_upper_price: 160, grid_num: 10, order_quantity: 0.5 };
  return JSON.stringify({ metadata, strategy_config: { ...grid, ...strategy }, ...more });
}

const STARTED_AT = '2026-01-01T00:00:00.000Z';
const surroundings = () => ({ home, hash: 'none', environment: {} });

/** The record of an instance that a start of `text` has left, its fourth. */
function started(text: string): RegistryRecord {
  writeFileSync(at(FILE), text);
  const record = sampleRecord(ID, { desired: 'running', generation: 3 });
  const config = readLaunchConfig(surroundings(), ID, record, 'start');
  const launch = { generation: 4, started_at: STARTED_AT };
  return { ...record, generation: 4, config_taken: takeText(config, launch, []) };
}

describe('what a launch runs with', () => {
  test('the file where the user asks, else the kept text where there is one', () => {
    const taken = { sha256: 'x', start: `4 ${STARTED_AT}`, generation: 4 };
    const choices = (['start', 'restart', 'safe', 'panic'] as const).map((cause) => [
      chooseText(cause, taken, true),
      chooseText(cause, taken, false),
      chooseText(cause, null, false),
    ]);
    expect(choices).toEqual([
      ['file', 'file', 'file'],
      ['kept', 'lost', 'file'],
      ['kept', 'lost', 'file'],
      ['kept', 'lost', 'file'],
    ]);
  });

  test.each(['restart', 'safe', 'panic'] as const)('a %s: what was taken', (cause) => {
    const record = started(textOf());
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const config = readLaunchConfig(surroundings(), ID, record, cause);
    expect(config).toMatchObject({ text: textOf(), taken: record.config_taken, notes: [] });
    expect(config.loaded.file).toBe(at(FILE));
    const asked = readLaunchConfig(surroundings(), ID, record, 'start');
    expect(asked.text).toBe(textOf({ grid_num: 5 }));
  });

  test('not what was taken before an older gridd, which keeps no text, started another', () => {
    const record = { ...started(textOf()), generation: 6 };
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const config = readLaunchConfig(surroundings(), ID, record, 'restart');
    expect(config).toMatchObject({ text: textOf({ grid_num: 5 }), taken: null });
    const launch = { generation: 7, started_at: STARTED_AT };
    expect(takeText(config, launch, [])).toMatchObject({ generation: 7, start: `7 ${STARTED_AT}` });
  });

  test('a text that is kept already is not written again, and keeps its start', () => {
    const record = started(textOf());
    rmSync(takenFile(at(`logs/${ID}`)));
    const config = { ...readInstanceConfig(home, ID, record), taken: record.config_taken };
    const launch = { generation: 5, started_at: '2026-02-02T00:00:00.000Z' };
    expect(takeText(config, launch, [])).toEqual({ ...record.config_taken, generation: 5 });
    expect(() => readFileSync(takenFile(at(`logs/${ID}`)))).toThrow('ENOENT');
  });

  test.each(['altered', 'gone'])('a text that is %s: the file, with a word of it', (fate) => {
    const record = started(textOf());
    const kept = takenFile(at(`logs/${ID}`));
    if (fate === 'gone') rmSync(kept);
    else writeFileSync(kept, textOf({ grid_num: 7 }));
    const { text, taken, notes } = readLaunchConfig(surroundings(), ID, record, 'restart');
    expect({ text, taken }).toEqual({ text: textOf(), taken: null });
    const said = expect.stringContaining(`it runs with ${FILE} as that is now`);
    expect(notes.map(textOfNote)).toEqual([said]);
  });

  test('a text that cannot be kept keeps nothing from starting', () => {
    writeFileSync(at(FILE), textOf());
    mkdirSync(takenFile(at(`logs/${ID}`)), { recursive: true });
    const notes: Note[] = [];
    const config = readLaunchConfig(surroundings(), ID, sampleRecord(ID), 'start');
    expect(takeText(config, { generation: 1, started_at: STARTED_AT }, notes)).toBeNull();
    const said = expect.stringMatching(/could not be kept \(.*takes the file as it is/);
    expect(notes.map(textOfNote)).toEqual([said]);
  });

  test('another id in the file takes nobody the kept text', () => {
    const record = started(textOf());
    const renamed = { metadata: { instance_id: 'other_02', symbol: 'SOL_USDC_PERP' } };
    writeFileSync(at(FILE), textOf({}, renamed));
    const around = surroundings();
    expect(readLaunchConfig(around, ID, record, 'restart').loaded.id).toBe(ID);
    expect(() => readLaunchConfig(around, ID, record, 'start')).toThrow('is now of other_02');
    const other = sampleRecord('other_02', { config_file: FILE });
    expect(readLaunchConfig(around, 'other_02', other, 'restart').loaded.id).toBe('other_02');
  });

  test('a reload in place keeps the start that the books know', () => {
    const record = started(textOf());
    if (record.config_taken === null) throw new Error('nothing was taken');
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const read = readInstanceConfig(home, ID, record);
    const { start, generation } = record.config_taken;
    const sha256 = textDigest(textOf({ grid_num: 5 }));
    expect(keepText(read, record.config_taken, [])).toEqual({ sha256, start, generation });
  });

  describe('a kept text that can start nothing', () => {
    const gone = textOf({}, { daemon_config: { environment: { WORD: '${GONE_01}' } } });

    test.each(['safe', 'panic'] as const)('a %s: the file, with a word of it', (cause) => {
      const record = started(gone);
      writeFileSync(at(FILE), textOf());
      const { text, taken, notes } = readLaunchConfig(surroundings(), ID, record, cause);
      expect({ text, taken }).toEqual({ text: textOf(), taken: null });
      const said = expect.stringMatching(/^It runs with .* as that is now: .*GONE_01/);
      expect(notes.map(textOfNote)).toEqual([said]);
      const environment = { GONE_01: 'here' };
      const whole = readLaunchConfig({ home, environment }, ID, record, cause);
      expect(whole).toMatchObject({ text: gone, taken: record.config_taken, notes: [] });
    });

    test('a panic also where it is no longer accepted', () => {
      const record = started(textOf());
      const worse = textOf({ grid_num: -3 });
      writeFileSync(takenFile(at(`logs/${ID}`)), worse);
      const taken = record.config_taken;
      if (taken === null) throw new Error('nothing was taken');
      const later = { ...record, config_taken: { ...taken, sha256: textDigest(worse) } };
      expect(readLaunchConfig(surroundings(), ID, later, 'panic')).toMatchObject({
        text: textOf(),
        notes: [{ text: expect.stringContaining('is no longer accepted') }],
      });
      const restart = () => readLaunchConfig(surroundings(), ID, later, 'restart');
      expect(restart).toThrow('is no longer accepted');
    });

    test.each([
      ['names other books', textOf({}, { daemon_config: { db_path: 'database/other.db' } })],
      ['misses as much', gone],
      ['is broken', '{'],
    ])('its own fault where the file %s: nothing would be ended by that', (_, text) => {
      const record = started(gone);
      writeFileSync(at(FILE), text);
      expect(() => readLaunchConfig(surroundings(), ID, record, 'panic')).toThrow('GONE_01');
    });

    test('a restart does not choose another one', () => {
      const record = started(gone);
      writeFileSync(at(FILE), textOf());
      expect(readLaunchConfig(surroundings(), ID, record, 'restart').text).toBe(gone);
      expect(launchFault(surroundings(), ID, record)?.code).toBe('ENV_MISSING');
    });
  });

  test('of a stopped instance its file stands, until a process of it lives', () => {
    const running = started(textOf());
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const lines = (record: RegistryRecord) =>
      readStandingConfig(surroundings(), ID, record).config.strategy_config.grid_num;
    const stopped = { ...running, desired: 'stopped' as const };
    expect([lines(running), lines(stopped)]).toEqual([10, 5]);
    const self = identify(process.pid);
    if (self === null) throw new Error('this process is not there');
    expect(lines({ ...stopped, ...self })).toBe(10);
  });

  test('what would fail a restart is looked for in the kept text', () => {
    const record = started(textOf());
    writeFileSync(at(FILE), '{');
    const around = { home, environment: {} };
    expect(launchFault(around, ID, record)).toBeNull();
    expect(launchFault(around, ID, { ...record, config_taken: null })?.code).toBe('CONFIG_SYNTAX');
  });
});

test('a start that gets no log leaves the text that was kept', async () => {
  const record = started(textOf());
  writeFileSync(at(FILE), textOf({ grid_num: 5 }));
  const log = pino({ enabled: false });
  const clock = systemClock;
  const registry = openRegistry(home);
  const update = registry.update.bind(registry);
  const writer = new RecordWriter(ID, record, true, update, log, clock);
  const instance = new Instance(ID, writer, null, log, {
    ...surroundings(),
    ...{ clock, botMain: '/nowhere/bot.js', restarts: new RestartGate(clock), random: () => 0 },
    history: new FleetHistory({ file: home.history, clock, log, present: () => false }),
    closing: () => false,
    failed: () => undefined,
    portsInUse: () => [],
    refuseConflicts: () => undefined,
    configSeen: () => undefined,
    judgeReload: () => Promise.resolve(null),
    openLog: () => Promise.reject(new GriddError('START_FAILED', 'It has no log.')),
  });
  await expect(instance.launch('start', false, {})).rejects.toThrow('It has no log.');
  expect(readFileSync(takenFile(at(`logs/${ID}`)), 'utf8')).toBe(textOf());
  expect(instance.record).toEqual(record);
});

describe('what is said of a file', () => {
  const config = (text: string): InstanceConfig => loadConfigText(home, at(FILE), text).config;
  const note = (strategy: object, more: Partial<Parameters<typeof fileNote>[0]> = {}) =>
    fileNote({
      ...{ id: ID, file: FILE, alive: true, external: false, status: null },
      ...{ taken: config(textOf()), says: config(textOf(strategy)) },
      ...more,
    });

  test('nothing where it says the same', () => {
    expect(note({})).toBeNull();
  });

  test('the keys that differ, three at most, and the verb that takes them', () => {
    expect(note({ grid_num: 5 })).toBe(
      `${FILE} has changed since it was taken (strategy_config.grid_num): ` +
        `what was taken stays in force until \`gridd reload ${ID}\`.`,
    );
    const all = { grid_lower_price: 1, grid_upper_price: 2, grid_num: 3, order_quantity: 4 };
    expect(note(all, { alive: false })).toMatch(/grid_num and 1 more\).*`gridd restart sol_01`/);
  });

  test('why it cannot be used', () => {
    expect(note({}, { says: 'no JSON' })).toMatch(/cannot be used \(no JSON\).*Mend it, then/);
  });

  test('of a program, that it reads its file itself', () => {
    const itself = /`\. The program reads its CONFIG_FILE itself, as that is now\.$/;
    expect(note({ grid_num: 5 }, { external: true })).toMatch(itself);
    expect(note({}, { external: true, says: 'no JSON' })).toMatch(itself);
    expect(note({}, { external: true })).toBeNull();
  });

  /** An instance started with `textOf()`, and the looks at its file. */
  function noted() {
    const record = started(textOf());
    const said: string[] = [];
    const { loaded } = readInstanceConfig(home, ID, record);
    const instance: NotedInstance & { status: StatusView | null } = {
      ...{ id: ID, record, loaded, around: { home }, process: { external: false } },
      ...{ log: { warn: (line) => said.push(line) }, fileNote: null, status: null },
    };
    const notes = new FileNotes(
      () => [instance],
      ({ status }) => status,
    );
    return { instance, said, notes };
  }

  test('at the third look, once, until the grid does what the file says', () => {
    const { instance, said, notes } = noted();
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const seen = [1, 2, 3, 4].map(() => {
      notes.look();
      return instance.fileNote !== null;
    });
    expect(seen).toEqual([false, false, true, true]);
    expect(said).toEqual([expect.stringContaining('strategy_config.grid_num')]);
    instance.status = { ...new SampleService().status(), grids: 5 };
    notes.look();
    expect(instance.fileNote).toBeNull();
  });

  test('and no more of a file that is edited again or was taken meanwhile', () => {
    const { instance, notes } = noted();
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    for (const _look of [1, 2, 3]) notes.look();
    expect(instance.fileNote).not.toBeNull();
    writeFileSync(at(FILE), textOf({ grid_num: 50 }));
    notes.look();
    expect(instance.fileNote).toBeNull();
  });

  test('also where the third look could see nothing', () => {
    const { instance, notes } = noted();
    writeFileSync(at(FILE), textOf({ grid_num: 5 }));
    const { loaded } = instance;
    notes.look();
    notes.look();
    instance.loaded = null;
    notes.look();
    expect(instance.fileNote).toBeNull();
    instance.loaded = loaded;
    notes.look();
    expect(instance.fileNote).toContain('strategy_config.grid_num');
  });

  test('why a file cannot be used, for as long as it cannot', () => {
    const { instance, said, notes } = noted();
    writeFileSync(at(FILE), '{');
    for (let look = 0; look < 5; look += 1) notes.look();
    expect(said).toEqual([expect.stringContaining('cannot be used')]);
    expect(instance.fileNote).toBe(said[0]);
    writeFileSync(at(FILE), textOf());
    for (let look = 0; look < 3; look += 1) notes.look();
    expect(instance.fileNote).toBeNull();
  });

  test('nothing of what an adjust has set and saved', () => {
    const figures = { lower: '139.0', upper: '159', grids: 20, quantity_per_grid: '0.50' };
    const status = { ...new SampleService().status(), ...figures };
    const saved = { grid_lower_price: 139, grid_upper_price: '159', grid_num: 20 };
    expect(note(saved, { status })).toBeNull();
    expect(note({ ...saved, order_quantity: '0.5' }, { status })).toBeNull();
    expect(note({ ...saved, grid_num: 21 }, { status })).toContain('(strategy_config.grid_num)');
    expect(note({ ...saved, stop_loss_price: 100 }, { status })).toContain('(strategy_config.stop');
  });
});

test('clean-up removes kept texts that no record speaks of, and those of records it drops', async () => {
  const record = started(textOf());
  const registry = openRegistry(home);
  const kept = takenFile(at(`logs/${ID}`));
  await registry.update(ID, () => record);
  expect(await cleanUp(home, registry, new Set(), false)).toEqual([]);
  expect(readFileSync(kept, 'utf8')).toBe(textOf());
  await registry.update(ID, () => ({ ...record, config_taken: null }));
  const [action] = await cleanUp(home, registry, new Set(), false);
  expect(action?.action).toContain('config_taken.json');
  expect(() => readFileSync(kept)).toThrow('ENOENT');

  await registry.update(ID, () => ({ ...started(textOf()), desired: 'stopped' as const }));
  await cleanUp(home, registry, new Set(), false);
  expect(registry.read().instances).toEqual({});
  expect(() => readFileSync(kept)).toThrow('ENOENT');
});
