/**
 * `npm run soak`: the fault tests in their long form, for hours rather than minutes. Arguments name
 * some of them, e.g. `npm run soak -- registry-loss`. Closes with one line that counts the tests.
 */
import { ensureBuilt } from './build.js';
import { checkPlatform, ensureInstalled } from './ensure.js';
import { runTests } from './run-tests.js';

/** For tests that name no limit of their own. */
const LONGEST_TEST_MS = 4 * 3_600_000;

checkPlatform();
ensureInstalled();
await ensureBuilt();
const named = process.argv.slice(2).map((word) =>
  word.startsWith('-') || word.includes('/') ? word : `test/e2e/faults/${word}`,
);
const which = named.some((word) => !word.startsWith('-')) ? [] : ['test/e2e/faults'];
const limits = [`--testTimeout=${LONGEST_TEST_MS}`, `--hookTimeout=${LONGEST_TEST_MS}`];
process.exit(runTests([...which, ...named, ...limits], { GRIDD_SOAK: '1' }));
