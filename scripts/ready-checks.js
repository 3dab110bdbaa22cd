/**
 * The checks of the home's files as ready code, for the build: what src/registry/schema-checks.ts
 * compiles from the schemas when it is first used is compiled here once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './ensure.js';

/** The module that stands for src/registry/schema-checks.ts in a build, as JavaScript. */
export async function readyChecks() {
  const { default: standalone } = await import('ajv/dist/standalone/index.js');
  const { Ajv } = await import('ajv');
  const { SCHEMAS, SCHEMA_OPTIONS } = await loadSources();
  const ajv = new Ajv({
    ...SCHEMA_OPTIONS,
    schemas: SCHEMAS,
    code: { source: true, esm: true },
  });
  const names = Object.keys(SCHEMAS);
  const code = standalone(ajv, Object.fromEntries(names.map((name) => [`${name}Fits`, name])));
  const checks = names.map(
    (name) =>
      `export const ${name}Faults = (value) => (${name}Fits(value) ? [] : ${name}Fits.errors);`,
  );
  return [code, ...checks, ''].join('\n');
}

/** The schemas and how they are compiled; TypeScript, which Node 20 does not run, is bundled first. */
async function loadSources() {
  const { build: bundle } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'gridd-build-'));
  try {
    const outfile = join(folder, 'schema.mjs');
    await bundle({
      stdin: {
        contents: `export { SCHEMAS } from './src/registry/schemas.ts';
          export { SCHEMA_OPTIONS } from './src/platform/json-schema.ts';`,
        resolveDir: ROOT,
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
