/**
 * The one way to check a value against a JSON Schema. A schema is compiled when it is first used:
 * a process that starts beside twenty others compiles none that nothing asks for.
 */
import { Ajv } from 'ajv';
import type { AnySchema, ErrorObject, ValidateFunction } from 'ajv';

/** One fault: `keyword` failed at `instancePath` ("/a/0"), with the schema and the data there. */
export type SchemaFault = ErrorObject;

/** Puts defaults into `value` (in place) and returns every fault; none means that it fits. */
export type SchemaFaults = (value: unknown) => readonly SchemaFault[];

/** How schemas are compiled, here and at the build. */
export const SCHEMA_OPTIONS = {
  allErrors: true,
  useDefaults: true,
  strict: true,
  verbose: true,
} as const;

/** The check of `schema` (JSON Schema; an unknown keyword throws at the first use). */
export function schemaFaults(schema: object): SchemaFaults {
  let compiled: ValidateFunction | undefined;
  return (value) => {
    compiled ??= new Ajv(SCHEMA_OPTIONS).compile(schema as AnySchema);
    return compiled(value) ? [] : (compiled.errors ?? []);
  };
}
