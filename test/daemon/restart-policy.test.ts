/** Restarts are delayed, bounded and forgiven as promised, whatever a bot does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GOOD_UPTIME_MS,
  STABLE_UPTIME_MS,
  decideRestart,
  remainingWait,
  nominalDelay,
  restartWindow,
} from '../../src/daemon/restart-policy.ts';

const limitsArbitrary = fc.record({
  restart_delay: fc.double({ min: 0, max: 1000, noNaN: true }),
  max_restart_attempts: fc.integer({ min: 0, max: 20 }),
});

test('the delays of the defaults: 60 s doubling, at most 10 minutes', () => {
  expect([1, 2, 3, 4, 5, 60].map((k) => nominalDelay(k, 60) / 1000)).toEqual([
    60, 120, 240, 480, 600, 600,
  ]);
});

test('restart_delay 0: at once, then 2, 4, 8 s', () => {
  expect([1, 2, 3, 4].map((k) => nominalDelay(k, 0) / 1000)).toEqual([0, 2, 4, 8]);
});

test('the window is ten minutes, or four times the summed delays', () => {
  expect(restartWindow({ restart_delay: 0, max_restart_attempts: 3 })).toBe(600_000);
  expect(restartWindow({ restart_delay: 60, max_restart_attempts: 3 })).toBe(4 * 420_000);
});

test('a delay is within 20 % of its nominal, or 0 after a minute of uptime', () => {
  fc.assert(
    fc.property(
      limitsArbitrary,
      fc.integer({ min: 0, max: 2 * GOOD_UPTIME_MS }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (limits, up_ms, random) => {
        fc.pre(limits.max_restart_attempts > 0);
        const decision = decideRestart({ now: 1e12, up_ms, times: [], random }, limits);
        if (decision.kind !== 'restart') throw new Error('gave up at the first end');
        const nominal = up_ms >= GOOD_UPTIME_MS ? 0 : nominalDelay(1, limits.restart_delay);
        expect(decision.delay_ms).toBeGreaterThanOrEqual(Math.floor(nominal * 0.8));
        expect(decision.delay_ms).toBeLessThanOrEqual(Math.ceil(nominal * 1.2));
      },
    ),
  );
});

test('never more restarts in a window than allowed; giving up happens only at the bound', () => {
  const uptimes = fc.array(fc.integer({ min: 0, max: STABLE_UPTIME_MS - 1 }), { maxLength: 60 });
  const randoms = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(limitsArbitrary, uptimes, randoms, (limits, ups, random) => {
      const window = restartWindow(limits);
      let now = 1e12;
      let times: readonly number[] = [];
      const restarts: number[] = [];
      for (const up_ms of ups) {
        now += up_ms;
        const decision = decideRestart({ now, up_ms, times, random }, limits);
        const recent = restarts.filter((at) => at > now - window).length;
        expect(decision.kind === 'give_up').toBe(recent >= limits.max_restart_attempts);
        if (decision.kind === 'give_up') return;
        restarts.push(now);
        times = decision.times;
        expect(decision.attempt).toBe(restarts.length);
        now += decision.delay_ms;
      }
    }),
  );
});

test('ten minutes of uptime forgive everything before', () => {
  const limits = { restart_delay: 1, max_restart_attempts: 3 };
  const times = [1e12 - 3, 1e12 - 2, 1e12 - 1];
  const ended = { now: 1e12, times, random: 0.5 };
  expect(decideRestart({ ...ended, up_ms: STABLE_UPTIME_MS - 1 }, limits).kind).toBe('give_up');
  expect(decideRestart({ ...ended, up_ms: STABLE_UPTIME_MS }, limits)).toMatchObject({
    kind: 'restart',
    attempt: 1,
    times: [1e12],
  });
});

test('one that exits at once, without a delay of its own, starts at most 6 times in 30 s', () => {
  const limits = { restart_delay: 0, max_restart_attempts: 100 };
  // The jitter that shortens every delay the most.
  let now = 0;
  let times: readonly number[] = [];
  const starts = [0];
  while (now < 300_000) {
    const decision = decideRestart({ now, up_ms: 0, times, random: 0 }, limits);
    if (decision.kind !== 'restart') throw new Error('the bound is far away');
    now += decision.delay_ms;
    times = decision.times;
    starts.push(now);
  }
  for (const from of starts) {
    expect(starts.filter((at) => at >= from && at < from + 30_000).length).toBeLessThanOrEqual(6);
  }
});

test('what is left of a wait: never more than was planned at most, nothing after a reboot', () => {
  const present = { now: 10_000, boot: 'a' };
  const left = (due: number | null, boot: string | null) => remainingWait({ due, boot }, present);
  expect(left(12_500, 'a')).toBe(2_500);
  expect(left(10_000, 'a')).toBe(0);
  expect(left(9_000, 'a')).toBe(0);
  expect(left(null, 'a')).toBe(0);
  expect(left(12_500, 'b')).toBe(0);
  expect(left(12_500, null)).toBe(0);
  expect(left(9e12, 'a')).toBe(720_000);
});
