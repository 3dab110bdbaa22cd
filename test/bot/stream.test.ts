/** A stream that is silent, torn, late or out of order: polled around, booked once, then back. */
import { describe, expect, test } from 'vitest';
import { VenueFault } from '../../src/exchange/port.ts';
import { ComparisonSchedule } from '../../src/bot/comparison-schedule.ts';
import { done, makeRig, openDesk, pass, stray } from './fickle-desk.ts';

describe('silence', () => {
  test('degrades after its time, is polled around within 30 s, and ends with one comparison', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    rig.venue.mischief.tells = () => false;
    rig.venue.move(10250);
    await pass(rig, desk, 14_000, 'silent');
    expect(runner.degraded).toEqual([]);
    expect(runner.figures().position_lots).toBe(0);
    await pass(rig, desk, 16_000, 'silent');
    expect(runner.degraded.join()).toContain('silent for over 15 s');
    expect(runner.ticks).toBe(10250);
    expect(runner.figures().position_lots).toBe(100);
    // It is polled again and again, every five seconds.
    rig.venue.move(10150);
    await pass(rig, desk, 8000, 'silent');
    expect(runner.figures().position_lots).toBe(150);
    rig.venue.mischief.tells = undefined;
    await pass(rig, desk, 2000);
    expect(runner.degraded).toEqual([]);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('a gap, and a connection that comes back, are each compared at once', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    rig.venue.mischief.tells = ({ type }) => !['fill', 'order', 'price'].includes(type);
    rig.venue.move(10390);
    await pass(rig, desk, 2000);
    expect(runner.figures().position_lots).toBe(0);
    rig.venue.tell({ type: 'gap', reason: 'sequence' });
    await pass(rig, desk, 500);
    expect(runner.figures().position_lots).toBe(50);
    rig.venue.tell({ type: 'disconnected', reason: 'socket closed' });
    await pass(rig, desk, 100, 'silent');
    expect(runner.degraded.join()).toContain('not connected: socket closed');
    rig.venue.move(10290);
    await pass(rig, desk, 800, 'silent');
    rig.venue.tell({ type: 'connected' });
    await pass(rig, desk, 1000);
    expect(runner.figures().position_lots).toBe(100);
    expect(runner.degraded).toEqual([]);
  });

  test('a venue that answers nothing degrades, ends nothing, and is asked ever more rarely', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    rig.venue.tell({ type: 'disconnected', reason: 'no network' });
    rig.venue.mischief.question = () => {
      throw new VenueFault('unreachable', 'no route');
    };
    const before = rig.venue.requests();
    await pass(rig, desk, 120_000, 'silent');
    expect(runner.degraded.join()).toMatch(/not connected: no network.*does not answer: no route/);
    expect(rig.venue.requests() - before).toBeLessThan(60);
    expect(desk.bugs).toEqual([]);
    rig.venue.mischief.question = undefined;
    rig.venue.tell({ type: 'connected' });
    await pass(rig, desk, 5000);
    expect(runner.degraded).toEqual([]);
  });

  test('a question refused for the rate is not asked again before its time', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    let asked = 0;
    rig.venue.mischief.question = () => {
      asked += 1;
      throw new VenueFault('rate_limited', 'too many', 20_000);
    };
    rig.venue.tell({ type: 'gap', reason: 'sequence' });
    await pass(rig, desk, 19_000);
    expect(asked).toBe(1);
    await pass(rig, desk, 5000);
    expect(asked).toBe(2);
    expect(desk.bugs).toEqual([]);
  });

  test('a start waits for a venue that does not answer, and places nothing before', async () => {
    const rig = makeRig();
    rig.venue.mischief.question = (question) => {
      if (question !== 'price' && rig.clock.monotonic() < 30_000) {
        throw new VenueFault('maintenance', 'back soon', 10_000);
      }
    };
    const desk = await openDesk(rig);
    expect(rig.clock.monotonic()).toBeGreaterThanOrEqual(30_000);
    expect(desk.bugs).toEqual([]);
    await pass(rig, desk, 2000);
    expect(rig.venue.resting()).toHaveLength(11);
  });
});

