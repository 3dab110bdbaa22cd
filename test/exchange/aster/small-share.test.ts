/** One bot of 32 on a key: everything it asks comes through, one heavy question after another. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { designGrid } from '../../../src/bot/plan.ts';
import { Session } from '../../../src/bot/session.ts';
import { formatMoney } from '../../../src/contract/decimal.ts';
import { makeMarket, nearestTicks } from '../../../src/contract/market.ts';
import type { MarketRules } from '../../../src/contract/market.ts';
import { initialState } from '../../../src/engine/index.ts';
import { BudgetHeld } from '../../../src/exchange/port.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import { makeLogger } from '../../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../../src/platform/sqlite.ts';
import { Books } from '../../../src/store/index.ts';
import { MIGRATIONS } from '../../../src/store/schema.ts';
import { TAG } from '../../bot/grid-rig.ts';
import { manualClock } from '../manual-clock.ts';
import type { ManualClock } from '../manual-clock.ts';
import * as recorded from './recorded.ts';
import { AGENT, OLDER, scriptedAster } from './scripted-aster.ts';
import type { ScriptedAster } from './scripted-aster.ts';

const SHARE = 1 / 32;
const MINUTE_MS = 60_000;
const PRICE = '151';
const VALUES = {
  ...{ grid_lower_price: 100, grid_upper_price: 200, grid_num: 10, order_quantity: '0.5' },
};

let aster: ScriptedAster;
let clock: ManualClock;
let venue: Venue;
beforeEach(async () => {
  aster = await scriptedAster();
  clock = manualClock();
  venue = aster.open(AGENT, { clock });
  venue.grant(SHARE);
});
afterEach(async () => {
  await venue.close();
  await aster.close();
});

/** Asks until it is answered, each time as late as the budget says; ms that it took. */
async function patiently(ask: () => Promise<unknown>, longestMs: number): Promise<number> {
  const from = clock.monotonic();
  while (clock.monotonic() - from <= longestMs) {
    try {
      await ask();
      return clock.monotonic() - from;
    } catch (error) {
      if (!(error instanceof BudgetHeld)) throw error;
      clock.advance(error.retry_after_ms ?? 1000);
    }
  }
  throw new Error(`not answered within ${longestMs} ms`);
}

describe('on 1/32 of a key', () => {
  it.each([['agent', AGENT], ['older', OLDER]])('rules and account, %s key', async (_, key) => {
    const one = aster.open(key, { clock });
    one.grant(SHARE);
    await patiently(() => one.market(), MINUTE_MS);
    await patiently(() => one.account(), 2 * MINUTE_MS);
    // Each question once for the rules and once for the account.
    expect(aster.to('GET exchangeInfo')).toHaveLength(1);
    expect(aster.to('GET commissionRate')).toHaveLength(2);
    expect(aster.to('GET positionSide/dual')).toHaveLength(1);
    await one.close();
  });

  it('also when a share is half of that', async () => {
    venue.grant(SHARE / 2);
    await patiently(() => venue.market(), 2 * MINUTE_MS);
    await patiently(() => venue.account(), 4 * MINUTE_MS);
    expect(aster.to('GET positionSide/dual')).toHaveLength(1);
  });

  it('what was answered long ago is asked for anew', async () => {
    await expect(venue.account()).rejects.toBeInstanceOf(BudgetHeld);
    clock.advance(4 * MINUTE_MS);
    await expect(venue.account()).rejects.toBeInstanceOf(BudgetHeld);
    expect(aster.to('GET accountWithJoinMargin')).toHaveLength(1);
    clock.advance(MINUTE_MS);
    await expect(venue.account()).rejects.toBeInstanceOf(BudgetHeld);
    expect(aster.to('GET accountWithJoinMargin')).toHaveLength(2);
  });

  it('an account that was read whole, or cannot be read, is asked for anew', async () => {
    const whole = aster.open(AGENT, { clock });
    const rates = () => aster.to('GET commissionRate').length;
    await whole.account();
    aster.script('GET positionSide/dual', { body: {} });
    await expect(whole.account()).rejects.toMatchObject({ because: 'answer' });
    expect(rates()).toBe(2);
    aster.script('GET positionSide/dual', { body: { dualSidePosition: true } });
    expect(await whole.account()).toMatchObject({ position_mode: 'hedge' });
    expect(rates()).toBe(3);
    await whole.close();
  });

  it('the dead man\'s switch is wound with what questions leave to cancels', async () => {
    // Of 18, 12 are left; the switch weighs 10, and 3 are kept for cancels.
    await venue.position();
    await venue.windDeadMan(30_000);
    expect(aster.to('POST countdownCancelAll')).toHaveLength(1);
    await expect(venue.price()).rejects.toBeInstanceOf(BudgetHeld);
  });
});

