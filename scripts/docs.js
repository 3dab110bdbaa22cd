/**
 * Writes what docs/ says of the code from the code: docs/config.md from the config schema, the table
 * of docs/supervision.md from the lifecycle, the examples of docs/grid.md from the engine, and the schemas of
 * answers from their types. The generators are TypeScript, which Node 20 does not
 * run, so they are bundled into a temporary file first.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { answerSchemas } from './answer-schemas.js';
import { ROOT } from './ensure.js';

const folder = mkdtempSync(join(tmpdir(), 'gridd-docs-'));
try {
  const { configDocs } = await load('src/registry/config-docs.ts');
  write('docs/config.md', configDocs());
  const { lifecycleTable } = await load('src/daemon/lifecycle-docs.ts');
  const page = readFileSync(join(ROOT, 'docs/supervision.md'), 'utf8');
  const table = `<!-- lifecycle -->\n${lifecycleTable()}\n<!-- /lifecycle -->`;
  const place = /<!-- lifecycle -->[^]*<!-- \/lifecycle -->/;
  write('docs/supervision.md', page.replace(place, () => table));
  write('src/contract/answers.json', answerSchemas());
  const { gridPage } = await load('test/docs/grid-page.ts');
  write('docs/grid.md', gridPage(readFileSync(join(ROOT, 'docs/grid.md'), 'utf8')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function load(source) {
  const outfile = join(folder, `${source.replaceAll('/', '-')}.mjs`);
  await build({
    entryPoints: [join(ROOT, source)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Some packages' "main" is UMD, which hides its requires from the bundler.
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function write(file, text) {
  writeFileSync(join(ROOT, file), text);
  console.log(`gridd: wrote ${file}`);
}
