/**
 * config/active as a whole: its files and what each claims (id, places, port). A neighbour that is
 * not valid still claims what it names; one that cannot be read at all claims nothing.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isInstanceId } from '../contract/instance-config.ts';
import { fileStamp } from '../platform/folder-watch.ts';
import { isErrno } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { claimedPlaces } from './config-places.ts';
import { isFlat, toFourParts } from './flat-format.ts';
import { claimedId } from './instance-id.ts';
import { claimedMarket } from './live-checks.ts';
import { isRecord, parseJsonc, readConfigText } from './jsonc-text.ts';

/** What a config asks to have for itself alone. Paths are absolute. */
export interface Claim {
  readonly file: string;
  readonly id: string;
  readonly logDir: string;
  readonly dbPath: string;
  readonly webPort: number | null;
  /** The market and keys it trades live with, as one text; null: it does not. */
  readonly market: string | null;
}

/** What a file of config/active claims. */
export interface ActiveClaim extends Claim {
  /** It would trade with real money, whether or not it ever did. */
  readonly live: boolean;
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
export function activeClaims(home: Home): ActiveClaim[] {
  return activeFiles(home).flatMap((file) => rememberedClaim(home, file) ?? []);
}

/** Whether two configs ask for the same things. */
export function sameClaims(a: Claim, b: Claim): boolean {
  const same = a.id === b.id && a.logDir === b.logDir && a.dbPath === b.dbPath;
  return same && a.webPort === b.webPort && a.market === b.market;
}

/** A supervisor asks at each start and restart: a file that did not change is not read again. */
const remembered = new Map<string, Remembered>();

interface Remembered {
  readonly stamp: string;
  readonly claim: ActiveClaim | null;
}

function rememberedClaim(home: Home, file: string): ActiveClaim | null {
  const seen = fileStamp(file);
  // A link in a circle or a folder that may not be entered must not stop the starts of all others.
  if (seen === null) return null;
  const stamp = `${home.folder} ${seen}`;
  const known = remembered.get(file);
  if (known?.stamp === stamp) return known.claim;
  const claim = claimOf(home, file);
  remembered.set(file, { stamp, claim });
  return claim;
}

/** The id that a config text gives its file; null where it is no JSON or names none. */
export function idOfText(text: string, file: string): string | null {
  try {
    const root = parseJsonc(text, file);
    return claimedId(isRecord(root) && isFlat(root) ? toFourParts(root) : root, file);
  } catch {
    return null;
  }
}

function claimOf(home: Home, file: string): ActiveClaim | null {
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
  const market = isRecord(root) ? claimedMarket(root) : null;
  const wire = isRecord(root) ? root['exchange_config'] : undefined;
  const live = isRecord(wire) && wire['mode'] === 'live';
  return { file, id, ...claimedPlaces(home, root, id), webPort, market, live };
}

/** `file` with its links resolved; as it is where it does not exist. */
export function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
