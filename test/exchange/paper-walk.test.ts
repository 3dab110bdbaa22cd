/** How the paper venue walks its path: what fills, in which order, who waits for whom. */
import { describe, expect, it } from 'vitest';
import { syntheticSource } from '../../src/exchange/paper/index.ts';
import type { Venue, VenueEvent } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { manualClock } from './manual-clock.ts';
import { RULES, brief, finite, memoryDatabase, order, paperVenue, path } from './paper-harness.ts';
import { untilEnd } from './paper-harness.ts';
import { SCRIPT_STEP_MS, scriptedPath } from './scripted-path.ts';

async function place(venue: Venue, ...orders: Parameters<typeof order>[]): Promise<void> {
  for (const each of orders) {
    expect(await venue.submit(order(...each))).toMatchObject({ status: 'accepted' });
  }
}

describe('moves', () => {
  for (const [kind, target] of [['straight move', 100], ['jump', -100]] as const) {
    it(`a ${kind} fills the lines it passes by price, then age, each at its line`, async () => {
      const venue = paperVenue(memoryDatabase(), finite(200, target));
      await place(
        venue,
        ['low', 'buy', 120, 5],
        ['high', 'buy', 180, 5],
        ['middle', 'buy', 150, 5],
        ['middle-later', 'buy', 150, 5],
        ['out', 'buy', 90, 5],
        ['above', 'sell', 210, 5],
      );
      expect(brief(await untilEnd(venue))).toEqual([
        'connected',
        'price 2',
        'buy high@1.8',
        'buy middle@1.5',
        'buy middle-later@1.5',
        'buy low@1.2',
        'price 1',
        'ended',
      ]);
    });
  }

  it('sells upwards, lowest line first', async () => {
    const venue = paperVenue(memoryDatabase(), finite(100, 200));
    await place(venue, ['b', 'sell', 190, 5], ['a', 'sell', 110, 5], ['c', 'buy', 90, 5]);
    const told = brief(await untilEnd(venue));
    expect(told.slice(2, 4)).toEqual(['sell a@1.1', 'sell b@1.9']);
  });

  it('through needs a price strictly beyond the line, touch only the line', async () => {
    for (const [fill, count] of [['through', 0], ['touch', 2]] as const) {
      const venue = paperVenue(memoryDatabase(), finite(150, 140, 160, 150), { fill });
      await place(venue, ['buy', 'buy', 140, 5], ['sell', 'sell', 160, 5]);
      await untilEnd(venue);
      expect(await venue.fillsSince(0)).toHaveLength(count);
    }
  });

  it('touch refuses a post-only order on the present price, through lets it rest', async () => {
    for (const [fill, status] of [['through', 'accepted'], ['touch', 'rejected']] as const) {
      const venue = paperVenue(memoryDatabase(), finite(150), { fill });
      expect(await venue.submit(order('x', 'buy', 150, 5))).toMatchObject({ status });
    }
  });
});

