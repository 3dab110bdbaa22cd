/**
 * What a lock's holder does in its own home leaves the lock: the kernel would drop it with any
 * second open of the file, even for reading.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takeLifetimeLock } from '../../src/platform/lifetime-lock.ts';
import { instanceLock } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';
import { cleanUp, findLeftovers, openRegistry } from '../../src/registry/index.ts';
import { archiveBooks, openBooks, readBooks, restoreBooks } from '../../src/store/index.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { tempHome } from '../registry/temp-home.ts';
import { ROOT } from '../source-tree.ts';

const HOLDER = join(ROOT, 'test', 'fixtures', 'lock-holder.mjs');

/** Whether another process can take the lock on `file`. */
async function isFree(file: string): Promise<boolean> {
  const child = spawn(process.execPath, [HOLDER, file], { stdio: ['pipe', 'pipe', 'ignore'] });
  const held = once(child.stdout, 'data').then(() => true);
  const free = await Promise.race([held, once(child, 'exit').then(() => false)]);
  child.kill('SIGKILL');
  return free;
}

async function holdAll(home: Home): Promise<string[]> {
  const files = [instanceLock(home, 'a'), home.supervisorLock];
  for (const file of files) {
    const lock = await takeLifetimeLock(file);
    expect(lock).not.toBeNull();
    onTestFinished(() => lock?.release());
  }
  return files;
}

const binding = {
  instance_id: 'a',
  venue: 'paper',
  mode: 'paper',
  account: 'paper',
  symbol: 'SOL_USDC_PERP',
  direction: 'neutral',
} as const;

test('checks, copies and clean-up in the home of held locks leave them held', async () => {
  const home = tempHome();
  const books = join(home.database, 'a.db');
  openBooks(books, binding, 'NORMAL').close();
  const files = await holdAll(home);
  const registry = openRegistry(home);
  await registry.update('a', () => sampleRecord('a', { desired: 'running', state: 'running' }));
  writeFileSync(home.registry, '{ "truncated');
  expect(await registry.repair()).toBe(true);
  mkdirSync(join(home.logs, 'a'), { recursive: true });
  writeFileSync(join(home.logs, 'a', 'bot.pid'), '4194305\n');
  expect(findLeftovers(home, registry.read())).toHaveLength(1);
  await cleanUp(home, registry, new Set(), true);
  await cleanUp(home, registry, new Set(), false);
  readBooks(books)?.close();
  const kept = archiveBooks(books, Date.now());
  if (kept !== null) restoreBooks(kept, books);
  expect(readdirSync(home.database)).toContain('a.lock.db');
  for (const file of files) expect([file, await isFree(file)]).toEqual([file, false]);
});

test('a plain copy by the holder would drop it: why nothing copies whole folders', async () => {
  const home = tempHome();
  const [file = ''] = await holdAll(home);
  copyFileSync(file, `${file}.copy`);
  rmSync(`${file}.copy`);
  expect(await isFree(file)).toBe(true);
});
