/** Limits by weight: never beyond them in any minute, cancels before places, shares and silence. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimit } from '../../../src/exchange/wire/rate-limit.ts';
import type { Purpose } from '../../../src/exchange/wire/rate-limit.ts';
import { manualClock } from '../manual-clock.ts';

const LIMITS = { requests: 1200, candles: 30 };
const ONE = { requests: 1 };

function drain(limit: RateLimit, purpose: Purpose): number {
  let count = 0;
  while (limit.take(ONE, purpose) === 0) count += 1;
  return count;
}

describe('what is kept', () => {
  test('places leave room for questions, questions for cancels', () => {
    const limit = new RateLimit(LIMITS, manualClock());
    expect(drain(limit, 'place')).toBe(200);
    expect(drain(limit, 'question')).toBe(50);
    expect(limit.take(ONE, 'close')).toBe(0);
    expect(drain(limit, 'cancel')).toBe(49);
    expect(limit.usage()).toEqual({ used: 300, allowed: 1200 });
  });

  test('who is told to wait may send after it, and not before', () => {
    const clock = manualClock();
    const limit = new RateLimit(LIMITS, clock);
    drain(limit, 'cancel');
    const wait = limit.take(ONE, 'place');
    expect(wait).toBeGreaterThan(0);
    clock.advance(wait - 1);
    expect(limit.take(ONE, 'place')).toBeGreaterThan(0);
    clock.advance(1);
    expect(limit.take(ONE, 'place')).toBe(0);
  });

  test('every limit counts for itself, and what waits for one uses up no other', () => {
    const limit = new RateLimit(LIMITS, manualClock());
    const candles = { requests: 1, candles: 1 };
    let asked = 0;
    while (limit.take(candles, 'question') === 0) asked += 1;
    expect(asked).toBe(6);
    expect(limit.usage().used).toBe(6);
    expect(limit.take(ONE, 'question')).toBe(0);
  });

  test('one heavier than the burst goes when nothing is owed, and is paid back', () => {
    const clock = manualClock();
    const limit = new RateLimit({ requests: 40 }, clock);
    expect(limit.take({ requests: 30 }, 'question')).toBe(0);
    const wait = limit.take(ONE, 'question');
    expect(wait).toBeGreaterThan(40_000);
    clock.advance(wait);
    expect(limit.take(ONE, 'question')).toBe(0);
  });
});

describe('shares', () => {
  test('a share is of everything, and takes at once what was saved beyond it', () => {
    const limit = new RateLimit(LIMITS, manualClock());
    limit.grant(1 / 4);
    expect(drain(limit, 'cancel')).toBe(75);
    expect(limit.usage()).toEqual({ used: 75, allowed: 300 });
  });

  test('a larger one may send its whole burst at once, and no more for the time before it', () => {
    const clock = manualClock();
    const limit = new RateLimit(LIMITS, clock);
    limit.grant(1 / 8);
    expect(drain(limit, 'cancel')).toBe(37);
    clock.advance(1000);
    limit.grant(1 / 2);
    // Of the second that went by on the smaller one: (150 - 37) / 60.
    expect(drain(limit, 'cancel')).toBe(150 - 37 + 1);
    clock.advance(59_000);
    drain(limit, 'cancel');
    expect(limit.usage().used).toBeLessThanOrEqual(600);
  });

  test('a share of one limit leaves the others, and each is counted for itself', () => {
    const clock = manualClock();
    const limit = new RateLimit({ weight: 1200, orders: 400 }, clock);
    limit.grant(1 / 2, 'orders');
    expect(limit.take({ weight: 5, orders: 4 }, 'place')).toBe(0);
    expect(limit.usage()).toEqual({ used: 5, allowed: 1200 });
    expect(limit.usage('orders')).toEqual({ used: 4, allowed: 200 });
    limit.grant(1 / 4, 'weight');
    expect([limit.usage().allowed, limit.usage('orders').allowed]).toEqual([300, 200]);
    // Of what all have left of a limit no more than our part of it.
    limit.used('orders', 380);
    expect(limit.take({ orders: 11 }, 'cancel')).toBeGreaterThan(0);
    expect(limit.take({ orders: 10 }, 'cancel')).toBe(0);
    clock.advance(60_000);
    expect(limit.usage('orders').used).toBe(0);
  });

  test('however small a share is, a cancel goes in the end', () => {
    const clock = manualClock();
    const limit = new RateLimit({ requests: 30 }, clock);
    limit.grant(1 / 32);
    expect(limit.take(ONE, 'cancel')).toBe(0);
    const wait = limit.take(ONE, 'cancel');
    expect(wait).toBeLessThanOrEqual(130_000);
    clock.advance(wait);
    expect(limit.take(ONE, 'cancel')).toBe(0);
  });
});

test('a venue that asks for silence gets it from all', () => {
  const clock = manualClock();
  const limit = new RateLimit(LIMITS, clock);
  limit.hold(7000);
  limit.hold(3000);
  const purposes = ['place', 'question', 'cancel'] as const;
  expect(purposes.map((purpose) => limit.take(ONE, purpose))).toEqual([7000, 7000, 7000]);
  expect(limit.usage().used).toBe(0);
  clock.advance(7000);
  expect(limit.take(ONE, 'place')).toBe(0);
});

test('in no minute more than allowed, whatever is asked when', () => {
  const step = fc.record({
    ms: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9000 })),
    purpose: fc.constantFrom<Purpose>('place', 'question', 'cancel'),
    times: fc.integer({ min: 1, max: 80 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 40, max: 400 }), (steps, most) => {
      const clock = manualClock();
      const limit = new RateLimit({ requests: most }, clock);
      const sent: number[] = [];
      for (const { ms, purpose, times } of steps) {
        clock.advance(ms);
        for (let k = 0; k < times; k += 1) {
          if (limit.take(ONE, purpose) === 0) sent.push(clock.monotonic());
        }
        const now = clock.monotonic();
        const minute = sent.filter((at) => at > now - 60_000).length;
        expect(minute).toBeLessThanOrEqual(most);
        // By whole seconds, so it may still count what is a second too old.
        expect(limit.usage().used).toBeGreaterThanOrEqual(sent.filter((at) => at > now - 59_000).length);
      }
    }),
  );
});
