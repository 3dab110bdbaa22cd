/** The clock of a run: restarts count, a stop does not. */
import { expect, test } from 'vitest';
import type { RunMoment } from '../../src/bot/run-clock.ts';
import {
  NEW_RUN_CLOCK,
  carriedOn,
  elapsed,
  goOn,
  halt,
  parseRunClock,
} from '../../src/bot/run-clock.ts';

/** A moment of one boot whose wall clock is right. */
function at(ms: number, wall = ms, boot_id = 'boot'): RunMoment {
  return { since_boot_ms: ms, wall_ms: wall, boot_id };
}

test('a crash does not stop it: the time until the next start counts', () => {
  const going = goOn(NEW_RUN_CLOCK, at(1000));
  const afterCrash = goOn(parseRunClock(JSON.stringify(going)), at(9000));
  expect(elapsed(afterCrash, at(10_000))).toBe(9000);
});

test('a stop does: the time until the next start does not count', () => {
  const stopped = halt(goOn(NEW_RUN_CLOCK, at(1000)), at(4000));
  expect(elapsed(stopped, at(50_000))).toBe(3000);
  expect(elapsed(goOn(stopped, at(60_000)), at(61_000))).toBe(4000);
});

test('nothing stored is a new clock; one of an older gridd goes on by the wall', () => {
  expect(parseRunClock(null)).toEqual(NEW_RUN_CLOCK);
  const old = parseRunClock('{"before_ms":5000,"since_ms":100000}');
  expect(elapsed(old, at(7, 103_000))).toBe(8000);
});

test('within a boot no jump of the wall clock moves it; a clock that went back takes nothing', () => {
  const going = goOn(halt(goOn(NEW_RUN_CLOCK, at(0)), at(5000)), at(100_000));
  for (const hour of [3_600_000, -3_600_000]) {
    expect(elapsed(going, at(102_000, 102_000 + hour))).toBe(7000);
  }
  expect(elapsed(going, at(40_000))).toBe(5000);
});

test('across a reboot the wall clock counts, from the last moment that was stored', () => {
  const going = goOn(NEW_RUN_CLOCK, at(1000, 50_000));
  const stored = carriedOn(going, at(61_000, 110_000));
  expect(stored.before_ms).toBe(60_000);
  expect(elapsed(stored, at(900, 140_000, 'next boot'))).toBe(90_000);
  expect(elapsed(stored, at(900, 20_000, 'next boot'))).toBe(60_000);
  expect(carriedOn(halt(stored, at(61_000)), at(99_000))).toEqual(halt(stored, at(61_000)));
});
