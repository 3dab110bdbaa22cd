/**
 * Writes docs/config.md from the config schema. The generator is TypeScript, which Node 20 does not
 * run, so it is bundled into a temporary file first.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './ensure.js';

const folder = mkdtempSync(join(tmpdir(), 'gridd-docs-'));
try {
  const outfile = join(folder, 'config-docs.mjs');
  await build({
    entryPoints: [join(ROOT, 'src', 'registry', 'config-docs.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Some packages' "main" is UMD, which hides its requires from the bundler.
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  const { configDocs } = await import(pathToFileURL(outfile).href);
  writeFileSync(join(ROOT, 'docs', 'config.md'), configDocs());
  console.log('gridd: wrote docs/config.md');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
