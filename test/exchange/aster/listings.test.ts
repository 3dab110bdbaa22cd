/** Listings are complete, oldest first and frugal, whatever the venue's pages show. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderMemory } from '../../../src/exchange/aster/order-memory.ts';
import type { AsterOrder } from '../../../src/exchange/aster/parse-order.ts';
import { listSpan } from '../../../src/exchange/aster/span.ts';
import { VenueFault } from '../../../src/exchange/port.ts';
import type { Venue, VenueOrder } from '../../../src/exchange/port.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { order } from './everything.ts';
import * as recorded from './recorded.ts';
import { AGENT, OLDER, scriptedAster } from './scripted-aster.ts';
import type { Asked, ScriptedAster } from './scripted-aster.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

describe('a span', () => {
  it('is listed whole, each row once, whichever rows a full page leaves out', async () => {
    const moment = fc.integer({ min: 0, max: 5000 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(moment, { maxLength: 120 }),
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 100, max: 6000 }),
        fc.constantFrom('oldest', 'newest'),
        async (moments, most, longest_ms, shows) => {
          const rows = [...moments].sort((a, b) => a - b);
          const found = await listSpan(100, 4900, { most, longest_ms }, async (from, to) => {
            expect(to - from).toBeLessThan(longest_ms);
            const fit = rows.filter((row) => row >= from && row <= to);
            return shows === 'oldest' ? fit.slice(0, most) : fit.slice(-most);
          });
          expect(found).toEqual(rows.filter((row) => row >= 100 && row <= 4900));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('with more rows in a millisecond than a page holds is a fault', async () => {
    const listed = listSpan(0, 10, { most: 2, longest_ms: 100 }, async () => [1, 1]);
    await expect(listed).rejects.toBeInstanceOf(VenueFault);
  });
});

describe('the memory of orders', () => {
  const told = (more: Partial<VenueOrder>, updated_ms: number, dated = true): AsterOrder => ({
    order: {
      ...{ client_id: 'a', venue_order_id: '7', side: 'buy', price: '1', size: '2' },
      ...{ filled: '0', status: 'open', reduce_only: false, at_ms: 100, ...more },
    },
    ...{ symbol: 'SOLUSDT', updated_ms, dated, expired: false, post_only: true },
  });

  it('takes no hint that came late for news', () => {
    const memory = new OrderMemory();
    memory.note(told({ filled: '1' }, 300));
    expect(memory.note(told({}, 200)).filled).toBe('1');
    expect(memory.note(told({}, 300)).filled).toBe('1');
    memory.note(told({ status: 'cancelled', filled: '1' }, 300));
    expect(memory.note(told({ filled: '1' }, 300)).status).toBe('cancelled');
    expect(memory.note(told({ filled: '2', status: 'filled' }, 400)).status).toBe('filled');
  });

  it('keeps when an order was made, though answers to actions do not say it', () => {
    const memory = new OrderMemory();
    expect(memory.note(told({ at_ms: 100 }, 100, false)).at_ms).toBe(100);
    expect(memory.note(told({ at_ms: 500, status: 'cancelled' }, 500, false)).at_ms).toBe(100);
    expect(memory.note(told({ at_ms: 99, status: 'cancelled' }, 500)).at_ms).toBe(99);
    expect(memory.madeAt('7')).toBe(99);
    expect(memory.clientIdOf('7')).toBe('a');
    expect(memory.clientIdOf('8')).toBeNull();
  });

  it('lists by making and change, in the order of the venue\'s numbers', () => {
    const memory = new OrderMemory();
    memory.note(told({ venue_order_id: '10', at_ms: 100 }, 100));
    memory.note(told({ venue_order_id: '9', at_ms: 100, status: 'cancelled' }, 300));
    memory.note(told({ venue_order_id: '8', at_ms: 50 }, 50));
    const ids = (orders: readonly VenueOrder[]) => orders.map((each) => each.venue_order_id);
    expect(ids(memory.since(0))).toEqual(['8', '9', '10']);
    expect(ids(memory.since(100))).toEqual(['9', '10']);
    expect(ids(memory.since(200))).toEqual(['9']);
    expect(ids(memory.resting())).toEqual(['10', '8']);
  });

  it('forgets old ends before anything that rests', () => {
    const memory = new OrderMemory();
    memory.note(told({ venue_order_id: '1' }, 1));
    for (let id = 2; id <= 4002; id += 1) {
      memory.note(told({ venue_order_id: String(id), status: 'filled' }, id));
    }
    expect(memory.madeAt('1')).not.toBeNull();
    expect(memory.madeAt('2')).toBeNull();
    expect(memory.madeAt('4002')).not.toBeNull();
  });
});

let aster: ScriptedAster;
let venue: Venue;
beforeEach(async () => {
  aster = await scriptedAster();
  venue = aster.open(OLDER);
});
afterEach(async () => {
  await venue.close();
  await aster.close();
});

interface Trade {
  readonly id: number;
  readonly orderId: number;
  readonly time: number;
}

/** Answers `userTrades` as documented: windows of seven days, full pages cut at their end. */
function serveTrades(trades: Trade[], most = 1000): void {
  aster.script('GET userTrades', ({ params }) => {
    const [from, to] = [Number(params['startTime']), Number(params['endTime'])];
    if (to - from > WEEK_MS) return { status: 400, body: { code: -4165, msg: 'too long' } };
    const fit = trades.filter(({ time }) => time >= from && time <= to);
    return { body: fit.slice(0, most).map((trade) => ({ ...recorded.USER_TRADE, ...trade })) };
  });
  const orderBody = (orderId: number) => ({
    ...{ ...recorded.ORDER, orderId, clientOrderId: `g1-${orderId}`, status: 'FILLED' },
    executedQty: '0.40',
  });
  aster.script('GET order', ({ params }) => ({ body: orderBody(Number(params['orderId'])) }));
  aster.script('GET allOrders', ({ params }) => {
    const from = Number(params['orderId'] ?? 0);
    const ids = [...new Set(trades.map(({ orderId }) => orderId))].filter((id) => id >= from);
    return { body: ids.sort((a, b) => a - b).slice(0, 1000).map(orderBody) };
  });
}

