/**
 * The shape of logs/instances.json. Every record is checked before it is believed; keys that are
 * not known are kept. A file of an earlier version is brought to this one as it is read.
 */
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { recordFaults } from './schema-checks.ts';

/** Version of the file that this gridd writes. 1 counted restarts on the wall clock. */
export const REGISTRY_VERSION = 2;

/** Whether a file of this version can be read. */
export function isReadable(version: unknown): version is number {
  return version === 1 || version === REGISTRY_VERSION;
}

/** A record as a file of `version` holds it, in the present shape; unchecked, before and after. */
export function upgradeRecord(version: number, record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record;
  // Keys that came later within version 2; an older gridd keeps what it does not know.
  const under_way = { restart_at: null, panic: null, stop_wish: null, begins_anew: null };
  const later = { ...under_way, live_start: null, config_taken: null };
  const present = { ...later, ...record };
  if (version === REGISTRY_VERSION) return present;
  return { ...present, restart_times: [], restart_boot_id: null, safe_run: null };
}

/** Whether `value` is a record; when not, `recordFault` says why. */
export function isRegistryRecord(value: unknown): value is RegistryRecord {
  return recordFaults(value).length === 0;
}

/** The first reason why `value` is no record, e.g. "/pid must be integer". */
export function recordFault(value: unknown): string {
  const [first] = recordFaults(value);
  if (first === undefined) return '';
  return `${first.instancePath} ${first.message ?? 'is not valid'}`.trim();
}
