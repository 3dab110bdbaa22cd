/** The schemas of the files of the home that are checked, as plain JSON Schema. */
import { AlertConfigSchema } from '../contract/alerts.ts';
import { ConsoleConfigSchema } from '../contract/console-config.ts';
import { RECORD_SCHEMA } from './record-schema.ts';
import { CONFIG_SCHEMA } from './schema-words.ts';

export const SCHEMAS = {
  config: CONFIG_SCHEMA,
  record: RECORD_SCHEMA,
  alerts: plain(AlertConfigSchema),
  console: plain(ConsoleConfigSchema),
};

/** A TypeBox schema without what only its library reads. */
function plain(schema: object): object {
  return JSON.parse(JSON.stringify(schema)) as object;
}
