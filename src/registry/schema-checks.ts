/**
 * The checks of those files. The build puts ready code in this module's place
 * (scripts/ready-checks.js): compiling the config's schema is a fifth of what a bot's start costs.
 */
import { schemaFaults } from '../platform/json-schema.ts';
import { SCHEMAS } from './schemas.ts';

export const configFaults = schemaFaults(SCHEMAS.config);
export const recordFaults = schemaFaults(SCHEMAS.record);
export const alertsFaults = schemaFaults(SCHEMAS.alerts);
export const consoleFaults = schemaFaults(SCHEMAS.console);
