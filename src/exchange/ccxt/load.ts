/**
 * Loads one class of ccxt by its file, so that a process pays for one exchange and not for a
 * hundred. Only the version that gridd was tried with is taken: ccxt changes unified fields in
 * patch releases.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VenueFault } from '../port.ts';
import type { CcxtClass } from './exchange.ts';

/** The version in package.json. */
export const CCXT_VERSION = '4.5.84';

/** Ids look so; it becomes part of a path. */
const ID = /^[a-z0-9]{2,40}$/;

/** Folder of the installed ccxt; null when it is not installed (it is optional). */
export function ccxtFolder(): string | null {
  let file: string;
  try {
    file = createRequire(import.meta.url).resolve('ccxt');
  } catch {
    return null;
  }
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) && existsSync(join(at, 'js', 'src'))) return at;
  }
  return null;
}

/** Ids of the exchanges that have streams. */
export function ccxtIds(folder: string): string[] {
  return readdirSync(join(folder, 'js', 'src', 'pro'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => name.slice(0, -'.js'.length))
    .sort();
}

/**
 * The class of one exchange; a `refused` fault when ccxt is absent, another version, or does not
 * know the id.
 */
export async function loadCcxtClass(id: string): Promise<CcxtClass> {
  const folder = ccxtFolder();
  if (folder === null) {
    throw refused('ccxt is not installed: run npm install --include=optional in gridd');
  }
  const found = versionOf(folder);
  if (found !== CCXT_VERSION) throw refused(`ccxt ${found} is installed, not ${CCXT_VERSION}`);
  const file = join(folder, 'js', 'src', 'pro', `${id}.js`);
  if (!ID.test(id) || !existsSync(file)) throw refused(`ccxt has no exchange "${id}"`);
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (typeof module.default !== 'function') throw refused(`ccxt's ${id} is no class`);
  return module.default as CcxtClass;
}

function versionOf(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

function refused(message: string): VenueFault {
  return new VenueFault('refused', message, null, 'capability');
}
