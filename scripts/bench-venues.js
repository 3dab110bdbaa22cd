/**
 * `npm run bench:venues`: what one order costs through our client, beside a bare signed request of node:http and
 * beside ccxt doing the same, where it is installed. All ask the same server in another process, in turns, so that
 * a busy machine disturbs all alike. Then the time from a fill to its counter order, and what bots take of memory
 * on paper, live and through ccxt; `-- --orders`, `--fills`, `--memory` measure one of them alone.
 */
import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { botMemory } from './bench/bot-memory.js';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled } from './ensure.js';
import { bundleProgram } from './sim-bundle.js';

const SYMBOL = 'SOL_USDC_PERP';
const CCXT = join(ROOT, 'node_modules', 'ccxt', 'js', 'src', 'backpack.js');
/** Orders of one client before another takes over: within what the venue's limit lets go at once. */
const ORDERS = 200;
const WARM_UP = 40;
const ROUNDS = 8;
const AIM = 1.3;
const FILLS = 300;
/** Most that a live bot may take above a paper bot, MiB. */
const ABOVE_PAPER = 15;

checkPlatform();
ensureInstalled();
const only = (part) => process.argv.includes(`--${part}`);
const all = !['orders', 'fills', 'memory'].some(only);
if (all || only('orders')) await measureOrders();
if (all || only('fills')) await measureFills();
if (all || only('memory')) await measureMemory();

