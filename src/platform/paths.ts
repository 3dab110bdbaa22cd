/**
 * Where things are: the home folder and every path derived from it. Nothing else computes a path.
 * Home is --home, else GRIDD_HOME, else the nearest parent folder with config/active, else the
 * package.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GriddError } from '../contract/errors.ts';

/** The installed package (the folder that holds package.json), where the built code is. */
export const PACKAGE_FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Absolute paths of one home. */
export interface Home {
  readonly folder: string;
  readonly active: string;
  readonly archived: string;
  readonly templates: string;
  /** Markets of venues as they were recorded here. */
  readonly markets: string;
  /** Where alerts go. */
  readonly alerts: string;
  /** Whether and where the console is served. */
  readonly console: string;
  readonly logs: string;
  readonly database: string;
  /** The supervisor's own database: what was, of the whole fleet. */
  readonly history: string;
  readonly registry: string;
  readonly registryLock: string;
  readonly supervisorLogs: string;
  readonly endpoint: string;
  readonly supervisorLock: string;
  /** What alerts have told, and what is still to be sent. */
  readonly alertState: string;
  readonly env: string;
  /** What a restore has laid ready and not yet put in place. */
  readonly restoring: string;
}

/** Paths of the home at `folder` (absolute). */
export function homeAt(folder: string): Home {
  const supervisorLogs = join(folder, 'logs', 'supervisor');
  return {
    folder,
    active: join(folder, 'config', 'active'),
    archived: join(folder, 'config', 'archived'),
    templates: join(folder, 'config', 'templates'),
    markets: join(folder, 'config', 'markets'),
    alerts: join(folder, 'config', 'alerts.json'),
    console: join(folder, 'config', 'console.json'),
    logs: join(folder, 'logs'),
    database: join(folder, 'database'),
    history: join(folder, 'database', 'gridd.db'),
    registry: join(folder, 'logs', 'instances.json'),
    registryLock: join(folder, 'logs', 'instances.lock.db'),
    supervisorLogs,
    endpoint: join(supervisorLogs, 'endpoint.json'),
    supervisorLock: join(supervisorLogs, 'lock.db'),
    alertState: join(supervisorLogs, 'alerts.json'),
    env: join(folder, '.env'),
    restoring: join(folder, '.restore'),
  };
}

/** Finds the home; HOME_NOT_FOUND when a folder was named that is not there. */
export function findHome(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
  cwd: string,
): Home {
  const named = given ?? environment['GRIDD_HOME'];
  if (named !== undefined && named !== '') {
    const folder = resolve(cwd, named);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      const what = existsSync(folder) ? 'is no folder' : 'does not exist';
      throw new GriddError('HOME_NOT_FOUND', `The home folder ${folder} ${what}.`);
    }
    return homeAt(realpathSync(folder));
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'config', 'active'))) return homeAt(realpathSync(folder));
    if (dirname(folder) === folder) return homeAt(realpathSync(PACKAGE_FOLDER));
  }
}

/** The lifetime lock of an instance. */
export function instanceLock(home: Home, id: string): string {
  return join(home.database, `${id}.lock.db`);
}

/** Whether the file is a lifetime lock, which nobody but its holder may open. */
export function isLifetimeLock(file: string): boolean {
  return file.endsWith('.lock.db') || basename(file) === 'lock.db';
}

/** `path` from the home, absolute. */
export function fromHome(home: Home, path: string): string {
  return isAbsolute(path) ? path : join(home.folder, path);
}

/** `path` as it is stored and shown: relative to the home where it lies inside. */
export function toHome(home: Home, path: string): string {
  return isInside(home.folder, path) ? relative(home.folder, path) : path;
}

/** Whether `path` lies inside `folder` once links of its existing part are resolved. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, realExisting(resolve(path)));
  const outside = rest === '..' || rest.startsWith('../') || isAbsolute(rest);
  return rest !== '' && !outside;
}

function realExisting(path: string): string {
  const tail: string[] = [];
  let present = path;
  while (!existsSync(present) && dirname(present) !== present) {
    tail.unshift(present.slice(dirname(present).length).replace(/^\//, ''));
    present = dirname(present);
  }
  return join(realpathSync(present), ...tail);
}
