import { join } from 'node:path';
import { test, expect } from 'vitest';
import { writeCandles } from '../fixtures/candles.ts';
import { LoneBot } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
function cfg(direction: string, grid_type: string, fill: string) {
  return { metadata: { symbol: 'SOL_USDT' }, daemon_config: {},
    exchange_config: { paper: { price_source: 'replay', file: 'c.csv', speed: 0, fill } },
    strategy_config: { grid_lower_price: 140, grid_upper_price: 175, grid_num: 35, order_quantity: 0.5, direction, grid_type } };
}
const PRE = '../fixtures/kill-at-commit.mjs';
async function end(bot: LoneBot) {
  const c = bot.start();
  await waitFor('end', () => bot.savedStatus()?.grid_state === 'finished');
  c.kill('SIGTERM'); expect(await bot.ended(c)).toBe(0);
  return bot.savedStatus()!;
}
for (const dir of ['long', 'short', 'neutral']) for (const type of ['arithmetic', 'geometric']) for (const fill of ['touch'])
test(`${dir} ${type} ${fill}`, async () => {
  const whole = new LoneBot('w', cfg(dir, type, fill)); writeCandles(join(whole.home, 'c.csv'), 1500, 11);
  const s = await end(whole); const expected = whole.trades();
  console.log(dir, type, fill, 'trades', expected.length, 'first', expected[0], s.position, s.total_pnl, s.grid_profit, s.unpaired, s.equity, s.open_orders);
  const k = new LoneBot('w', cfg(dir, type, fill)); writeCandles(join(k.home, 'c.csv'), 1500, 11);
  let r = 777;
  for (let i = 0; i < 12; i++) {
    r = (Math.imul(r, 1103515245) + 12345) >>> 0;
    const c = k.start({ imports: [PRE], env: { GRIDD_TEST_KILL_AT: String(i === 0 ? 40 : 1 + ((r >>> 8) % 60)) }, cause: 'restart' });
    await k.ended(c);
    const t = k.trades();
    expect(t).toEqual(expected.slice(0, t.length));
  }
  await end(k);
  expect(k.trades()).toEqual(expected);
  whole.dispose(); k.dispose();
}, 120000);
