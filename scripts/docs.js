/**
 * Writes docs/config.md from the config schema. The generator is TypeScript, which Node 20 does not run,
 * so it is bundled in memory first.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './ensure.js';

const { outputFiles } = await build({
  entryPoints: [join(ROOT, 'src', 'registry', 'config-docs.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { configDocs } = await import(`data:text/javascript;base64,${code}`);
writeFileSync(join(ROOT, 'docs', 'config.md'), configDocs());
console.log('gridd: wrote docs/config.md');
