/**
 * `npm run sim -- --seeds 2000 [--from 1]`: plays that many simulated worlds on all cores and tells the
 * first failure whole. `npm run sim -- --seed 123` plays one, and shrinks it when it fails.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './ensure.js';
import { bundleProgram } from './sim-bundle.js';

ensureInstalled();
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    lines: { type: 'string', default: '60' },
    whole: { type: 'boolean', default: false },
  },
});
const file = await bundleProgram('test/sim/main.ts', `main-${process.pid}`);
const whole = values.whole ? ['--whole'] : [];
process.exitCode = values.seed === undefined ? await playMany() : await playOne(values.seed);

async function playMany() {
  const began = performance.now();
  const cores = availableParallelism();
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const parts = Array.from({ length: Math.min(cores, count) }, (_, k) => {
    const share = Math.ceil((count - k) / cores);
    return playPart(['--from', `${from + k}`, '--count', `${share}`, '--every', `${cores}`]);
  });
  const played = (await Promise.all(parts)).flat();
  const failed = played.filter(({ breach }) => breach !== null).sort((a, b) => a.seed - b.seed);
  for (const { seed, breach } of failed) {
    console.log(`seed ${seed}: ${breach.referee}: ${breach.message.split('\n')[0]}`);
  }
  const sum = (key) => played.reduce((all, each) => all + each[key], 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const days = (sum('lasted_ms') / 86_400_000).toFixed(1);
  console.log(
    `${played.length} worlds, ${failed.length} failed: ${sum('trades')} trades, ` +
      `${sum('faults')} faults, ${sum('restarts')} restarts in ${days} simulated days, ${seconds} s`,
  );
  if (played.length < count) console.log(`${count - played.length} worlds were not played`);
  if (failed.length > 0) await playOne(`${failed[0].seed}`);
  return failed.length === 0 && played.length === count ? 0 : 1;
}

/** Plays a share of the seeds in a process of its own; answers what became of each. */
function playPart(args) {
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const played = [];
  createInterface({ input: child.stdout }).on('line', (line) => played.push(JSON.parse(line)));
  return new Promise((resolve) => child.on('close', () => resolve(played)));
}

function playOne(seed) {
  const args = ['--enable-source-maps', file, '--seed', seed, '--lines', values.lines, ...whole];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}
