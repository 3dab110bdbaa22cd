/** The shape of one record of logs/instances.json, as JSON Schema. */
import { ERRORS } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { PROCESS_STATES } from '../contract/instance-api.ts';

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

const STOP_WISH = {
  type: 'object',
  properties: {
    generation: count,
    on_stop: {
      type: 'object',
      properties: { orders: oneOf(['cancel', 'keep']), position: oneOf(['keep', 'close']) },
    },
    timeout_s: { type: 'number', minimum: 0 },
    all_descendants: flag,
  },
  required: ['generation', 'on_stop'],
};

/** `state_said` is judged where it is said: one that nobody can read costs no record. */
const RECORD_KEYS: Readonly<Record<Exclude<keyof RegistryRecord, 'state_said'>, object>> = {
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
  stop_wish: orNull(STOP_WISH),
  begins_anew: orNull(count),
  last_exit: orNull(LAST_EXIT),
  last_error: orNull(LAST_ERROR),
  ran_program: flag,
  live_start: orNull(
    shape({ confirmed: flag, position: orNull(oneOf(['adopt', 'ignore'])) }),
  ),
  config_taken: orNull(shape({ sha256: filled, start: filled, generation: count })),
};

/** Further keys are allowed, and kept. */
export const RECORD_SCHEMA = shape(RECORD_KEYS);
