/** A panic on a small share of a key: what it cancels and asks waits for its turn; it ends flat. */
import { expect, test } from 'vitest';
import { done, makeRig, openDesk, pass } from './fickle-desk.ts';

test.each([
  [10, 40_000],
  [60, 120_000],
])('a panic of %i lines with its share used up ends flat', async (grid_num, mostMs) => {
  // A thirtieth of a key; one cancel a request, and listings that lag.
  const rig = makeRig({ requests_per_minute: 58, listing_lag_ms: 1000 });
  const desk = await openDesk(rig, { grid_num });
  const { runner } = desk.session;
  await pass(rig, desk, 180_000);
  rig.venue.move(10290);
  await pass(rig, desk, 3000);
  while (runner.budget.left(rig.clock.monotonic()) !== 0) runner.budget.take(rig.clock.monotonic());
  expect(runner.figures().position_lots).not.toBe(0);
  const asked = rig.clock.monotonic();
  const before = rig.venue.requests();
  const receipt = await done(rig, desk, desk.session.panic());
  expect(receipt).toMatchObject({ orders_cancelled: grid_num, orders_left: 0, position: '0' });
  expect(rig.venue.resting()).toEqual([]);
  expect(rig.clock.monotonic() - asked).toBeLessThan(mostMs);
  // No question was asked again and again for want of the next.
  expect(rig.venue.requests() - before).toBeLessThan(2 * grid_num + 5);
  expect(desk.bugs).toEqual([]);
  await desk.session.close();
});
