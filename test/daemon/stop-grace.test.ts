import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stopGraceMs } from '../../src/daemon/stop-grace.ts';

const at = (open_orders: number, per_minute: number | null) => ({
  open_orders,
  venue_requests: per_minute === null ? null : { per_minute, left: 0 },
});

test.each([
  ['no bot has told anything', null, 15_000],
  ['the venue counts nothing', at(50, null), 15_000],
  ['a quick venue', at(50, 2400), 15_000],
  ['nothing rests, but there may be a position', at(0, 60), 68_000],
  ['nothing rests on a quick venue', at(0, 2400), 15_000],
  ['ccxt on a slow exchange', at(50, 180), 44_667],
  ['half a share of it after a crash', at(6, 80), 57_500],
  ['a small share of a key', at(50, 62), 114_452],
  ['no share at all', at(500, 0), 600_000],
])('%s', (_, status, expected) => {
  expect(stopGraceMs(15_000, status)).toBe(expected);
});

test('never less than what the user grants, nor less for more orders', () => {
  const orders = fc.nat({ max: 500 });
  const pace = fc.nat({ max: 3000 });
  fc.assert(
    fc.property(fc.nat({ max: 900_000 }), orders, orders, pace, (granted, a, b, perMinute) => {
      const [few, many] = [Math.min(a, b), Math.max(a, b)];
      const grace = (open: number) => stopGraceMs(granted, at(open, perMinute));
      expect(grace(few)).toBeGreaterThanOrEqual(granted);
      expect(grace(many)).toBeGreaterThanOrEqual(grace(few));
    }),
  );
});
