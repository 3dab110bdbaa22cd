/** What leaves the process, in which order, how fast, and what never does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPayload } from '../../src/bot/payload-check.ts';
import { RateBudget } from '../../src/bot/rate-budget.ts';
import type { RequestKind } from '../../src/bot/rate-budget.ts';
import type { OrderRequest } from '../../src/exchange/port.ts';
import { done, makeRig, openDesk, openSession, pass, stray } from './fickle-desk.ts';

describe('the request budget', () => {
  test('lets no minute have more requests than allowed, and places leave a reserve', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 3000 }),
      kind: fc.constantFrom<RequestKind>('place', 'close', 'cancel', 'question'),
    });
    const property = (limit: number, steps: readonly { wait: number; kind: RequestKind }[]) => {
      const budget = new RateBudget(limit);
      const sent: number[] = [];
      let now = 0;
      for (const { wait, kind } of steps) {
        now += wait;
        if (budget.wait(kind, now) > 0) continue;
        const before = budget.left(now) ?? 0;
        const burst = Math.floor(limit / 4);
        if (kind === 'place') expect(before).toBeGreaterThan(Math.floor(burst / 3));
        if (kind === 'question') expect(before).toBeGreaterThan(Math.max(1, Math.floor(burst / 6)));
        budget.take(now);
        sent.push(now);
        const minute = sent.filter((at) => at > now - 60_000);
        expect(minute.length).toBeLessThanOrEqual(limit);
      }
    };
    const limits = fc.integer({ min: 8, max: 200 });
    fc.assert(fc.property(limits, fc.array(step, { maxLength: 300 }), property), { verbose: true });
  });

  test('is never used up by questions: cancels and closes go, orders wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5000 }), (limit) => {
        const budget = new RateBudget(limit);
        const drain = (kind: RequestKind) => {
          let sent = 0;
          for (; budget.wait(kind, 0) === 0; sent += 1) budget.take(0);
          return sent;
        };
        drain('place');
        drain('question');
        expect(budget.wait('place', 0)).toBeGreaterThan(0);
        expect(budget.wait('close', 0)).toBe(0);
        const burst = Math.max(2, Math.floor(limit / 4));
        expect(drain('cancel')).toBe(Math.max(1, Math.floor(burst / 6)));
      }),
    );
  });

  test('is kept by the whole bot: a large grid on a small budget comes up in time', async () => {
    const rig = makeRig({ requests_per_minute: 60, batch: { submit: 5, cancel: 5 } });
    const values = { grid_num: 100 };
    const desk = await openDesk(rig, values);
    let most = 0;
    const counts: number[] = [];
    for (let second = 0; second < 240; second += 1) {
      counts.push(rig.venue.requests());
      await pass(rig, desk, 1000);
      most = Math.max(most, rig.venue.requests() - (counts.at(-60) ?? 0));
    }
    expect(most).toBeLessThanOrEqual(60);
    expect(rig.venue.resting()).toHaveLength(100);
    const { per_minute, left } = desk.session.runner.venueRequests;
    expect(per_minute).toBe(60);
    expect(left).toBeGreaterThan(0);
    expect(desk.bugs).toEqual([]);
  });
});

describe('order of sending', () => {
  test('batches where the venue takes them; a market order goes alone', async () => {
    const rig = makeRig({ batch: { submit: 4, cancel: 3 } });
    const sizes: number[] = [];
    const { submitBatch } = rig.venue;
    const venue = {
      ...rig.venue,
      submitBatch: (orders: readonly OrderRequest[]) => {
        sizes.push(orders.length);
        expect(orders.every(({ price }) => price !== null)).toBe(true);
        return submitBatch(orders);
      },
    };
    const desk = await openDesk({ ...rig, venue }, { direction: 'long' });
    await pass(rig, desk, 10_000);
    expect(Math.max(...sizes)).toBe(4);
    expect(rig.venue.sent[0]?.price).toBeNull();
    expect(desk.session.runner.figures().position_lots).toBe(250);
    expect(stray(rig, desk)).toEqual([]);
  });

  test('a stop does not wait behind places: what is unsent then is never sent', async () => {
    const rig = makeRig({ requests_per_minute: 60 });
    const desk = await openSession(rig, { grid_num: 50 });
    await done(rig, desk, desk.session.recover());
    await done(rig, desk, desk.session.begin('start'));
    const sent = rig.venue.sent.length;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(51);
    const receipt = await done(rig, desk, desk.session.stop({}));
    expect(rig.venue.sent).toHaveLength(sent);
    expect(rig.venue.resting()).toEqual([]);
    expect(receipt).toMatchObject({ orders_left: 0, orders_cancelled: sent });
    expect(rig.books.aliveOrders()).toEqual([]);
    await pass(rig, desk, 60_000);
    expect(rig.venue.sent).toHaveLength(sent);
    expect(desk.bugs).toEqual([]);
  });

  test('a venue that asks to wait is obeyed, then everything is tried again', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      if (rig.venue.sent.length !== 3) return execute();
      return { status: 'rejected', reason: 'rate_limited', message: '429', retry_after_ms: 7000 };
    };
    const desk = await openDesk(rig);
    expect(rig.venue.sent).toHaveLength(3);
    await pass(rig, desk, 6500);
    expect(rig.venue.sent).toHaveLength(3);
    await pass(rig, desk, 3000);
    expect(rig.venue.resting()).toHaveLength(11);
    expect(rig.venue.sent).toHaveLength(12);
  });

  test('what was refused for its time alone is sent anew, whatever the price does', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      if (rig.venue.sent.length !== 3) return execute();
      return { status: 'rejected', reason: 'wrong_time', message: 'Request has expired' };
    };
    const desk = await openDesk(rig);
    expect(rig.venue.sent).toHaveLength(3);
    await pass(rig, desk, 3000);
    expect(rig.venue.resting()).toHaveLength(11);
    expect(desk.session.runner.degraded).toEqual([]);
  });
});

describe('refusals', () => {
  const rules = { min_quantity: '0.05', min_notional: '10', max_orders: 3 };
  const { venue } = makeRig({ rules });
  const { market_: market, capabilities } = venue;
  const good: OrderRequest = {
    ...{ client_id: 'g1-1', side: 'buy', price: '100', size: '0.5' },
    ...{ post_only: true, reduce_only: false },
  };

  test.each<[string, Partial<OrderRequest>, number]>([
    ['price_not_on_tick', { price: '100.001' }, 0],
    ['size_not_on_lot', { size: '0.505' }, 0],
    ['below_min_quantity', { size: '0.04' }, 0],
    ['below_min_notional', { size: '0.09' }, 0],
    ['max_orders', {}, 3],
    ['post_only_without_price', { price: null }, 0],
    ['bad_client_id', { client_id: 'x'.repeat(37) }, 0],
  ])('%s: the payload itself is judged, by the reason the venue would give', (reason, part, rest) => {
    const context = { market, capabilities, ticks: 10_000, resting: rest };
    expect(checkPayload(good, { ...context, resting: 0 })).toBeNull();
    expect(checkPayload({ ...good, ...part }, context)).toMatchObject({ reason });
  });

  test('what the venue must refuse is never sent; its line shows why, the others go on', async () => {
    const rig = makeRig({ rules: { max_orders: 1000 } });
    const desk = await openSession(rig);
    // The venue's rules tightened after the grid was designed.
    Object.assign(rig.venue.market_, { min_notional: 52n * 10n ** 18n });
    await done(rig, desk, desk.session.recover());
    await done(rig, desk, desk.session.begin('start'));
    await pass(rig, desk, 5000);
    const prices = rig.venue.sent.map(({ price }) => Number(price));
    expect(Math.min(...prices)).toBe(104);
    expect(prices).toHaveLength(7);
    expect(desk.bugs).toEqual([]);
  });

  test('a refused line is not sent in a loop and starves no other', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (order, execute) => {
      if (order.price !== '103') return execute();
      return { status: 'rejected', reason: 'insufficient_margin', message: 'no margin' };
    };
    const desk = await openDesk(rig);
    await pass(rig, desk, 130_000);
    expect(rig.venue.sent.filter(({ price }) => price === '103').length).toBeLessThan(4);
    expect(rig.venue.resting()).toHaveLength(10);
  });
});

describe('max_orders_per_minute', () => {
  test('one more than allowed is not sent: the grid trips, says so, and resumes when told', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig, { max_orders_per_minute: 11 });
    await pass(rig, desk, 3000);
    const { runner } = desk.session;
    expect(rig.venue.sent).toHaveLength(11);
    expect(runner.gridState).toBe('running');
    rig.venue.move(10290);
    await pass(rig, desk, 3000);
    expect(rig.venue.sent).toHaveLength(11);
    expect(runner.gridState).toBe('tripped');
    expect(runner.state.tripped?.reason).toBe('max_orders_per_minute');
    await pass(rig, desk, 61_000);
    expect(rig.venue.sent).toHaveLength(11);
    await runner.run(() => runner.apply({ type: 'resume', at_ms: rig.clock.now() }));
    await pass(rig, desk, 3000);
    expect(rig.venue.resting()).toHaveLength(10);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('what an earlier process sent counts for the rest of its minute', async () => {
    const rig = makeRig();
    const values = { max_orders_per_minute: 11 };
    const first = await openDesk(rig, values);
    await pass(rig, first, 3000);
    expect(rig.venue.sent).toHaveLength(11);
    // Killed: nothing is closed in good order.
    const second = await openDesk(rig, values);
    rig.venue.move(10290);
    await pass(rig, second, 3000);
    expect(rig.venue.sent).toHaveLength(11);
    expect(second.session.runner.state.tripped?.reason).toBe('max_orders_per_minute');
    await first.session.close();
    await pass(rig, second, 61_000);
    const third = await openDesk(rig, values);
    await third.session.runner.run(() =>
      third.session.runner.apply({ type: 'resume', at_ms: rig.clock.now() }),
    );
    await pass(rig, third, 3000);
    expect(rig.venue.resting()).toHaveLength(10);
    expect([...second.bugs, ...third.bugs]).toEqual([]);
  });
});
