/**
 * How long logs are kept: whole days beyond `log_retention_days` go; beyond `log_max_mb` the
 * oldest parts go first, never a part that is being written. What is not a day folder of ours is
 * not touched.
 */
import { lstatSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { localDate } from '../platform/clock.ts';

/** One log part; `current`: a plain name points at it. */
export interface LogPart {
  readonly day: string;
  readonly path: string;
  readonly bytes: number;
  readonly modified_ms: number;
  readonly current: boolean;
}

export interface RetentionLimits {
  readonly log_retention_days: number;
  readonly log_max_mb: number;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The oldest day that is kept: today and `days` before it. */
export function oldestDay(now: number, days: number): string {
  const date = new Date(now);
  return localDate(new Date(date.getFullYear(), date.getMonth(), date.getDate() - days).getTime());
}

/** Days and further parts to remove. PURE. */
export function planRetention(
  parts: readonly LogPart[],
  days: readonly string[],
  limits: RetentionLimits,
  now: number,
): { readonly days: readonly string[]; readonly parts: readonly LogPart[] } {
  const oldest = oldestDay(now, limits.log_retention_days);
  const gone = days.filter((day) => day < oldest);
  const kept = parts
    .filter(({ day }) => day >= oldest)
    .sort((a, b) => (a.day === b.day ? a.modified_ms - b.modified_ms : a.day < b.day ? -1 : 1));
  let bytes = kept.reduce((sum, part) => sum + part.bytes, 0);
  const removed: LogPart[] = [];
  for (const part of kept) {
    if (bytes <= limits.log_max_mb * 1048576) break;
    if (part.current && part.day === localDate(now)) continue;
    removed.push(part);
    bytes -= part.bytes;
  }
  return { days: gone, parts: removed };
}

/** Applies the limits to a log folder; returns how many days and parts went. */
export function cleanLogs(logDir: string, limits: RetentionLimits, now: number): number {
  const days = readNames(logDir).filter((name) => DAY.test(name) && isFolder(join(logDir, name)));
  const plan = planRetention(days.flatMap((day) => partsOf(logDir, day)), days, limits, now);
  for (const day of plan.days) rmSync(join(logDir, day), { recursive: true, force: true });
  for (const part of plan.parts) {
    rmSync(part.path, { force: true });
    removeDeadLinks(join(logDir, part.day));
  }
  return plan.days.length + plan.parts.length;
}

function partsOf(logDir: string, day: string): LogPart[] {
  const folder = join(logDir, day);
  const names = readNames(folder);
  const targets = new Set(names.flatMap((name) => linkTarget(join(folder, name)) ?? []));
  return names.flatMap((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return [];
    const bytes = stat.blocks * 512;
    return [{ day, path, bytes, modified_ms: stat.mtimeMs, current: targets.has(name) }];
  });
}

function removeDeadLinks(folder: string): void {
  const names = new Set(readNames(folder));
  for (const name of names) {
    const target = linkTarget(join(folder, name));
    if (target !== null && !target.includes('/') && !names.has(target)) rmSync(join(folder, name));
  }
  if (readNames(folder).length === 0) rmdirSync(folder);
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
