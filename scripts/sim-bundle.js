/**
 * Bundles a TypeScript program of the tests into one file that plain Node runs, in a cache folder below
 * node_modules, where it finds the native packages.
 */
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { ROOT } from './ensure.js';

// Bundled CommonJS packages ask for node: modules with require, which an ES module does not have.
const REQUIRE = "import { createRequire as gridd_require } from 'node:module';\n" +
  'const require = gridd_require(import.meta.url);';

/** Bundles `entry` (from the repository) as `name`.mjs; answers the file. */
export async function bundleProgram(entry, name, plugins = []) {
  const outfile = join(ROOT, 'node_modules', '.cache', 'gridd-sim', `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    external: ['better-sqlite3'],
    banner: { js: REQUIRE },
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins,
  });
  // Its process stays otherwise, wakes all the time and takes the processor from what is measured.
  await stop();
  return outfile;
}
