/** `gridd doctor`: every finding in its three colours, on homes that really are so. */
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  judgeClock,
  judgeOffsets,
  judgeCompiler,
  judgeDisk,
  judgeEnv,
  judgeLimits,
  judgeMemory,
  judgeNode,
} from '../../src/cli/doctor/finding.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { programOf, unitName, unitText } from '../../src/cli/service-unit.ts';
import { machineUser } from '../../src/platform/machine.ts';
import type { Home } from '../../src/platform/paths.ts';
import { openDatabase } from '../../src/platform/sqlite.ts';
import { checkDatabase } from '../../src/store/index.ts';
import { StandInSystemd } from '../fixtures/stand-in-systemd.ts';
import { configOf, gridd, makeHome, recordOf, registryOf, temporaryFolder } from './cli-harness.ts';

const GIB = 1024 ** 3;
const NOW = Date.UTC(2026, 1, 3);

describe('plain figures', () => {
  test.each<[Finding, string, string]>([
    [judgeNode('20.19.0', '/n'), 'ok', '20.19.0 (/n)'],
    [judgeNode('22.0.0', '/n'), 'ok', '22.0.0'],
    [judgeNode('20.18.9', '/n'), 'fail', '20.18.9'],
    [judgeCompiler([]), 'ok', 'C++'],
    [judgeCompiler(['make']), 'warn', 'missing: make'],
    [judgeDisk({ free: 10 * GIB, total: 100 * GIB }), 'ok', '10.0 of 100.0 GiB'],
    [judgeDisk({ free: 4 * GIB, total: 100 * GIB }), 'warn', '4.0'],
    [judgeDisk({ free: 0.9 * GIB, total: 2 * GIB }), 'warn', '0.9'],
    [judgeDisk({ free: 0.1 * GIB, total: 2 * GIB }), 'fail', '0.1'],
    [judgeMemory({ free: GIB, total: 2 * GIB }), 'ok', '1.0 of 2.0'],
    [judgeMemory({ free: 0.2 * GIB, total: 2 * GIB }), 'warn', '0.2'],
    [judgeEnv(null, 7), 'ok', 'none'],
    [judgeEnv('unseen', 7), 'fail', 'cannot be looked at'],
    [judgeEnv({ mode: 0o100600, uid: 7 }, 7), 'ok', '0600'],
    [judgeEnv({ mode: 0o100400, uid: 7 }, 7), 'ok', '0400'],
    [judgeEnv({ mode: 0o100640, uid: 7 }, 7), 'fail', '0640'],
    [judgeEnv({ mode: 0o100600, uid: 0 }, 7), 'warn', 'uid 0'],
    [judgeClock(NOW, 0, true), 'ok', 'synchronised'],
    [judgeClock(NOW, 5, null), 'ok', 'its offset was not checked'],
    [judgeClock(NOW, 0, false), 'warn', 'not synchronised'],
    [judgeClock(NOW, -3600_000, true), 'warn', 'moved by -3600000 ms'],
    [judgeClock(0, 0, true), 'fail', '1970'],
    [judgeLimits(1024, { instances: 128, watches: 8192 }), 'ok', '1024 open files'],
    [judgeLimits(null, null), 'ok', 'any number of open files, not known watched'],
    [judgeLimits(256, null), 'warn', '256'],
    [judgeLimits(1024, { instances: 128, watches: 100 }), 'warn', '100 watched'],
  ])('%j is %s', (finding, verdict, found) => {
    expect(finding.verdict).toBe(verdict);
    expect(finding.found).toContain(found);
    expect(finding.advice === '').toBe(verdict === 'ok');
  });
});

type Byname = Readonly<Record<string, Finding>>;

async function look(home: Home, environment: NodeJS.ProcessEnv = {}) {
  const { exit, out, err } = await gridd(home, ['doctor', '--json'], { environment });
  const findings = JSON.parse(out) as Finding[];
  const byName: Byname = Object.fromEntries(findings.map((one) => [one.name, one]));
  return { exit, err, byName };
}

