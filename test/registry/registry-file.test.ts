/**
 * logs/instances.json in one process: written whole, backed up, set aside and rebuilt, never lost.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RegistryFile } from '../../src/contract/fleet-api.ts';
import type { BotRecord } from '../../src/contract/instance-api.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import { findLeftovers, openRegistry } from '../../src/registry/index.ts';
import { ROOT } from '../source-tree.ts';
import { sampleRecord } from './sample-record.ts';
import { put, refusal, smallConfig, tempHome } from './temp-home.ts';

function onDisk(home: Home): RegistryFile {
  return JSON.parse(readFileSync(home.registry, 'utf8')) as RegistryFile;
}

function setAside(home: Home): string[] {
  return readdirSync(home.logs).filter((name) => name.startsWith('instances.json.corrupt-'));
}

/** A bot.json that names this very process, which certainly lives. */
function livingBot(home: Home, id: string, changes: Partial<BotRecord> = {}): BotRecord {
  const record = { ...ownIdentity(), id, home: home.folder, generation: 3, web_port: 5011 };
  return { ...record, ...changes };
}

describe('reading and updating', () => {
  test('a home without registry reads as empty and reading creates nothing', () => {
    const home = tempHome();
    put(home, 'config/active/x_01.json', smallConfig());
    const registry = openRegistry(home);
    expect(registry.read()).toEqual({ version: 2, instances: {} });
    expect(registry.notices).toEqual([]);
    expect(existsSync(home.logs)).toBe(false);
  });

  test('update adds, changes and removes one record; the previous version is .bak', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    const added = await registry.update('a', (record) => {
      expect(record).toBeNull();
      return sampleRecord('a');
    });
    expect(added).toEqual(sampleRecord('a'));
    await registry.update('b', () => sampleRecord('b', { web_port: 5002 }));
    const before = readFileSync(home.registry, 'utf8');
    const changed = await registry.update('a', (record) =>
      record === null ? null : { ...record, desired: 'running', pid: 42 },
    );
    expect(changed).toMatchObject({ desired: 'running', pid: 42 });
    expect(readFileSync(`${home.registry}.bak`, 'utf8')).toBe(before);
    expect(await registry.update('b', () => null)).toBeNull();
    expect(onDisk(home)).toEqual({ version: 2, instances: { a: changed } });
    expect(openRegistry(home).read()).toEqual(onDisk(home));
    expect(readdirSync(home.logs).sort()).toEqual([
      'instances.json',
      'instances.json.bak',
      'instances.lock.db',
    ]);
    expect(statSync(home.registry).mode & 0o777).toBe(0o600);
  });

  test('a change that changes nothing writes nothing', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    await registry.update('a', () => sampleRecord('a'));
    const { ino, mtimeMs } = statSync(home.registry);
    await registry.update('a', (record) => record);
    await registry.update('b', (record) => record);
    expect(statSync(home.registry)).toMatchObject({ ino, mtimeMs });
  });

  test('many updates at once all arrive, in order', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    const counts = await Promise.all(
      Array.from({ length: 200 }, () =>
        registry.update('a', (record) => {
          const base = record ?? sampleRecord('a');
          return { ...base, restarts: base.restarts + 1 };
        }),
      ),
    );
    expect(counts.map((record) => record?.restarts)).toEqual(counts.map((_, index) => index + 1));
    expect(onDisk(home).instances['a']?.restarts).toBe(200);
  });

  test('"constructor" is an id like any other', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    expect(registry.read().instances['constructor']).toBeUndefined();
    await registry.update('constructor', (record) => record ?? sampleRecord('constructor'));
    expect(onDisk(home).instances['constructor']).toEqual(sampleRecord('constructor'));
  });

  test('a throwing change harms no other and leaves no lock', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    const outcomes = await Promise.allSettled([
      registry.update('a', () => sampleRecord('a')),
      registry.update('b', () => {
        throw new Error('refused by the caller');
      }),
      registry.update('b', () => ({ ...sampleRecord('b'), restarts: -1 })),
      registry.update('c', () => sampleRecord('c')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes[1]).toMatchObject({ reason: new Error('refused by the caller') });
    expect(outcomes[2]).toMatchObject({ reason: { message: 'b: /restarts must be >= 0' } });
    expect(Object.keys(onDisk(home).instances)).toEqual(['a', 'c']);
    expect(existsSync(`${home.registry}.lock`)).toBe(false);
  });

  test('a lock left by a killed process is taken over after three seconds', async () => {
    const home = tempHome();
    mkdirSync(`${home.registry}.lock`, { recursive: true });
    const old = (Date.now() - 4000) / 1000;
    utimesSync(`${home.registry}.lock`, old, old);
    await openRegistry(home).update('a', () => sampleRecord('a'));
    expect(onDisk(home).instances).toHaveProperty('a');
  });

  test('unknown keys of a record are kept', async () => {
    const home = tempHome();
    const record = { ...sampleRecord('a'), note: 'from a later version' };
    put(home, 'logs/instances.json', { version: 2, instances: { a: record } });
    await openRegistry(home).update('b', () => sampleRecord('b'));
    expect(onDisk(home).instances['a']).toEqual(record);
  });

  test('a record from before restart_at is read', () => {
    const home = tempHome();
    const { restart_at: _at, ...old } = sampleRecord('a');
    put(home, 'logs/instances.json', { version: 2, instances: { a: old } });
    const registry = openRegistry(home);
    expect(registry.read().instances['a']).toEqual(sampleRecord('a'));
    expect(registry.notices).toEqual([]);
  });
});

