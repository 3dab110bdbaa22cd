/**
 * Lifetime locks: held until the process ends, whatever ends it, and freed by nothing else. A
 * held BEGIN EXCLUSIVE on a file of its own. The file is opened once per process and by nothing
 * else: any second open in the holder, even a read, would drop the kernel lock when it closes.
 */
import { openLockFile } from './sqlite.ts';
import type { SqliteDatabase } from './sqlite.ts';
import { systemClock } from './clock.ts';

/** A held lock. `release` is for a process that goes on living; death frees it too. */
export interface LifetimeLock {
  release(): void;
}

const TRIES = 3;
const BUSY_TIMEOUT_MS = 250;
const held = new Map<string, SqliteDatabase>();

/** Takes the lock on `file`; null when another process (or this one) holds it after three tries. */
export async function takeLifetimeLock(file: string): Promise<LifetimeLock | null> {
  if (held.has(file)) return null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const db = openLockFile(file, BUSY_TIMEOUT_MS);
    held.set(file, db);
    try {
      db.pragma('journal_mode = DELETE');
      db.exec('BEGIN EXCLUSIVE');
      return { release: () => closeLock(file) };
    } catch (error) {
      closeLock(file);
      if (!isBusy(error)) throw error;
    }
    // Jitter: contenders that collided once would otherwise collide again.
    if (attempt < TRIES) await systemClock.delay(20 + Math.random() * 80);
  }
  return null;
}

function closeLock(file: string): void {
  held.get(file)?.close();
  held.delete(file);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
