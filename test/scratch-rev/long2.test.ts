import { join } from 'node:path';
import { test } from 'vitest';
import { writeCandles } from '../fixtures/candles.ts';
import { LoneBot } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
function cfg(direction: string) {
  return { metadata: { symbol: 'SOL_USDT' }, daemon_config: {},
    exchange_config: { paper: { price_source: 'replay', file: 'c.csv', speed: 0 } },
    strategy_config: { grid_lower_price: 140, grid_upper_price: 175, grid_num: 35, order_quantity: 0.5, direction } };
}
const PRE = '/work/main/test/fixtures/kill-at-commit.mjs';
const show = (b: LoneBot, what: string) => { const s = b.savedStatus(); const db = openReadOnly(b.dbPath);
  const n = db.prepare('select count(*) n from paper_trades').get(); const o = db.prepare('select id,role,status,size from orders where role=\'start\'').all();
  const f = db.prepare('select trade_id,order_id from fills order by rowid limit 3').all(); const v = db.prepare('select lots from paper_account').get(); db.close();
  console.log(what, JSON.stringify({ pos: s?.position, total: s?.total_pnl, equity: s?.equity, gs: s?.grid_state, deg: s?.degraded, n, o, f, v })); };
test('unkilled long, then restart', async () => {
  const b = new LoneBot('w', cfg('long')); writeCandles(join(b.home, 'c.csv'), 1500, 11);
  let c = b.start(); await waitFor('end', () => b.savedStatus()?.grid_state === 'finished');
  c.kill('SIGTERM'); await b.ended(c); show(b, 'finished, clean end');
  c = b.start(); await waitFor('pid', () => b.webPort() !== null); await new Promise((r) => setTimeout(r, 1500));
  c.kill('SIGTERM'); await b.ended(c); show(b, 'after restart'); b.dispose();
}, 60000);
test('kill borders of start order', async () => {
  for (let k = 1; k <= 9; k++) {
    const b = new LoneBot('w', cfg('long')); writeCandles(join(b.home, 'c.csv'), 1500, 11);
    let c = b.start({ imports: [PRE], env: { GRIDD_TEST_KILL_AT: String(k) } }); const how = await b.ended(c);
    c = b.start({ cause: 'restart' }); await waitFor('end', () => b.savedStatus()?.grid_state === 'finished');
    c.kill('SIGTERM'); await b.ended(c); show(b, `killed at ${k} (${how})`); b.dispose();
  }
}, 120000);
