/**
 * `npm run bench`: figures of this machine beside the aims, for 1 and 20 paper instances in a home of
 * their own. Times of commands are whole processes, compared with bare `node -e 0` in turn; their CPU is
 * summed over all runs, as the kernel counts in hundredths of a second.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMs, endedChildrenCpuMs, median, memoryOf, pause } from './bench/processes.js';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled } from './ensure.js';

const GRIDD = join(ROOT, 'bin', 'gridd.js');
const LIST_RUNS = 41;
const SETTLE_MS = 30_000;
const IDLE_MS = 60_000;
const KILLS = 10;
const FIRST_PORT = 5700;

checkPlatform();
ensureInstalled();
await ensureBuilt();
const rows = [];
for (const count of [1, 20]) await measure(count);
console.table(rows);

async function measure(count) {
  const home = mkdtempSync(join(tmpdir(), 'gridd-bench-'));
  const gridd = (...words) => run([GRIDD, ...words], home);
  mkdirSync(join(home, 'config', 'active'), { recursive: true });
  for (let n = 1; n <= count; n += 1) writeConfig(home, n);
  try {
    const start = run([GRIDD, 'start', '--all'], home);
    const record = registry(home);
    const pids = Object.values(record.instances).map(({ pid }) => pid);
    const supervisor = JSON.parse(read(home, 'logs/supervisor/endpoint.json')).pid;
    // Idle is what lasts: the first seconds of twenty bots, and the one large collection of the
    // supervisor that follows its start, are over by then.
    await pause(SETTLE_MS);
    const lists = [];
    const bare = [];
    for (let round = 0; round < LIST_RUNS; round += 1) {
      lists.push(gridd('list'));
      bare.push(run(['-e', '0'], home));
    }
    const ratios = lists.map(({ ms }, round) => ms / bare[round].ms);
    const cpuRatio = sum(lists.map(({ cpu }) => cpu)) / sum(bare.map(({ cpu }) => cpu));
    const idle = await idleCpu(supervisor);
    const memory = pids.map((pid) => memoryOf(pid));
    const own = memoryOf(supervisor);
    const restarts = [];
    // Each bot once: a second crash in a row would wait by policy.
    for (let kill = 1; kill <= Math.min(KILLS, count); kill += 1) {
      restarts.push(await killAndWait(home, `bench_${kill}`));
    }
    rows.push(
      row(count, 'start to all healthy, ms', start.ms, count === 20 ? '<= 6000' : ''),
      row(count, 'gridd list, ms', median(lists.map(({ ms }) => ms))),
      row(count, 'node -e 0, ms', median(bare.map(({ ms }) => ms))),
      row(count, 'list / bare node (median of pairs)', median(ratios), '<= 2'),
      row(count, 'list / bare node, CPU', cpuRatio),
      row(count, 'bot RSS, MiB (median)', median(memory.map(({ rss }) => rss))),
      row(count, 'bot PSS, MiB (median)', median(memory.map(({ pss }) => pss)), '<= 60'),
      row(count, 'supervisor RSS, MiB', own.rss, '<= 80'),
      row(count, 'supervisor PSS, MiB', own.pss),
      row(count, 'supervisor, bots idle, CPU %', idle, '<= 0.5'),
      row(count, 'kill -9 to new pid, ms (median)', median(restarts), '<= 100'),
    );
  } finally {
    gridd('supervisor', 'stop', '--stop-bots');
    rmSync(home, { recursive: true, force: true });
  }
}

function row(instances, figure, value, aim = '') {
  return { instances, figure, value: Math.round(value * 100) / 100, aim };
}

/** Percent of one core that `pid` uses while nothing is asked of it. */
async function idleCpu(pid) {
  const [begin, before] = [performance.now(), cpuMs(pid)];
  await pause(IDLE_MS);
  return ((cpuMs(pid) - before) / (performance.now() - begin)) * 100;
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

function run(args, home) {
  const [begin, before] = [performance.now(), endedChildrenCpuMs()];
  const result = spawnSync(process.execPath, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, GRIDD_HOME: home },
    encoding: 'utf8',
  });
  const [ms, cpu] = [performance.now() - begin, endedChildrenCpuMs() - before];
  if (result.status !== 0) throw new Error(`${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return { ms, cpu };
}

/** Kills a bot, resolves with the milliseconds until its new pid stands in the registry. */
async function killAndWait(home, id) {
  const before = registry(home).instances[id].pid;
  const begin = performance.now();
  process.kill(before, 'SIGKILL');
  for (;;) {
    const { pid } = registry(home).instances[id];
    if (pid !== null && pid !== before) {
      const ms = performance.now() - begin;
      await untilRunning(home, id);
      return ms;
    }
    if (performance.now() - begin > 30_000) throw new Error(`${id} was not restarted`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function untilRunning(home, id) {
  for (let look = 0; look < 3000; look += 1) {
    if (registry(home).instances[id].state === 'running') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${id} did not come back`);
}

function writeConfig(home, n) {
  const config = {
    metadata: { symbol: 'SOL_USDC_PERP' },
    daemon_config: { web_port: FIRST_PORT + n, restart_delay: 0, max_restart_attempts: 100 },
    exchange_config: { paper: { seed: n } },
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: 0.5,
    },
  };
  const file = join(home, 'config', 'active', `bench_${n}.json`);
  writeFileSync(file, JSON.stringify(config));
}

function registry(home) {
  return JSON.parse(read(home, 'logs/instances.json'));
}

function read(home, path) {
  return readFileSync(join(home, path), 'utf8');
}
