/**
 * The config text that an instance was last started with, or reloaded to: kept beside its logs as
 * its author wrote it, `${VARIABLES}` and all. It is believed only while its digest is the one on
 * record.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readText, writeFileAtomic } from '../platform/json-file.ts';
import { isPassing } from './jsonc-text.ts';

const NAME = 'config_taken.json';
/** It may hold what its author keeps for himself. */
const OWNER_ONLY = 0o600;

/** Where the text of the instance with this log folder is kept. */
export function takenFile(logDir: string): string {
  return join(logDir, NAME);
}

/** Digest of a config text, as records hold it. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Keeps `text`, whole, in place of the one before. Throws what the disk says. */
export function keepTakenText(logDir: string, text: string): void {
  writeFileAtomic(takenFile(logDir), text, OWNER_ONLY);
}

/**
 * The kept text with this digest; null when it is gone, cannot be read, or is another one. Throws
 * what the machine may grant in a moment.
 */
export function readTakenText(logDir: string, sha256: string): string | null {
  let text: string | null;
  try {
    text = readText(takenFile(logDir));
  } catch (error) {
    if (isPassing(error)) throw error;
    return null;
  }
  return text !== null && textDigest(text) === sha256 ? text : null;
}
