/** A maker rebate keeps its sign from the config file to the sums of the books. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPaper } from '../../src/bot/open-venue.ts';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import { makeMarket } from '../../src/contract/market.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { loadConfigText } from '../../src/registry/config-file.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { scriptedPath } from '../exchange/scripted-path.ts';
import { VALUES, openDesk } from './grid-rig.ts';

const PRICES = [104.5, 102.5, 107.5, 102.6, 105.5];

function configText(paper: object): string {
  return JSON.stringify({
    metadata: { symbol: 'SOL_USDC_PERP' },
    exchange_config: { paper: { price_source: 'replay', file: 'path.csv', speed: 0, ...paper } },
    strategy_config: VALUES,
  });
}

test('a maker rebate is income in fills, books, cash and the three sums', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-rebate-'));
  const home = homeAt(folder);
  mkdirSync(home.active, { recursive: true });
  const row = (price: number, k: number) =>
    `${1e12 + k * 60_000},${price},${price},${price},${price},1`;
  const rows = PRICES.map(row);
  writeFileSync(join(folder, 'path.csv'), ['ts_ms,open,high,low,close,volume', ...rows].join('\n'));
  const text = configText({ maker_fee: '-0.0001', taker_fee: '0.0005' });
  const { config } = loadConfigText(home, join(home.active, 'rebate.json'), text);
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  const books = new Books(db);
  const { venue } = openPaper(home, config, books, systemClock);
  const rules = await venue.market();
  expect(rules.maker_fee).toBe('-0.0001');
  const path = scriptedPath(rules.tick, [{ ticks: 1, move: 'jump' }], 'ends');
  const rig = { market: makeMarket(rules), venue, books, path, logged: [] };
  const desk = await openDesk(rig, venue);
  await new Promise<void>((resolve) => {
    void venue.connect(async (event) => {
      await desk.runner.take(event);
      if (event.type === 'ended') resolve();
    });
  });
  await venue.close();
  const fills = await venue.fillsSince(0);
  const money = (each: string) => parseMoney(each) ?? 0n;
  const sum = (texts: readonly string[]) => texts.reduce((all, each) => all + money(each), 0n);
  const fees = sum(fills.map(({ fee }) => fee));
  expect(fills.length).toBeGreaterThan(6);
  expect(fills.every(({ fee, maker }) => maker && fee.startsWith('-'))).toBe(true);
  expect(sum(books.fills(1000).map(({ fee }) => fee))).toBe(fees);
  const sums = desk.runner.figures();
  const { equity } = await venue.balance();
  expect(formatMoney(sums.total)).toBe(formatMoney(money(equity) - money('10000')));
  expect(sums.total).toBe(sums.grid_profit + sums.unpaired);
  // A cycle is worth its gap and both rebates: 0.5 x (1 + about 0.0001 x 2 x price).
  expect(sums.grid_profit > 0n && sums.grid_profit % (5n * 10n ** 17n) > 0n).toBe(true);
  expect(desk.bugs).toEqual([]);
  books.close();
  rmSync(folder, { recursive: true, force: true });
});
