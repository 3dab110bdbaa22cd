/** The version of the installed package. */
import { join } from 'node:path';
import { readJson } from './json-file.ts';
import { PACKAGE_FOLDER } from './paths.ts';

/** Version as package.json says it, e.g. "0.1.0"; "unknown" where the file is gone. */
export function packageVersion(): string {
  const value = readJson(join(PACKAGE_FOLDER, 'package.json'));
  const { version } = (value ?? {}) as { version?: string };
  return version ?? 'unknown';
}