describe('lockstep', () => {
  it('a counter order placed during a straight move fills in a later one only', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 100, 170));
    await place(venue, ['b1', 'buy', 140, 5], ['b2', 'buy', 120, 5]);
    const events = await untilEnd(venue, async (event) => {
      if (event.type !== 'fill' || event.fill.side !== 'buy') return;
      const line = event.fill.client_id === 'b1' ? 160 : 140;
      await place(venue, [`s-${event.fill.client_id}`, 'sell', line, 5]);
    });
    expect(brief(events).slice(2, -1)).toEqual([
      'buy b1@1.4',
      'buy b2@1.2',
      'price 1',
      'sell s-b2@1.4',
      'sell s-b1@1.6',
      'price 1.7',
    ]);
  });

  it('stands at the filled line within a straight move, behind it within a jump', async () => {
    for (const [target, present] of [[100, '1.4'], [-100, '1']] as const) {
      const venue = paperVenue(memoryDatabase(), finite(150, target));
      await place(venue, ['b', 'buy', 140, 5]);
      const seen: string[] = [];
      const events = await untilEnd(venue, async (event) => {
        if (event.type !== 'fill' || event.fill.client_id !== 'b') return;
        seen.push((await venue.price()).last);
        await place(venue, ['out', 'sell', null, 5]);
      });
      expect(seen).toEqual([present]);
      expect(brief(events)).toContain(`sell out@${present}`);
    }
  });

  it('never tells anything while the listener is busy, nor inside a submit', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 100, 160, 90));
    await place(venue, ['b1', 'buy', 140, 5], ['b2', 'buy', 120, 5], ['s', 'sell', 155, 5]);
    let busy = 0;
    let most = 0;
    await untilEnd(venue, async (event) => {
      busy += 1;
      most = Math.max(most, busy);
      if (event.type === 'price') await venue.submit(order(`m${event.at_ms}`, 'buy', null, 1));
      await new Promise((resolve) => setImmediate(resolve));
      busy -= 1;
    });
    expect(most).toBe(1);
    expect(await venue.fillsSince(0)).toHaveLength(7);
  });

  it('tells a fill caused by a submit before the market moves on', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 151, 152));
    const events = await untilEnd(venue, async (event) => {
      if (event.type !== 'price' || event.last !== '1.51') return;
      await place(venue, ['m', 'buy', null, 1]);
    });
    expect(brief(events)).toEqual([
      ...['connected', 'price 1.5', 'price 1.51', 'buy m@1.51', 'price 1.52', 'ended'],
    ]);
  });

  it('close waits for the busy listener and nothing is told after it', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 151, 152, 153));
    const told: string[] = [];
    let release: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      void venue.connect(async (event) => {
        told.push(...brief([event]));
        if (event.type !== 'price' || event.last !== '1.51') return;
        resolve();
        await new Promise<void>((go) => (release = go));
        told.push('listener done');
      });
    });
    await reached;
    const closed = venue.close().then(() => told.push('closed'));
    release();
    await closed;
    expect(told.slice(-3)).toEqual(['price 1.51', 'listener done', 'closed']);
  });
});

describe('reduce-only', () => {
  it('is executed up to the position and its rest cancelled, or cancelled whole', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150, 151, 190));
    await place(
      venue,
      ['in', 'buy', null, 10],
      ['r1', 'sell', 160, 7, { reduce_only: true }],
      ['r2', 'sell', 170, 7, { reduce_only: true }],
      ['r3', 'sell', 180, 7, { reduce_only: true }],
    );
    const events = await untilEnd(venue);
    expect(brief(events).slice(4, -2)).toEqual([
      'sell r1@1.6',
      'sell r2@1.7',
      'cancelled r2 0.03/0.07',
      'cancelled r3 0/0.07',
    ]);
    expect(await venue.position()).toMatchObject({ size: '0', entry_price: null });
    expect(await venue.orderByClientId('r2')).toMatchObject({ status: 'cancelled' });
  });
});

describe('limits of the venue', () => {
  it('refuses more orders than the market allows, and notionals below its minimum', async () => {
    const rules = { ...RULES, max_orders: 2, min_notional: '1' };
    const venue = paperVenue(memoryDatabase(), finite(150), { rules });
    expect(await venue.submit(order('n', 'buy', 140, 5))).toMatchObject({
      reason: 'below_min_notional',
    });
    await place(venue, ['a', 'buy', 140, 100], ['b', 'buy', 130, 100]);
    const third = await venue.submit(order('c', 'buy', 120, 100));
    expect(third).toMatchObject({ reason: 'max_orders' });
    await place(venue, ['m', 'buy', null, 100]);
  });

  it('refuses a client id that is empty or too long, and a post-only market order', async () => {
    const venue = paperVenue(memoryDatabase(), finite(150));
    const { max_length } = venue.capabilities.client_id;
    for (const id of ['', 'x'.repeat(max_length + 1)]) {
      expect(await venue.submit(order(id, 'buy', 140, 5))).toMatchObject({
        reason: 'bad_client_id',
      });
    }
    const market = order('m', 'buy', null, 5, { post_only: true });
    expect(await venue.submit(market)).toMatchObject({ reason: 'post_only_without_price' });
    await place(venue, ['x'.repeat(max_length), 'buy', 140, 5]);
  });
});

