/**
 * `npm run bench:engine`: what one decision, one comparison with the venue, and the way from a fill
 * to its counter order cost, beside the aims. The measured code is TypeScript, test/bench/engine.ts;
 * it is bundled into a folder on the project's own disk, whose fdatasync is measured as well.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT, checkPlatform, ensureInstalled } from './ensure.js';

const GRIDS = 200;
const EVENTS = 100_000;
const KINDS = ['calm', 'waiting', 'fenced'];
// Young objects are not collected within a batch whose allocation is measured.
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

const [, , inside] = process.argv;
if (inside === undefined) start();
else await measure(inside);

function start() {
  checkPlatform();
  ensureInstalled();
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-engine-'));
  try {
    const words = [import.meta.filename, folder];
    const plain = spawnSync(process.execPath, words, { stdio: 'inherit' });
    if (plain.status !== 0) process.exit(plain.status ?? 1);
    const env = { ...process.env, GRIDD_BENCH: 'allocation' };
    spawnSync(process.execPath, [...FLAGS, ...words], { stdio: 'inherit', env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder) {
  const bench = await load(folder);
  if (process.env.GRIDD_BENCH === 'allocation') {
    for (const kind of KINDS) {
      const kib = bench.allocation(kind, GRIDS, 21, globalThis.gc) / 1024;
      console.log(`a decision of the ${kind} grid allocates ${kib.toFixed(1)} KiB on average`);
    }
    return;
  }
  const rows = [];
  const add = (figure, times, aim = '') => rows.push({ figure, ...summary(times), aim });
  for (const kind of KINDS) {
    const { types, first, least } = bench.decisions(kind, GRIDS, EVENTS);
    add(`decide, ${kind}`, first, 'p99 < 0.05');
    add(`decide, ${kind}, undisturbed`, least, 'p99 < 0.05');
    for (const type of new Set(types)) {
      const times = least.filter((_ms, n) => types[n] === type);
      add(`decide, ${kind}, ${type}, undisturbed`, times);
    }
  }
  const comparisons = await bench.comparisons(folder, 400, 1000, 50);
  add('compare 400 orders, 1,000 known fills', comparisons, '< 50');
  add('book 1,000 missed fills, 400 orders', await bench.missedFills(folder, 400, 1000, 5));
  add('fill to order, NORMAL', await bench.fillToOrder(folder, 'NORMAL', GRIDS, 2000), 'p99 < 5');
  add('fill to order, FULL', await bench.fillToOrder(folder, 'FULL', GRIDS, 500));
  add('fdatasync of 4 KiB', bench.syncs(folder, 500));
  console.log(`milliseconds; Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  console.table(rows);
}

/** Percentiles in milliseconds, three decimals. */
function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => {
    const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    return Math.round(ms * 1000) / 1000;
  };
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function load(folder) {
  const outfile = join(folder, 'engine.mjs');
  await build({
    entryPoints: [join(ROOT, 'test', 'bench', 'engine.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