describe('a file of version 1', () => {
  test('is read with its records, and written as the present one by the first change', async () => {
    const home = tempHome();
    const { restart_boot_id: _b, restart_at: _at, safe_run: _run, ...rest } = sampleRecord('a');
    // Version 1 counted on the wall clock: such moments mean nothing on the new scale.
    const old = { ...rest, restarts: 2, restart_times: [1_700_000_000_000] };
    put(home, 'logs/instances.json', { version: 1, instances: { a: old } });
    const registry = openRegistry(home);
    const anew = { restart_times: [], restart_boot_id: null, restart_at: null, safe_run: null };
    const upgraded = { ...old, ...anew };
    expect(registry.read()).toEqual({ version: 2, instances: { a: upgraded } });
    await registry.update('b', () => sampleRecord('b'));
    expect(onDisk(home)).toEqual({
      version: 2,
      instances: { a: upgraded, b: sampleRecord('b') },
    });
    expect(registry.notices).toEqual([]);
  });

  test('serves as the backup of a damaged one', () => {
    const home = tempHome();
    const { restart_boot_id: _boot, safe_run: _run, panic: _no, ...old } = sampleRecord('a');
    put(home, 'logs/instances.json.bak', { version: 1, instances: { a: old } });
    put(home, 'logs/instances.json', 'nonsense');
    expect(openRegistry(home).read().instances['a']).toMatchObject({ safe_run: null });
  });

  test('a record of this version from before panics and stops were kept has none', () => {
    const home = tempHome();
    const { panic: _no, stop_wish: _none, begins_anew: _not, ...old } = sampleRecord('a');
    put(home, 'logs/instances.json', { version: 2, instances: { a: old } });
    const registry = openRegistry(home);
    expect(registry.read().instances['a']).toEqual({
      ...old,
      ...{ panic: null, stop_wish: null, begins_anew: null },
    });
    expect(registry.notices).toEqual([]);
  });
});

describe('a file of a newer version, and one that cannot be used', () => {
  test('a newer version is refused and not touched', async () => {
    const home = tempHome();
    const file = put(home, 'logs/instances.json', { version: 3, instances: {} });
    const registry = openRegistry(home);
    const text = readFileSync(file, 'utf8');
    expect(refusal(() => registry.read()).code).toBe('REGISTRY_NEWER');
    const refused = { code: 'REGISTRY_NEWER' };
    await expect(registry.update('a', () => null)).rejects.toMatchObject(refused);
    await expect(registry.repair()).rejects.toMatchObject(refused);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(existsSync(`${home.registry}.lock`)).toBe(false);
  });

  test('a folder in its place is told', () => {
    const home = tempHome();
    mkdirSync(home.registry, { recursive: true });
    expect(refusal(() => openRegistry(home).read()).code).toBe('REGISTRY_UNREADABLE');
  });
});

