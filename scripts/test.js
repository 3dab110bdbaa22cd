/**
 * `npm test`: installs what is missing, builds, lints, type-checks and runs every test, in homes and on
 * ports of its own. Arguments go to vitest. Closes with one line that counts the tests.
 */
import { ensureBuilt } from './build.js';
import { checkPlatform, ensureInstalled, run } from './ensure.js';
import { bin, runTests } from './run-tests.js';

checkPlatform();
ensureInstalled();
await ensureBuilt();
const extra = process.argv.slice(2);
if (extra.length === 0) {
  for (const project of ['tsconfig.json', 'src/web/ui/tsconfig.json', 'test/tsconfig.json']) {
    run(bin('tsc'), ['-p', project, '--noEmit']);
  }
  run(bin('eslint'), ['.']);
}
process.exit(runTests(extra));
