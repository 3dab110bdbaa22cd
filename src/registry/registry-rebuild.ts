/**
 * What can be known of the instances when logs/instances.json cannot be believed: its own valid
 * records, its backup, the configs in config/active, and above all the bots that live (their
 * bot.json, identity proved). A living bot counts as desired running; an instance only its config
 * speaks of as stopped. It reads only.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import type { BotRecord } from '../contract/instance-api.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { systemClock } from '../platform/clock.ts';
import { readJson } from '../platform/json-file.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { isAlive } from '../platform/process-identity.ts';
import { activeClaims } from './active-configs.ts';
import type { Claim } from './active-configs.ts';
import { isRecord } from './jsonc-text.ts';
import { newRecord } from './new-record.ts';
import { isReadable, isRegistryRecord, upgradeRecord } from './registry-schema.ts';

/** Records as they could be put together, and a sentence for each that was. */
export interface Rebuilt {
  readonly instances: Record<string, RegistryRecord>;
  readonly notices: readonly string[];
}

/**
 * `valid`: records of the file that can be believed. `doubtful`: ids whose records cannot; null:
 * not even the ids are known (then the backup and the configs say which instances there are).
 */
export function rebuildRegistry(
  home: Home,
  valid: Record<string, RegistryRecord>,
  doubtful: readonly string[] | null,
  file: 'present' | 'absent',
): Rebuilt {
  const instances = Object.assign(emptyRecords(), valid);
  const notices: string[] = [];
  for (const [id, record] of Object.entries(backupRecords(home))) {
    if (instances[id] !== undefined) continue;
    // A record that the file no longer has was removed on purpose.
    if (doubtful !== null && !doubtful.includes(id)) continue;
    instances[id] = record;
    notices.push(`${id}: taken from instances.json.bak (desired ${record.desired}).`);
  }
  const claims = activeClaims(home);
  const folders = new Set(Object.values(instances).map(({ log_dir }) => fromHome(home, log_dir)));
  for (const { logDir } of claims) folders.add(logDir);
  for (const folder of logFolders(home)) folders.add(folder);
  const living = [...folders].flatMap((folder) => livingBot(home, folder) ?? []);
  for (const { bot, folder } of living) {
    const claim = claims.find(({ id }) => id === bot.id);
    instances[bot.id] = runningRecord(home, bot, folder, instances[bot.id], claim);
    notices.push(`${bot.id}: its bot lives (pid ${bot.pid}) and counts as desired running.`);
    if (claim === undefined) notices.push(`${bot.id}: no config in config/active has this id.`);
  }
  // A home that never had a registry has nothing to rebuild: its configs are just not started yet.
  if (file === 'absent' && Object.keys(instances).length === 0) return { instances, notices };
  for (const claim of claims) {
    if (instances[claim.id] !== undefined) continue;
    instances[claim.id] = stoppedRecord(home, claim);
    notices.push(`${claim.id}: known from its config only; counts as STOPPED until it is started.`);
  }
  return { instances, notices };
}

/** Records by id; without a prototype, for "constructor" is a valid id. */
export function emptyRecords(): Record<string, RegistryRecord> {
  return Object.create(null) as Record<string, RegistryRecord>;
}

function backupRecords(home: Home): Record<string, RegistryRecord> {
  let value: unknown = null;
  try {
    value = readJson(`${home.registry}.bak`);
  } catch {
    // A backup that cannot be read says nothing.
  }
  const records = emptyRecords();
  const version = isRecord(value) ? value['version'] : null;
  if (!isRecord(value) || !isReadable(version)) return records;
  const { instances } = value;
  for (const [id, stored] of Object.entries(isRecord(instances) ? instances : {})) {
    const record = upgradeRecord(version, stored);
    if (isInstanceId(id) && isRegistryRecord(record)) records[id] = record;
  }
  return records;
}

/** Folders in logs/ that may be those of instances, absolute. */
export function logFolders(home: Home): string[] {
  try {
    return readdirSync(home.logs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isInstanceId(entry.name))
      .map((entry) => join(home.logs, entry.name));
  } catch {
    return [];
  }
}

/** The bot whose bot.json lies in `folder`, when exactly that process lives and is of this home. */
function livingBot(home: Home, folder: string): { bot: BotRecord; folder: string } | null {
  const value = readBotRecord(folder);
  if (value === null || value.home !== home.folder || !isAlive(value)) return null;
  return { bot: value, folder };
}

/** The record a bot wrote into its log folder; null where there is none that can be believed. */
export function readBotRecord(folder: string): BotRecord | null {
  let value: unknown;
  try {
    value = readJson(join(folder, 'bot.json'));
  } catch {
    return null;
  }
  return isBotRecord(value) ? value : null;
}

function isBotRecord(value: unknown): value is BotRecord {
  if (!isRecord(value)) return false;
  const port = value['web_port'];
  return (
    typeof value['id'] === 'string' &&
    isInstanceId(value['id']) &&
    typeof value['home'] === 'string' &&
    Number.isSafeInteger(value['pid']) &&
    typeof value['start_time'] === 'string' &&
    typeof value['boot_id'] === 'string' &&
    Number.isSafeInteger(value['generation']) &&
    (port === null || Number.isSafeInteger(port))
  );
}

function runningRecord(
  home: Home,
  bot: BotRecord,
  folder: string,
  known: RegistryRecord | undefined,
  claim: Claim | undefined,
): RegistryRecord {
  const base = known ?? stoppedRecord(home, claim ?? assumedClaim(home, bot.id));
  return {
    ...base,
    pid: bot.pid,
    start_time: bot.start_time,
    boot_id: bot.boot_id,
    generation: bot.generation,
    log_dir: toHome(home, folder),
    web_port: bot.web_port ?? base.web_port,
    desired: 'running',
    state: 'running',
    ...stateReason(say('found_alive')),
  };
}

function assumedClaim(home: Home, id: string): Claim {
  const logDir = join(home.logs, id);
  const dbPath = join(home.database, `${id}.db`);
  const file = resolve(home.active, `${id}.json`);
  return { file, id, logDir, dbPath, webPort: null, market: null };
}

function stoppedRecord(home: Home, claim: Claim): RegistryRecord {
  const record = newRecord(home, claim, systemClock.now(), say('rebuilt'));
  return { ...record, web_port: claim.webPort };
}
