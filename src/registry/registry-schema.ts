/**
 * The shape of logs/instances.json. Every record is checked before it is believed; keys that are
 * not known are kept. A file of an earlier version is brought to this one as it is read.
 */
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { PROCESS_STATES } from '../contract/instance-api.ts';
import { ERRORS } from '../contract/errors.ts';
import { schemaFaults } from '../platform/json-schema.ts';

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
  const present = { restart_at: null, panic: null, live_start: null, ...record };
  if (version === REGISTRY_VERSION) return present;
  return { ...present, restart_times: [], restart_boot_id: null, safe_run: null };
}

const text = { type: 'string' };
const filled = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const count = { type: 'integer', minimum: 0 };
const oneOf = (words: readonly string[]) => ({ type: 'string', enum: words });
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: object) => ({ type: 'array', items });

/** An object that has all of `properties`, and perhaps further keys. */
function shape(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, required: Object.keys(properties) };
}

const LAST_EXIT = shape({
  at: text,
  code: orNull({ type: 'integer' }),
  signal: orNull(text),
  reason: text,
  stderr_tail: list(text),
});

const LAST_ERROR = shape({ code: oneOf(Object.keys(ERRORS)), message: text, hint: text });

const FAILED = shape({
  state_reason: text,
  last_exit: orNull(LAST_EXIT),
  last_error: orNull(LAST_ERROR),
});

const RECORD_KEYS: Readonly<Record<keyof RegistryRecord, object>> = {
  config_file: filled,
  instance_id_override: flag,
  registered_at: text,
  pid: orNull({ type: 'integer', minimum: 1 }),
  start_time: orNull(text),
  boot_id: orNull(text),
  generation: count,
  log_dir: filled,
  db_path: filled,
  web_port: orNull({ type: 'integer', minimum: 1, maximum: 65_535 }),
  desired: oneOf(['running', 'stopped']),
  state: oneOf(PROCESS_STATES),
  state_reason: text,
  started_at: orNull(text),
  restarts: count,
  restart_times: list({ type: 'number' }),
  restart_boot_id: orNull(text),
  restart_at: orNull({ type: 'number' }),
  safe_run: orNull(shape({ at: text, outcome: text })),
  panic: orNull(shape({ at: text, failed: orNull(FAILED) })),
  last_exit: orNull(LAST_EXIT),
  last_error: orNull(LAST_ERROR),
  ran_program: flag,
  live_start: orNull(
    shape({ confirmed: flag, position: orNull(oneOf(['adopt', 'ignore'])) }),
  ),
};

const recordFaults = schemaFaults(shape(RECORD_KEYS));

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
