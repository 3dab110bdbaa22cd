/**
 * `npm run bench:peers`: brings PM2 (npm), supervisor, s6 and runit (Debian packages, unpacked, not
 * installed) into a temporary folder and runs bench:supervisor with them on the PATH. The packages know
 * their places (s6-svscan starts /usr/bin/s6-supervise), so the bench sees them laid over /usr; nobody
 * else does.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPlatform, refuse } from './ensure.js';

/** What is asked for, and what it needs to run. */
const PACKAGES = [
  ...['supervisor', 'python3-pkg-resources', 'runit', 's6'],
  ...['libs6-2.11', 'libexecline2.9', 'libskarnet2.13'],
];

checkPlatform();
// Ctrl-C reaches the bench by the terminal; this process stays to remove the folder.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
const folder = mkdtempSync(join(tmpdir(), 'gridd-bench-peers-'));
const bin = join(folder, 'bin');
try {
  mkdirSync(bin);
  bringPm2();
  const versions = bringPackages();
  process.exitCode = bench({
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    GRIDD_BENCH_VERSIONS: JSON.stringify(versions),
  });
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function bringPm2() {
  const at = join(folder, 'pm2');
  mkdirSync(at);
  // npm would look for a project further up.
  writeFileSync(join(at, 'package.json'), '{ "private": true }');
  const failed = call('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', 'pm2'], at);
  if (failed !== null) console.log(`skipped: PM2 (${failed})`);
  else symlinkSync(join(at, 'node_modules', 'pm2', 'bin', 'pm2'), join(bin, 'pm2'));
}

/** Versions by package; a package that cannot be had is left out with a note. */
function bringPackages() {
  const at = join(folder, 'debian');
  mkdirSync(at);
  if (call('apt-get', ['--version'], at) !== null) refuse('bench:peers needs apt-get and dpkg.');
  const versions = {};
  for (const name of PACKAGES) {
    const failed = call('apt-get', ['download', '-q', name], at);
    const file = readdirSync(at).find((each) => each.startsWith(`${name}_`));
    if (failed !== null || file === undefined) {
      console.log(`skipped: ${name} (${failed ?? 'nothing was downloaded'})`);
      continue;
    }
    call('dpkg', ['-x', file, join(at, 'root')], at);
    versions[name] = decodeURIComponent(file.split('_')[1]);
  }
  return versions;
}

/** The exit code of bench:supervisor. */
function bench(env) {
  const command = [
    process.execPath,
    join(import.meta.dirname, 'bench-supervisor.js'),
    ...process.argv.slice(2),
  ];
  const namespace = process.getuid() === 0 ? ['-m'] : ['-rm'];
  const usr = join(folder, 'debian', 'root', 'usr');
  const overlay = `mount -t overlay overlay -o lowerdir=${usr}:/usr /usr`;
  const possible = existsSync(usr) && call('unshare', [...namespace, 'sh', '-c', overlay], folder);
  if (possible !== null) {
    console.log(`skipped: the Debian packages (${possible || 'none is here'})`);
  }
  const [program, ...args] =
    possible === null
      ? ['unshare', ...namespace, 'sh', '-c', `${overlay} && exec "$0" "$@"`, ...command]
      : command;
  return spawnSync(program, args, { env, stdio: 'inherit' }).status ?? 1;
}

/** Why a command failed; null when it did not. */
function call(program, args, cwd) {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (result.error) return result.error.message;
  return result.status === 0 ? null : result.stderr.trim().split('\n').at(-1);
}
