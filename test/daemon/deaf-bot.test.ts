/** When a bot that is to end counts as one that hangs. */
import { expect, test } from 'vitest';
import { DEAF_MS, whenDeaf } from '../../src/daemon/instance-end.ts';
import { manualClock } from '../exchange/manual-clock.ts';

const SECOND = 1000;

function setUp() {
  const time = manualClock();
  const away = { ms: 0 };
  const clock = { ...time, monotonic: () => time.monotonic() + away.ms };
  const process = { heardAt: clock.monotonic() };
  let acted = 0;
  const leave = whenDeaf(clock, process, DEAF_MS, () => {
    acted += 1;
  });
  return { clock, time, away, process, leave, acted: () => acted };
}

test('once it was silent for so long, and once only', () => {
  const { clock, time, process, acted } = setUp();
  time.advance(5 * SECOND);
  process.heardAt = clock.monotonic();
  time.advance(9 * SECOND);
  expect(acted()).toBe(0);
  time.advance(SECOND);
  expect(acted()).toBe(1);
  time.advance(60 * SECOND);
  expect(acted()).toBe(1);
});

test('what the supervisor slept through is no silence of the bot', () => {
  const { time, away, leave, acted } = setUp();
  time.advance(SECOND);
  away.ms += 60 * SECOND;
  time.advance(9 * SECOND);
  expect(acted()).toBe(0);
  leave();
  time.advance(20 * SECOND);
  expect(acted()).toBe(0);
});
