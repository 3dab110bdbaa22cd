/**
 * The check of a config against its schema. The build puts ready code in this module's place
 * (scripts/ready-checks.js): compiling this schema is a fifth of what a bot's start costs.
 */
import { schemaFaults } from '../platform/json-schema.ts';
import { CONFIG_SCHEMA } from './schema-words.ts';

/** Every fault of a config value; its defaults are put in. */
export const configFaults = schemaFaults(CONFIG_SCHEMA);
