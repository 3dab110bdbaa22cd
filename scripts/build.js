/**
 * Builds dist/ from src/: the three programs (CLI, supervisor, bot) as bundles with shared chunks, the
 * quick list, and the page's assets. A build goes to a new folder that is then renamed into place, so that a program
 * started meanwhile finds the old or the new build, never a part. A bundle reads all its code before it
 * is ready and needs nothing from dist afterwards.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPages } from './build-pages.js';
import { ROOT, checkPlatform, ensureInstalled, hash } from './ensure.js';
import { readyChecks } from './ready-checks.js';

// Bundled CommonJS packages ask for node: modules with require, which an ES module does not have.
const REQUIRE = "import { createRequire as gridd_require } from 'node:module';\n" +
  'const require = gridd_require(import.meta.url);';

/** Builds into dist when a source changed since the last build. */
export async function ensureBuilt() {
  const marker = join(ROOT, 'dist', '.source-hash');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === sourceHash()) return false;
  await build();
  return true;
}

function sourceHash() {
  const files = listFiles(join(ROOT, 'src')).sort();
  const scripts = ['build', 'build-pages', 'ready-checks'].map((name) => `scripts/${name}.js`);
  const fixed = ['package.json', 'package-lock.json', ...scripts].map((f) => join(ROOT, f));
  return hash([...files, ...fixed].flatMap((file) => [file, readFileSync(file)]));
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/**
 * The table library measures every cell with a search for emoji; plain ASCII is as wide as it is long,
 * and that search costs a short list more than all the rest of it.
 */
const plainWidth = {
  name: 'plain-width',
  setup(bundler) {
    bundler.onResolve({ filter: /^string-width$/ }, ({ namespace }) =>
      namespace === 'plain-width' ? undefined : { path: 'string-width', namespace: 'plain-width' },
    );
    bundler.onLoad({ filter: /./, namespace: 'plain-width' }, () => ({
      contents:
        'module.exports = (text) => ' +
        "/^[ -~…]*$/.test(text) ? text.length : require('string-width')(text);",
      resolveDir: ROOT,
    }));
  },
};

/**
 * The log files' library asks for the whole of date-fns, which every bot would read at its start, for
 * the five functions that stand here.
 */
const fewDates = {
  name: 'few-dates',
  setup(bundler) {
    bundler.onResolve({ filter: /^date-fns$/ }, () => ({
      path: 'date-fns',
      namespace: 'few-dates',
    }));
    bundler.onLoad({ filter: /./, namespace: 'few-dates' }, () => ({
      contents: ['format', 'addDays', 'addHours', 'parse', 'isValid']
        .map((name) => `export { ${name} } from 'date-fns/${name}';`)
        .join('\n'),
      resolveDir: ROOT,
    }));
  },
};

/**
 * Fastify's own compilers and its test client: the servers bring compilers of their own
 * (src/web/server/error-reply.ts), and nothing injects requests. They are a seventh of a bot's code.
 */
const UNUSED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'];
const leftOut = {
  name: 'left-out',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^(${UNUSED.join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }));
    bundler.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      // What makes a compiler is called once for each server, and the compiler then never.
      contents: `module.exports = () => () => { throw new Error('${path} is left out.'); };`,
    }));
  },
};

/** Puts the checks of the home's files into the bundles as ready code. */
const checksMadeReady = {
  name: 'checks-made-ready',
  setup(bundler) {
    bundler.onLoad({ filter: /src\/registry\/schema-checks\.ts$/ }, async () => ({
      contents: await readyChecks(),
      resolveDir: ROOT,
    }));
  },
};

/** Builds, whatever is there. */
export async function build() {
  const sources = sourceHash();
  const { build: bundle } = await import('esbuild');
  const target = join(ROOT, `dist.${process.pid}.new`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  const programs = ['cli', 'daemon', 'bot'].map((room) => join(ROOT, 'src', room, 'main.ts'));
  await bundle({
    entryPoints: programs.filter((file) => existsSync(file)),
    outbase: join(ROOT, 'src'),
    outdir: target,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Some packages' "main" is UMD, which hides its requires from the bundler.
    mainFields: ['module', 'main'],
    external: ['better-sqlite3', 'better-sqlite3-13', 'bufferutil', 'utf-8-validate'],
    banner: { js: REQUIRE },
    plugins: [fewDates, leftOut, checksMadeReady],
    sourcemap: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  // One small file in the format that loads fastest: `gridd list` is typed all day.
  await bundle({
    entryPoints: [join(ROOT, 'src', 'cli', 'quick-list', 'main.ts')],
    outfile: join(target, 'cli', 'quick-list.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': 'gridd_file_url' },
    banner: { js: "const gridd_file_url = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [plainWidth],
    // Only borders and titles that the library is to colour would need it.
    external: ['@colors/colors'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await buildPages(join(target, 'web', 'ui'));
  writeFileSync(join(target, '.source-hash'), sources);
  const dist = join(ROOT, 'dist');
  const old = join(ROOT, `dist.${process.pid}.old`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(target, dist);
  rmSync(old, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  checkPlatform();
  ensureInstalled();
  await build();
  console.log('gridd: built dist/');
}
