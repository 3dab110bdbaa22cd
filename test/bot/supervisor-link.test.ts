/** When a bot beats. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { untilBeat } from '../../src/bot/supervisor-link.ts';

test('all bots of a machine beat together, every two seconds, none twice', () => {
  const moment = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(moment, (now) => {
      const wait = untilBeat(now);
      const beat = now + wait;
      expect(Math.abs(beat / 2000 - Math.round(beat / 2000))).toBeLessThan(1e-6);
      expect(wait).toBeGreaterThanOrEqual(100);
      expect(wait).toBeLessThan(2100);
    }),
  );
  expect(untilBeat(4000)).toBe(2000);
  // The timer fired early.
  expect(untilBeat(5999)).toBe(2001);
  // The machine was busy, the timer late: the next beat is none the later.
  expect(untilBeat(7200)).toBe(800);
});