function spans(asked: readonly Asked[]): number[] {
  return asked.map(({ params }) => Number(params['endTime']) - Number(params['startTime']));
}

describe('fills', () => {
  const now = systemClock.now();
  const tradesOf = (count: number, apart: number): Trade[] =>
    Array.from({ length: count }, (_, k) => {
      return { id: 1000 + k, orderId: 50 + k, time: now - (count - k) * apart };
    });

  it('over weeks are listed whole, with the client ids of their orders', async () => {
    serveTrades(tradesOf(40, DAY_MS));
    const fills = await venue.fillsSince(now - 30 * DAY_MS);
    expect(fills.map(({ trade_id }) => Number(trade_id))).toEqual(
      Array.from({ length: 30 }, (_, k) => 1010 + k),
    );
    expect(fills.map(({ client_id }) => client_id)).toEqual(
      Array.from({ length: 30 }, (_, k) => `g1-${60 + k}`),
    );
    expect(aster.to('GET userTrades')).toHaveLength(5);
    expect(Math.max(...spans(aster.to('GET userTrades')))).toBeLessThan(WEEK_MS);
    // More than a few orders are listed, not asked for one by one.
    expect(aster.to('GET allOrders')).toHaveLength(1);
    expect(aster.to('GET order')).toHaveLength(0);
  });

  it('beyond a page are listed whole', async () => {
    serveTrades(tradesOf(2500, 1000));
    const fills = await venue.fillsSince(now - DAY_MS);
    expect(fills).toHaveLength(2500);
    expect(new Set(fills.map(({ trade_id }) => trade_id)).size).toBe(2500);
    const stamps = fills.map(({ at_ms }) => at_ms);
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
  });

  it('that were listed once are not asked for again', async () => {
    const trades = tradesOf(30, DAY_MS);
    serveTrades(trades);
    const since = now - 40 * DAY_MS;
    const before = await venue.fillsSince(since);
    const asked = aster.to('GET userTrades').length;
    trades.push({ id: 5000, orderId: 900, time: systemClock.now() });
    const after = await venue.fillsSince(since);
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ trade_id: '5000', client_id: 'g1-900' });
    const [last, ...more] = aster.to('GET userTrades').slice(asked);
    expect(more).toEqual([]);
    expect(spans(last === undefined ? [] : [last])[0]).toBeLessThan(300_000);
    expect(await venue.fillsSince(now - 5 * DAY_MS)).toEqual(after.slice(-6));
    // Who wants to know what was before is answered anew.
    expect(await venue.fillsSince(now - 80 * DAY_MS)).toEqual(after);
  });

  it('a gap between two spans is not taken for known', async () => {
    const trades = tradesOf(30, DAY_MS);
    serveTrades(trades);
    expect(await venue.fillsSince(now)).toEqual([]);
    expect(await venue.fillsSince(now - 3 * DAY_MS)).toHaveLength(3);
    expect(await venue.fillsSince(now - 20 * DAY_MS)).toHaveLength(20);
  });

  it('of orders of this process need no question', async () => {
    await venue.submit(order('g1-42'));
    serveTrades([{ id: 1, orderId: recorded.NEW_ORDER.orderId, time: now }]);
    expect(await venue.fillsSince(now)).toMatchObject([{ client_id: 'g1-42' }]);
    expect(aster.to('GET order')).toEqual([]);
  });

  it('of an order not listed yet are no answer, of one listed never are foreign', async () => {
    const trades = [{ id: 1, orderId: 5, time: systemClock.now() }];
    serveTrades(trades);
    aster.script('GET order', { status: 400, body: { code: -2013, msg: 'no' } });
    await expect(venue.fillsSince(now - 1000)).rejects.toThrow('its order is not yet');
    trades[0] = { id: 1, orderId: 5, time: now - 120_000 };
    expect(await venue.fillsSince(now - DAY_MS)).toMatchObject([{ client_id: '' }]);
  });

  it('after the machine slept are listed up to the present all the same', async () => {
    let slept = 0;
    const late = await scriptedAster();
    late.script('GET time', () => ({ body: { serverTime: systemClock.now() + slept } }));
    const trade = { ...recorded.USER_TRADE, time: systemClock.now() + 3_600_000 };
    late.script('GET userTrades', ({ params }) => {
      const stamp = Number(params['timestamp']);
      const isOld = stamp < systemClock.now() + slept - 5000;
      if (isOld) return { status: 400, body: { code: -1021, msg: 'outside of the recvWindow' } };
      return { body: Number(params['endTime']) >= trade.time ? [trade] : [] };
    });
    const sleeper = late.open(OLDER);
    expect(await sleeper.fillsSince(systemClock.now())).toEqual([]);
    slept = 7_200_000;
    expect(await sleeper.fillsSince(systemClock.now() - 1000)).toHaveLength(1);
    await sleeper.close();
    await late.close();
  });
});

