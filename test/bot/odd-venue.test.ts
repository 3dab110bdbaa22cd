/** A venue that tells odd things or answers only in part: degraded and told, never a crash. */
import { describe, expect, test } from 'vitest';
import { ComparisonSchedule } from '../../src/bot/comparison-schedule.ts';
import { meteredVenue } from '../../src/bot/metered-venue.ts';
import { RateBudget } from '../../src/bot/rate-budget.ts';
import { fillNumbers, roundedMoney, wholeLots } from '../../src/bot/venue-numbers.ts';
import { formatMoney } from '../../src/contract/decimal.ts';
import { makeMarket } from '../../src/contract/market.ts';
import { BudgetHeld, VenueFault } from '../../src/exchange/port.ts';
import type {
  OrderRequest,
  RejectReason,
  VenueFill,
  VenueOrder,
} from '../../src/exchange/port.ts';
import { paperMarket } from '../../src/exchange/paper/index.ts';
import { GridService } from '../../src/bot/grid-service.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { done, makeRig, openDesk, pass, stray } from './fickle-desk.ts';
import type { FickleDesk, FickleRig } from './fickle-desk.ts';

const LOST = { status: 'unknown', message: 'timeout' } as const;
const DOWN = new VenueFault('unreachable', 'timeout');

function fillOf(rig: FickleRig, desk: FickleDesk, more: Partial<VenueFill>): VenueFill {
  const { runner } = desk.session;
  const buy = runner.state.orders.find(({ side }) => side === 'buy');
  const client_id = runner.ids.of(buy?.id ?? 0);
  const [order] = rig.venue.resting().filter((each) => each.client_id === client_id);
  const { side, price, venue_order_id } = order ?? { side: 'buy', price: '1', venue_order_id: '' };
  const told = { trade_id: 'odd', client_id, venue_order_id, side, price: price ?? '1' } as const;
  return { ...told, size: '0.2', fee: '0.001', maker: true, at_ms: rig.clock.now(), ...more };
}

describe('a fill', () => {
  test('between two ticks keeps the cash exact, one with a fee of 20 decimals is rounded', () => {
    const market = makeMarket(paperMarket('SOL_USDC_PERP'));
    const fill: VenueFill = {
      ...{ trade_id: 't', client_id: 'c', venue_order_id: 'v', side: 'buy' as const, maker: true },
      ...{ price: '100.004', size: '0.5', fee: '0.00000000000000000049', at_ms: 1 },
    };
    const bought = fillNumbers(market, fill);
    expect(bought).toMatchObject({ ticks: 10_000, lots: 50, whole: true });
    expect(formatMoney(bought?.fee ?? 0n)).toBe('0.002');
    const sold = fillNumbers(market, { ...fill, side: 'sell' });
    expect(formatMoney(sold?.fee ?? 0n)).toBe('-0.002');
    expect(fillNumbers(market, { ...fill, size: '0.505' })).toMatchObject({ lots: 50, whole: false });
    expect(fillNumbers(market, { ...fill, size: '0.001' })).toBeNull();
    expect(fillNumbers(market, { ...fill, price: 'NaN' })).toBeNull();
    expect(wholeLots(market, '-0.505')).toBe(-50);
    expect(roundedMoney('0.0000000000000000005')).toBe(1n);
  });

  test('dated between two milliseconds, or not at all, is booked', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 3000);
    const dates = [rig.clock.now() + 0.25, Number.NaN];
    for (const [n, at_ms] of dates.entries()) {
      rig.venue.tell({ type: 'fill', fill: fillOf(rig, desk, { trade_id: `odd${n}`, at_ms }) });
      await pass(rig, desk, 100);
    }
    expect(rig.books.fills(10)).toHaveLength(2);
    rig.venue.tell({ type: 'price', last: '104.5', mark: '104.5', at_ms: 1.5 });
    await pass(rig, desk, 100);
    expect(desk.bugs).toEqual([]);
  });

  test.each([
    ['larger than its order', { size: '9' }, 'does not fit its order'],
    ['on the other side', { side: 'sell' as const }, 'does not fit its order'],
    ['with a price that is none', { price: '-' }, 'figures that cannot be read'],
  ])('%s is told and not booked', async (_what, odd, told) => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 3000);
    rig.venue.tell({ type: 'fill', fill: fillOf(rig, desk, odd) });
    await pass(rig, desk, 100);
    expect(rig.books.fills(10)).toEqual([]);
    expect(desk.session.runner.degraded.join()).toContain(told);
    expect(desk.bugs).toEqual([]);
  });

  test('of half a lot more is booked in whole lots, and told', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 3000);
    rig.venue.tell({ type: 'fill', fill: fillOf(rig, desk, { size: '0.205' }) });
    await pass(rig, desk, 100);
    expect(desk.session.runner.figures().position_lots).toBe(20);
    expect(desk.session.runner.degraded.join()).toContain('has size 0.205, no whole lots');
    expect(desk.bugs).toEqual([]);
  });
});

