/**
 * logs/instances.json: which instances exist. Reading takes no lock and writes nothing. A change is
 * made under a proper-lockfile lock on what the file holds at that moment, written whole, the
 * previous version kept as .bak. That lock goes stale by time, and several that wait for a dead
 * holder's may all get it (measured): so the last look whether the file is still the one that was
 * read, and its replacement, are one step under a kernel lock. A file that cannot be believed is
 * set aside, never overwritten.
 */
import { lock } from 'proper-lockfile';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { RegistryFile, RegistryRecord } from '../contract/fleet-api.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { assert } from '../contract/assert.ts';
import { GriddError } from '../contract/errors.ts';
import { isErrno, readText, writeJson } from '../platform/json-file.ts';
import { whileLocked } from '../platform/lifetime-lock.ts';
import { isoTime, systemClock } from '../platform/clock.ts';
import type { Home } from '../platform/paths.ts';
import { isRecord } from './jsonc-text.ts';
import { emptyRecords, rebuildRegistry } from './registry-rebuild.ts';
import {
  REGISTRY_VERSION,
  isReadable,
  isRegistryRecord,
  recordFault,
  upgradeRecord,
} from './registry-schema.ts';

/** From the present record to the next; null removes it. May be called again: it has no effects. */
export type RecordChange = (record: RegistryRecord | null) => RegistryRecord | null;

/** `onNotice` is told each notice as it arises. */
export interface RegistryOptions {
  readonly onNotice?: (sentence: string) => void;
}

export interface Registry {
  /**
   * What the file holds now; rebuilt in memory where it cannot be believed. Throws REGISTRY_NEWER.
   */
  read(): RegistryFile;
  /**
   * Changes one record; resolves with what was written. Throws REGISTRY_LOCKED, REGISTRY_NEWER,
   * and REGISTRY_UNWRITABLE, after which the file is as it was.
   */
  update(id: string, change: RecordChange): Promise<RegistryRecord | null>;
  /** Sets a file that cannot be believed aside and writes the rebuilt one; whether it had to. */
  repair(): Promise<boolean>;
  /** What had to be set aside or rebuilt, one sentence each, oldest first. */
  readonly notices: readonly string[];
}

const LOCK = { realpath: false, stale: 2000, update: 1000 };
/** Longer than a killed holder's lock lives and 20 writers need. */
const LOCK_WAIT_MS = 20_000;
const LOCK_LOOK_MS = 15;

interface Pending {
  readonly id: string;
  readonly change: RecordChange;
  readonly resolve: (record: RegistryRecord | null) => void;
  readonly reject: (error: unknown) => void;
}

/** What the file holds, which version of the file that was, and what had to be rebuilt. */
interface Found {
  readonly instances: Record<string, RegistryRecord>;
  readonly stamp: string;
  readonly rebuilt: readonly string[] | null;
}

/** Opens the registry of a home. Touches nothing until it is used. */
export function openRegistry(home: Home, options: RegistryOptions = {}): Registry {
  const notices: string[] = [];
  const pending: Pending[] = [];
  let draining: Promise<void> | null = null;

  function notice(sentence: string): void {
    // Readers poll: the same finding is told once.
    if (notices.includes(sentence)) return;
    notices.push(sentence);
    options.onNotice?.(sentence);
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      let batch: Pending[] = [];
      let settle: Settle | null = null;
      for (let attempt = 1; settle === null; attempt += 1) {
        const release = await takeLock(home).catch((error: unknown) => {
          for (const { reject } of [...batch, ...pending.splice(0)]) reject(error);
          return null;
        });
        if (release === null) break;
        // Everything that was asked for meanwhile is one write.
        batch = [...batch, ...pending.splice(0)];
        settle = writeChanges(home, batch, notice, attempt === MOST_ATTEMPTS);
        // Told after the release: who ends its process then leaves no lock behind.
        await release();
        if (settle === null) await systemClock.delay(LOCK_LOOK_MS * attempt);
      }
      settle?.();
    }
    draining = null;
  }

  return {
    notices,
    read() {
      const { instances, rebuilt } = readRegistry(home);
      for (const sentence of rebuilt ?? []) notice(sentence);
      return { version: REGISTRY_VERSION, instances };
    },
    update(id, change) {
      assert(isInstanceId(id), `"${id}" is an instance id`);
      return new Promise((resolve, reject) => {
        pending.push({ id, change, resolve, reject });
        draining ??= drain();
      });
    },
    async repair() {
      if (readRegistry(home).rebuilt === null) return false;
      const release = await takeLock(home);
      try {
        for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
          const found = readRegistry(home);
          if (found.rebuilt === null) return false;
          if (write(home, found, found.instances, notice)) return true;
          await systemClock.delay(LOCK_LOOK_MS);
        }
        throw alwaysChanging(home);
      } catch (error) {
        throw unwritable(home, error);
      } finally {
        await release();
      }
    },
  };
}

