/**
 * The shape of logs/instances.json, version 1. Every record is checked before it is believed; keys that
 * are not known are kept.
 */
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import Type from 'typebox';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { PROCESS_STATES } from '../contract/instance-api.ts';
import { ERRORS } from '../contract/errors.ts';

/** Version of the file that this gridd writes. */
export const REGISTRY_VERSION = 1;

const text = Type.String();
const orNull = (schema: Type.TSchema) => Type.Union([schema, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });

const LastExitSchema = Type.Object({
  at: text,
  code: orNull(Type.Integer()),
  signal: orNull(text),
  reason: text,
  stderr_tail: Type.Array(text),
});

const ErrorBodySchema = Type.Object({
  code: Type.Union(Object.keys(ERRORS).map((code) => Type.Literal(code))),
  message: text,
  hint: text,
  problems: Type.Optional(Type.Array(Type.Object({ path: text, message: text }))),
});

const RecordSchema = Type.Object({
  config_file: Type.String({ minLength: 1 }),
  instance_id_override: Type.Boolean(),
  registered_at: text,
  pid: orNull(Type.Integer({ minimum: 1 })),
  start_time: orNull(text),
  boot_id: orNull(text),
  generation: count,
  log_dir: Type.String({ minLength: 1 }),
  db_path: Type.String({ minLength: 1 }),
  web_port: orNull(port),
  desired: Type.Union([Type.Literal('running'), Type.Literal('stopped')]),
  state: Type.Union(PROCESS_STATES.map((state) => Type.Literal(state))),
  state_reason: text,
  started_at: orNull(text),
  restarts: count,
  restart_times: Type.Array(Type.Number()),
  last_exit: orNull(LastExitSchema),
  last_error: orNull(ErrorBodySchema),
  ran_program: Type.Boolean(),
});

let compiled: ValidateFunction<RegistryRecord> | undefined;

/** Whether `value` is a record; when not, `recordFault` says why. */
export function isRegistryRecord(value: unknown): value is RegistryRecord {
  return validator()(value);
}

/** The first reason why `value` is no record, e.g. "/pid must be integer". */
export function recordFault(value: unknown): string {
  const validate = validator();
  if (validate(value)) return '';
  const [first] = validate.errors ?? [];
  return `${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`.trim();
}

function validator(): ValidateFunction<RegistryRecord> {
  compiled ??= new Ajv({ strict: true }).compile<RegistryRecord>(
    JSON.parse(JSON.stringify(RecordSchema)) as object,
  );
  return compiled;
}
