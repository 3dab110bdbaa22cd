/**
 * `npm test`: installs what is missing, builds, lints, type-checks and runs every test, in homes and on
 * ports of its own. Arguments go to vitest. Closes with one line that counts the tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled, run } from './ensure.js';

checkPlatform();
ensureInstalled();
await ensureBuilt();
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);
const extra = process.argv.slice(2);
if (extra.length === 0) {
  for (const project of ['tsconfig.json', 'src/web/ui/tsconfig.json', 'test/tsconfig.json']) {
    run(bin('tsc'), ['-p', project, '--noEmit']);
  }
  run(bin('eslint'), ['.']);
}

const folder = mkdtempSync(join(tmpdir(), 'gridd-test-'));
const report = join(folder, 'report.json');
const result = spawnSync(
  bin('vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...extra],
  { cwd: ROOT, stdio: 'inherit' },
);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });
console.log(`tests: ${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(result.status ?? 1);
