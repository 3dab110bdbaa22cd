/**
 * What bots take of memory on different venues: one home with a paper bot, live bots on loopback venues and, where
 * ccxt is installed, one that goes through it. All trade the same grid at the same time, so that what else runs on
 * the machine is the same for all.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../ensure.js';
import { median, memoryOf, pause } from './processes.js';

const GRIDD = join(ROOT, 'bin', 'gridd.js');
const FIRST_PORT = 5690;
/** What a start allocates is given back by then. */
const SETTLE_MS = 30_000;
const SAMPLES = 15;
const EVERY_MS = 2_000;
const PATIENCE_MS = 180_000;

/** Resident and shared-out MiB of a bot each: medians of half a minute, and who they are. */
export async function botMemory(withCcxt) {
  const home = mkdtempSync(join(tmpdir(), 'gridd-bench-'));
  const venues = [];
  try {
    const backpack = await openVenue(home, 'backpack', venues);
    const aster = await openVenue(home, 'aster', venues);
    const bots = [
      { id: 'paper', name: 'paper', exchange: 'backpack', symbol: 'SOL_USDC_PERP', reached: {} },
      {
        ...{ id: 'backpack', name: 'live, Backpack', exchange: 'backpack', symbol: 'SOL_USDC_PERP' },
        reached: live(backpack, ['api_key', 'secret_key']),
      },
      {
        ...{ id: 'aster', name: 'live, Aster', exchange: 'aster', symbol: 'SOLUSDT' },
        reached: live(aster, ['account_address', 'private_key']),
      },
    ];
    if (withCcxt) {
      // An account of its own; ccxt signs as the wallet itself.
      const { wallet_key: private_key } = aster.accounts[1];
      bots.push({
        ...{ id: 'ccxt', name: 'live, Aster through ccxt', exchange: 'ccxt:aster', symbol: 'SOL/USDT:USDT' },
        reached: live({ ...aster, private_key }, ['private_key']),
      });
    }
    write(home, bots);
    // ccxt's spacing makes a ladder slow: its bot may be ready after the start has given up waiting.
    const started = run(home, 'start', '--all', '--yes');
    await untilAllRun(home, bots, started);
    await pause(SETTLE_MS);
    return await sampled(home, bots);
  } finally {
    spawnSync(process.execPath, [GRIDD, 'supervisor', 'stop', '--stop-bots'], { env: environment(home) });
    for (const venue of venues) venue.kill();
    rmSync(home, { recursive: true, force: true });
  }
}

async function openVenue(home, face, venues) {
  const accounts = ['--account', 'main', '--account', 'ccxt'];
  const words = [GRIDD, 'sim-venue', face, '--symbols', '150', '--speed', '1', ...accounts];
  const child = spawn(process.execPath, words, {
    ...{ cwd: home, env: environment(home), stdio: ['ignore', 'pipe', 'inherit'] },
  });
  venues.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}

function live(venue, names) {
  const { url: base_url, ws_url } = venue;
  const keys = Object.fromEntries(names.map((name) => [name, venue[name]]));
  return { mode: 'live', base_url, ws_url, keys };
}

function write(home, bots) {
  const active = join(home, 'config', 'active');
  mkdirSync(active, { recursive: true });
  const variables = [];
  bots.forEach(({ id, exchange, symbol, reached }, place) => {
    const { keys = {}, ...rest } = reached;
    const exchange_config = { ...rest };
    for (const [name, value] of Object.entries(keys)) {
      const variable = `${id}_${name}`.toUpperCase();
      variables.push(`${variable}=${value}`);
      exchange_config[name] = `\${${variable}}`;
    }
    const config = {
      ...{ metadata: { exchange, symbol }, daemon_config: { web_port: FIRST_PORT + place }, exchange_config },
      strategy_config: {
        ...{ grid_lower_price: 100, grid_upper_price: 200, grid_num: 50, order_quantity: 0.5 },
      },
    };
    writeFileSync(join(active, `${id}.json`), JSON.stringify(config));
  });
  writeFileSync(join(home, '.env'), `${variables.join('\n')}\n`);
  chmodSync(join(home, '.env'), 0o600);
}

async function untilAllRun(home, bots, started) {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(500)) {
    const records = recordsOf(home);
    if (bots.every(({ id }) => records[id]?.state === 'running')) return;
  }
  throw new Error(`not all of them run:\n${started}`);
}

function recordsOf(home) {
  return JSON.parse(readFileSync(join(home, 'logs', 'instances.json'), 'utf8')).instances;
}

async function sampled(home, bots) {
  const seen = bots.map(() => ({ rss: [], pss: [] }));
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const records = recordsOf(home);
    bots.forEach(({ id }, place) => {
      const { pid, state } = records[id];
      if (pid === null || state !== 'running') throw new Error(`${id} is ${state}`);
      const { rss, pss } = memoryOf(pid);
      seen[place].rss.push(rss);
      seen[place].pss.push(pss);
    });
    await pause(EVERY_MS);
  }
  return bots.map(({ name }, place) => ({
    name,
    rss: median(seen[place].rss),
    pss: median(seen[place].pss),
  }));
}

function run(home, ...words) {
  const ran = spawnSync(process.execPath, [GRIDD, ...words], {
    ...{ cwd: home, env: environment(home), encoding: 'utf8' },
  });
  return `gridd ${words.join(' ')}\n${ran.stdout}${ran.stderr}`;
}

function environment(home) {
  return { PATH: process.env.PATH, HOME: home, GRIDD_HOME: home };
}
