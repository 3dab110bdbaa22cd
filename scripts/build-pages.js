/**
 * Builds the pages of src/web/ui with Vite: hashed assets, no inline script, and beside each its gzip
 * and Brotli form, so that a process serves them from memory without compressing anything itself.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ROOT } from './ensure.js';

/** Stands where the server writes the nonce of a response. */
export const NONCE_PLACE = 'gridd-nonce';
const COMPRESSED = ['.js', '.css', '.svg'];

/** Builds both pages into `folder`. */
export async function buildPages(folder) {
  const { NODE_ENV } = process.env;
  // The libraries are built for users; what runs after a build, tests or a fleet, inherits nothing.
  process.env.NODE_ENV = 'production';
  try {
    await buildWithVite(folder);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  for (const at of [folder, join(folder, 'assets')]) compressAll(at);
  for (const page of ['instance', 'console']) writeFileList(folder, page);
}

/** A file that could be one of a page's. */
const FILE_NAME = /[\w.-]+\.(?:css|js|svg|png|woff2)\b/g;

/**
 * Writes PAGE.files.json: every file in assets/ that a page may load, so that no bot has to look for
 * them at its start. What a file names it may load: that finds imports, styles, fonts and workers
 * alike, of which Vite's manifest leaves some out.
 */
export function writeFileList(folder, page) {
  const known = new Set(readdirSync(join(folder, 'assets')));
  const found = new Set();
  const unread = [readFileSync(join(folder, `${page}.html`), 'utf8')];
  for (let text = unread.pop(); text !== undefined; text = unread.pop()) {
    for (const [name] of text.matchAll(FILE_NAME)) {
      if (!known.has(name) || found.has(name)) continue;
      found.add(name);
      if (/\.(css|js)$/.test(name)) unread.push(readFileSync(join(folder, 'assets', name), 'utf8'));
    }
  }
  writeFileSync(join(folder, `${page}.files.json`), JSON.stringify([...found].sort()));
}

async function buildWithVite(folder) {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  const root = join(ROOT, 'src', 'web', 'ui');
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [react()],
    html: { cspNonce: NONCE_PLACE },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      // Inlined files would need "data:" in the policy of the page.
      assetsInlineLimit: 0,
      manifest: 'manifest.json',
      rolldownOptions: {
        input: { instance: join(root, 'instance.html'), console: join(root, 'console.html') },
      },
    },
    worker: { format: 'es' },
  });
}

function compressAll(folder) {
  for (const name of readdirSync(folder)) {
    if (!COMPRESSED.includes(extname(name))) continue;
    const body = readFileSync(join(folder, name));
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(body, quality));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(body, { level: 9 }));
  }
}
