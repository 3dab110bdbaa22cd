/** A lifetime lock is freed by the death of its holder and by nothing else. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLifetimeLock } from '../../src/platform/lifetime-lock.ts';
import { processStat } from '../../src/platform/process-identity.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';

let folder = '';
let file = '';
let holder: ChildProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-lock-'));
  file = join(folder, 'a.lock.db');
});
afterEach(() => {
  holder?.kill('SIGKILL');
  holder = null;
  rmSync(folder, { recursive: true, force: true });
});

async function hold(): Promise<ChildProcess> {
  const program = join(ROOT, 'test', 'fixtures', 'lock-holder.mjs');
  holder = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (holder.stdout !== null) await once(holder.stdout, 'data');
  return holder;
}

test('a lock whose file was removed or replaced guards nothing any more', async () => {
  const lock = await takeLifetimeLock(file);
  expect(lock?.guards()).toBe(true);
  rmSync(file);
  expect(lock?.guards()).toBe(false);
  const second = await hold();
  expect(lock?.guards()).toBe(false);
  lock?.release();
  second.kill('SIGKILL');
  await once(second, 'exit');
  const again = await takeLifetimeLock(file);
  expect(again?.guards()).toBe(true);
  again?.release();
  expect(again?.guards()).toBe(false);
});

test('held by another process: not taken; freed by kill -9 at once', async () => {
  const child = await hold();
  expect(await takeLifetimeLock(file)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await takeLifetimeLock(file);
  expect(lock).not.toBeNull();
  lock?.release();
});

test('a holder that is stopped keeps it', async () => {
  const child = await hold();
  child.kill('SIGSTOP');
  await waitFor('the stop', () => processStat(child.pid ?? 0) !== null);
  expect(await takeLifetimeLock(file)).toBeNull();
});

test('one process takes it once, and again after its release', async () => {
  const first = await takeLifetimeLock(file);
  expect(first).not.toBeNull();
  expect(await takeLifetimeLock(file)).toBeNull();
  first?.release();
  const second = await takeLifetimeLock(file);
  expect(second).not.toBeNull();
  second?.release();
});
