/** Which config text a launch runs with, and what is said of a file that says something else. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { fileNote } from '../../src/daemon/file-notes.ts';
import {
  chooseText,
  launchFault,
  readInstanceConfig,
  readLaunchConfig,
  takeText,
} from '../../src/daemon/instance-config.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { cleanUp } from '../../src/registry/cleanup.ts';
import { loadConfigText, openRegistry, takenFile } from '../../src/registry/index.ts';
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

/** The record of an instance that a start of `text` has left. */
function started(text: string): RegistryRecord {
  writeFileSync(at(FILE), text);
  const record = sampleRecord(ID, { desired: 'running' });
  const config = readLaunchConfig(home, ID, record, 'start');
  return { ...record, config_taken: takeText(config, 4, []) };
}

describe('what a launch runs with', () => {
  test('the file where the user asks, else the kept text where there is one', () => {
    const taken = { sha256: 'x', generation: 4 };
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
    const config = readLaunchConfig(home, ID, record, cause);
    expect(config).toMatchObject({ text: textOf(), taken: record.config_taken, notes: [] });
    expect(config.loaded.file).toBe(at(FILE));
    expect(readLaunchConfig(home, ID, record, 'start').text).toBe(textOf({ grid_num: 5 }));
  });

  test('a text that is kept already is not written again, and keeps its generation', () => {
    const record = started(textOf());
    rmSync(takenFile(at(`logs/${ID}`)));
    const config = { ...readInstanceConfig(home, ID, record), taken: record.config_taken };
    expect(takeText(config, 5, [])).toEqual(record.config_taken);
    expect(() => readFileSync(takenFile(at(`logs/${ID}`)))).toThrow('ENOENT');
  });

  test.each(['altered', 'gone'])('a text that is %s: the file, with a word of it', (fate) => {
    const record = started(textOf());
    const kept = takenFile(at(`logs/${ID}`));
    if (fate === 'gone') rmSync(kept);
    else writeFileSync(kept, textOf({ grid_num: 7 }));
    const { text, taken, notes } = readLaunchConfig(home, ID, record, 'restart');
    expect({ text, taken }).toEqual({ text: textOf(), taken: null });
    expect(notes).toEqual([expect.stringContaining(`it runs with ${FILE} as that is now`)]);
  });

  test('a text that cannot be kept keeps nothing from starting', () => {
    writeFileSync(at(FILE), textOf());
    mkdirSync(takenFile(at(`logs/${ID}`)), { recursive: true });
    const notes: string[] = [];
    const config = readLaunchConfig(home, ID, sampleRecord(ID), 'start');
    expect(takeText(config, 1, notes)).toBeNull();
    expect(notes).toEqual([expect.stringMatching(/could not be kept \(.*takes the file as it is/)]);
  });

  test('another id in the file takes nobody the kept text', () => {
    const record = started(textOf());
    const renamed = { metadata: { instance_id: 'other_02', symbol: 'SOL_USDC_PERP' } };
    writeFileSync(at(FILE), textOf({}, renamed));
    expect(readLaunchConfig(home, ID, record, 'restart').loaded.id).toBe(ID);
    expect(() => readLaunchConfig(home, ID, record, 'start')).toThrow('is now of other_02');
    const other = sampleRecord('other_02', { config_file: FILE });
    expect(readLaunchConfig(home, 'other_02', other, 'restart').loaded.id).toBe('other_02');
  });

  test('what would fail a restart is looked for in the kept text', () => {
    const record = started(textOf());
    writeFileSync(at(FILE), '{');
    const around = { home, environment: {} };
    expect(launchFault(around, ID, record)).toBeNull();
    expect(launchFault(around, ID, { ...record, config_taken: null })?.code).toBe('CONFIG_SYNTAX');
  });
});

describe('what is said of a file', () => {
  const config = (text: string): InstanceConfig => loadConfigText(home, at(FILE), text).config;
  const note = (strategy: object, more: Partial<Parameters<typeof fileNote>[0]> = {}) =>
    fileNote({
      ...{ id: ID, file: FILE, alive: true, status: null },
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