describe('a home', () => {
  test('that is well fails in nothing; what is missing is said with what to do', async () => {
    const home = makeHome({ 'config/active/a.json': configOf('a', 5001), '.env': 'A=b\n' });
    chmodSync(home.env, 0o600);
    const { exit, err, byName } = await look(home);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    // Nothing is on this empty PATH.
    expect(byName['compiler']).toMatchObject({
      ...{ verdict: 'warn', found: 'missing: python3, make, a C++ compiler' },
    });
    expect(byName['fallocate']).toMatchObject({ verdict: 'warn' });
    for (const name of ['node', '.env', 'supervisor', 'registry', 'databases', 'leftovers']) {
      expect(byName[name]).toMatchObject({ verdict: 'ok', advice: '' });
    }
    const { out } = await gridd(home, ['doctor'], { environment: { PATH: process.env['PATH'] } });
    expect(out).toMatch(/^ok {4}node {8}\d/m);
    expect(out).toMatch(/^ok {4}fallocate/m);
  });

  test('without the console that is wanted is warned of, and list says why', async () => {
    const home = makeHome({
      'config/console.json': { port: 70_000 },
      'config/active/a.json': configOf('a', 5001),
      'logs/instances.json': registryOf({ a: recordOf('a') }),
    });
    const found = async () => (await look(home)).byName['console'];
    expect(await found()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('port') });
    // The file was mended, the supervisor goes on as it began.
    writeFileSync(home.console, '{}');
    mkdirSync(home.supervisorLogs, { recursive: true });
    const said = { home: home.folder, control_socket: '/none', bot_socket: '', protocol: 1 };
    const publish = (more: object) =>
      writeFileSync(home.endpoint, JSON.stringify({ ...said, pid: process.pid, ...more }));
    publish({ console_fault: 'console.json: port is\nno port' });
    expect(await found()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('none') });
    expect((await gridd(home, ['list'])).out).toMatch(/\nno console: console.json: port is no port\n$/);
    publish({ console: 'http://127.0.0.1:5000' });
    expect(await found()).toMatchObject({ verdict: 'ok', found: 'is at http://127.0.0.1:5000' });
    expect((await gridd(home, ['list'])).out).toMatch(/\nconsole: http:\/\/127.0.0.1:5000\n$/);
    // What a dead one said counts for nothing.
    publish({ console_fault: 'old', pid: 4_194_305 });
    writeFileSync(home.console, '{ "enabled": false }');
    expect(await found()).toMatchObject({ verdict: 'ok', found: expect.stringContaining('off') });
    expect((await gridd(home, ['list'])).out).not.toContain('no console');
  });

  test('whose keys others can read fails', async () => {
    const home = makeHome({ '.env': 'KEY=secret\n' });
    chmodSync(home.env, 0o644);
    const { exit, byName } = await look(home);
    expect(exit).toBe(2);
    expect(byName['.env']).toMatchObject({ verdict: 'fail', advice: 'chmod 600 .env' });
    const { exit: plain, out } = await gridd(home, ['doctor']);
    expect(plain).toBe(2);
    expect(out).toMatch(/^fail {2}\.env .*\n {18}chmod 600 \.env$/m);
  });

  test('with a damaged database fails; lifetime locks are never opened', async () => {
    const stray = recordOf('stray', { db_path: 'database/stray.lock.db' });
    const home = makeHome({
      'logs/instances.json': registryOf({ stray }),
      // Opened, these would be found damaged.
      'database/a.lock.db': 'no database at all, but long enough to be looked at'.repeat(20),
      'database/stray.lock.db': 'no database'.repeat(100),
      'logs/supervisor/lock.db': 'no database'.repeat(100),
    });
    openDatabase(join(home.database, 'clock.db'), 'NORMAL').exec('CREATE TABLE t (x)').close();
    expect((await look(home)).byName['databases']).toMatchObject({ verdict: 'ok', found: 'whole: 1' });
    writeFileSync(join(home.database, 'b.db'), 'no database'.repeat(100));
    const { exit, byName } = await look(home);
    expect(exit).toBe(2);
    expect(byName['databases']).toMatchObject({
      ...{ verdict: 'fail', found: 'database/b.db: file is not a database' },
    });
    expect(() => checkDatabase(home.supervisorLock)).toThrow(/is no lock/);
  });

  test('with a database that cannot be looked at is warned, not told to begin anew', async () => {
    const home = makeHome();
    const held = openDatabase(join(home.database, 'held.db'), 'NORMAL');
    held.pragma('locking_mode = EXCLUSIVE');
    held.exec('CREATE TABLE t (x)');
    // A file that may not be opened, also not by root.
    openDatabase(join(home.database, 'shut.db'), 'NORMAL').exec('CREATE TABLE t (x)').close();
    mkdirSync(join(home.database, 'shut.db-wal'));
    const { exit, byName } = await look(home);
    expect(exit).toBe(0);
    expect(byName['databases']).toMatchObject({ verdict: 'warn' });
    expect(byName['databases']?.found).toMatch(/held\.db: database is locked; .*shut\.db: unable to open/);
    expect(byName['databases']?.advice).not.toContain('--fresh');
    held.close();
    writeFileSync(join(home.database, 'torn.db'), 'no database'.repeat(100));
    expect((await look(home)).byName['databases']?.verdict).toBe('fail');
  });

  test('with closed databases is left as it was; what an open one has to say is heard', async () => {
    const home = makeHome();
    const closed = openDatabase(join(home.database, 'closed.db'), 'NORMAL');
    closed.exec('CREATE TABLE t (x)');
    closed.close();
    const before = readdirSync(home.database);
    expect(before).toEqual(['closed.db']);
    expect((await look(home)).byName['databases']?.verdict).toBe('ok');
    expect(readdirSync(home.database)).toEqual(before);
    // Its table lies in the log alone: the file by itself would be an empty, whole database.
    const open = openDatabase(join(home.database, 'open.db'), 'NORMAL');
    open.exec('CREATE TABLE t (x)');
    expect(checkDatabase(join(home.database, 'open.db'))).toEqual({ faults: [], unseen: null });
    open.exec('INSERT INTO t VALUES (1)');
    expect(open.prepare('SELECT x FROM t').all()).toEqual([{ x: 1 }]);
    open.close();
  });

  test('with pages of a database overwritten fails', async () => {
    const home = makeHome();
    const file = join(home.database, 'a.db');
    const db = openDatabase(file, 'NORMAL');
    db.exec('CREATE TABLE t (x); CREATE INDEX i ON t (x)');
    for (let at = 0; at < 500; at += 1) db.prepare('INSERT INTO t VALUES (?)').run(`row ${at}`);
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096, 2 * 4096);
    writeFileSync(file, bytes);
    expect((await look(home)).byName['databases']?.verdict).toBe('fail');
  });

  test('with a damaged registry, or one of a newer gridd, fails', async () => {
    const damaged = makeHome({ 'logs/instances.json': '{"version":1,"inst' });
    const { exit, byName } = await look(damaged);
    expect(exit).toBe(2);
    expect(byName['registry']).toMatchObject({ verdict: 'fail' });
    expect(byName['registry']?.found).toContain('truncated');
    const newer = await look(makeHome({ 'logs/instances.json': { version: 99, instances: {} } }));
    expect(newer.byName['registry']?.found).toContain('version 99');
    expect(newer.exit).toBe(2);
  });

  test('that should run and is not looked after is warned of, and what the dead left', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const home = makeHome({
      'config/active/a.json': configOf('a', port),
      'logs/instances.json': registryOf({
        a: recordOf('a', { desired: 'running', state: 'failed', web_port: port }),
      }),
      'logs/a/bot.pid': '4194305\n',
    });
    const { exit, byName } = await look(home);
    server.close();
    expect(exit).toBe(0);
    expect(byName['supervisor']).toMatchObject({ verdict: 'warn', advice: 'gridd supervisor start' });
    expect(byName['instances']).toMatchObject({ verdict: 'warn', found: 'failed: a' });
    expect(byName['leftovers']).toMatchObject({ verdict: 'warn', found: 'logs/a/bot.pid' });
    expect(byName['ports']?.found).toContain(`${port} of a is held by`);
  });

  test('with the endpoint of a wedged supervisor fails', async () => {
    const home = makeHome();
    const socket = join(home.folder, 's');
    const server = createServer((connection) => connection.end('not HTTP'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    mkdirSync(home.supervisorLogs, { recursive: true });
    const endpoint = { home: home.folder, pid: 1, control_socket: socket, bot_socket: socket };
    writeFileSync(home.endpoint, JSON.stringify({ ...endpoint, protocol: 1 }));
    const { exit, byName } = await look(home);
    server.close();
    expect(exit).toBe(2);
    expect(byName['supervisor']?.found).toContain('does not answer');
  });
});

