/** Runs vitest in homes and on ports of its own, and closes with one line that counts the tests. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './ensure.js';

export const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** The exit code of vitest with `words`; `env` is added to the environment. */
export function runTests(words, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-test-'));
  const report = join(folder, 'report.json');
  const result = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...words],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } },
  );
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = counts;
  console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return result.status ?? 1;
}
