/**
 * The config schema in words: which keys there are, what each allows, where a key belongs. One
 * schema gives validation, friendly problems and docs/config.md; this module is how the others read
 * it.
 */
import { InstanceConfigSchema } from '../contract/instance-config.ts';

/** The part of JSON Schema that the config schema uses. */
export interface SchemaNode {
  readonly type?: string;
  /** The form that its pattern asks for, in words. */
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** The config schema as plain JSON Schema. */
export const CONFIG_SCHEMA = JSON.parse(JSON.stringify(InstanceConfigSchema)) as SchemaNode;

/** The four parts of a config file. */
export const PARTS = ['metadata', 'daemon_config', 'exchange_config', 'strategy_config'] as const;
export type Part = (typeof PARTS)[number];

/** Keys of one part. */
export function keysOf(part: Part): string[] {
  return Object.keys(CONFIG_SCHEMA.properties?.[part]?.properties ?? {});
}

/** The part that `key` belongs to; null when no part has it. No key is in two parts. */
export function partOf(key: string): Part | null {
  return PARTS.find((part) => keysOf(part).includes(key)) ?? null;
}

/** Schema at a path of keys; null where the schema names none. */
export function schemaAt(path: readonly string[]): SchemaNode | null {
  let node: SchemaNode | undefined = CONFIG_SCHEMA;
  for (const key of path) {
    const inner: SchemaNode['properties'] = node?.properties;
    node = inner !== undefined && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }
  return node ?? null;
}

/** What a schema allows, e.g. "a whole number from 1 to 1000" or "neutral, long or short". */
export function allowedText(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.anyOf !== undefined) return unionText(node.anyOf);
  switch (node.type) {
    case 'integer':
      return `a whole number${rangeText(node)}`;
    case 'number':
      return `a number${rangeText(node)}`;
    case 'string':
      return stringText(node);
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list, each item ${node.items === undefined ? 'anything' : allowedText(node.items)}`;
    default:
      return 'an object { … }';
  }
}

function unionText(branches: readonly SchemaNode[]): string {
  if (isDecimal(branches)) return `${allowedText(branches[0] ?? {})}, or the same as decimal text`;
  const words = branches.map(allowedText);
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1] ?? ''}`;
}

/** A number with its decimal text: the only union of a number and a digit pattern. */
function isDecimal(branches: readonly SchemaNode[]): boolean {
  return branches.length === 2 && (branches[1]?.pattern ?? '').includes('\\d');
}

function stringText(node: SchemaNode): string {
  if (node.title !== undefined) return node.title;
  const longest = node.maxLength === undefined ? '' : ` of at most ${node.maxLength} characters`;
  const filled = (node.minLength ?? 0) > 0 ? ', not empty' : '';
  return `text${longest}${filled}`;
}

function rangeText(node: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum } = node;
  const above = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? above : `${above}${above === '' ? '' : ','} up to ${maximum}`;
}
