/** Answer times of the venue: the median of the last minute. */
import { expect, test } from 'vitest';
import { Latency } from '../../src/bot/latency.ts';

test('the median of a minute; nothing asked, nothing known', () => {
  const latency = new Latency();
  expect(latency.median(0)).toBeNull();
  for (const [ms, at] of [[900, 0], [10, 1000], [30, 2000], [20.4, 3000]] as const) {
    latency.took(ms, at);
  }
  expect(latency.median(59_000)).toBe(30);
  expect(latency.median(60_500)).toBe(20);
  expect(latency.median(70_000)).toBeNull();
});
