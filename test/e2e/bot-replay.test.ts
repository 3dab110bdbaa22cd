/** A real bot over a replay: it finishes, its sums agree, it repeats, and no kill -9 costs a trade. */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { openReadOnly } from '../../src/platform/sqlite.ts';
import { copyRealCandles, writeCandles } from '../fixtures/candles.ts';
import { LoneBot, replayConfig } from '../fixtures/lone-bot.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { ROOT } from '../source-tree.ts';

const bots: LoneBot[] = [];
afterEach(() => {
  for (const bot of bots.splice(0)) bot.dispose();
});

function replayBot(prepare: (file: string) => void, strategy: object = {}): LoneBot {
  const bot = new LoneBot('replay_01', replayConfig('candles.csv', strategy));
  bots.push(bot);
  prepare(join(bot.home, 'candles.csv'));
  return bot;
}

/** Runs until the replay is finished and the process ended by SIGTERM; returns the saved figures. */
async function runToEnd(bot: LoneBot) {
  const child = bot.start();
  await waitFor('the end of the replay', () => bot.savedStatus()?.grid_state === 'finished');
  child.kill('SIGTERM');
  expect(await bot.ended(child)).toBe(0);
  const status = bot.savedStatus();
  if (status === null) throw new Error('no figures were saved');
  return status;
}

function money(text: string): bigint {
  const value = parseMoney(text);
  if (value === null) throw new Error(`no money: ${text}`);
  return value;
}

/** What the paper venue says of its own account, from its own tables. */
function venueTrades(bot: LoneBot): { trades: number; fees: bigint; position: bigint } {
  const db = openReadOnly(bot.dbPath);
  const rows = db
    .prepare<[], { side: string; size: string; fee: string }>(
      'SELECT side, size, fee FROM fills',
    )
    .all();
  const trades = db.prepare<[], { n: number }>('SELECT count(*) n FROM paper_trades').get()?.n ?? -1;
  db.close();
  const signed = rows.map(({ side, size }) => (side === 'buy' ? money(size) : -money(size)));
  return {
    trades,
    fees: rows.reduce((sum, { fee }) => sum + money(fee), 0n),
    position: signed.reduce((sum, size) => sum + size, 0n),
  };
}

async function checkReplay(prepare: (file: string) => void): Promise<void> {
  const bot = replayBot(prepare);
  const status = await runToEnd(bot);
  const { trades, fees, position } = venueTrades(bot);
  expect(trades).toBe(bot.trades().length);
  expect(trades).toBeGreaterThan(100);
  expect(money(status.position)).toBe(position);
  expect(money(status.fees)).toBe(fees);
  // The venue's balance, the cycles and the open parcels are three sums; they meet exactly.
  expect(money(status.total_pnl)).toBe(money(status.grid_profit) + money(status.unpaired));
  expect(money(status.equity) - money('10000')).toBe(money(status.total_pnl));
  expect(status.cycles).toBeGreaterThan(10);
  const again = replayBot(prepare);
  await runToEnd(again);
  expect(again.trades()).toEqual(bot.trades());
}

describe('replay', () => {
  test('real candles: finishes, the sums meet, twice the same trades', async (context) => {
    const probe = new LoneBot('probe', {});
    bots.push(probe);
    const present = copyRealCandles(join(probe.home, 'probe.csv'));
    if (!present) context.skip('the shared candle file is not on this machine');
    await checkReplay((file) => void copyRealCandles(file));
  });

  test('generated candles: finishes, the sums meet, twice the same trades', async () => {
    await checkReplay((file) => writeCandles(file, 1500, 7));
  });
});

describe('kill -9', () => {
  const KILLS = 50;

  test(`at ${KILLS} borders between commits: the same trades as without`, async () => {
    const prepare = (file: string) => writeCandles(file, 1500, 11);
    const whole = replayBot(prepare);
    await runToEnd(whole);
    const expected = whole.trades();
    const killed = replayBot(prepare);
    const preload = join(ROOT, 'test', 'fixtures', 'kill-at-commit.mjs');
    let random = 12345;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      // Recovery itself crosses a few borders: some kills fall into it, most beyond it.
      const border = 1 + ((random >>> 8) % 60);
      const env = { GRIDD_TEST_KILL_AT: String(border) };
      const child = killed.start({ imports: [preload], env, cause: 'restart' });
      expect(await killed.ended(child), killed.errors.join('')).toBe('SIGKILL');
      const trades = killed.trades();
      expect(trades).toEqual(expected.slice(0, trades.length));
    }
    expect(killed.trades().length).toBeGreaterThan(KILLS);
    const status = await runToEnd(killed);
    expect(killed.trades()).toEqual(expected);
    expect(money(status.total_pnl)).toBe(money(status.grid_profit) + money(status.unpaired));
  });

  test.each([
    { direction: 'long', grid_type: 'geometric' },
    { direction: 'short', grid_type: 'arithmetic' },
  ])('at each of the first borders of a $direction grid: its start order too', async (shape) => {
    const prepare = (file: string) => writeCandles(file, 300, 5);
    const whole = replayBot(prepare, shape);
    const figures = await runToEnd(whole);
    const expected = whole.trades();
    expect(expected.length).toBeGreaterThan(20);
    const preload = join(ROOT, 'test', 'fixtures', 'kill-at-commit.mjs');
    const killed = replayBot(prepare, shape);
    // Each start gets a little further: intent, venue's commit, answer, fill, counter orders.
    for (let border = 2; border <= 16; border += 2) {
      const env = { GRIDD_TEST_KILL_AT: String(border) };
      const child = killed.start({ imports: [preload], env });
      expect(await killed.ended(child), killed.errors.join('')).toBe('SIGKILL');
    }
    const status = await runToEnd(killed);
    expect(killed.trades()).toEqual(expected);
    expect(status.total_pnl).toBe(figures.total_pnl);
    expect(status.position).toBe(figures.position);
    expect(money(status.equity) - money('10000')).toBe(money(status.total_pnl));
  });
});
