/**
 * Which id a config has: --instance-id, else metadata.instance_id, else the file name without
 * .json.
 */
import { basename } from 'node:path';
import { isInstanceId } from '../contract/instance-config.ts';
import { GriddError } from '../contract/errors.ts';
import { isRecord } from './jsonc-text.ts';

/** The id `value` read from `file` asks for, unchecked; null where it is no text. */
export function claimedId(value: unknown, file: string, given?: string): string | null {
  if (given !== undefined) return given;
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  const named = isRecord(metadata) ? metadata['instance_id'] : undefined;
  if (named === undefined) return basename(file).replace(/\.json$/, '');
  return typeof named === 'string' ? named : null;
}

/**
 * Throws INSTANCE_ID_INVALID unless `id` may name an instance; `source` says where it came from.
 */
export function checkInstanceId(id: string, source: string): void {
  if (isInstanceId(id)) return;
  const shown = JSON.stringify(id.slice(0, 80));
  const path = 'metadata.instance_id';
  const allowed = 'a-z, 0-9, _ and -, at most 64 characters, the first a letter or digit';
  const reserved = id === 'gridd' || id === 'supervisor';
  const why = reserved ? 'is reserved for gridd itself' : 'is not allowed';
  throw new GriddError('INSTANCE_ID_INVALID', `The instance id ${shown} (${source}) ${why}.`, {
    problems: [{ path, message: why, found: id.slice(0, 80), allowed }],
  });
}

/** Where the id of `file` comes from, in words. */
export function idSource(value: unknown, file: string, given?: string): string {
  if (given !== undefined) return 'given with --instance-id';
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  const named = isRecord(metadata) && metadata['instance_id'] !== undefined;
  return named ? `metadata.instance_id of ${file}` : `the name of ${file}`;
}
