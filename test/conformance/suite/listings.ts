/** What a venue answers about orders: by client id, open, in the past; and what `gone` means. */
import { expect, it } from 'vitest';
import { accept, listed, moveTo, namesOf } from '../venue-fixture.ts';
import type { BenchOf } from '../venue-fixture.ts';

export function ordersAreFound(bench: BenchOf): void {
  it('answers for open, filled, cancelled and unknown client ids', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('o1', 'buy', b.at(-1)));
    await accept(b, b.order('o2', 'buy', b.at(-3)));
    await accept(b, b.order('o3', 'sell', b.at(3)));
    await moveTo(b, b.at(-2));
    expect(await venue.cancel(b.id('o2'))).toEqual({ status: 'cancelled' });
    await listed(b);
    const size = b.size(10);
    const names = ['o1', 'o2', 'o3'];
    const found = await Promise.all(names.map((name) => venue.orderByClientId(b.id(name))));
    expect(found).toMatchObject([
      { status: 'filled', filled: size, size, price: b.at(-1), side: 'buy' },
      { status: 'cancelled', filled: '0', size, price: b.at(-3) },
      { status: 'open', filled: '0', size, price: b.at(3), side: 'sell' },
    ]);
    expect(found.map((order) => order?.client_id)).toEqual(names.map((name) => b.id(name)));
    expect(await venue.orderByClientId(b.id('never-sent'))).toBeNull();
    expect(await venue.openOrders()).toEqual([found[2]]);
    expect(await venue.orderHistory(0)).toEqual(found);
  });

  it('lists all that rests, oldest first, however many', async () => {
    const b = bench();
    const count = Math.min(b.market.rules.max_orders, 60);
    const names = Array.from({ length: count }, (_, k) => `many${k}`);
    for (const [k, name] of names.entries()) {
      const order = b.order(name, k % 2 === 0 ? 'buy' : 'sell', b.at(k % 2 === 0 ? -3 : 3));
      expect(await b.fixture.venue.submit(order)).toMatchObject({ status: 'accepted' });
    }
    await listed(b);
    expect(namesOf(b, names, await b.fixture.venue.openOrders())).toEqual(names);
    expect(namesOf(b, names, await b.fixture.venue.orderHistory(0))).toEqual(names);
  });

  it('says gone when there is nothing left to cancel', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('c1', 'buy', b.at(-1)));
    await accept(b, b.order('c2', 'sell', b.at(2)));
    await moveTo(b, b.at(-2));
    expect(await venue.cancel(b.id('c1'))).toEqual({ status: 'gone' });
    expect(await venue.cancel(b.id('c2'))).toEqual({ status: 'cancelled' });
    expect(await venue.cancel(b.id('c2'))).toEqual({ status: 'gone' });
    expect(await venue.cancel(b.id('never-sent'))).toEqual({ status: 'gone' });
    await moveTo(b, b.at(4));
    expect(namesOf(b, ['c1'], await venue.fillsSince(0))).toEqual(['c1']);
    expect(await venue.orderByClientId(b.id('c1'))).toMatchObject({ status: 'filled' });
    expect(await venue.orderByClientId(b.id('c2'))).toMatchObject({ status: 'cancelled' });
  });

  it('finds in the history what was made or ended since a moment, and nothing else', async () => {
    const b = bench();
    const { venue } = b.fixture;
    const names = ['quiet', 'filled', 'cancelled', 'old', 'new'];
    await accept(b, b.order('quiet', 'sell', b.at(3)));
    await accept(b, b.order('filled', 'buy', b.at(-1)));
    await accept(b, b.order('cancelled', 'buy', b.at(-3)));
    await accept(b, b.order('old', 'buy', b.at(-4)));
    await venue.cancel(b.id('old'));
    await b.fixture.pass(1000);
    const since = await venue.serverTime();
    expect(await venue.orderHistory(since)).toEqual([]);
    await moveTo(b, b.at(-2));
    await venue.cancel(b.id('cancelled'));
    await accept(b, b.order('new', 'sell', b.at(2)));
    const recent = await venue.orderHistory(since);
    expect(namesOf(b, names, recent)).toEqual(['filled', 'cancelled', 'new']);
    expect(recent.map(({ status }) => status)).toEqual(['filled', 'cancelled', 'open']);
    expect(namesOf(b, names, await venue.orderHistory(0))).toEqual(names);
  });
}