describe('rebuilding', () => {
  const corruptions: [string, (text: string) => string | Uint8Array][] = [
    ['truncated', (text) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['binary', () => new Uint8Array([0, 255, 1, 254])],
    ['no registry', () => '[1, 2]'],
    ['no version', (text) => text.replace('"version"', '"verzion"')],
    ['an array of instances', () => '{"version": 1, "instances": []}'],
  ];

  test.each(corruptions)('%s: set aside, rebuilt from .bak', async (_what, corrupt) => {
    const home = tempHome();
    const first = openRegistry(home);
    await first.update('a', () => sampleRecord('a', { desired: 'running' }));
    await first.update('b', () => sampleRecord('b'));
    const broken = corrupt(readFileSync(home.registry, 'utf8'));
    writeFileSync(home.registry, broken);

    const told: string[] = [];
    const registry = openRegistry(home, { onNotice: (sentence) => told.push(sentence) });
    const seen = registry.read();
    expect(Object.keys(seen.instances)).toEqual(['a']);
    expect(Buffer.from(readFileSync(home.registry))).toEqual(Buffer.from(broken));
    expect(setAside(home)).toEqual([]);

    await registry.update('c', () => sampleRecord('c'));
    expect(Object.keys(onDisk(home).instances).sort()).toEqual(['a', 'c']);
    expect(onDisk(home).instances['a']?.desired).toBe('running');
    const [kept = ''] = setAside(home);
    expect(Buffer.from(readFileSync(join(home.logs, kept)))).toEqual(Buffer.from(broken));
    expect(told).toEqual(registry.notices);
    expect(told.join('\n')).toMatch(/cannot be believed[^]*a: taken from instances.json.bak/);
    expect(told.join('\n')).toContain(kept);
  });

  test('repair writes what was rebuilt, once, and only where it is needed', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    expect(await registry.repair()).toBe(false);
    await registry.update('a', () => sampleRecord('a'));
    expect(await registry.repair()).toBe(false);
    put(home, 'logs/instances.json', '{');
    put(home, 'config/active/x_01.json', smallConfig());
    expect(await registry.repair()).toBe(true);
    expect(onDisk(home).instances['x_01']).toMatchObject({ desired: 'stopped', state: 'stopped' });
    expect(registry.notices.join('\n')).toMatch(/x_01: known from its config only.*STOPPED/);
    expect(await registry.repair()).toBe(false);
  });

  test('a living bot counts as desired running, a dead, foreign or forged one does not', () => {
    const home = tempHome();
    put(home, 'logs/instances.json', 'nonsense');
    const config = smallConfig();
    config.daemon_config['log_dir'] = 'somewhere/else';
    put(home, 'config/active/moved.json', config);
    for (const id of ['dead', 'foreign', 'forged', 'lives']) {
      put(home, `config/active/${id}.json`, smallConfig());
    }
    put(home, 'somewhere/else/bot.json', livingBot(home, 'moved'));
    put(home, 'logs/lives/bot.json', livingBot(home, 'lives'));
    put(home, 'logs/lone/bot.json', livingBot(home, 'lone'));
    put(home, 'logs/dead/bot.json', livingBot(home, 'dead', { start_time: '1' }));
    put(home, 'logs/foreign/bot.json', livingBot(home, 'foreign', { home: '/elsewhere' }));
    put(home, 'logs/forged/bot.json', { id: 'forged', pid: process.pid });
    const registry = openRegistry(home);
    const { instances } = registry.read();
    const desired = Object.fromEntries(
      Object.entries(instances).map(([id, record]) => [id, record.desired]),
    );
    expect(desired).toEqual({
      moved: 'running',
      lives: 'running',
      lone: 'running',
      dead: 'stopped',
      foreign: 'stopped',
      forged: 'stopped',
    });
    expect(instances['moved']).toMatchObject({
      config_file: 'config/active/moved.json',
      log_dir: 'somewhere/else',
      pid: process.pid,
      generation: 3,
      web_port: 5011,
      state: 'running',
    });
    expect(registry.notices.join('\n')).toContain('lone: no config in config/active has this id');
  });

  test('a record of .bak for a living bot is kept, its process brought up to date', async () => {
    const home = tempHome();
    const first = openRegistry(home);
    await first.update('a', () => sampleRecord('a', { desired: 'stopped', ran_program: true }));
    await first.update('b', () => sampleRecord('b'));
    put(home, 'logs/instances.json', '{');
    put(home, 'logs/a/bot.json', livingBot(home, 'a'));
    const { a } = openRegistry(home).read().instances;
    expect(a).toMatchObject({ desired: 'running', pid: process.pid, ran_program: true });
  });

  test('one bad record: the good ones stay, what was removed stays removed', async () => {
    const home = tempHome();
    const first = openRegistry(home);
    for (const id of ['good', 'bad', 'removed']) await first.update(id, () => sampleRecord(id));
    await first.update('good', () => sampleRecord('good', { restarts: 1 }));
    await first.update('removed', () => null);
    const file = onDisk(home);
    const broken = { ...file.instances, bad: { ...file.instances['bad'], pid: 'x' } };
    put(home, 'logs/instances.json', { version: 2, instances: broken });
    const registry = openRegistry(home);
    expect(registry.read().instances).toEqual({
      good: sampleRecord('good', { restarts: 1 }),
      bad: sampleRecord('bad'),
    });
    expect(registry.notices[0]).toMatch(/the record of bad is not valid \(\/pid must be/);
  });

  test('a lost file with a backup is rebuilt; a broken backup is no obstacle', async () => {
    const home = tempHome();
    const first = openRegistry(home);
    await first.update('a', () => sampleRecord('a'));
    await first.update('b', () => sampleRecord('b'));
    rmSync(home.registry);
    expect(Object.keys(openRegistry(home).read().instances)).toEqual(['a']);
    writeFileSync(`${home.registry}.bak`, '{"version": 1, "instances": {"a": {}}');
    writeFileSync(home.registry, '{');
    put(home, 'config/active/x_01.json', smallConfig());
    expect(Object.keys(openRegistry(home).read().instances)).toEqual(['x_01']);
  });

  test('the same finding is told once, however often it is read', () => {
    const home = tempHome();
    put(home, 'logs/instances.json', '');
    const registry = openRegistry(home);
    registry.read();
    const { length } = registry.notices;
    registry.read();
    expect(registry.notices).toHaveLength(length);
    expect(length).toBeGreaterThan(0);
  });
});

describe('leftovers', () => {
  const gone = 2 ** 22 + 1;

  test('finds what dead processes left and nothing of the living', async () => {
    const home = tempHome();
    await openRegistry(home).update('far', () => sampleRecord('far', { log_dir: 'other/far' }));
    put(home, 'logs/dead/bot.json', livingBot(home, 'dead', { start_time: '1' }));
    put(home, 'logs/dead/bot.pid', `${process.pid}\n`);
    put(home, 'logs/dead/daemon.pid', `${gone}\n`);
    put(home, 'logs/lives/bot.json', livingBot(home, 'lives'));
    put(home, 'logs/lives/bot.pid', `${process.pid}\n`);
    put(home, 'logs/lives/daemon.pid', `${process.pid}\n`);
    put(home, 'logs/lives/exit.json.1.tmp', 'of process 1, which lives');
    put(home, 'logs/odd/bot.pid', 'no number');
    put(home, 'other/far/bot.pid', `${gone}`);
    put(home, `logs/instances.json.${gone}.next`, '{');
    mkdirSync(`${home.registry}.lock`);
    const old = (Date.now() - 60_000) / 1000;
    utimesSync(`${home.registry}.lock`, old, old);
    const found = findLeftovers(home, openRegistry(home).read());
    const shown = found.map(({ id, file }) => `${id} ${file.slice(home.folder.length + 1)}`);
    expect(shown.sort()).toEqual(
      [
        'dead logs/dead/bot.json',
        'dead logs/dead/bot.pid',
        'dead logs/dead/daemon.pid',
        'far other/far/bot.pid',
        `supervisor logs/instances.json.${gone}.next`,
        'supervisor logs/instances.json.lock',
      ].sort(),
    );
    for (const { file } of found) rmSync(file, { recursive: true });
    expect(findLeftovers(home, openRegistry(home).read())).toEqual([]);
    expect(existsSync(dirname(home.registry))).toBe(true);
  });

  test('a lock that is held is no leftover', () => {
    const home = tempHome();
    mkdirSync(`${home.registry}.lock`, { recursive: true });
    expect(findLeftovers(home, openRegistry(home).read())).toEqual([]);
  });
});

describe('a writer that does not respect the lock', () => {
  test('one that stops in its last step blocks, and is not overtaken', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    await registry.update('a', () => sampleRecord('a'));
    const program = join(ROOT, 'test', 'fixtures', 'lock-holder.mjs');
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    const holder = spawn(process.execPath, [program, home.registryLock], { stdio: [...stdio] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    if (holder.stdout !== null) await once(holder.stdout, 'data');
    const change = registry.update('b', () => sampleRecord('b'));
    await expect(change).rejects.toMatchObject({ code: 'REGISTRY_LOCKED' });
    expect(Object.keys(onDisk(home).instances)).toEqual(['a']);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await registry.update('b', () => sampleRecord('b'));
    expect(Object.keys(onDisk(home).instances)).toEqual(['a', 'b']);
  });

  test('is never overwritten: after its tries the change fails with REGISTRY_LOCKED', async () => {
    const home = tempHome();
    const registry = openRegistry(home);
    await registry.update('other', () => sampleRecord('other'));
    let writes = 0;
    const change = registry.update('mine', () => {
      writes += 1;
      const other = sampleRecord('other', { generation: writes + 100 });
      const file = { version: 2, instances: { other } };
      writeFileSync(home.registry, JSON.stringify(file, null, 2));
      return sampleRecord('mine');
    });
    await expect(change).rejects.toMatchObject({ code: 'REGISTRY_LOCKED' });
    expect(onDisk(home).instances['other']?.generation).toBe(writes + 100);
    expect(onDisk(home).instances['mine']).toBeUndefined();
  });
});
