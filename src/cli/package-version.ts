/** The version of the installed package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../platform/paths.ts';

/** Version as package.json says it, e.g. "0.1.0". */
export function packageVersion(): string {
  const file = join(PACKAGE_FOLDER, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
