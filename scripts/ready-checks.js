/**
 * The check of a config as ready code, for the build: what src/registry/config-faults.ts compiles from
 * the schema when it is first used is compiled here once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './ensure.js';

/** The module that stands for src/registry/config-faults.ts in a build, as JavaScript. */
export async function readyConfigFaults() {
  const { default: standalone } = await import('ajv/dist/standalone/index.js');
  const { Ajv } = await import('ajv');
  const { CONFIG_SCHEMA, SCHEMA_OPTIONS } = await loadSources();
  const ajv = new Ajv({ ...SCHEMA_OPTIONS, code: { source: true, esm: true } });
  return `${standalone(ajv, ajv.compile(CONFIG_SCHEMA))}
export const configFaults = (value) => (validate(value) ? [] : validate.errors);
`;
}

/** The schema and how it is compiled; TypeScript, which Node 20 does not run, is bundled first. */
async function loadSources() {
  const { build: bundle } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'gridd-build-'));
  try {
    const outfile = join(folder, 'schema.mjs');
    await bundle({
      stdin: {
        contents: `export { CONFIG_SCHEMA } from './src/registry/schema-words.ts';
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
