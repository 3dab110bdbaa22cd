import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'vitest';
import { LoneBot } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
function cfg(strategy: object, paper: object = {}, daemon: object = {}) {
  return { metadata: { symbol: 'SOL_USDT' }, daemon_config: daemon,
    exchange_config: { paper: { price_source: 'synthetic', speed: 1, ...paper } },
    strategy_config: { grid_lower_price: 140, grid_upper_price: 175, grid_num: 35, order_quantity: 0.5, ...strategy } };
}
const q = (b: LoneBot, sql: string) => { const d = openReadOnly(b.dbPath); const r = d.prepare(sql).all(); d.close(); return JSON.stringify(r); };
test('B: PORT_TAKEN refused after trading', async () => {
  const s = createServer().listen(5987, '127.0.0.1');
  const b = new LoneBot('w', cfg({ direction: 'long', duration: 3600 }, {}, { web_port: 5987, strict_port: true }));
  const launch = { home: b.home, id: 'w', config_file: b.configFile, log_dir: b.logDir, db_path: b.dbPath, generation: 1, web_port: 5987, avoid_ports: [], cause: 'start', fresh: false };
  const c = spawn(process.execPath, ['/work/main/dist/bot/main.js', JSON.stringify(launch)], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], HOME: b.home } });
  let err = ''; c.stderr.on('data', (x) => { err += x; });
  const code = await new Promise((r) => c.on('exit', r));
  console.log('B exit', code, err.slice(0, 150), q(b, "select role,status,count(*) n from orders group by 1,2"), q(b, 'select lots from paper_account'), q(b, "select value from meta where key='run_clock'"));
  b.dispose(); s.close();
}, 30000);
test('E: duration receipt, and once more at a restart', async () => {
  const b = new LoneBot('w', cfg({ duration: 2 }));
  let c = b.start(); console.log('E exit', await b.ended(c), q(b, 'select body from receipts'), q(b, 'select status,count(*) n from orders group by 1'));
  c = b.start({ cause: 'restart' }); console.log('E exit', await b.ended(c), q(b, 'select count(*) n from receipts'));
  b.dispose();
}, 30000);
test('F: equity against total while trading', async () => {
  const b = new LoneBot('w', cfg({}, { volatility: 0.003, speed: 300 }));
  const c = b.start(); await waitFor('up', () => b.webPort() !== null);
  let worst = 0, n = 0, bad = 0; let ex: unknown;
  const end = Date.now() + 6000;
  while (Date.now() < end) { const s: any = await (await fetch(`http://127.0.0.1:${b.webPort()}/api/status`)).json();
    const d = Math.abs(Number(s.equity) - 10000 - Number(s.total_pnl)); n++; if (d > 1e-8) { bad++; if (d > worst) { worst = d; ex = { equity: s.equity, total: s.total_pnl, deg: s.degraded }; } } }
  console.log('F polls', n, 'inconsistent', bad, 'worst', worst, JSON.stringify(ex)); c.kill('SIGTERM'); await b.ended(c); b.dispose();
}, 30000);
