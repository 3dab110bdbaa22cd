/** A local clock that is half a minute off: what is proved of an order is proved all the same. */
import { describe, expect, test } from 'vitest';
import type { SubmitOutcome } from '../../src/exchange/port.ts';
import { done, makeRig, openDesk, openSession, pass, stray } from './fickle-desk.ts';
import type { FickleDesk, FickleRig } from './fickle-desk.ts';

const LOST: SubmitOutcome = { status: 'unknown', message: 'timeout' };

/** The rig's clock as a machine has it whose wall clock is off. */
function off(rig: FickleRig, skew: number) {
  return { clock: { ...rig.clock, now: () => rig.clock.now() + skew } };
}

function expectWhole(rig: FickleRig, desk: FickleDesk): void {
  expect(stray(rig, desk)).toEqual([]);
  expect(desk.session.runner.degraded).toEqual([]);
  expect(desk.bugs).toEqual([]);
  expect(rig.books.aliveOrders()).toHaveLength(rig.venue.resting().length);
}

describe.each([-30_000, 30_000])('a wall clock that is %d ms off', (skew) => {
  test('an order that never arrived is absent, and none that did is sent twice', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      const lost = rig.venue.sent.length % 2 === 0;
      if (lost && rig.venue.sent.length % 4 === 0) return LOST;
      const outcome = execute();
      return lost ? LOST : outcome;
    };
    const desk = await openDesk(rig, {}, off(rig, skew));
    await pass(rig, desk, 90_000);
    rig.venue.mischief.submit = undefined;
    await pass(rig, desk, 90_000);
    expect(rig.venue.resting()).toHaveLength(11);
    expectWhole(rig, desk);
  });

  test('an order filled within a second of a crash is booked by the next process', async () => {
    const rig = makeRig({ listing_lag_ms: 5000 });
    const first = await openSession(rig, {}, off(rig, skew));
    rig.venue.mischief.submit = (_order, execute) => {
      execute();
      return LOST;
    };
    await done(rig, first, first.session.recover());
    void first.session.begin('start').catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    await first.session.close();
    rig.venue.mischief.submit = undefined;
    for (const { client_id } of rig.venue.resting()) rig.venue.fillPart(client_id, 50);
    const traded = (await rig.venue.position()).size;
    expect(traded).not.toBe('0');
    const second = await openDesk(rig, {}, off(rig, skew));
    await pass(rig, second, 90_000);
    expect(rig.books.fills(20).length).toBeGreaterThan(0);
    expect(second.session.runner.figures().position_lots).toBe(
      Math.round(Number((await rig.venue.position()).size) * 100),
    );
    expectWhole(rig, second);
    expect(second.session.venueClock.offset).toBe(-skew);
  });
});
