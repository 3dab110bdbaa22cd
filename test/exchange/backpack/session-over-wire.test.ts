/**
 * A grid over the wire against the loopback venue while answers get lost, come late, come wrong and
 * the stream is cut: in the end the books have every fill of the venue once, and their total is the
 * venue's own, to the last digit. Faults and prices are drawn from a seed, which is printed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Session } from '../../../src/bot/session.ts';
import { formatMoney, parseMoney } from '../../../src/contract/decimal.ts';
import { makeMarket, priceText } from '../../../src/contract/market.ts';
import type { Market } from '../../../src/contract/market.ts';
import { design, initialState } from '../../../src/engine/index.ts';
import type { GridPlan } from '../../../src/engine/index.ts';
import { VenueFault } from '../../../src/exchange/port.ts';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { FAULT_KINDS } from '../../../src/exchange/sim/faults.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../../src/exchange/sim/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { makeLogger } from '../../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../../src/platform/sqlite.ts';
import { Books } from '../../../src/store/index.ts';
import { MIGRATIONS } from '../../../src/store/schema.ts';
import { Dice } from '../../sim/random.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { SYMBOL, openAt } from './account.ts';

const START = 15_000;
const STEP = 20;
const GRIDS = 20;
const RUN_MS = 5000;
const BALANCE = '10000';

function planOf(market: Market): GridPlan {
  const result = design(market, {
    grid_lower_price: priceText(market, START - (GRIDS / 2) * STEP),
    grid_upper_price: priceText(market, START + (GRIDS / 2) * STEP),
    ...{ grid_num: GRIDS, order_quantity: '0.5' },
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

/** Lets prices wander and things go wrong for a while. */
async function misbehave(sim: SimVenue, market: Market, dice: Dice): Promise<number> {
  const until = systemClock.monotonic() + RUN_MS;
  let [ticks, faults] = [START, 0];
  for (let n = 0; systemClock.monotonic() < until; n += 1) {
    const pull = Math.round((START - ticks) / 20);
    ticks += dice.whole(-35, 35) + pull;
    sim.command('move', { symbol: SYMBOL, price: priceText(market, ticks) });
    if (n % 4 === 0) {
      const kind = dice.pick(FAULT_KINDS);
      const method = dice.pick(['GET', 'POST', 'DELETE']);
      const ms = kind === 'latency' ? 500 : 0;
      sim.command('fault', { kind, method, times: 1, skip: dice.whole(0, 2), ms });
      faults += 1;
    }
    if (n % 25 === 20) sim.disconnect();
    await systemClock.delay(50);
  }
  sim.command('clear');
  return faults;
}

test('whatever fails on the way, the books are the venue\'s', { timeout: 60_000 }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const folder = mkdtempSync(join(tmpdir(), 'gridd-wire-'));
  const sim = await openSimVenue({ face: backpackFace, symbols: 3, balance: BALANCE });
  sim.command('move', { symbol: SYMBOL, price: '150' });
  const credentials = sim.accounts[0]?.keys ?? {};
  const venue = openAt(sim.url, { ws_url: sim.ws_url, credentials, read_timeout_ms: 300 });
  const db = openDatabase(join(folder, 'books.db'), 'NORMAL');
  migrate(db, MIGRATIONS);
  const market = makeMarket(await venue.market());
  const bugs: unknown[] = [];
  const books = new Books(db);
  const session = new Session({
    ...{ market, venue, books, clock: systemClock, tag: 'a1b2c3d4', ticks: START },
    log: makeLogger('wire', [{ level: 'fatal', file: { write: () => undefined } }]),
    ...{ state: initialState(planOf(market)), onBug: (error) => bugs.push(error) },
    ...{ bootId: 'test', onBreach: 'crash', strategy: () => ({ interval: 2 }) },
  });
  await session.recover();
  await session.begin('start');
  await session.connect();
  const { runner } = session;
  const endTicks = systemClock.every(200, () => {
    runner.run(() => session.tick()).catch((error: unknown) => {
      if (!(error instanceof VenueFault)) bugs.push(error);
    });
  });
  const faults = await misbehave(sim, market, new Dice(seed));
  const receipt = await session.panic();
  // A receipt is written in time even where the venue has not confirmed all of it.
  await runner.untilGridState(['stopped', 'finished']);
  const account = sim.account();
  const booked = () => books.fills(10_000).map(({ trade_id }) => trade_id);
  await waitFor('the last fills', () => booked().length >= account.fills.length);
  endTicks();
  const truth = account.fills.map(({ id }) => String(id));
  const told = `seed ${seed}, ${faults} faults, ${truth.length} fills, ${JSON.stringify(receipt)}`;
  expect(bugs, told).toEqual([]);
  expect(faults).toBeGreaterThan(10);
  expect(account.alive(SYMBOL), told).toEqual([]);
  expect(runner.figures().position_lots, told).toBe(0);
  expect([...booked()].sort(), told).toEqual(truth.sort());
  const { equity } = sim.world.margin(account);
  const earned = formatMoney(equity - (parseMoney(BALANCE) ?? 0n));
  expect(formatMoney(runner.figures().total), told).toBe(earned);
  await session.close();
  await sim.close();
  db.close();
  rmSync(folder, { recursive: true, force: true });
});