describe('fills', () => {
  test('before the answer to their own order, twice, and out of order are booked once', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const late: Parameters<typeof rig.venue.tell>[0][] = [];
    rig.venue.mischief.tells = (event) => {
      if (event.type !== 'fill') return true;
      late.unshift(event);
      return false;
    };
    rig.venue.move(10250);
    rig.venue.mischief.tells = undefined;
    for (const event of [...late, ...late]) rig.venue.tell(event);
    rig.venue.mischief.submit = (order, execute) => {
      const outcome = execute();
      // Its first execution is told before its answer.
      rig.venue.fillPart(order.client_id, 10);
      return outcome;
    };
    await pass(rig, desk, 1000);
    rig.venue.mischief.submit = undefined;
    await pass(rig, desk, 70_000);
    const { runner } = desk.session;
    const held = Math.round(Number((await rig.venue.position()).size) * 100);
    expect(runner.figures().position_lots).toBe(held);
    const ids = rig.books.fills(100).map(({ trade_id }) => trade_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength((await rig.venue.fillsSince(0)).length);
    expect(desk.bugs).toEqual([]);
  });

  test('of an order that was believed gone is booked to its gap', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    const victim = runner.state.orders.find(({ side }) => side === 'buy');
    const name = runner.ids.of(victim?.id ?? 0);
    const [order] = rig.venue.resting().filter(({ client_id }) => client_id === name);
    if (order === undefined) throw new Error('it rests');
    rig.venue.tell({ type: 'order', order: { ...order, status: 'cancelled' } });
    await pass(rig, desk, 300);
    expect(runner.state.orders.some(({ id }) => id === victim?.id)).toBe(false);
    rig.venue.fillPart(name, 20);
    await pass(rig, desk, 5000);
    expect(runner.figures()).toMatchObject({ position_lots: 20, carry_lots: 0 });
    expect(desk.bugs).toEqual([]);
  });

  test('with our mark but not in our store is reported and never booked; the position holds', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    const { runner } = desk.session;
    const stranger = { side: 'buy', price: null, size: '2', post_only: false } as const;
    const client_id = runner.ids.of(99_999);
    await rig.venue.submit({ ...stranger, client_id, reduce_only: false });
    await pass(rig, desk, 130_000);
    expect(rig.books.fills(10)).toEqual([]);
    expect(runner.degraded.join()).toMatch(/bears our mark but is not in our store/);
    expect(runner.state.mismatch).toEqual({ venue_lots: 200 });
    const reports = rig.logged.filter((line) => line.includes('was left alone'));
    expect(reports).toHaveLength(1);
    await desk.session.acceptPosition(false);
    expect(runner.degraded).toEqual([]);
    expect(runner.figures()).toMatchObject({ position_lots: 200, carry_lots: 200 });
  });
});

describe('a position', () => {
  test('that differs once, while listings lag, holds nothing up', async () => {
    const rig = makeRig({ listing_lag_ms: 3000 });
    const desk = await openDesk(rig);
    await pass(rig, desk, 20_000);
    const { runner } = desk.session;
    rig.venue.mischief.tells = ({ type }) => type !== 'fill' && type !== 'order';
    rig.venue.move(10390);
    // The position shows the trade before any listing of trades does.
    rig.venue.tell({ type: 'gap', reason: 'sequence' });
    await pass(rig, desk, 10_000);
    expect(runner.figures().position_lots).toBe(50);
    expect(runner.state.mismatch).toBeNull();
    expect(rig.logged.join('')).not.toContain('The position differs');
  });
});

test('a difference that no comparison has confirmed is not accepted: one answer may be old', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 5000);
  const { runner } = desk.session;
  const stale = await rig.venue.position();
  rig.venue.move(10290);
  await pass(rig, desk, 1000);
  const { position } = rig.venue;
  Object.assign(rig.venue, { position: async () => stale });
  const accepting = done(rig, desk, desk.session.acceptPosition(false));
  await expect(accepting).rejects.toMatchObject({ code: 'INSTANCE_BUSY' });
  Object.assign(rig.venue, { position });
  expect(runner.figures()).toMatchObject({ position_lots: 100, carry_lots: 0 });
  expect(desk.bugs).toEqual([]);
});

test('comparisons of instances that start together are spread over the interval', () => {
  const firsts = Array.from({ length: 64 }, (_, k) => {
    const tag = ((k * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
    return new ComparisonSchedule(() => 60_000, tag, 0).wait(0);
  });
  const thirds = [0, 1, 2].map((k) => firsts.filter((at) => Math.floor(at / 20_000) === k).length);
  for (const count of thirds) expect(count).toBeGreaterThan(8);
});
