/** Split executions and stop orders of the paper venue: parts, slippage, order along a move. */
import { describe, expect, it } from 'vitest';
import { lotsOf } from '../../src/contract/market.ts';
import type { VenueFill } from '../../src/exchange/port.ts';
import { MARKET, brief, finite, memoryDatabase, order, paperVenue } from './paper-harness.ts';
import { stop, untilEnd } from './paper-harness.ts';

const SPLIT = { partialFill: 'split' } as const;

function partsOf(fills: readonly VenueFill[], id: string): number[] {
  return fills.flatMap((fill) => (fill.client_id === id ? [lotsOf(MARKET, fill.size) ?? 0] : []));
}

describe('split executions', () => {
  it('give each order in one to three parts, one in a move, whole in the end', async () => {
    const venue = paperVenue(memoryDatabase(), finite(200, 100, 101, 102, 101), SPLIT);
    const lots = [1, 2, 3, 10, 100, 101, 102, 103, 104, 105, 106, 107];
    for (const each of lots) await venue.submit(order(`x${each}`, 'buy', 150, each));
    const moves = new Map<string, Set<number>>();
    await untilEnd(venue);
    const fills = await venue.fillsSince(0);
    for (const fill of fills) {
      const times = moves.get(fill.client_id) ?? new Set();
      moves.set(fill.client_id, times.add(fill.at_ms));
      expect(fill).toMatchObject({ price: '1.5', maker: true });
    }
    const counts = new Set<number>();
    for (const each of lots) {
      const parts = partsOf(fills, `x${each}`);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(each);
      expect(Math.min(...parts)).toBeGreaterThan(0);
      expect(moves.get(`x${each}`)?.size).toBe(parts.length);
      counts.add(parts.length);
    }
    expect([...counts].sort()).toEqual([1, 2, 3]);
    const history = await venue.orderHistory(0);
    const whole = history.filter((each) => each.status === 'filled' && each.size === each.filled);
    expect(whole).toHaveLength(lots.length);
    expect(await venue.openOrders()).toEqual([]);
  });

  it('are drawn by the seed and shown while they last, rest and reserve what is left', async () => {
    const shapes = new Set<string>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const venue = paperVenue(memoryDatabase(), finite(200, 100), { ...SPLIT, seed });
      await venue.submit(order('x', 'buy', 150, 100));
      await untilEnd(venue);
      const parts = partsOf(await venue.fillsSince(0), 'x');
      shapes.add(parts.join());
      expect(parts).toHaveLength(1);
      const [open] = await venue.openOrders();
      const filled = lotsOf(MARKET, open?.filled ?? '1') ?? 0;
      expect(filled).toBe(parts[0]);
      if (open === undefined) continue;
      expect(await venue.cancel('x')).toEqual({ status: 'cancelled' });
      const ended = await venue.orderByClientId('x');
      expect(ended).toMatchObject({ status: 'cancelled', filled: open.filled });
      expect((await venue.position()).size).toBe(open.filled);
    }
    expect(shapes.size).toBeGreaterThan(3);
  });

  it('leave the rest alone while the price is back on its own side', async () => {
    let partly = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const path = finite(200, 140, 160, 170, 160);
      const venue = paperVenue(memoryDatabase(), path, { ...SPLIT, seed });
      await venue.submit(order('x', 'buy', 150, 100));
      await untilEnd(venue);
      expect(await venue.fillsSince(0)).toHaveLength(1);
      partly += (await venue.openOrders()).length;
    }
    expect(partly).toBeGreaterThan(3);
  });

  it('of a reduce-only order end with the position', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const path = finite(200, 210, 211, 212, 213);
      const venue = paperVenue(memoryDatabase(), path, { ...SPLIT, seed });
      await venue.submit(order('in', 'buy', null, 10));
      await venue.submit(order('r1', 'sell', 205, 10, { reduce_only: true }));
      await venue.submit(order('r2', 'sell', 206, 10, { reduce_only: true }));
      await untilEnd(venue);
      expect(await venue.position()).toMatchObject({ size: '0' });
      expect(await venue.openOrders()).toEqual([]);
      const sold = (await venue.fillsSince(0)).filter(({ side }) => side === 'sell');
      expect(sold.reduce((sum, fill) => sum + (lotsOf(MARKET, fill.size) ?? 0), 0)).toBe(10);
    }
  });
});

describe('stop orders', () => {
  it('slip to the price behind a jump, and not in a straight move', async () => {
    for (const [target, price] of [[100, '1.4'], [-100, '1']] as const) {
      const venue = paperVenue(memoryDatabase(), finite(150, target));
      await venue.submit(order('in', 'buy', null, 10));
      await venue.submitTrigger(stop('s', 'sell', 140, 10));
      await untilEnd(venue);
      const [, fill] = await venue.fillsSince(0);
      expect(fill).toMatchObject({ client_id: 's', price, maker: false });
    }
  });

  it('fire between the resting orders in the order of the prices a move passes', async () => {
    const venue = paperVenue(memoryDatabase(), finite(200, 100));
    for (const line of [190, 170, 150]) await venue.submit(order(`b${line}`, 'buy', line, 10));
    await venue.submitTrigger(stop('later', 'sell', 160, 100));
    await venue.submitTrigger(stop('first', 'sell', 180, 100));
    await venue.submitTrigger(stop('second', 'sell', 170, 100));
    expect(brief(await untilEnd(venue)).slice(2, -2)).toEqual([
      ...['buy b190@1.9', 'sell first@1.8', 'cancelled first 0.1/1'],
      ...['cancelled second 0/1', 'buy b170@1.7', 'sell later@1.6', 'cancelled later 0.1/1'],
      'buy b150@1.5',
    ]);
    expect(await venue.position()).toMatchObject({ size: '0.1' });
  });

  it('are refused when they would fire at once, are too small, badly named or too many', async () => {
    const rules = { ...MARKET.rules, min_quantity: '0.05', max_orders: 2 };
    const venue = paperVenue(memoryDatabase(), finite(150), { rules });
    const refusals = [
      [stop('a', 'sell', 150, 10), 'other'],
      [stop('b', 'buy', 149, 10), 'other'],
      [stop('c', 'sell', 140, 4), 'below_min_quantity'],
      [stop('', 'sell', 140, 10), 'bad_client_id'],
      [{ ...stop('d', 'sell', 140, 10), trigger_price: '1.401' }, 'price_not_on_tick'],
      [{ ...stop('e', 'sell', 140, 10), size: '0' }, 'size_not_on_lot'],
    ] as const;
    for (const [request, reason] of refusals) {
      expect(await venue.submitTrigger(request)).toMatchObject({ status: 'rejected', reason });
    }
    expect(await venue.submitTrigger(stop('f', 'sell', 140, 10))).toMatchObject({
      status: 'accepted',
    });
    await venue.submit(order('g', 'buy', 130, 10));
    for (const outcome of [
      await venue.submitTrigger(stop('h', 'sell', 140, 10)),
      await venue.submit(order('i', 'buy', 130, 10)),
    ]) {
      expect(outcome).toMatchObject({ reason: 'max_orders' });
    }
  });
});
