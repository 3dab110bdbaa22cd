/** The venue's time: measured, carried on by the monotonic clock, whatever the wall clock does. */
import { expect, test } from 'vitest';
import { VenueClock } from '../../src/bot/venue-clock.ts';
import type { Venue } from '../../src/exchange/port.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { openRig } from './grid-rig.ts';

/** A venue whose clock is `skew` ahead of true time; an answer takes `trip` there and back. */
function venueAt(clock: ReturnType<typeof manualClock>, skew: number, trip: () => number): Venue {
  const { venue } = openRig(10450);
  return {
    ...venue,
    capabilities: { ...venue.capabilities, lockstep: false },
    serverTime: async () => {
      clock.advance(trip() / 2);
      const time = clock.now() + skew;
      clock.advance(trip() / 2);
      return time;
    },
  };
}

test.each([30_000, -30_000])('measures a skew of %d ms in spite of the way', async (skew) => {
  const clock = manualClock();
  const venueClock = new VenueClock(venueAt(clock, skew, () => 80), clock);
  expect(venueClock.offset).toBeNull();
  expect(venueClock.now()).toBe(clock.now());
  await venueClock.measure();
  expect(venueClock.offset).toBe(skew);
  clock.advance(5000);
  expect(venueClock.now()).toBe(clock.now() + skew);
});

test('a jump of the wall clock does not move it', async () => {
  const steady = manualClock();
  let jump = 0;
  const clock: Clock = { ...steady, now: () => steady.now() + jump };
  const venueClock = new VenueClock(venueAt(steady, 0, () => 20), clock);
  await venueClock.measure();
  const before = venueClock.now();
  jump = 3_600_000;
  steady.advance(1000);
  expect(venueClock.now()).toBe(before + 1000);
  expect(venueClock.offset).toBe(-3_600_000);
});

test('a slow answer does not replace a quick one, until that has grown old', async () => {
  const clock = manualClock();
  let trip = 10;
  let slip = 0;
  const venue = venueAt(clock, 500, () => trip);
  const serverTime = async () => (await venue.serverTime()) - slip;
  const venueClock = new VenueClock({ ...venue, serverTime }, clock);
  await venueClock.measure();
  // The way back took nearly all of it: the time is old when it comes.
  trip = 4000;
  slip = 1900;
  await venueClock.measure();
  expect(venueClock.offset).toBe(500);
  clock.advance(24 * 3_600_000);
  await venueClock.measure();
  expect(venueClock.offset).toBe(-1400);
});

test('a sleep of the machine, which stops the monotonic clock, is noticed by a slow answer', async () => {
  const clock = manualClock();
  let trip = 10;
  let slept = 0;
  const venue = venueAt(clock, 0, () => trip);
  const serverTime = async () => (await venue.serverTime()) + slept;
  const venueClock = new VenueClock({ ...venue, serverTime }, clock);
  await venueClock.measure();
  trip = 200;
  slept = 3_600_000;
  await venueClock.measure();
  expect(venueClock.now()).toBe(clock.now() + slept);
});

test('the time of an embedded market is not measured', async () => {
  const clock = manualClock();
  const venueClock = new VenueClock(openRig(10450).venue, clock);
  await venueClock.measure();
  expect(venueClock.offset).toBeNull();
});

test('counts in whole milliseconds, as the books do', async () => {
  const steady = manualClock();
  const clock: Clock = { ...steady, monotonic: () => steady.monotonic() + 0.123 };
  const venueClock = new VenueClock(venueAt(steady, 0.5, () => 7), clock);
  await venueClock.measure();
  steady.advance(1000);
  expect(Number.isInteger(venueClock.now())).toBe(true);
});
