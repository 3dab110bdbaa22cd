/** When a bot counts as hung. */
import { expect, test } from 'vitest';
import {
  BEAT_LIMIT_MS,
  freshHealth,
  judgePulse,
  noteCheck,
  turnLimit,
} from '../../src/daemon/health-policy.ts';

test('three misses in a row, the later ones a second apart', () => {
  let health = freshHealth(0, 30_000);
  expect(health.next_at).toBe(30_000);
  const moments: number[] = [];
  for (let miss = 1; miss <= 3; miss += 1) {
    const now = health.next_at;
    moments.push(now);
    const { state, unhealthy } = noteCheck(health, now, false, 30_000);
    expect(unhealthy).toBe(miss === 3);
    health = state;
  }
  expect(moments).toEqual([30_000, 31_000, 32_000]);
});

test('one sign of life between them begins the count anew', () => {
  const twice = { misses: 2, next_at: 0 };
  const fine = noteCheck(twice, 5, true, 1_000);
  expect(fine.state).toEqual({ misses: 0, next_at: 1_005 });
  expect(noteCheck(fine.state, 2_000, false, 1_000).unhealthy).toBe(false);
});

test('silence and a standing engine are faults; a start has its time', () => {
  const pulse = { ready: true, silent_ms: 1_000, turn_age_ms: 1_000 };
  const judge = (patch: Partial<typeof pulse>) => judgePulse({ ...pulse, ...patch }, 30_000);
  expect(judge({})).toBeNull();
  expect(judge({ silent_ms: 5_000 })).toBeNull();
  expect(judge({ silent_ms: 5_001 })).toEqual({ code: 'no_sign_of_life', values: { seconds: '5' } });
  expect(judge({ turn_age_ms: 15_001 })).toEqual({ code: 'stands_still', values: { seconds: '15' } });
  expect(judge({ ready: false, silent_ms: 29_000, turn_age_ms: 20_000 })).toBeNull();
  expect(judge({ ready: false, silent_ms: 31_000 })).not.toBeNull();
});

test('a silent bot is found within 15 s at an interval of 5', () => {
  // The limit, the wait for the next check, and two more a second apart.
  expect(BEAT_LIMIT_MS + 5_000 + 2_000).toBeLessThan(15_000);
});

test('a standing engine is found within 15 s at an interval of 5, and a slow one is let be', () => {
  expect([1, 5, 10, 30, 600].map((s) => turnLimit(s * 1000) / 1000)).toEqual([6, 6, 12, 15, 15]);
  // The limit, the wait for the next check, and two more a second apart.
  expect(turnLimit(5_000) + 5_000 + 2_000).toBeLessThan(15_000);
});
