/**
 * Texts that would act where a page took them for markup, a link, a pattern or words of its own, and
 * the keys of a config that take texts.
 */
import { CONFIG_SCHEMA } from '../../src/registry/schema-words.ts';
import type { SchemaNode } from '../../src/registry/schema-words.ts';

/**
 * A text named by `mark`: an element with a handler, one that breaks out of an attribute, a link, a
 * place for a value, a replacement, a word of i18next. It has no "/", so a file may be named so.
 */
export function hostileText(mark: string): string {
  const act = `act('${mark}')`;
  return `<img src=x data-planted onerror="${act}">'"><svg onload="${act}">javascript:${act}{{id}}$&$t(common.close)`;
}

/** The same within what a symbol may have: 64 characters. */
export const HOSTILE_SYMBOL = "<img src=x data-planted onerror=act('symbol')>{{id}}$&_PERP";

/** A key whose value may be a text, or holds texts. */
export interface TextKey {
  /** "metadata.name". */
  readonly path: string;
  readonly holds: 'text' | 'list' | 'map';
}

/** Every such key of a config, in the order of the schema. */
export function textKeys(): TextKey[] {
  const found: TextKey[] = [];
  const walk = (node: SchemaNode, keys: readonly string[]) => {
    const properties = Object.entries(node.properties ?? {});
    for (const [key, inner] of properties) walk(inner, [...keys, key]);
    if (properties.length > 0) return;
    const path = keys.join('.');
    if (node.type === 'object') found.push({ path, holds: 'map' });
    else if (node.type === 'array') found.push({ path, holds: 'list' });
    else if (takesText(node)) found.push({ path, holds: 'text' });
  };
  walk(CONFIG_SCHEMA, []);
  return found;
}

function takesText(node: SchemaNode): boolean {
  return node.type === 'string' || (node.anyOf ?? []).some(takesText);
}

type Tree = Record<string, unknown>;

/** `config` with `text` at a key; in a map under a plain name. */
export function plantedAt(config: object, { path, holds }: TextKey, text: string): Tree {
  const whole = structuredClone(config) as Tree;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((node, key) => (node[key] ??= {}) as Tree, whole);
  parent[last] = holds === 'text' ? text : holds === 'list' ? [text] : { PLANTED: text };
  return whole;
}

/** The text that stands at a key of a config. */
export function textAt(config: object, { path, holds }: TextKey): unknown {
  const value = path.split('.').reduce<unknown>((node, key) => (node as Tree)[key], config);
  if (holds === 'text') return value;
  return holds === 'list' ? (value as unknown[])[0] : (value as Tree)['PLANTED'];
}

/** Keys that take any text, as the validation of a paper instance has it. */
export const FREE_KEYS: readonly string[] = [
  '$schema',
  'metadata.name',
  'metadata.exchange',
  'metadata.symbol',
  'metadata.version',
  'metadata.description',
  'daemon_config.log_dir',
  'daemon_config.db_path',
  'daemon_config.environment',
  'daemon_config.working_dir',
  'daemon_config.python_path',
  'daemon_config.script_path',
  'exchange_config.api_key',
  'exchange_config.secret_key',
  'exchange_config.passphrase',
  'exchange_config.account_address',
  'exchange_config.private_key',
  'exchange_config.base_url',
  'exchange_config.ws_url',
  'exchange_config.proxy',
  'exchange_config.paper.file',
];

/** Those of them that no page may ever show. */
export const HIDDEN_KEYS: readonly string[] = [
  'daemon_config.environment',
  'exchange_config.api_key',
  'exchange_config.secret_key',
  'exchange_config.passphrase',
  'exchange_config.private_key',
];
