/** The machine and the user this process runs as: names, room left, limits of the kernel. */
import { accessSync, constants, readFileSync, statSync, statfsSync } from 'node:fs';
import { freemem, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';

/** The user; `name` is null where the machine has no name for the uid (some containers). */
export interface MachineUser {
  readonly uid: number;
  readonly name: string | null;
  readonly folder: string | null;
}

/** Who runs this process. */
export function machineUser(): MachineUser {
  try {
    const { uid, username, homedir } = userInfo();
    return { uid, name: username, folder: homedir };
  } catch {
    return { uid: process.getuid?.() ?? 0, name: null, folder: null };
  }
}

/** What the audit calls that user: by name, or by number where there is none. */
export function userName(): string {
  const { name, uid } = machineUser();
  return name ?? `uid ${uid}`;
}

/** Bytes left and bytes in all; of the disk those a user without rights may write. */
export interface MachineRoom {
  readonly memory: { readonly free: number; readonly total: number };
  readonly disk: { readonly free: number; readonly total: number };
}

/** Room left in memory, and on the disk that holds `folder`. */
export function machineRoom(folder: string): MachineRoom {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return {
    // The kernel's estimate of what programs can have: caches that it would give up count as free.
    memory: { free: freemem(), total: totalmem() },
    disk: { free: bavail * bsize, total: blocks * bsize },
  };
}

/** Most files this process may have open; null when there is no limit or it is not known. */
export function openFilesLimit(): number | null {
  const line = /^Max open files\s+(\S+)/m.exec(procText('/proc/self/limits'));
  const limit = Number(line?.[1]);
  return Number.isFinite(limit) && limit > 0 ? limit : null;
}

/** The kernel's limits of watched files per user; null when not known. */
export function watchLimits(): { instances: number; watches: number } | null {
  const folder = '/proc/sys/fs/inotify';
  const instances = Number(procText(`${folder}/max_user_instances`));
  const watches = Number(procText(`${folder}/max_user_watches`));
  return instances > 0 && watches > 0 ? { instances, watches } : null;
}

/** The program `name` in one of the folders of `path` (as in PATH); null when there is none. */
export function findProgram(name: string, path: string): string | null {
  for (const folder of path.split(':')) {
    if (!folder.startsWith('/')) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function procText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
