/** What a venue still knows when another object is opened on the same account. */
import { expect, it } from 'vitest';
import type { Venue } from '../../../src/exchange/port.ts';
import { accept, moveTo, namesOf, reasonFor } from '../venue-fixture.ts';
import type { Bench, BenchOf } from '../venue-fixture.ts';

export function nothingIsForgotten(bench: BenchOf): void {
  it('keeps orders, fills, position, balance and price over a reopen', async () => {
    const b = bench();
    await accept(b, b.order('k1', 'buy', b.at(-1)));
    await accept(b, b.order('k2', 'buy', b.at(-3)));
    await accept(b, b.order('k3', 'sell', b.at(3)));
    await moveTo(b, b.at(-2));
    await b.fixture.venue.cancel(b.id('k3'));
    const before = await everythingOf(b, b.fixture.venue);
    b.fixture = await b.fixture.reopen();
    expect(await everythingOf(b, b.fixture.venue)).toEqual(before);
    expect(await reasonFor(b, b.order('k1', 'buy', b.at(-5)))).toBe('duplicate_client_id');
    await moveTo(b, b.at(-4));
    const fills = await b.fixture.venue.fillsSince(0);
    expect(namesOf(b, ['k1', 'k2'], fills)).toEqual(['k1', 'k2']);
  });
}

async function everythingOf(b: Bench, venue: Venue): Promise<unknown> {
  const names = ['k1', 'k2', 'k3'];
  return {
    market: await venue.market(),
    capabilities: venue.capabilities,
    open: await venue.openOrders(),
    history: await venue.orderHistory(0),
    known: await Promise.all(names.map((name) => venue.orderByClientId(b.id(name)))),
    fills: await venue.fillsSince(0),
    position: await venue.position(),
    balance: await venue.balance(),
    last: (await venue.price()).last,
  };
}
