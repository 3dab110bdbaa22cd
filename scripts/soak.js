/**
 * `npm run soak`: the fault tests in their long form, for hours rather than minutes. Arguments name
 * some of them, e.g. `npm run soak -- registry-loss`, or `oracle`, the engine against its reference
 * model, or `over-wire`, worlds of the money simulator over real sockets; options after them go to
 * vitest. Closes with one line that counts the tests.
 */
import { ensureBuilt } from './build.js';
import { checkPlatform, ensureInstalled } from './ensure.js';
import { runTests } from './run-tests.js';

/** For tests that name no limit of their own. */
const LONGEST_TEST_MS = 4 * 3_600_000;

checkPlatform();
ensureInstalled();
await ensureBuilt();
const words = process.argv.slice(2);
const options = words.findIndex((word) => word.startsWith('-'));
const names = options < 0 ? words : words.slice(0, options);
const which = names.length === 0 ? [''] : names;
const elsewhere = {
  oracle: 'test/engine/oracle.test.ts',
  'over-wire': 'test/exchange/over-wire/',
  'live-ccxt-aster': 'test/e2e/live-ccxt-aster.test.ts',
};
const files = which.map((name) => elsewhere[name] ?? `test/e2e/faults/${name}`);
const limits = [`--testTimeout=${LONGEST_TEST_MS}`, `--hookTimeout=${LONGEST_TEST_MS}`];
process.exit(runTests([...files, ...limits, ...words.slice(names.length)], { GRIDD_SOAK: '1' }));