async function measureOrders() {
  const { backpackOrders } = await bundled('venues');
  const stub = spawn(process.execPath, [join(import.meta.dirname, 'bench', 'venue-stub.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(stub.stdout, 'data');
    await measure(`http://127.0.0.1:${String(port).trim()}`, newKeys(), backpackOrders);
  } finally {
    stub.kill();
  }
}

async function bundled(name) {
  const file = await bundleProgram(`test/bench/${name}.ts`, `bench-${name}`);
  return import(pathToFileURL(file).href);
}

async function measureMemory() {
  await ensureBuilt();
  const bots = await botMemory(existsSync(CCXT));
  const [paper] = bots;
  console.log('\nmemory of bots with 50 orders each, MiB, medians of half a minute;');
  console.log(`load ${loadavg()[0].toFixed(1)}; aim: live at most ${ABOVE_PAPER} above paper`);
  console.table(
    bots.map(({ name, rss, pss }) => ({
      bot: name,
      ...{ RSS: tenths(rss), 'RSS above paper': tenths(rss - paper.rss), PSS: tenths(pss) },
    })),
  );
}

function tenths(value) {
  return Math.round(value * 10) / 10;
}

async function measureFills() {
  const { fillToWire } = await bundled('wire-fill');
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.cache', 'bench-venues-'));
  try {
    const rows = [];
    for (const [books, synchronous] of [['paper', 'NORMAL'], ['live', 'FULL']]) {
      const parts = await fillToWire(folder, FILLS, synchronous);
      for (const [part, { whole, bot, bare }] of Object.entries(parts)) {
        const kind = `${books}, ${part} ${FILLS}`;
        rows.push(
          fillRow('venue to venue, both ways included', kind, whole),
          fillRow('event off the wire to the request leaving', kind, bot),
          fillRow('bare: a commit, a signature, a request', kind, bare),
        );
      }
    }
    console.log('\nfrom a fill to its counter order, milliseconds, books as on paper and as live,');
    console.log('of the first fills and of those after them, when the code is compiled;');
    console.log(`load ${loadavg()[0].toFixed(1)}; aim: p99 < 5 from the event to the request leaving`);
    console.table(rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fillRow(from, books, ms) {
  const [p50, p95, p99, least] = [0.5, 0.95, 0.99, 0].map((share) => rounded(at(ms, share)));
  return { from, books, fills: ms.length, p50, p95, p99, least };
}

async function measure(url, keys, backpackOrders) {
  const clients = [
    ['bare node:http, signed', () => bareOrders(url, keys)],
    ['gridd', () => backpackOrders(url, keys)],
  ];
  if (existsSync(CCXT)) clients.push(['ccxt', await ccxtOrders(url, keys)]);
  else console.log('ccxt is not installed: it is left out');
  const rows = clients.map(([name, open]) => ({ name, open, ms: [], cpu: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const row of rows) row.place = row.open();
    for (let order = 0; order < WARM_UP + ORDERS; order += 1) {
      // Whoever goes first after the others has the coldest caches: they take turns.
      for (let turn = 0; turn < rows.length; turn += 1) {
        const row = rows[(order + turn) % rows.length];
        const cpu = process.cpuUsage();
        const began = performance.now();
        await row.place(round * 1000 + order);
        const ms = performance.now() - began;
        const { user, system } = process.cpuUsage(cpu);
        if (order < WARM_UP) continue;
        row.ms.push(ms);
        row.cpu.push((user + system) / 1000);
      }
    }
  }
  print(rows);
}

function print(rows) {
  const [bare] = rows;
  console.log(`one order on Backpack's protocol over loopback, ${ROUNDS * ORDERS} each, milliseconds;`);
  console.log(`Node ${process.version}, load ${loadavg()[0].toFixed(1)}; aim: p50 of gridd ${AIM}x of bare`);
  console.table(
    rows.map(({ name, ms, cpu }) => ({
      client: name,
      ...{ p50: rounded(at(ms, 0.5)), p99: rounded(at(ms, 0.99)), least: rounded(at(ms, 0)) },
      'p50 against bare': rounded(at(ms, 0.5) / at(bare.ms, 0.5)),
      'CPU p50': rounded(at(cpu, 0.5)),
      'CPU against bare': rounded(at(cpu, 0.5) / at(bare.cpu, 0.5)),
    })),
  );
}

function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

function at(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function newKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const open = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { api_key: open.toString('base64'), secret_key: seed.toString('base64') };
}

/** The least that an order can cost: sign, send, read. */
function bareOrders(url, { api_key, secret_key }) {
  const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([pkcs8, Buffer.from(secret_key, 'base64')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  createPublicKey(key);
  const agent = new http.Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);
  return (clientId) =>
    new Promise((resolve, reject) => {
      const order = { clientId, orderType: 'Limit', postOnly: true, price: '100.12' };
      const whole = { ...order, quantity: '0.5', side: 'Bid', symbol: SYMBOL };
      const pairs = Object.keys(whole).map((name) => `${name}=${whole[name]}`);
      const now = Date.now();
      const text = `instruction=orderExecute&${pairs.join('&')}&timestamp=${now}&window=5000`;
      const body = JSON.stringify(whole);
      const headers = {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'X-API-Key': api_key,
        'X-Signature': sign(null, Buffer.from(text), key).toString('base64'),
        'X-Timestamp': String(now),
        'X-Window': '5000',
      };
      const path = '/api/v1/order';
      const request = http.request({ hostname, port, path, method: 'POST', agent, headers });
      request.on('error', reject);
      request.on('response', (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(parts).toString());
          if (answer.status === 'New') resolve();
          else reject(new Error(JSON.stringify(answer)));
        });
      });
      request.end(body);
    });
}

async function ccxtOrders(url, { api_key, secret_key }) {
  const { default: Backpack } = await import(pathToFileURL(CCXT).href);
  const precision = { price: 0.01, amount: 0.01 };
  const market = { id: SYMBOL, symbol: 'SOL/USDC:USDC', base: 'SOL', quote: 'USDC', settle: 'USDC' };
  return () => {
    const client = new Backpack({
      ...{ apiKey: api_key, secret: secret_key, enableRateLimit: false },
      urls: { api: { public: url, private: url } },
    });
    client.setMarkets([{ ...market, type: 'swap', swap: true, contract: true, precision, limits: {} }]);
    return async (clientId) => {
      const params = { clientOrderId: clientId, postOnly: true };
      const order = await client.createOrder('SOL/USDC:USDC', 'limit', 'buy', 0.5, 100.12, params);
      if (order.status !== 'open') throw new Error(JSON.stringify(order));
    };
  };
}
