/**
 * Bad starts are told at once: `gridd start` says the reason, its exit code tells the truth, and
 * what was refused leaves no process and no state that lies.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLockFile } from '../../../src/platform/sqlite.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const home = new FleetHome();

beforeAll(async () => {
  await home.ok(['supervisor', 'start']);
});
afterAll(() => home.dispose());

/** Starts `id`, which must be refused: nothing of it lives, and nothing is said on stdout. */
async function refused(id: string, exit: number, code: string): Promise<string> {
  const ran = await home.run(['start', id]);
  expect(ran, ran.stderr).toMatchObject({ code: exit, stdout: '' });
  expect(ran.stderr).toMatch(new RegExp(`^${code}: `, 'm'));
  const row = (await home.list()).find((one) => one.id === id);
  expect(row?.pid ?? null).toBeNull();
  expect(['running', 'starting']).not.toContain(row?.state);
  return ran.stderr;
}

describe('a config that cannot run', () => {
  test('bad JSON names the place', async () => {
    writeFileSync(home.path('config', 'active', 'bad_json.json'), '{ "metadata": { "symbol": }');
    const ran = await home.run(['start', '-c', 'config/active/bad_json.json']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^CONFIG_SYNTAX: .*bad_json\.json.* 1:27 /);
  });

  test('a bad grid names the values', async () => {
    home.write('bad_grid', { strategy: { grid_lower_price: 140, grid_upper_price: 140.5 } });
    const said = await refused('bad_grid', 2, 'GRID_REFUSED');
    expect(said).toMatch(/ {2}- strategy_config\./);
  });

  test('a program that is missing, or whose interpreter is no program', async () => {
    home.write('no_python', { daemon: { script_path: 'p.py', python_path: 'bin/none' } });
    writeFileSync(home.path('p.py'), 'print()');
    expect(await refused('no_python', 2, 'CONFIG_INVALID')).toContain('python_path');
    home.write('plain_text', { daemon: { script_path: 'p.py', python_path: './text' } });
    writeFileSync(home.path('text'), 'no program');
    const said = await refused('plain_text', 1, 'START_FAILED');
    expect(said).toMatch(/was not started: .*text.*EACCES/);
    expect(said).toContain('usable for you');
  });

  test('a program that ends at once is told with the end of what it said', async () => {
    const script = '#!/bin/sh\necho "no key" >&2\necho "giving up" >&2\nexit 3\n';
    writeFileSync(home.path('quits.sh'), script);
    chmodSync(home.path('quits.sh'), 0o755);
    home.write('quits', { daemon: { script_path: 'quits.sh', max_restart_attempts: 0 } });
    const said = await refused('quits', 1, 'START_FAILED');
    expect(said).toMatch(/exited with code 3.*Its last words: giving up/);
    expect(said).toMatch(/no key\n\s+giving up/);
  });
});

describe('a machine that refuses', () => {
  test('a strict port that is taken names the holder', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      home.write('strict', { daemon: { web_port: port, strict_port: true } });
      expect(await refused('strict', 4, 'PORT_TAKEN')).toContain(`(pid ${process.pid})`);
    } finally {
      server.close();
    }
  });

  test('an unreadable database', async () => {
    home.write('broken');
    mkdirSync(home.path('database'), { recursive: true });
    writeFileSync(home.path('database', 'broken.db'), 'this is no database, whatever its name '.repeat(99));
    expect(await refused('broken', 2, 'BOOKS_UNREADABLE')).toContain('broken.db');
  });

  test('a database that another process holds is said to be locked', async () => {
    home.write('locked', { daemon: { max_restart_attempts: 0 } });
    mkdirSync(home.path('database'), { recursive: true });
    const holder = openLockFile(home.path('database', 'locked.db'), 250);
    holder.exec('CREATE TABLE held (x); BEGIN EXCLUSIVE');
    try {
      const said = await refused('locked', 1, 'START_FAILED');
      expect(said).toMatch(/last words: The database .*locked\.db cannot be used now: .*is locked/);
    } finally {
      holder.close();
    }
  });
});

test('a supervisor without file handles refuses in words and goes on', async () => {
  const poor = new FleetHome();
  try {
    poor.write('aa_01');
    await poor.ok(['supervisor', 'start']);
    const pid = poor.supervisorPid();
    const held = readdirSync(`/proc/${pid}/fd`).length;
    const limit = async (count: number) => {
      const set = spawn('prlimit', ['--pid', String(pid), `--nofile=${count}:4096`]);
      await new Promise((resolve) => set.once('close', resolve));
    };
    // Room for the connection of the command, and for little else.
    await limit(held + 2);
    const ran = await poor.run(['start', 'aa_01']);
    expect(ran.code, ran.stderr).not.toBe(0);
    expect(ran.stderr).toMatch(/EMFILE|too many open files/);
    expect(ran.stderr).not.toContain('This is a bug');
    await limit(1024);
    await poor.ok(['start', 'aa_01']);
    await waitFor('its bot', async () => (await poor.row('aa_01')).state === 'running');
  } finally {
    await poor.dispose();
  }
});
