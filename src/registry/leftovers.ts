/**
 * Files that dead processes left behind: pid files, bot.json, half-written files, a lock nobody
 * holds, a kept config text that no record speaks of. A pid file goes only when its process is
 * proved gone. Kernel locks (*.lock.db) are left alone: a look at one by its holder would drop it.
 * It finds; it removes nothing.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RegistryFile } from '../contract/fleet-api.ts';
import { systemClock } from '../platform/clock.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { isAlive, processStat } from '../platform/process-identity.ts';
import { logFolders, readBotRecord } from './registry-rebuild.ts';
import { readTakenText, takenFile } from './taken-text.ts';

/** One file (or, for the lock, empty folder) that can go: whose it was, where it is, and why. */
export interface Leftover {
  readonly id: string;
  readonly file: string;
  readonly what: string;
}

const ABANDONED_LOCK_MS = 10_000;

/** Everything left behind in logs/ and the log folders of the registry's instances. */
export function findLeftovers(
  home: Home,
  registry: Pick<RegistryFile, 'instances'>,
): Leftover[] {
  const folders = new Map<string, string>();
  for (const folder of logFolders(home)) folders.set(folder, basename(folder));
  for (const [id, { log_dir }] of Object.entries(registry.instances)) {
    folders.set(fromHome(home, log_dir), id);
  }
  const records = Object.values(registry.instances);
  const spoken = (folder: string) =>
    records.some(
      ({ log_dir, config_taken: taken }) =>
        fromHome(home, log_dir) === folder &&
        taken !== null &&
        readTakenText(folder, taken.sha256) !== null,
    );
  const found = [...folders].flatMap(([folder, id]) => [
    ...inFolder(folder, id),
    ...(spoken(folder) ? [] : forgottenText(folder, id)),
  ]);
  return [...found, ...halfWritten(home.logs, 'supervisor'), ...abandonedLock(home)];
}

function inFolder(folder: string, id: string): Leftover[] {
  const found: Leftover[] = [];
  const bot = readBotRecord(folder);
  const botLives = bot !== null && isAlive(bot);
  if (bot !== null && !botLives) {
    const what = `the bot of bot.json (pid ${bot.pid}) is gone`;
    found.push({ id, file: join(folder, 'bot.json'), what });
  }
  for (const name of ['bot.pid', 'daemon.pid']) {
    const file = join(folder, name);
    const pid = pidIn(file);
    // A pid that lives may be another process: bot.json tells, without it nothing is proved.
    const reused = name === 'bot.pid' && bot !== null && bot.pid === pid && !botLives;
    if (pid === null || (processStat(pid) !== null && !reused)) continue;
    found.push({ id, file, what: `process ${pid} of ${name} is gone` });
  }
  return [...found, ...halfWritten(folder, id)];
}

function pidIn(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const match = /^\s*(\d{1,10})\s*$/.exec(text);
  return match === null ? null : Number(match[1]);
}

function forgottenText(folder: string, id: string): Leftover[] {
  const file = takenFile(folder);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [];
  return [{ id, file, what: 'no restart runs with this config text any more' }];
}

/** Files named after the process that was writing them. */
function halfWritten(folder: string, id: string): Leftover[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = /\.(\d{1,10})\.(tmp|next|link)$/.exec(name)?.[1];
    if (pid === undefined || processStat(Number(pid)) !== null) return [];
    const what = `half-written by process ${pid}, which is gone`;
    return [{ id, file: join(folder, name), what }];
  });
}

function abandonedLock(home: Home): Leftover[] {
  const file = `${home.registry}.lock`;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || systemClock.now() - stat.mtimeMs < ABANDONED_LOCK_MS) return [];
  return [{ id: 'supervisor', file, what: 'a lock on the registry that nobody holds' }];
}
