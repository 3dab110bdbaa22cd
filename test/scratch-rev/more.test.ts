import { join } from 'node:path';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { writeCandles } from '../fixtures/candles.ts';
import { LoneBot } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
function cfg(strategy: object, paper: object = {}, daemon: object = {}) {
  return { metadata: { symbol: 'SOL_USDT' }, daemon_config: daemon,
    exchange_config: { paper: { price_source: 'synthetic', speed: 1, ...paper } },
    strategy_config: { grid_lower_price: 140, grid_upper_price: 175, grid_num: 35, order_quantity: 0.5, ...strategy } };
}
function db(b: LoneBot) { const d = openReadOnly(b.dbPath);
  const e = d.prepare<[], {state: string}>('select state from engine').get();
  const meta = Object.fromEntries(d.prepare<[], {key: string; value: string}>('select key,value from meta').all().map((r) => [r.key, r.value]));
  const ord = d.prepare('select status,count(*) n from orders group by status').all();
  const rc = d.prepare('select count(*) n from receipts').get();
  const lots = d.prepare('select lots from paper_account').get();
  d.close(); const s = e ? JSON.parse(e.state) : null;
  return { phase: s?.phase, sl: s?.plan.stop_loss_ticks, q: s?.plan.lots_per_grid, max: s?.plan.max_position_lots, oor: s?.plan.out_of_range, inside: s?.run.inside, fpSL: meta['fingerprint']?.includes('stop_loss'), ord, rc, lots, adjusted: meta['adjusted'] }; }
async function run(b: LoneBot, ms = 1500, cause: 'start'|'restart' = 'start') { const c = b.start({ cause }); await waitFor('up', () => b.webPort() !== null, 8000).catch(() => undefined); await sleep(ms); return c; }
async function halt(b: LoneBot, c: any, sig: any = 'SIGTERM') { c.kill(sig); return b.ended(c); }

test('A: SL added to the file while running is never applied', async () => {
  const b = new LoneBot('w', cfg({}));
  let c = await run(b); console.log('A before', JSON.stringify(db(b)));
  b.write(cfg({ stop_loss_price: 138, max_position: 3, out_of_range: 'close' })); await sleep(2500);
  await halt(b, c); console.log('A after edit', JSON.stringify(db(b)));
  c = await run(b); await halt(b, c); console.log('A after restart', JSON.stringify(db(b))); b.dispose();
}, 30000);
test('A2: same edit while stopped', async () => {
  const b = new LoneBot('w', cfg({})); let c = await run(b); await halt(b, c);
  b.write(cfg({ stop_loss_price: 138 })); c = await run(b); await halt(b, c); console.log('A2', JSON.stringify(db(b))); b.dispose();
}, 30000);
test('B: PORT_TAKEN refused after trading', async () => {
  const s = createServer().listen(5987, '127.0.0.1'); 
  const b = new LoneBot('w', cfg({ direction: 'long' }, {}, { web_port: 5987, strict_port: true }));
  const launch = b as any; const c = b.start(); // web_port null in lone-bot
  await sleep(1500); console.log('B (lone-bot has web_port null)', c.exitCode, JSON.stringify(db(b))); await halt(b, c); b.dispose(); s.close();
}, 30000);
test('C: refused first start binds books', async () => {
  const b = new LoneBot('w', cfg({ direction: 'long', grid_lower_price: 14, grid_upper_price: 17.5, order_quantity: 0.001 }));
  let c = b.start(); const code = await b.ended(c); console.log('C refused', code, b.errors.join('').slice(0, 300)); b.errors.length = 0;
  b.write(cfg({ direction: 'neutral' })); c = b.start(); await sleep(2000); console.log('C corrected, direction neutral', c.exitCode, b.errors.join('').slice(0, 300)); await halt(b, c); b.errors.length = 0;
  b.write(cfg({ direction: 'long' })); c = b.start(); await sleep(2000); console.log('C corrected, long', c.exitCode, b.savedStatus()?.price, b.savedStatus()?.lower, b.errors.join('').slice(0, 300)); await halt(b, c); b.dispose();
}, 30000);
test('D: investment, unrelated edit while stopped', async () => {
  const st = { order_quantity: undefined, investment: 1000 };
  const b = new LoneBot('w', cfg(st, { volatility: 0.004, speed: 200 }));
  let c = await run(b, 4000); await halt(b, c); console.log('D before', JSON.stringify(db(b)), b.savedStatus()?.price);
  b.write(cfg({ ...st, out_of_range: 'trail' }, { volatility: 0.004, speed: 200 })); c = await run(b, 700); await halt(b, c); console.log('D after', JSON.stringify(db(b)), b.savedStatus()?.price, b.savedStatus()?.carry); b.dispose();
}, 30000);
