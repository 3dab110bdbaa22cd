/**
 * Kernel locks: of a process for its life, held until it ends, whatever ends it, and freed by
 * nothing else; or of one short piece of work. A held BEGIN EXCLUSIVE on a file of its own. A file
 * is opened once per process and by nothing else: any second open in the holder, even a read,
 * would drop the kernel lock when it closes.
 */
import { statSync } from 'node:fs';
import { assert } from '../contract/assert.ts';
import { openLockFile, openingFault } from './sqlite.ts';
import type { SqliteDatabase } from './sqlite.ts';
import { systemClock } from './clock.ts';

/** A held lock. `release` is for a process that goes on living; death frees it too. */
export interface LifetimeLock {
  /**
   * Whether the lock still keeps others out: a removed or replaced file leaves the kernel lock on
   * nothing that anyone else would meet. Looks at the path only and opens nothing.
   */
  guards(): boolean;
  release(): void;
}

const TRIES = 3;
const BUSY_TIMEOUT_MS = 250;
const SHORT_WAIT_MS = 50;
const held = new Map<string, SqliteDatabase>();

/** Takes the lock on `file`; null when another process (or this one) holds it after three tries. */
export async function takeLifetimeLock(file: string): Promise<LifetimeLock | null> {
  if (held.has(file)) return null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (hold(file, BUSY_TIMEOUT_MS)) {
      const taken = inodeOf(file);
      return {
        guards: () => held.has(file) && inodeOf(file) === taken,
        release: () => closeLock(file),
      };
    }
    // Jitter: contenders that collided once would otherwise collide again.
    if (attempt < TRIES) await systemClock.delay(20 + Math.random() * 80);
  }
  return null;
}

function inodeOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev} ${stat.ino}`;
}

/**
 * Runs `work`, which takes no time worth naming, while no other process does under the same file;
 * null, and nothing was run, when another was at it for 50 ms.
 */
export function whileLocked<T>(file: string, work: () => T): T | null {
  assert(!held.has(file), `${file} is not held by this process already`);
  if (!hold(file, SHORT_WAIT_MS)) return null;
  try {
    return work();
  } finally {
    closeLock(file);
  }
}

function hold(file: string, waitMs: number): boolean {
  const db = openLockFile(file, waitMs);
  held.set(file, db);
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const fault = openingFault(error);
    closeLock(file);
    if (!isBusy(fault)) throw fault;
    return false;
  }
}

function closeLock(file: string): void {
  held.get(file)?.close();
  held.delete(file);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