async function takeLock(home: Home): Promise<() => Promise<void>> {
  const deadline = systemClock.monotonic() + LOCK_WAIT_MS;
  for (let look = 0; ; look += 1) {
    const release = await tryLock(home);
    if (release !== null) return release;
    if (systemClock.monotonic() > deadline) {
      const message = `${home.registry} has been locked by another gridd for 20 s.`;
      throw new GriddError('REGISTRY_LOCKED', message);
    }
    // Spread, or those that collided once would collide again.
    await systemClock.delay(LOCK_LOOK_MS + ((process.pid + 7 * look) % 25));
  }
}

/** The release of the lock, or null while another holds it; a disk that refuses is told at once. */
async function tryLock(home: Home): Promise<(() => Promise<void>) | null> {
  try {
    mkdirSync(dirname(home.registry), { recursive: true });
    // Losing the lock is seen by the stamp before the write; thrown from a timer it would end us.
    const release = await lock(home.registry, { ...LOCK, onCompromised: () => undefined });
    dateNow(`${home.registry}.lock`);
    // What cannot be released (taken over meanwhile, removed by hand) goes stale by itself.
    return () => release().catch(() => undefined);
  } catch (error) {
    // ENOENT: one that found the same stale lock removed ours with it.
    if (isErrno(error, 'ELOCKED') || isErrno(error, 'ENOENT')) return null;
    throw unwritable(home, error);
  }
}

/**
 * The package dates the first lock of a process up to a second ahead; if its holder dies, it would
 * block everybody that much longer.
 */
function dateNow(lockFolder: string): void {
  const now = systemClock.now() / 1000;
  try {
    utimesSync(lockFolder, now, now);
  } catch {
    // Removed by hand meanwhile: seen by the stamp before the write.
  }
}

/** About 4 s in all against one that goes on writing beside the lock, or stops while it does. */
const MOST_ATTEMPTS = 20;

/** Tells the callers of changes how these came out. */
type Settle = () => void;

/** Tries the changes as one write; null when others were at it: to be tried again. Never throws. */
function writeChanges(
  home: Home,
  batch: readonly Pending[],
  notice: (sentence: string) => void,
  last: boolean,
): Settle | null {
  try {
    const found = readRegistry(home);
    const instances = Object.assign(emptyRecords(), found.instances);
    const answers = batch.map((pending) => applyChange(instances, pending));
    const same = JSON.stringify(instances) === JSON.stringify(found.instances);
    const done = same && found.rebuilt === null;
    if (done || write(home, found, instances, notice)) {
      return () => answers.forEach((answer) => answer());
    }
    if (!last) return null;
    throw alwaysChanging(home);
  } catch (error) {
    const told = unwritable(home, error);
    return () => batch.forEach(({ reject }) => reject(told));
  }
}

function alwaysChanging(home: Home): GriddError {
  const message = `${home.registry} is being changed by another process all the time.`;
  return new GriddError('REGISTRY_LOCKED', message);
}

/** Makes one change in `instances`; one that throws leaves them as they are and fails alone. */
function applyChange(instances: Record<string, RegistryRecord>, pending: Pending): () => void {
  const { id, change, resolve, reject } = pending;
  try {
    const next = change(instances[id] ?? null);
    const fault = next === null ? '' : recordFault(next);
    assert(fault === '', `${id}: ${fault}`);
    if (next === null) delete instances[id];
    else instances[id] = next;
    return () => resolve(next);
  } catch (error) {
    return () => reject(error);
  }
}

/**
 * Replaces the file; false, and nothing is changed, when it is no longer the one that was found.
 */
function write(
  home: Home,
  found: Found,
  instances: Record<string, RegistryRecord>,
  notice: (sentence: string) => void,
): boolean {
  const next = `${home.registry}.${process.pid}.next`;
  try {
    writeJson(next, { version: REGISTRY_VERSION, instances }, 0o600);
    const replaced = whileLocked(home.registryLock, () => replace(home, found, next, notice));
    if (replaced !== true) return false;
  } finally {
    rmSync(next, { force: true });
  }
  for (const sentence of found.rebuilt ?? []) notice(sentence);
  return true;
}

function replace(
  home: Home,
  found: Found,
  next: string,
  notice: (sentence: string) => void,
): boolean {
  if (stampOf(home.registry) !== found.stamp) return false;
  if (found.rebuilt !== null) setAside(home, notice);
  else if (found.stamp !== ABSENT) keepPrevious(home);
  renameSync(next, home.registry);
  return true;
}

