/**
 * `npm test`: installs what is missing, builds, lints, type-checks and runs every test, in homes and on
 * ports of its own. Arguments go to vitest. Closes with one line that counts the tests.
 */
import { spawn } from 'node:child_process';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled } from './ensure.js';
import { bin, runTests } from './run-tests.js';

checkPlatform();
ensureInstalled();
await ensureBuilt();
const extra = process.argv.slice(2);
if (extra.length === 0 && !(await passesChecks())) process.exit(1);
process.exit(runTests(extra));

/** Types on one core, lint on the other; what each says is printed whole. */
async function passesChecks() {
  const projects = ['tsconfig.json', 'src/web/ui/tsconfig.json', 'test/tsconfig.json'];
  const types = async () => {
    for (const project of projects) {
      if (!(await passes('tsc', ['-p', project, '--noEmit']))) return false;
    }
    return true;
  };
  const passed = await Promise.all([types(), passes('eslint', ['.'])]);
  return passed.every(Boolean);
}

function passes(name, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(bin(name), words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(said);
      resolve(code === 0);
    });
  });
}