describe('the service', () => {
  function installed(node = process.execPath) {
    const home = makeHome();
    const systemd = new StandInSystemd(temporaryFolder());
    const file = join(home.folder, '.config', 'systemd', 'user', unitName(home));
    mkdirSync(dirname(file), { recursive: true });
    const parts = { scope: 'user', user: 'x', nodeOptions: [], environment: {} } as const;
    writeFileSync(file, unitText({ ...parts, home: home.folder, node, bin: '/b' }));
    return { home, systemd, environment: { PATH: systemd.path, HOME: home.folder } };
  }

  test('that is installed and lingers is well; without lingering it is warned of', async () => {
    const { home, systemd, environment } = installed();
    const before = (await look(home, environment)).byName['service'];
    expect(before).toMatchObject({ verdict: 'warn' });
    expect(before?.advice).toContain(`loginctl enable-linger ${machineUser().name}`);
    systemd.set('linger', 'yes');
    expect((await look(home, environment)).byName['service']?.verdict).toBe('ok');
    // Nothing but questions.
    for (const call of systemd.calls()) expect(call).toMatch(/^(--user|loginctl) show/);
    systemd.set('broken', '');
    const broken = await look(home, environment);
    expect(broken.exit).toBe(2);
    expect(broken.byName['service']?.advice).toContain('journalctl --user -u');
    systemd.set('unreachable', '');
    const unreachable = (await look(home, environment)).byName['service'];
    expect(unreachable?.found).toContain('Failed to connect to bus');
    expect(unreachable?.verdict).toBe('warn');
  });

  test('whose Node went with an upgrade fails, before and after', async () => {
    const folder = join(temporaryFolder(), '.nvm', 'versions', 'node', 'v 20');
    mkdirSync(folder, { recursive: true });
    const node = join(folder, 'node');
    writeFileSync(node, '');
    const { home, systemd, environment } = installed(node);
    systemd.set('linger', 'yes');
    const before = (await look(home, environment)).byName['service'];
    expect(before).toMatchObject({ verdict: 'warn' });
    expect(before?.advice).toContain('belongs to nvm');
    rmSync(node);
    const after = await look(home, environment);
    expect(after.exit).toBe(2);
    expect(after.byName['service']).toMatchObject({ verdict: 'fail', advice: 'gridd install' });
  });

  test.each(['/usr/bin/node', '/a b/%n "q" \\x/node', '/a$b/node'])('starts %s', (node) => {
    const unit = unitText({
      ...{ scope: 'user', home: '/h', node, nodeOptions: [], bin: '/b', user: 'x' },
      environment: {},
    });
    expect(programOf(unit)).toBe(node);
    expect(programOf('[Service]')).toBeNull();
  });
});

test('the clock against the venues: the worst bot is told, from a second on with advice', () => {
  expect(judgeOffsets(new Map())).toBeNull();
  const near = judgeOffsets(new Map([['a', 40], ['b', -900]]));
  expect(near).toMatchObject({ verdict: 'ok', found: '0.900 s ahead of the venue of b' });
  const far = judgeOffsets(new Map([['a', 1001], ['b', -900]]));
  expect(far).toMatchObject({ verdict: 'warn', found: '1.001 s behind the venue of a' });
});