describe('orders', () => {
  it('that rested and ended are found, though made before the span', async () => {
    const old = { ...recorded.ORDER, time: systemClock.now() - 3 * DAY_MS };
    aster.script('GET openOrders', { body: [{ ...old, updateTime: old.time }] });
    expect(await venue.openOrders()).toHaveLength(1);
    aster.script('GET openOrders', { body: [] });
    aster.script('GET allOrders', { body: [] });
    const updateTime = systemClock.now();
    aster.script('GET order', { body: { ...old, status: 'CANCELED', updateTime } });
    const history = await venue.orderHistory(updateTime - 60_000);
    expect(history).toMatchObject([{ client_id: 'g1-42', status: 'cancelled', at_ms: old.time }]);
    expect(aster.to('GET order').map(({ params }) => params['orderId'])).toEqual(['1917641']);
    expect(await venue.orderHistory(updateTime + 1)).toEqual([]);
  });

  it('are asked for no further back than the venue keeps them', async () => {
    await venue.orderHistory(0);
    const [asked] = aster.to('GET allOrders');
    const back = systemClock.now() - Number(asked?.params['startTime']);
    expect(Math.abs(back - WEEK_MS)).toBeLessThan(60_000);
  });
});

describe('funding', () => {
  it('is listed once per payment, oldest first, from the moment on', async () => {
    const at = (time: number, tranId: string) => ({ ...recorded.FUNDING_FEE, time, tranId });
    const now = systemClock.now();
    aster.script('GET income', { body: [at(now - 5, 'c'), at(now - 9, 'a'), at(now - 9, 'a')] });
    expect(await venue.fundingSince(now - 8)).toMatchObject([{ funding_id: 'c' }]);
    expect(await venue.fundingSince(now - 9)).toMatchObject([
      { funding_id: 'a', amount: '-0.375' },
      { funding_id: 'c' },
    ]);
    const [asked] = aster.to('GET income');
    expect(asked?.params).toMatchObject({ incomeType: 'FUNDING_FEE', symbol: 'SOLUSDT' });
  });
});

