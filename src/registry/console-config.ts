/** `config/console.json`: read and checked whole; without the file its defaults hold. */
import { existsSync } from 'node:fs';
import type { ConsoleConfig } from '../contract/console-config.ts';
import { GriddError } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { parseJsonc, readConfigText } from './jsonc-text.ts';
import { schemaCheck } from './schema-check.ts';
import { consoleFaults } from './schema-checks.ts';

const check = schemaCheck<ConsoleConfig>(consoleFaults);

/**
 * Reads the file. Throws CONFIG_NOT_FOUND for one that cannot be read, CONFIG_SYNTAX, or
 * CONFIG_INVALID with every problem.
 */
export function readConsoleConfig(home: Home): ConsoleConfig {
  const file = home.console;
  const { value, problems } = check(existsSync(file) ? parseJsonc(readConfigText(file), file) : {});
  if (value !== null) return value;
  const [first] = problems;
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  const message = `${file}: ${first?.path ?? ''} ${first?.message ?? ''}${more}.`;
  const hint = 'docs/supervision.md describes each key.';
  throw new GriddError('CONFIG_INVALID', message, { problems, hint });
}