describe('where questions have used up what they may', () => {
  const ORDER = { client_id: 'g1-7', side: 'sell', size: '0.5', post_only: false } as const;

  /** Asks until nothing more may be asked. */
  async function drain(): Promise<void> {
    for (;;) {
      try {
        await venue.price();
      } catch (error) {
        if (error instanceof BudgetHeld) return;
        throw error;
      }
    }
  }

  it('a price comes in the end: its two questions never take each other\'s place', async () => {
    await drain();
    for (let n = 0; n < 5; n += 1) await patiently(() => venue.price(), 10_000);
    const asked = aster.to('GET premiumIndex').length;
    expect(asked).toBeGreaterThan(5);
    expect(aster.to('GET ticker/price')).toHaveLength(asked);
  });

  it('cancels and what only closes go, other orders wait', async () => {
    await drain();
    const placed = await venue.submit({ ...ORDER, price: '151', reduce_only: false });
    expect(placed).toMatchObject({ status: 'rejected', reason: 'rate_limited' });
    const closed = await venue.submit({ ...ORDER, price: null, reduce_only: true });
    expect(closed).toMatchObject({ status: 'accepted' });
    await venue.cancel('g1-42');
    expect(aster.to('DELETE order')).toHaveLength(1);
  });
});

describe('comparisons on 1/32 of a key', () => {
  async function openSession(interval: number): Promise<{ session: Session; books: Books }> {
    aster.script('GET positionRisk', { body: [{ ...recorded.POSITION, positionAmt: '0' }] });
    aster.script('GET openOrders', { body: [] });
    aster.script('GET userTrades', { body: [] });
    const found: MarketRules[] = [];
    await patiently(async () => found.push(await venue.market()), MINUTE_MS);
    const [rules] = found;
    if (rules === undefined) throw new Error('no rules');
    const market = makeMarket(rules);
    const ticks = nearestTicks(market, PRICE) ?? 0;
    const { plan } = designGrid(market, VALUES, PRICE, 'GRID_REFUSED');
    const db = openDatabase(':memory:', 'NORMAL');
    migrate(db, MIGRATIONS);
    const books = new Books(db);
    const session = new Session({
      ...{ market, venue, books, clock, ticks, tag: TAG, bootId: 'boot' },
      log: makeLogger('small', [{ level: 'info', file: { write: () => undefined } }]),
      ...{ state: initialState(plan), strategy: () => ({ interval }) },
      onBug: (error) => bugs.push(error),
    });
    session.runner.venue.grant(SHARE);
    return { session, books };
  }
  const bugs: unknown[] = [];

  it.each([10, 60])('every %i s come through, and funding is booked', async (interval) => {
    const { session, books } = await openSession(interval);
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 1000) {
        clock.advance(1000);
        await session.runner.run(() => session.tick());
      }
    };
    await pass(2 * MINUTE_MS);
    const seen = () => ['positionRisk', 'income'].map((path) => aster.to(`GET ${path}`).length);
    let before = seen();
    for (let round = 0; round < 5; round += 1) {
      await pass(2 * MINUTE_MS);
      const now = seen();
      // Positions are compared and payments asked for, in every two minutes.
      now.forEach((count, index) => expect(count).toBeGreaterThan(before[index] ?? 0));
      before = now;
    }
    expect(formatMoney(session.runner.figures().funding)).toBe('-0.375');
    expect(session.runner.degraded).toEqual([]);
    expect(bugs).toEqual([]);
    await session.close();
    books.close();
  });
});
