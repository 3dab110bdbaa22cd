/** The clock of a run: restarts count, a stop does not. */
import { expect, test } from 'vitest';
import {
  NEW_RUN_CLOCK,
  elapsed,
  goOn,
  halt,
  parseRunClock,
} from '../../src/bot/run-clock.ts';

test('a crash does not stop it: the time until the next start counts', () => {
  const going = goOn(NEW_RUN_CLOCK, 1000);
  const afterCrash = goOn(parseRunClock(JSON.stringify(going)), 9000);
  expect(elapsed(afterCrash, 10_000)).toBe(9000);
});

test('a stop does: the time until the next start does not count', () => {
  const stopped = halt(goOn(NEW_RUN_CLOCK, 1000), 4000);
  expect(elapsed(stopped, 50_000)).toBe(3000);
  expect(elapsed(goOn(stopped, 60_000), 61_000)).toBe(4000);
});

test('nothing stored is a new clock; a wall clock that jumps back takes nothing away', () => {
  expect(parseRunClock(null)).toEqual(NEW_RUN_CLOCK);
  const going = goOn(halt(goOn(NEW_RUN_CLOCK, 0), 5000), 100_000);
  expect(elapsed(going, 40_000)).toBe(5000);
});
