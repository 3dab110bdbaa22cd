/**
 * Who a process is: pid + kernel start time + boot id, read from /proc. A pid alone is never
 * trusted; a zombie counts as dead.
 */
import { readFileSync, readdirSync } from 'node:fs';
import type { ProcessIdentity } from '../contract/instance-api.ts';
import { isErrno } from './json-file.ts';

let bootId: string | undefined;

/** The id of this boot of the machine. */
export function currentBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}

/** Kernel facts of a living process; null when there is none (or only a zombie). */
export function processStat(
  pid: number,
): { startTime: string; group: number; parent: number; stopped: boolean } | null {
  const stat = readStat(pid);
  if (stat === null || stat === 'unseen') return null;
  // The command name may hold spaces and parentheses: fields are counted after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === 'Z' || state === 'X' || startTime === undefined) return null;
  const stopped = state === 'T' || state === 't';
  return { startTime, group: Number(group), parent: Number(parent), stopped };
}

/** Null: there is no such process; "unseen": we have no handle or memory left to look. */
function readStat(pid: number): string | 'unseen' | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    return isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH') ? null : 'unseen';
  }
}

/** Identity of a living process; null when there is none. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = processStat(pid);
  return stat === null ? null : { pid, start_time: stat.startTime, boot_id: currentBootId() };
}

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const identity = identify(process.pid);
  if (identity === null) throw new Error('/proc does not show this process');
  return identity;
}

/** Whether exactly this process still lives; one that cannot be looked at is not called dead. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.boot_id !== currentBootId()) return false;
  return readStat(identity.pid) === 'unseen' || isProved(identity);
}

/** Whether exactly this process was seen alive just now. */
function isProved({ pid, start_time, boot_id }: ProcessIdentity): boolean {
  return boot_id === currentBootId() && processStat(pid)?.startTime === start_time;
}

/**
 * Signals exactly this process; false when it is gone. The identity is checked at the moment of the
 * signal.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (identity.pid <= 1 || !isProved(identity)) return false;
  return send(identity.pid, signal);
}

/**
 * Signals process group `group`, only while `isOurs` says so of a living member; false otherwise.
 * A member keeps the kernel from giving the group's number to anyone else.
 */
export function signalGroup(
  group: number,
  signal: NodeJS.Signals,
  isOurs: (member: ProcessIdentity) => boolean,
): boolean {
  if (!isGroup(group) || !groupMembers(group).some(isOurs)) return false;
  return send(-group, signal);
}

/** Whether nobody lives in process group `group`; zombies do not count. */
export function groupIsEmpty(group: number): boolean {
  if (!isGroup(group)) return true;
  try {
    // One call in place of a walk over /proc: it finds zombies too, so only its "no" is final.
    process.kill(-group, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true;
  }
  return groupMembers(group).length === 0;
}

/** 0 and 1 mean our own group and everybody to the kernel. */
function isGroup(group: number): boolean {
  return Number.isSafeInteger(group) && group > 1;
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}

/** Command name as the kernel knows it, e.g. "python3"; "a process" when it cannot be read. */
export function processName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() || 'a process';
  } catch {
    return 'a process';
  }
}

/** Value of GRIDD_MARK in a process's environment; null when absent or not readable. */
export function processMark(pid: number): string | null {
  try {
    const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
    const entry = environ.split('\0').find((line) => line.startsWith('GRIDD_MARK='));
    return entry === undefined ? null : entry.slice('GRIDD_MARK='.length);
  } catch {
    return null;
  }
}

/** Living processes whose mark satisfies `wanted`. */
export function findMarked(wanted: (mark: string) => boolean): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const mark = processMark(pid);
    if (mark === null || !wanted(mark)) continue;
    const identity = identify(pid);
    if (identity !== null) found.push(identity);
  }
  return found;
}

/** Living members of process group `group`. */
export function groupMembers(group: number): ProcessIdentity[] {
  const members: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || processStat(pid)?.group !== group) continue;
    const identity = identify(pid);
    if (identity !== null) members.push(identity);
  }
  return members;
}
