/** A program whose raw output file is removed while it prints: nothing is lost, nothing twice. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RemovedOutput } from '../../src/platform/removed-output.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const MIB = 1_048_576;
let folder = '';
let path = '';
let child: ChildProcess;
let nameless = -1;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-raw-'));
  path = join(folder, 'raw_stdout.log');
  nameless = openSync(path, 'a+');
  child = spawn('cat', { stdio: ['pipe', nameless, 'ignore'] });
});
afterEach(() => {
  child.kill('SIGKILL');
  closeSync(nameless);
  rmSync(folder, { recursive: true, force: true });
});

/** Has the program print, and waits until it has. */
async function print(text: string): Promise<void> {
  const before = fstatSync(nameless).size;
  child.stdin?.write(text);
  await waitFor('the print', () => fstatSync(nameless).size === before + text.length);
}

const inode = () => statSync(path, { throwIfNoEntry: false })?.ino ?? null;
const look = (output: RemovedOutput, most = MIB) =>
  output.look(path, inode(), child.pid ?? 0, most);

test('a file that is there is left alone', async () => {
  const output = new RemovedOutput(1);
  await print('here\n');
  await look(output);
  await look(output);
  expect(readFileSync(path, 'utf8')).toBe('here\n');
});

test('made anew, with what is printed, also by the next one who looks', async () => {
  const first = new RemovedOutput(1);
  await print('before\n');
  await look(first);
  rmSync(folder, { recursive: true });
  await print('one\ntw');
  await look(first);
  expect(readFileSync(path, 'utf8')).toBe('before\none\ntw');
  await print('o\n');
  await look(first);
  first.close();
  const second = new RemovedOutput(1);
  await print('three\n');
  await look(second);
  expect(readFileSync(path, 'utf8')).toBe('before\none\ntwo\nthree\n');
  // Disk is used once: what was moved is punched out.
  expect(fstatSync(nameless).blocks * 512).toBeLessThanOrEqual(4096);
  rmSync(path);
  await look(second);
  expect(readFileSync(path, 'utf8')).toBe('');
  child.stdin?.end('last words\n');
  await waitFor('the end', () => child.exitCode !== null);
  await second.look(path, inode(), null, MIB);
  expect(readFileSync(path, 'utf8')).toBe('last words\n');
});

test('of a long backlog the newest lines are moved, each whole', async () => {
  rmSync(path);
  const lines = Array.from({ length: 2000 }, (_, n) => `${String(n).padStart(98, '.')}\n`);
  await print(lines.join(''));
  const output = new RemovedOutput(1);
  await look(output, 100_000);
  const moved = readFileSync(path, 'utf8');
  expect(moved.length).toBeGreaterThan(99_000);
  expect(lines.join('').endsWith(`\n${moved}`)).toBe(true);
});

test('another file of that name elsewhere, and a writer that is gone: nothing is made', async () => {
  rmSync(path);
  const output = new RemovedOutput(2);
  await look(output);
  child.kill('SIGKILL');
  await waitFor('the end', () => child.signalCode !== null);
  await new RemovedOutput(1).look(path, null, child.pid ?? 0, MIB);
  expect(existsSync(path)).toBe(false);
});
