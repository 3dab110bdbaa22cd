/**
 * What a restore that was cut off left behind: its stage, its parts, and second names of files that
 * still stand in their place. An earlier file whose place was taken is no leftover, but kept. It
 * finds; it removes nothing.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { processStat } from '../platform/process-identity.ts';

/** What can go, a file or a folder: whose it was, where it is, and why. */
export interface Leftover {
  readonly id: string;
  readonly file: string;
  readonly what: string;
}

const STAGE = /^\.restore-(\d{1,10})$/;

/** Files named after the process that was writing them, of those in `folder` that is gone. */
export function halfWritten(folder: string, id: string): Leftover[] {
  return namesIn(folder).flatMap((name) => {
    const pid = /\.(\d{1,10})\.(tmp|next|link)$/.exec(name)?.[1];
    if (pid === undefined || lives(pid)) return [];
    const what = `half-written by process ${pid}, which is gone`;
    return [{ id, file: join(folder, name), what }];
  });
}

/** Everything that restores of this home left behind. */
export function restoreLeftovers(home: Home): Leftover[] {
  const id = 'supervisor';
  const stages = namesIn(home.folder).flatMap((name) => {
    const pid = STAGE.exec(name)?.[1];
    if (pid === undefined || lives(pid)) return [];
    const what = `of a restore that was cut off, process ${pid}`;
    return [{ id, file: join(home.folder, name), what }];
  });
  const places = [home.database, home.active, home.archived].flatMap((f) => halfWritten(f, id));
  const replaced = join(home.folder, 'replaced');
  const kept = namesIn(replaced).flatMap((time) => secondNames(home, join(replaced, time), ''));
  return [...stages, ...places, ...kept];
}

/** Below `aside`, where each file has the path that it had in the home. */
function secondNames(home: Home, aside: string, path: string): Leftover[] {
  const folder = join(aside, path);
  const found = namesIn(folder).flatMap((name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isDirectory()) return secondNames(home, aside, join(path, name));
    const place = join(home.folder, path, name);
    const now = stat.nlink > 1 ? statSync(place, { throwIfNoEntry: false }) : undefined;
    if (now?.ino !== stat.ino || now.dev !== stat.dev) return [];
    const what = `${toHome(home, place)} was not replaced: the restore was cut off`;
    return [{ id: 'supervisor', file: join(folder, name), what }];
  });
  return [...found, ...halfWritten(folder, 'supervisor')];
}

function lives(pid: string): boolean {
  return processStat(Number(pid)) !== null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
