/**
 * What a backup folder says of itself: every file with size and hash, and how far each instance's
 * books had come. A folder that does not agree with its manifest is no backup.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import type { Problem } from '../../contract/errors.ts';
import { readJson } from '../../platform/json-file.ts';
import { isLifetimeLock } from '../../platform/paths.ts';
import { checkDatabase } from '../../store/index.ts';
import type { BooksExtent } from '../../store/index.ts';

export const MANIFEST = 'manifest.json';
/** The registry in a backup, as in a home. */
export const REGISTRY_PATH = 'logs/instances.json';
const VERSION = 1;
const KINDS = ['database', 'config', 'registry', 'env'] as const;

/** One file of a backup; `path` as in the home. */
export interface BackupFile {
  readonly path: string;
  readonly kind: (typeof KINDS)[number];
  readonly bytes: number;
  readonly sha256: string;
  /** Of the books of an instance. */
  readonly books?: BooksExtent;
}

export interface Manifest {
  readonly version: number;
  /** Of the gridd that made it. */
  readonly gridd: string;
  readonly taken_at: string;
  readonly home: string;
  readonly files: readonly BackupFile[];
  /** What could not be copied, and why. */
  readonly left_out: readonly { readonly path: string; readonly why: string }[];
}

/** A manifest of this version. */
export function makeManifest(parts: Omit<Manifest, 'version'>): Manifest {
  return { version: VERSION, ...parts };
}

/** Size and hash of a file. */
export function fingerprint(file: string): { bytes: number; sha256: string } {
  const bytes = readFileSync(file);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Reads a backup whole: BACKUP_INVALID with every file that is not as its manifest says. */
export function readBackup(folder: string): Manifest {
  const value = readJson(join(folder, MANIFEST)) as Partial<Manifest> | null;
  if (value === null) {
    throw new GriddError('BACKUP_INVALID', `${folder} has no ${MANIFEST} that can be read.`);
  }
  if (value.version !== VERSION || !Array.isArray(value.files) || !value.files.every(isFile)) {
    const sentence = `${join(folder, MANIFEST)} is of another version, or damaged.`;
    throw new GriddError('BACKUP_INVALID', sentence);
  }
  const manifest = value as Manifest;
  const problems = manifest.files.flatMap((file) => faultOf(folder, file));
  const [first] = problems;
  if (first === undefined) return manifest;
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  const message = `${folder} is not whole: ${first.path} ${first.message}${more}.`;
  throw new GriddError('BACKUP_INVALID', message, { problems });
}

function isFile(value: unknown): value is BackupFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, kind, bytes, sha256 } = value as Partial<BackupFile>;
  if (typeof path !== 'string' || typeof sha256 !== 'string') return false;
  const inside = !isAbsolute(path) && normalize(path) === path && !path.startsWith('..');
  return inside && typeof bytes === 'number' && KINDS.some((each) => each === kind);
}

function faultOf(folder: string, { path, kind, bytes, sha256 }: BackupFile): Problem[] {
  const file = join(folder, path);
  if (isLifetimeLock(file)) return [{ path, message: 'is a lock, which no backup holds' }];
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)) {
    return [{ path, message: 'is missing' }];
  }
  const found = fingerprint(file);
  if (found.bytes !== bytes || found.sha256 !== sha256) {
    return [{ path, message: 'is not the file that was backed up' }];
  }
  if (kind !== 'database') return [];
  const { faults, unseen } = checkDatabase(file);
  return [...faults, ...(unseen === null ? [] : [unseen])].map((message) => ({ path, message }));
}