test('a price that is none, a position of half a lot, odd funding: told, and nothing ends', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 3000);
  const { runner } = desk.session;
  const before = runner.ticks;
  rig.venue.tell({ type: 'price', last: 'NaN', mark: '0', at_ms: 1 });
  const at_ms = rig.clock.now() + 0.5;
  Object.assign(rig.venue, {
    position: async () => ({ size: '0.005', entry_price: null, liquidation_price: null }),
    fundingSince: async () => [
      { funding_id: 'a', amount: 'n/a', at_ms },
      { funding_id: 'b', amount: '0.1234567890123456789', at_ms },
    ],
  });
  await pass(rig, desk, 200);
  expect(runner.degraded.join()).toContain('price is "NaN"');
  expect(runner.ticks).toBe(before);
  await pass(rig, desk, 61_000);
  expect(runner.degraded.join()).toMatch(/Funding a is "n\/a".*position 0.005 is not whole lots/);
  expect(formatMoney(runner.figures().funding)).toBe('0.123456789012345679');
  expect(runner.state.mismatch).toBeNull();
  await done(rig, desk, desk.session.stop({}));
  expect(desk.bugs).toEqual([]);
});

describe('a venue that answers in part', () => {
  test('a look-up books the fills that came although another listing failed', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    rig.venue.mischief.tells = ({ type }) => type === 'price' || type === 'gap';
    rig.venue.mischief.submit = (_order, execute) => {
      execute();
      return LOST;
    };
    rig.venue.mischief.question = (question) => {
      if (question === 'history') throw DOWN;
    };
    rig.venue.move(10390);
    await pass(rig, desk, 1000);
    rig.venue.tell({ type: 'gap', reason: 'sequence' });
    await pass(rig, desk, 2000);
    const looked = rig.venue.requests();
    // The sells above are executed while the counter order is still looked for.
    rig.venue.move(10510);
    await pass(rig, desk, 20_000);
    expect(rig.venue.requests()).toBeGreaterThan(looked);
    expect(rig.books.fills(10)).toHaveLength((await rig.venue.fillsSince(0)).length);
    rig.venue.mischief.question = undefined;
    rig.venue.mischief.submit = undefined;
    await pass(rig, desk, 90_000);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('an order that was refused and only its history says so waits for what it was refused for', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    const lost: OrderRequest[] = [];
    rig.venue.mischief.submit = (order) => {
      lost.push(order);
      return LOST;
    };
    const past = (reason: RejectReason): VenueOrder[] =>
      lost.map(({ client_id, side, price, size, reduce_only }, n) => ({
        ...{ client_id, side, price, size, reduce_only, venue_order_id: `past-${n}` },
        ...{ filled: '0', status: 'rejected', reason, at_ms: rig.clock.now() },
      }));
    Object.assign(rig.venue, { orderHistory: async () => past('post_only_would_cross') });
    rig.venue.move(10290);
    await pass(rig, desk, 10_000);
    expect(lost).toHaveLength(1);
    expect(runner.state.orders.some(({ status }) => status === 'sent')).toBe(false);
    expect(runner.degraded).toEqual([]);
    rig.venue.mischief.submit = undefined;
    // A tick, not a step: what would cross waits for no more.
    rig.venue.move(10291);
    await pass(rig, desk, 10_000);
    expect(rig.venue.resting().map(({ price }) => price)).toContain(lost[0]?.price);
    expect(desk.bugs).toEqual([]);
  });

  test('a comparison books fills although the venue says neither its time nor its orders', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    rig.venue.mischief.tells = ({ type }) => type === 'price';
    rig.venue.mischief.question = (question) => {
      if (question === 'time' || question === 'open') throw DOWN;
    };
    rig.venue.move(10390);
    await pass(rig, desk, 61_000);
    expect(rig.books.fills(10)).toHaveLength(1);
  });

  test('more orders in doubt than the budget has questions are settled all the same', async () => {
    const rig = makeRig({ requests_per_minute: 120, batch: { submit: 50, cancel: 1 } });
    rig.venue.mischief.submit = () => LOST;
    const desk = await openDesk(rig, { grid_num: 40 });
    const { runner } = desk.session;
    expect(rig.venue.sent).toHaveLength(40);
    rig.venue.mischief.submit = undefined;
    await pass(rig, desk, 300_000);
    expect(runner.degraded).toEqual([]);
    expect(rig.venue.resting()).toHaveLength(40);
    expect(stray(rig, desk)).toEqual([]);
  });
});

