/**
 * Backpack's published OpenAPI document as validators of answers. It nowhere says that a field may
 * be null, while the venue writes null in the place of fields that it does not require: those are
 * let pass.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { ROOT } from '../../source-tree.ts';

const FILE = join(ROOT, '..', 'shared', 'exchanges', 'backpack-openapi.json');

type Schema = Record<string, unknown>;

interface Media {
  readonly schema: Schema;
}

interface Operation {
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, Media>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface OpenApi {
  /** What is wrong with an answer; null: nothing. */
  fault(method: string, path: string, status: number, body: unknown): string | null;
}

/** Null when the document is not beside the repository. */
export function openApi(): OpenApi | null {
  if (!existsSync(FILE)) return null;
  const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
  const ajv = new Ajv({ strict: false, allErrors: false });
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  const schemas = plain(document.components.schemas) as Schema;
  ajv.addSchema({ $id: 'document', components: { schemas } });
  const validators = new Map<string, ValidateFunction>();
  return {
    fault(method, path, status, body) {
      const operation = document.paths[path]?.[method.toLowerCase()];
      if (operation === undefined) return `${method} ${path} is not documented`;
      const response = operation.responses[String(status)];
      if (response === undefined) return `${method} ${path} never answers ${status}`;
      const [media] = Object.values(response.content ?? {});
      if (media === undefined) return body === null || body === '' ? null : 'there is no body';
      const key = `${method} ${path} ${status}`;
      const known = validators.get(key) ?? ajv.compile(plain(media.schema) as Schema);
      validators.set(key, known);
      return known(body) ? null : `${key}: ${ajv.errorsText(known.errors)}`;
    },
  };
}

const DECIMAL = /^-?\d+(\.\d+)?$/;
const NAIVE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$/;

const FORMATS: Readonly<Record<string, true | RegExp>> = {
  decimal: DECIMAL,
  'naive-date-time': NAIVE,
  ...{ int32: true, int64: true, uint16: true, uint32: true, uint64: true },
};

/** A schema of OpenAPI 3.0 as one of JSON Schema. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Schema;
  const { $ref } = schema;
  if (typeof $ref === 'string') return { $ref: `document${$ref}` };
  const entries = Object.entries(schema).filter(([name]) => !IGNORED.includes(name));
  const made = Object.fromEntries(entries.map(([name, each]) => [name, plain(each)]));
  const { properties, required = [] } = made;
  if (typeof properties !== 'object' || properties === null) return made;
  const names = required as string[];
  made['properties'] = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [
      name,
      names.includes(name) ? each : { anyOf: [each, { type: 'null' }] },
    ]),
  );
  return made;
}

/** Words that are no schema's. A discriminator would be followed into the wrong file. */
const IGNORED = ['discriminator', 'example', 'title', 'description'];
