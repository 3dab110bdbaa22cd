/**
 * Where an instance keeps its logs and database, and where its external program is. Both places lie
 * inside the home, links resolved, and are never ones that gridd itself uses.
 */
import { existsSync, lstatSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { isErrno } from '../platform/json-file.ts';
import { fromHome, isInside } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import type { CodedProblem } from './config-schema.ts';
import type { ExternalProgram } from './loaded-config.ts';
import { isRecord } from './jsonc-text.ts';

/** Absolute places of an instance. */
export interface Places {
  readonly logDir: string;
  readonly dbPath: string;
}

/** The places `root.daemon_config` asks for, defaults filled in, unchecked. */
export function claimedPlaces(home: Home, root: unknown, id: string): Places {
  const daemon = daemonOf(root);
  const logDir = textOf(daemon, 'log_dir') ?? join('logs', id);
  const dbPath = textOf(daemon, 'db_path') ?? join('database', `${id}.db`);
  return { logDir: resolve(fromHome(home, logDir)), dbPath: resolve(fromHome(home, dbPath)) };
}

/** Every reason why the places may not be used. */
export function placeProblems(home: Home, places: Places): CodedProblem[] {
  const { logDir, dbPath } = places;
  const logs = 'daemon_config.log_dir';
  const database = 'daemon_config.db_path';
  const problems: CodedProblem[] = [
    ...outside(home, logs, logDir),
    ...outside(home, database, dbPath),
    ...wrongKind(logs, logDir, 'folder'),
    ...wrongKind(database, dbPath, 'file'),
  ];
  const folder = logFolderFault(home, logDir);
  if (folder !== null) problems.push({ path: logs, message: folder, found: logDir, rule: 'place' });
  const file = databaseFault(home, dbPath);
  if (file !== null) {
    problems.push({ path: database, message: file, found: dbPath, rule: 'place' });
  }
  return problems;
}

function logFolderFault(home: Home, logDir: string): string | null {
  const own = [home.registry, home.supervisorLogs, home.database, join(home.folder, 'config')];
  if (own.some((place) => covers(logDir, place))) return 'holds files of gridd itself';
  if (own.some((place) => covers(place, logDir))) return 'lies in a folder of gridd itself';
  return logDir.startsWith(`${home.registry}.`) ? 'is a file of gridd itself' : null;
}

function databaseFault(home: Home, dbPath: string): string | null {
  const config = join(home.folder, 'config');
  if (covers(home.supervisorLogs, dbPath) || covers(config, dbPath)) {
    return 'lies in a folder of gridd itself';
  }
  const own = [home.registry, home.env, join(home.database, 'gridd.db')];
  if (own.some((file) => dbPath === file || dbPath.startsWith(`${home.registry}.`))) {
    return 'is a file of gridd itself';
  }
  if (dbPath.endsWith('.lock.db')) return 'ends with .lock.db, the name of a lock';
  return /-(wal|shm|journal)$/.test(dbPath) ? 'has the name of a side file of SQLite' : null;
}

function outside(home: Home, path: string, place: string): CodedProblem[] {
  // `wrongKind` says why.
  if (typeof lookAt(place) === 'string') return [];
  const dangling = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (dangling && !existsSync(place)) {
    return [{ path, message: 'is a link to nothing', found: place, rule: 'place' }];
  }
  if (isInside(home.folder, place)) return [];
  const allowed = `a path inside the home ${home.folder}`;
  return [{ path, message: 'lies outside the home', found: place, allowed, rule: 'place' }];
}

function wrongKind(path: string, place: string, wanted: 'folder' | 'file'): CodedProblem[] {
  const stat = lookAt(place);
  if (stat === null) return [];
  if (typeof stat === 'string') return [{ path, message: stat, found: place, rule: 'place' }];
  if (wanted === 'folder' ? stat.isDirectory() : stat.isFile()) return [];
  return [{ path, message: `exists and is no ${wanted}`, found: place, rule: 'place' }];
}

/** What is at `place`; null: nothing; a sentence: why it cannot be there. */
function lookAt(place: string): Stats | string | null {
  try {
    return statSync(place, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isErrno(error, 'ELOOP')) return 'is a link that leads back to itself';
    if (isErrno(error, 'ENAMETOOLONG')) return 'is longer than the name of a file may be';
    if (isErrno(error, 'EACCES')) return 'lies in a folder that may not be entered';
    throw error;
  }
}

/** Whether `path` is `folder` or lies in it. Both absolute. */
function covers(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || !(rest === '..' || rest.startsWith('../') || isAbsolute(rest));
}

/**
 * The external program of a config: `declared` where script_path is given, `program` where it
 * exists.
 */
export interface FoundProgram {
  readonly declared: boolean;
  readonly program: ExternalProgram | null;
  /** Absolute path that was looked for; null where none is declared. */
  readonly script: string | null;
  readonly problems: readonly CodedProblem[];
}

/** Looks for `script_path` in `working_dir` (itself relative to the home). */
export function findProgram(home: Home, root: unknown): FoundProgram {
  const daemon = daemonOf(root);
  const scriptPath = textOf(daemon, 'script_path');
  if (scriptPath === null || scriptPath === '') {
    return { declared: false, program: null, script: null, problems: [] };
  }
  const cwd = resolve(fromHome(home, textOf(daemon, 'working_dir') ?? '.'));
  const script = resolve(cwd, scriptPath);
  const stat = lookAt(script);
  if (stat === null || typeof stat === 'string' || !stat.isFile()) {
    return { declared: true, program: null, script, problems: [] };
  }
  const given = Array.isArray(daemon['bot_args']) ? daemon['bot_args'].map(String) : [];
  const python = textOf(daemon, 'python_path');
  if (python === null || python === '') {
    const program = { program: script, args: given, cwd, script };
    return { declared: true, program, script, problems: notExecutable(script, stat.mode) };
  }
  // A bare name is looked up on PATH by the kernel's exec, a path is taken from working_dir.
  const interpreter = python.includes('/') ? resolve(cwd, python) : python;
  const problems = interpreter === python || existsSync(interpreter) ? [] : [missing(interpreter)];
  const program = { program: interpreter, args: [script, ...given], cwd, script };
  return { declared: true, program, script, problems };
}

function notExecutable(script: string, mode: number): CodedProblem[] {
  if ((mode & 0o111) !== 0) return [];
  const message = 'is not executable, and python_path names no interpreter for it';
  return [{ path: 'daemon_config.script_path', message, found: script, rule: 'program' }];
}

function missing(interpreter: string): CodedProblem {
  return {
    path: 'daemon_config.python_path',
    message: 'does not exist',
    found: interpreter,
    allowed: 'a path relative to working_dir, or the bare name of a program on PATH',
    rule: 'program',
  };
}

function daemonOf(root: unknown): Record<string, unknown> {
  const daemon = isRecord(root) ? root['daemon_config'] : undefined;
  return isRecord(daemon) ? daemon : {};
}

function textOf(record: Record<string, unknown>, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' && !value.includes('\0') ? value : null;
}