describe('the next comparison', () => {
  test('is put off by no more than the interval, and by what the venue asked for', () => {
    const schedule = new ComparisonSchedule(() => 10_000, '0', 0);
    for (let n = 0; n < 9; n += 1) schedule.failed(0, null);
    expect(schedule.wait(0)).toBe(10_000);
    schedule.done(0);
    schedule.failed(0, null);
    expect(schedule.wait(0)).toBe(2000);
    schedule.failed(0, 15_000);
    expect(schedule.wait(0)).toBe(15_000);
    schedule.done(0, 20_000);
    expect(schedule.wait(0)).toBe(20_000);
    schedule.done(0, 5000);
    expect(schedule.wait(0)).toBe(10_000);
  });

  test('comes at once when the venue answers again, once an outage', () => {
    const schedule = new ComparisonSchedule(() => 60_000, '0', 0);
    schedule.done(0);
    schedule.answered(0);
    expect(schedule.wait(0)).toBe(60_000);
    for (let n = 0; n < 6; n += 1) schedule.failed(0, null);
    schedule.answered(5000);
    expect(schedule.isDue(5000)).toBe(true);
    schedule.failed(5000, null);
    schedule.answered(6000);
    expect(schedule.isDue(6000)).toBe(false);
  });

  test('follows a maintenance within the interval', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig, {}, { strategy: () => ({ interval: 10 }) });
    await pass(rig, desk, 5000);
    const from = rig.clock.monotonic();
    rig.venue.mischief.question = () => {
      if (rig.clock.monotonic() < from + 50_000) throw new VenueFault('maintenance', 'soon');
    };
    rig.venue.mischief.tells = ({ type }) => type === 'price';
    await pass(rig, desk, 49_000);
    rig.venue.move(10390);
    await pass(rig, desk, 27_000);
    expect(rig.books.fills(10)).toHaveLength(1);
  });
});

test('a waiting time that is none, or of a year, is not obeyed for ever', async () => {
  const clock = manualClock();
  const rig = makeRig();
  const budget = new RateBudget(null);
  const venue = meteredVenue(rig.venue, budget, clock, () => undefined);
  let wanted = Number.NaN;
  rig.venue.mischief.question = () => {
    throw new VenueFault('rate_limited', 'too many', wanted);
  };
  await expect(venue.position()).rejects.toMatchObject({ retry_after_ms: null });
  expect(budget.wait('question', clock.monotonic())).toBe(5000);
  await expect(venue.position()).rejects.toBeInstanceOf(BudgetHeld);
  clock.advance(5000);
  wanted = 365 * 86_400_000;
  await expect(venue.position()).rejects.toMatchObject({ retry_after_ms: 86_400_000 });
});

test('one route that wants an hour of silence holds no cancel for an hour', async () => {
  const clock = manualClock();
  const rig = makeRig();
  const budget = new RateBudget(null);
  const venue = meteredVenue(rig.venue, budget, clock, () => undefined);
  for (const kind of ['unreachable', 'maintenance'] as const) {
    rig.venue.mischief.question = () => {
      throw new VenueFault(kind, 'Retry-After: 3600', 3_600_000);
    };
    await expect(venue.position()).rejects.toMatchObject({ kind });
    expect(budget.wait('cancel', clock.monotonic())).toBe(15_000);
    clock.advance(15_000);
  }
});

