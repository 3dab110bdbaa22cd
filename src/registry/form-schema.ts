/**
 * The schema of a config as a form is made from it: its four parts as groups, descriptions and
 * defaults, and `readOnly` with the reason on what cannot be changed over HTTP.
 */
import { say, sentenceOf } from '../contract/sentences.ts';
import { GUARDED_KEYS } from './guarded-keys.ts';
import { CONFIG_SCHEMA } from './schema-words.ts';
import type { SchemaNode } from './schema-words.ts';

const GROUPS: Readonly<Record<string, string>> = {
  metadata: 'What the instance is.',
  daemon_config: 'How its process is run and watched.',
  exchange_config: 'Where it trades.',
  strategy_config: 'The grid.',
};

/** A node of the form's schema. */
export interface FormNode extends Omit<SchemaNode, 'properties'> {
  readonly properties?: Readonly<Record<string, FormNode>>;
  readonly readOnly?: true;
  /** Why it is read-only. */
  readonly why?: string;
}

/** The whole schema, plain JSON. */
export function guardedFormSchema(): FormNode {
  return marked(CONFIG_SCHEMA, []);
}

function marked(node: SchemaNode, path: readonly string[]): FormNode {
  const key = path.join('.');
  const why = Object.hasOwn(GUARDED_KEYS, key) ? GUARDED_KEYS[key] : undefined;
  const group = path.length === 1 ? GROUPS[key] : undefined;
  const { properties, ...rest } = node;
  return {
    ...rest,
    ...(group === undefined ? {} : { description: group }),
    ...(why === undefined ? {} : { readOnly: true, why: sentenceOf(say('it_does', { why })) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, child]) => [
              name,
              marked(child, [...path, name]),
            ]),
          ),
        }),
  };
}