describe('the account', () => {
  it('is told by its address, or by the venue\'s own code', async () => {
    const told = { maker_fee: '0.0001', taker_fee: '0.00035', leverage: '10', can_trade: true };
    const account = { ...told, position_mode: 'one_way' };
    expect(await venue.account()).toEqual({ ...account, account_id: 'SgsR' });
    const agent = aster.open(AGENT);
    const address = AGENT.account_address?.toLowerCase();
    expect(await agent.account()).toEqual({ ...account, account_id: address });
    await agent.close();
  });

  it('in hedge mode says so, with no one leverage', async () => {
    aster.script('GET positionSide/dual', { body: { dualSidePosition: true } });
    expect(await venue.account()).toMatchObject({ position_mode: 'hedge', leverage: null });
    expect(aster.to('GET positionRisk')).toEqual([]);
  });

  it('on isolated margin is refused, with what to do', async () => {
    const marginType = 'isolated';
    aster.script('GET positionRisk', { body: [{ ...recorded.POSITION, marginType }] });
    await expect(venue.account()).rejects.toMatchObject({ kind: 'refused' });
    await expect(venue.account()).rejects.toThrow('set it to cross margin');
  });

  it('that may not trade says so, and one that does not say is not guessed', async () => {
    aster.script('GET account', { body: { ...recorded.ACCOUNT, canTrade: false } });
    expect(await venue.account()).toMatchObject({ can_trade: false });
    aster.script('GET account', { body: {} });
    expect(await venue.account()).toMatchObject({ can_trade: null });
  });

  it('has its leverage set, or a fault', async () => {
    await venue.setLeverage(7);
    expect(aster.to('POST leverage')[0]?.params).toMatchObject({ leverage: '7' });
    aster.script('POST leverage', { body: { leverage: 5 } });
    await expect(venue.setLeverage(7)).rejects.toThrow('leverage 5');
    aster.script('POST leverage', { status: 400, body: { code: -4161, msg: 'isolated' } });
    await expect(venue.setLeverage(7)).rejects.toMatchObject({ kind: 'refused' });
  });
});

describe('the market', () => {
  const info = (more: object) => ({
    body: { ...recorded.EXCHANGE_INFO, symbols: [{ ...recorded.SYMBOL_INFO, ...more }] },
  });

  it.each([
    ['is not there', info({ symbol: 'OTHERUSDT' }), 'refused', 'symbol'],
    ['is closed', info({ status: 'SETTLING' }), 'refused', 'symbol'],
    ['is no perpetual', info({ contractType: 'CURRENT_QUARTER' }), 'refused', 'symbol'],
    ['has no steps', info({ filters: [] }), 'unreachable', 'answer'],
    ['is no market', { body: { symbols: [{}] } }, 'unreachable', 'answer'],
  ])('that %s is a fault', async (_, reply, kind, because) => {
    aster.script('GET exchangeInfo', reply);
    await expect(venue.market()).rejects.toMatchObject({ kind, because });
  });

  it('whose brackets cannot be computed with is a fault', async () => {
    const [first] = recorded.BRACKETS.brackets;
    const brackets = [{ ...first, notionalFloor: 5 }];
    aster.script('GET leverageBracket', { body: { ...recorded.BRACKETS, brackets } });
    await expect(venue.market()).rejects.toMatchObject({ because: 'answer' });
  });

  it('with all that is known is read again at each question', async () => {
    expect(await venue.market()).toMatchObject({ tick: '0.01', maker_fee: '0.0001' });
    const makerCommissionRate = '-0.00005';
    const rates = { ...recorded.COMMISSION_RATE, makerCommissionRate };
    aster.script('GET commissionRate', { body: rates });
    expect(await venue.market()).toMatchObject({ maker_fee: '-0.00005' });
  });
});

describe('the dead man\'s switch', () => {
  it('counts in milliseconds of the venue, and is taken off by 0', async () => {
    await venue.windDeadMan(60_000.4);
    await venue.windDeadMan(null);
    const wound = aster.to('POST countdownCancelAll').map(({ params }) => params['countdownTime']);
    expect(wound).toEqual(['60000', '0']);
    aster.script('POST countdownCancelAll', { status: 503, body: '' });
    await expect(venue.windDeadMan(60_000)).rejects.toBeInstanceOf(VenueFault);
  });
});
