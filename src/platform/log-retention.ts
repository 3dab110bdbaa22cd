/**
 * How long logs are kept: whole days beyond `log_retention_days` go; beyond `log_max_mb` the
 * oldest parts go first. Raw output has a quarter of `log_max_mb` per file. What is being written
 * is never removed: it loses its old part, to a whole line, by a punched hole. What is neither a
 * day folder nor a raw file of ours is not touched. The planning is pure; `cleanLogs` acts.
 */
import { lstatSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { localDate } from './clock.ts';
import { trimFile } from './file-hole.ts';

export const RAW_NAMES = { stdout: 'raw_stdout.log', stderr: 'raw_stderr.log' } as const;

/** One log file; `day` is null for raw output. */
export interface LogPart {
  readonly day: string | null;
  readonly path: string;
  readonly bytes: number;
  readonly modified_ms: number;
  /** A process may be writing it: a plain name points at it, or it is raw output. */
  readonly current: boolean;
}

export interface RetentionLimits {
  readonly log_retention_days: number;
  readonly log_max_mb: number;
}

/** What goes: days and parts wholly, of `trim` all but the last `keep` bytes. */
export interface RetentionPlan {
  readonly days: readonly string[];
  readonly parts: readonly LogPart[];
  readonly trim: readonly { readonly part: LogPart; readonly keep: number }[];
}

/** What a clean-up did. `untrimmed`: files that could not be trimmed. */
export interface CleanUp {
  readonly days: number;
  readonly parts: number;
  readonly untrimmed: readonly string[];
}

const MIB = 1_048_576;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The oldest day that is kept: today and `days` before it. */
export function oldestDay(now: number, days: number): string {
  const date = new Date(now);
  return localDate(new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime());
}

/** Decides what goes. PURE. */
function planRetention(
  files: readonly LogPart[],
  days: readonly string[],
  limits: RetentionLimits,
  now: number,
): RetentionPlan {
  const most = limits.log_max_mb * MIB;
  const keep = most / 8;
  const oldest = oldestDay(now, limits.log_retention_days);
  const today = localDate(now);
  const kept = files.filter(({ day }) => day === null || day >= oldest);
  const raw = kept.filter(({ day, bytes }) => day === null && bytes > most / 4);
  const sum = kept.reduce((total, { bytes }) => total + bytes, 0);
  let bytes = raw.reduce((total, part) => total - part.bytes + keep, sum);
  const written = (part: LogPart) => part.current && part.day === today;
  const dated = kept.filter(({ day }) => day !== null);
  const parts: LogPart[] = [];
  for (const part of dated.filter((one) => !written(one)).sort(byAge)) {
    if (bytes <= most) break;
    parts.push(part);
    bytes -= part.bytes;
  }
  const trim = raw.map((part) => ({ part, keep }));
  for (const part of dated.filter(written).sort((a, b) => b.bytes - a.bytes)) {
    if (bytes <= most || part.bytes <= keep) break;
    trim.push({ part, keep });
    bytes -= part.bytes - keep;
  }
  return { days: days.filter((day) => day < oldest), parts, trim };
}

function byAge(a: LogPart, b: LogPart): number {
  if (a.day !== b.day) return (a.day ?? '') < (b.day ?? '') ? -1 : 1;
  return a.modified_ms - b.modified_ms;
}

/** Applies the limits to a log folder; `trim` false: nothing is trimmed. */
export async function cleanLogs(
  logDir: string,
  limits: RetentionLimits,
  now: number,
  trim: boolean,
): Promise<CleanUp> {
  const days = readNames(logDir).filter((name) => DAY.test(name) && isFolder(join(logDir, name)));
  const plan = planRetention(logParts(logDir, days), days, limits, now);
  for (const day of plan.days) rmSync(join(logDir, day), { recursive: true, force: true });
  for (const part of plan.parts) rmSync(part.path, { force: true });
  const emptied = new Set(plan.parts.map(({ day }) => day ?? ''));
  for (const day of emptied) removeDeadLinks(join(logDir, day));
  const untrimmed: string[] = [];
  for (const { part, keep } of trim ? plan.trim : []) {
    if (!(await trimFile(part.path, keep))) untrimmed.push(part.path);
  }
  return { days: plan.days.length, parts: plan.parts.length, untrimmed };
}

/** Disk that the log files of a folder use, bytes. */
export function logBytes(logDir: string): number {
  const days = readNames(logDir).filter((name) => DAY.test(name));
  return logParts(logDir, days).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Disk a file uses, bytes: a hole in it uses none. */
export function bytesOnDisk(stat: Stats): number {
  return stat.blocks * 512;
}

function logParts(logDir: string, days: readonly string[]): LogPart[] {
  const raw = Object.values(RAW_NAMES).flatMap((name) => partAt(null, join(logDir, name), true));
  return [...raw, ...days.flatMap((day) => partsOf(logDir, day))];
}

function partsOf(logDir: string, day: string): LogPart[] {
  const folder = join(logDir, day);
  const names = readNames(folder);
  const targets = new Set(names.flatMap((name) => linkTarget(join(folder, name)) ?? []));
  return names.flatMap((name) => partAt(day, join(folder, name), targets.has(name)));
}

function partAt(day: string | null, path: string, current: boolean): LogPart[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return [];
  return [{ day, path, bytes: bytesOnDisk(stat), modified_ms: stat.mtimeMs, current }];
}

function removeDeadLinks(folder: string): void {
  const names = new Set(readNames(folder));
  for (const name of names) {
    const target = linkTarget(join(folder, name));
    const dead = target !== null && !target.includes('/') && !names.has(target);
    if (dead) rmSync(join(folder, name), { force: true });
  }
  try {
    if (readNames(folder).length === 0) rmdirSync(folder);
  } catch {
    // A new part came into it just now.
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
