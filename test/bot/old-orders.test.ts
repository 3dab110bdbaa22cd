/** Orders that are older than what the venue remembers, and trades that it dates wrongly. */
import { describe, expect, test } from 'vitest';
import { done, makeRig, openDesk, openSession, pass, stray } from './fickle-desk.ts';
import type { FickleRig } from './fickle-desk.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A process that dies between storing its eleven orders and an answer to any of them. */
async function dieAtOnce(rig: FickleRig, arrives: boolean): Promise<string[]> {
  const first = await openSession(rig);
  rig.venue.mischief.submit = (_order, execute) => {
    if (arrives) execute();
    return { status: 'unknown', message: 'timeout' };
  };
  await done(rig, first, first.session.recover());
  void first.session.begin('start').catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await first.session.close();
  rig.venue.mischief.submit = undefined;
  return rig.books.aliveOrders().map(({ client_id }) => client_id);
}

describe('an order without an answer from before the history of the venue', () => {
  test('that neither rests nor executed, by fills and position, is absent', async () => {
    const rig = makeRig({ history_ms: DAY_MS });
    const stored = await dieAtOnce(rig, false);
    expect(stored).toHaveLength(11);
    rig.clock.advance(3 * DAY_MS);
    rig.venue.sent.length = 0;
    const desk = await openDesk(rig);
    await pass(rig, desk, 20_000);
    expect(rig.venue.sent).toHaveLength(11);
    for (const { client_id } of rig.venue.sent) expect(stored).not.toContain(client_id);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.session.runner.degraded).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('is not absent while the position differs: it is told, until the user accepts', async () => {
    const rig = makeRig({ history_ms: DAY_MS });
    const stored = await dieAtOnce(rig, false);
    rig.clock.advance(3 * DAY_MS);
    // Somebody traded: whether it was one of these orders nobody can say.
    const kind = { price: null, post_only: false, reduce_only: false } as const;
    await rig.venue.submit({ client_id: 'other-1', side: 'buy', size: '0.5', ...kind });
    const desk = await openSession(rig);
    await done(rig, desk, desk.session.recover().then(() => desk.session.begin('start')));
    await desk.session.connect();
    await pass(rig, desk, 130_000);
    expect(rig.books.aliveOrders().map(({ client_id }) => client_id)).toEqual(stored);
    expect(desk.session.runner.degraded.join()).toMatch(
      /What became of order 1, .* is not known: it is older than the venue's history, and the/,
    );
    await done(rig, desk, desk.session.acceptPosition(false));
    rig.venue.sent.length = 0;
    await pass(rig, desk, 130_000);
    expect(desk.session.runner.degraded).toEqual([]);
    expect(rig.venue.resting().length).toBeGreaterThan(9);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('that rests all the same keeps its place, and one that was filled is booked', async () => {
    const rig = makeRig({ history_ms: DAY_MS });
    await dieAtOnce(rig, true);
    const desk = await openSession(rig);
    const resting = rig.venue.resting();
    expect(resting.length).toBeGreaterThan(0);
    rig.venue.fillPart(resting[0]?.client_id ?? '', 50);
    rig.clock.advance(3 * DAY_MS);
    await done(rig, desk, desk.session.recover());
    await pass(rig, desk, 5000);
    const kept = rig.books.aliveOrders().map(({ client_id }) => client_id);
    for (const { client_id } of resting.slice(1)) expect(kept).toContain(client_id);
    expect(rig.books.fills(10)).toHaveLength(1);
    expect(desk.bugs).toEqual([]);
  });
});

test('a trade dated into the future does not hide those that follow it', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig);
  await pass(rig, desk, 5000);
  rig.venue.mischief.tells = ({ type }) => type !== 'fill' && type !== 'order';
  rig.venue.mischief.dates = (at_ms) => at_ms + 6 * HOUR_MS;
  rig.venue.move(10390);
  await pass(rig, desk, 130_000);
  expect(rig.books.fills(10)).toHaveLength(1);
  const since = Number(rig.books.meta('fills_since_ms'));
  expect(since).toBeLessThanOrEqual(rig.clock.now() - rig.venue.capabilities.listing_lag_ms);
  rig.venue.mischief.dates = undefined;
  rig.venue.move(10290);
  await pass(rig, desk, 130_000);
  expect(rig.books.fills(10)).toHaveLength(2);
  // A cursor that an older gridd let run ahead is brought back.
  rig.books.setMeta('fills_since_ms', String(rig.clock.now() + DAY_MS));
  rig.venue.move(10190);
  await pass(rig, desk, 130_000);
  expect(rig.books.fills(10)).toHaveLength(3);
  expect(Number(rig.books.meta('fills_since_ms'))).toBeLessThan(rig.clock.now());
  expect(desk.session.runner.degraded).toEqual([]);
  expect(desk.bugs).toEqual([]);
});