/** The file becomes .bak as well: a link costs no second flush; a copy where there are no links. */
function keepPrevious(home: Home): void {
  const backup = `${home.registry}.bak`;
  const temporary = `${backup}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  try {
    linkSync(home.registry, temporary);
  } catch {
    copyFileSync(home.registry, temporary);
  }
  renameSync(temporary, backup);
}

function setAside(home: Home, notice: (sentence: string) => void): void {
  if (stampOf(home.registry) === ABSENT) return;
  const time = isoTime(systemClock.now()).replaceAll(':', '-');
  const kept = `${home.registry}.corrupt-${time}`;
  renameSync(home.registry, kept);
  notice(`The unreadable registry was kept as ${kept}.`);
}

function readRegistry(home: Home): Found {
  for (;;) {
    const stamp = stampOf(home.registry);
    const text = textOf(home);
    // Replaced between the two: what was read belongs to no stamp.
    if (stampOf(home.registry) !== stamp) continue;
    if (text === null) {
      const rebuilt = rebuildRegistry(home, {}, null, 'absent');
      const empty = Object.keys(rebuilt.instances).length === 0;
      return { instances: rebuilt.instances, stamp, rebuilt: empty ? null : rebuilt.notices };
    }
    const parsed = parseRegistry(home, text);
    if (parsed.fault === null) return { instances: parsed.valid, stamp, rebuilt: null };
    const rebuilt = rebuildRegistry(home, parsed.valid, parsed.doubtful, 'present');
    const first = `${home.registry} cannot be believed: ${parsed.fault}.`;
    return { instances: rebuilt.instances, stamp, rebuilt: [first, ...rebuilt.notices] };
  }
}

interface Parsed {
  readonly valid: Record<string, RegistryRecord>;
  /** Ids whose records are not valid; null: not even the ids are known. */
  readonly doubtful: readonly string[] | null;
  readonly fault: string | null;
}

function parseRegistry(home: Home, text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = text.trim() === '' ? 'it is empty' : 'it is truncated or no JSON';
    return { valid: {}, doubtful: null, fault };
  }
  const version = isRecord(value) ? value['version'] : undefined;
  if (typeof version === 'number' && version > REGISTRY_VERSION) {
    const knows = `this gridd knows ${REGISTRY_VERSION}`;
    const message = `${home.registry} has version ${version}; ${knows}.`;
    throw new GriddError('REGISTRY_NEWER', message);
  }
  const instances = isRecord(value) ? value['instances'] : undefined;
  if (!isReadable(version) || !isRecord(instances)) {
    return { valid: {}, doubtful: null, fault: 'it is JSON, but no registry' };
  }
  return parseRecords(version, instances);
}

function parseRecords(version: number, instances: Record<string, unknown>): Parsed {
  const valid = emptyRecords();
  const doubtful: string[] = [];
  let fault: string | null = null;
  for (const [id, stored] of Object.entries(instances)) {
    const record = upgradeRecord(version, stored);
    if (!isInstanceId(id)) fault ??= `"${id.slice(0, 80)}" is no instance id`;
    else if (isRegistryRecord(record)) valid[id] = record;
    else {
      doubtful.push(id);
      fault ??= `the record of ${id} is not valid (${recordFault(record)})`;
    }
  }
  return { valid, doubtful, fault };
}

function textOf(home: Home): string | null {
  try {
    return readText(home.registry);
  } catch (error) {
    throw unreadable(home, error);
  }
}

const ABSENT = 'absent';

/** Tells one version of the file from the next: a write always makes a new inode. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? ABSENT : `${stat.ino}.${stat.mtimeNs}.${stat.size}`;
}

/** What a write met that the user can mend; anything else as it is. */
function unwritable(home: Home, error: unknown): unknown {
  if (error instanceof GriddError || !(error instanceof Error && 'code' in error)) return error;
  // The lock's file needs room too.
  const code = error.code === 'SQLITE_FULL' ? 'ENOSPC' : String(error.code);
  const message = `${home.registry} could not be written (${code}).`;
  const handles = code === 'EMFILE' || code === 'ENFILE';
  const hint = 'Raise the limit of open files (ulimit -n) of the supervisor and start it anew.';
  return new GriddError('REGISTRY_UNWRITABLE', message, handles ? { hint } : {});
}

function unreadable(home: Home, error: unknown): GriddError {
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new GriddError('REGISTRY_UNREADABLE', `${home.registry} cannot be used (${why}).`, {
    hint: 'Make logs/instances.json and its folder readable and writable for you.',
  });
}
