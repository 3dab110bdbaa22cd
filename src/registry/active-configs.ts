/**
 * config/active as a whole: its files and what each claims (id, places, port). A neighbour that is
 * not valid still claims what it names; one that cannot be read at all claims nothing.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isInstanceId } from '../contract/instance-config.ts';
import { isErrno } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { claimedPlaces } from './config-places.ts';
import { isFlat, toFourParts } from './flat-format.ts';
import { claimedId } from './instance-id.ts';
import { isRecord, parseJsonc, readConfigText } from './jsonc-text.ts';

/** What a config asks to have for itself alone. Paths are absolute. */
export interface Claim {
  readonly file: string;
  readonly id: string;
  readonly logDir: string;
  readonly dbPath: string;
  readonly webPort: number | null;
}

/** Absolute paths of the config files in config/active, by name; hidden files are left out. */
export function activeFiles(home: Home): string[] {
  try {
    return readdirSync(home.active, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /^[^.].*\.json$/.test(entry.name))
      .map((entry) => join(home.active, entry.name))
      .sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
    throw error;
  }
}

/** The file in config/active whose config has this id; null when none has. */
export function findActiveFile(home: Home, id: string): string | null {
  return activeClaims(home).find((claim) => claim.id === id)?.file ?? null;
}

/** What the files of config/active claim. */
export function activeClaims(home: Home): Claim[] {
  return activeFiles(home).flatMap((file) => claimOf(home, file) ?? []);
}

function claimOf(home: Home, file: string): Claim | null {
  let root: unknown;
  try {
    root = parseJsonc(readConfigText(file), file);
  } catch {
    return null;
  }
  if (isRecord(root) && isFlat(root)) root = toFourParts(root);
  const id = claimedId(root, file);
  if (id === null || !isInstanceId(id)) return null;
  const daemon = isRecord(root) ? root['daemon_config'] : undefined;
  const port = isRecord(daemon) ? daemon['web_port'] : undefined;
  const webPort = typeof port === 'number' ? port : null;
  return { file, id, ...claimedPlaces(home, root, id), webPort };
}

/** `file` with its links resolved; as it is where it does not exist. */
export function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