test('missed fills are one commit, before anything that they cause is sent', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 5000);
  rig.venue.mischief.tells = ({ type }) => type === 'gap';
  rig.venue.move(10150);
  await pass(rig, desk, 1000);
  const commits: number[] = [];
  const commitAll = rig.books.commitAll.bind(rig.books);
  let full = true;
  rig.books.commitAll = (turns) => {
    if (turns.some(({ fill }) => fill !== undefined)) {
      commits.push(turns.length);
      if (full) throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' });
    }
    commitAll(turns);
  };
  const sent = rig.venue.sent.length;
  rig.venue.tell({ type: 'gap', reason: 'sequence' });
  await pass(rig, desk, 1500);
  const { runner } = desk.session;
  // Without room the engine does not move, and nothing is sent.
  expect(runner.figures().position_lots).toBe(0);
  expect(rig.venue.sent).toHaveLength(sent);
  expect(runner.degraded.join()).toContain('cannot be written');
  full = false;
  await pass(rig, desk, 3000);
  expect(new Set(commits)).toEqual(new Set([3]));
  expect(runner.figures().position_lots).toBe(150);
  expect(rig.books.fills(10)).toHaveLength(3);
  expect(desk.bugs).toEqual([]);
});

test('a balance without an answer holds nothing up: it is asked beside the queue', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  const { runner } = desk.session;
  const { venue, books, clock } = rig;
  Object.assign(venue, { balance: () => new Promise(() => undefined) });
  const logger = makeLogger('odd', [{ level: 'info', file: { write: () => undefined } }]);
  const service = new GridService({
    ...{ id: 'a', market: venue.market_, venue: runner.venue, books, runner, clock, log: logger },
    ...{ config: () => Object.assign({}), warnings: () => [], startedAtMs: 0 },
    acceptPosition: () => Promise.reject(DOWN),
    clockOffset: () => null,
  });
  await runner.run(() => service.refreshWithin());
  await runner.run(() => undefined);
  const accepted = service.acceptPosition({});
  await expect(accepted).rejects.toMatchObject({ code: 'VENUE_UNREACHABLE' });
});

test('the budget follows what the client of the venue counts, and is short when that is', async () => {
  const clock = manualClock();
  const rig = makeRig();
  const budget = new RateBudget(1200);
  let used = 0;
  Object.assign(rig.venue, { usage: () => ({ used, allowed: 1200 }) });
  const venue = meteredVenue(rig.venue, budget, clock, () => undefined);
  await venue.position();
  expect(budget.left(clock.monotonic())).toBe(299);
  // One call that was many requests.
  used = 1140;
  await venue.position();
  expect(budget.left(clock.monotonic())).toBe(60);
  expect(budget.takeShortage()).toBe(false);
  const answers: boolean[] = [];
  const other = meteredVenue(rig.venue, budget, clock, (well) => answers.push(well));
  rig.venue.mischief.question = () => {
    throw new BudgetHeld(700);
  };
  await expect(other.position()).rejects.toMatchObject({ retry_after_ms: 700 });
  // It was not asked: that says nothing of the venue, and holds nobody else.
  expect(answers).toEqual([]);
  expect(budget.wait('question', clock.monotonic())).toBe(0);
  expect(budget.takeShortage()).toBe(true);
});

test('a place refused for the rate holds places, a cancel or a question holds all', async () => {
  const clock = manualClock();
  const budget = new RateBudget(null);
  const rate = { status: 'rejected', reason: 'rate_limited', message: '429', retry_after_ms: 7000 };
  const rig = makeRig();
  Object.assign(rig.venue, { submit: async () => rate, cancel: async () => rate });
  const venue = meteredVenue(rig.venue, budget, clock, () => undefined);
  const order = { client_id: 'a', side: 'buy', price: '1', size: '1' } as const;
  await venue.submit({ ...order, post_only: true, reduce_only: false });
  const waits = () =>
    (['place', 'cancel', 'question'] as const).map((kind) => budget.wait(kind, clock.monotonic()));
  expect(waits()).toEqual([7000, 0, 0]);
  await venue.cancel('a');
  expect(waits()).toEqual([7000, 7000, 7000]);
});