describe('the store', () => {
  it('a submit or cancel that cannot commit is unknown and has not happened', async () => {
    const db = memoryDatabase();
    const venue = paperVenue(db, finite(150));
    await place(venue, ['a', 'buy', 140, 5]);
    const before = await venue.balance();
    db.pragma('query_only = ON');
    expect(await venue.submit(order('b', 'buy', null, 5))).toMatchObject({ status: 'unknown' });
    expect(await venue.cancel('a')).toMatchObject({ status: 'unknown' });
    expect(await venue.orderByClientId('b')).toBeNull();
    expect(await venue.balance()).toEqual(before);
    db.pragma('query_only = OFF');
    expect(await venue.openOrders()).toMatchObject([{ client_id: 'a' }]);
    await place(venue, ['b', 'buy', null, 5]);
  });

  it('the market stands still while fills cannot be committed, and goes on after', async () => {
    const db = memoryDatabase();
    const clock = manualClock();
    const venue = paperVenue(db, finite(150, 100), { clock });
    await place(venue, ['a', 'buy', 140, 5]);
    const told: VenueEvent[] = [];
    let onEvent: () => void = () => undefined;
    await venue.connect(async (event) => {
      told.push(event);
      if (event.type === 'price' && told.length === 2) db.pragma('query_only = ON');
      onEvent();
    });
    const until = async (type: VenueEvent['type']): Promise<void> => {
      while (told.at(-1)?.type !== type) await new Promise<void>((go) => (onEvent = go));
    };
    await until('disconnected');
    expect(await venue.fillsSince(0)).toEqual([]);
    db.pragma('query_only = OFF');
    clock.advance(5000);
    await until('ended');
    const words = brief(told).slice(2);
    expect(words).toEqual(['disconnected', 'connected', 'buy a@1.4', 'price 1', 'ended']);
    await venue.close();
  });

  it('refuses to work inside a transaction of the bot, or in another tick', async () => {
    const db = memoryDatabase();
    const venue = paperVenue(db, finite(150));
    db.exec('BEGIN');
    await expect(venue.submit(order('a', 'buy', 140, 5))).rejects.toThrow('on its own');
    db.exec('ROLLBACK');
    const rules = { ...RULES, tick: '0.1' };
    const source = scriptedPath('0.1', path(15), 'ends');
    expect(() => paperVenue(db, source, { rules })).toThrow('the account counts in 0.01');
  });
});

describe('quiet points', () => {
  it('are committed now and then, not each', async () => {
    const db = memoryDatabase();
    const quiet = Array.from({ length: 5000 }, (_, index) => 150 + (index % 3));
    const venue = paperVenue(db, finite(...quiet));
    await place(venue, ['a', 'buy', 140, 5]);
    const writes = () => Number(db.prepare('SELECT total_changes()').pluck().get());
    const before = writes();
    const events = await untilEnd(venue);
    expect(events.filter((event) => event.type === 'price')).toHaveLength(5000);
    expect(writes() - before).toBe(3);
  });
});

describe('time', () => {
  it('takes one step each 250 ms at speed 1 and n in that time at speed n', async () => {
    for (const [speed, steps] of [[1, 4], [5, 20]] as const) {
      const clock = manualClock();
      const source = scriptedPath(RULES.tick, path(150), 'holds');
      const venue = paperVenue(memoryDatabase(), source, { clock, speed });
      const told: VenueEvent[] = [];
      await venue.connect(async (event) => void told.push(event));
      for (let ms = 0; ms < 4 * SCRIPT_STEP_MS; ms += 10) {
        clock.advance(10);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(told.filter((event) => event.type === 'price')).toHaveLength(steps + 1);
      await venue.close();
      expect(clock.pending()).toBe(0);
    }
  });

  it('lets timers and sockets live while it walks as fast as it can', async () => {
    const shape = { seed: 1, startPrice: '150', volatility: 0.001 };
    const source = syntheticSource({ ...shape, rules: RULES });
    const venue = paperVenue(memoryDatabase(), source, { clock: systemClock });
    let points = 0;
    await venue.connect(async () => void (points += 1));
    const seen: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(points);
    }
    await venue.close();
    expect(seen[2]).toBeGreaterThan(seen[0] ?? 0);
    expect(seen[2]).toBeGreaterThan(100);
  });

  it('stamps an unpaced invented path by its steps, a paced one by the clock', async () => {
    const clock = manualClock(1_000_000);
    const unpaced = paperVenue(memoryDatabase(), finite(150, 151, 152), { clock });
    const stamps = (await untilEnd(unpaced)).flatMap((event) =>
      event.type === 'price' ? [event.at_ms] : [],
    );
    expect(stamps).toEqual([1_000_000, 1_000_250, 1_000_500]);
    const paced = paperVenue(memoryDatabase(), finite(150), { clock, speed: 1 });
    clock.advance(77);
    expect(await paced.serverTime()).toBe(1_000_077);
  });
});
