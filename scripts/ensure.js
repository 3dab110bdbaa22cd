/**
 * Brings a checkout to where it can run: packages installed for this Node, code built. Uses nothing but
 * Node itself, because it runs before anything is installed. Doing it again costs a few milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
const MARKER = join(ROOT, 'node_modules', '.gridd-installed');

/** Ends the process with a plain sentence. */
export function refuse(message, code = 2) {
  console.error(message);
  process.exit(code);
}

export function checkPlatform() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux') {
    refuse(`gridd runs on Linux (WSL2 included); this is ${process.platform}.`);
  }
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(`gridd needs Node 20.19 or newer; this is ${process.versions.node}.`);
  }
}

/** Runs a program in the checkout with its output shown; ends this process when it fails. */
export function run(program, args, env = {}) {
  const result = spawnSync(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (result.error) refuse(`${program} could not be started: ${result.error.message}`, 1);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Installs packages when the lock file or the Node ABI changed since the last time. */
export function ensureInstalled() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  const wanted = `${hash([lock])} node-abi-${process.versions.modules}\n`;
  const present = existsSync(MARKER) ? readFileSync(MARKER, 'utf8') : '';
  if (present === wanted) return false;
  console.log('gridd: installing packages (better-sqlite3 is compiled once, about a minute) ...');
  const fresh = !existsSync(join(ROOT, 'node_modules'));
  run('npm', [fresh ? 'ci' : 'install', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!sqliteLoads()) {
    run('npm', ['rebuild', SQLITE, '--loglevel=error']);
    if (!sqliteLoads()) {
      refuse(`${SQLITE} could not be compiled; install python3, make and g++ and repeat.`);
    }
  }
  writeFileSync(MARKER, wanted);
  return true;
}

/** The package that holds SQLite on this Node: as src/platform/sqlite.ts chooses. */
export const SQLITE =
  Number.parseInt(process.versions.node, 10) >= 22 ? 'better-sqlite3-13' : 'better-sqlite3';

function sqliteLoads() {
  const program = `new (require('${SQLITE}'))(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', program], { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

/** SHA-256 of all parts, each closed by a zero byte. */
export function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex');
}
