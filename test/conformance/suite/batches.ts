/** Many orders in one call: an outcome for each, in the order of the requests. */
import { expect, it } from 'vitest';
import type { OrderRequest } from '../../../src/exchange/port.ts';
import { accept, listed, moveTo, namesOf } from '../venue-fixture.ts';
import type { Bench, BenchOf } from '../venue-fixture.ts';

function requests(b: Bench, count: number): OrderRequest[] {
  return Array.from({ length: count }, (_, k) => b.order(`b${k}`, 'buy', b.at(-1 - k / 8)));
}

export function batchesAreItemised(bench: BenchOf): void {
  it('accepts as many orders in one call as it declares', async () => {
    const b = bench();
    const { venue } = b.fixture;
    const most = Math.min(venue.capabilities.batch.submit, b.market.rules.max_orders);
    const orders = requests(b, most);
    const outcomes = await venue.submitBatch(orders);
    expect(outcomes.map(({ status }) => status)).toEqual(orders.map(() => 'accepted'));
    await listed(b);
    const open = await venue.openOrders();
    expect(open.map((order) => order.client_id)).toEqual(orders.map((order) => order.client_id));
    const ids = outcomes.map((each) => (each.status === 'accepted' ? each.venue_order_id : ''));
    expect(open.map((order) => order.venue_order_id)).toEqual(ids);
  });

  it('refuses one item of a batch without touching the others', async () => {
    const b = bench();
    const { venue } = b.fixture;
    if (venue.capabilities.batch.submit < 4) {
      expect(venue.capabilities.batch.submit).toBeGreaterThanOrEqual(1);
      return;
    }
    await accept(b, b.order('b2', 'sell', b.at(4)));
    const [first, second, third, fourth] = requests(b, 4);
    if (!first || !second || !third || !fourth) throw new Error('four requests');
    const zero = { ...second, size: '0' };
    const outcomes = await venue.submitBatch([first, zero, third, fourth]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['accepted', 'rejected', 'rejected', 'accepted'],
    ]);
    expect(outcomes[2]).toMatchObject({ reason: 'duplicate_client_id' });
    await listed(b);
    const open = await venue.openOrders();
    expect(namesOf(b, ['b0', 'b1', 'b2', 'b3'], open)).toEqual(['b2', 'b0', 'b3']);
  });

  it('cancels many in one call and says of each what became of it', async () => {
    const b = bench();
    const { venue } = b.fixture;
    await accept(b, b.order('filled', 'buy', b.at(-1)));
    await accept(b, b.order('c1', 'buy', b.at(-3)));
    await accept(b, b.order('c2', 'sell', b.at(3)));
    await accept(b, b.order('stays', 'sell', b.at(4)));
    await moveTo(b, b.at(-2));
    const names = ['c1', 'filled', 'c2', 'never-sent'];
    const most = venue.capabilities.batch.cancel;
    const statuses: string[] = [];
    for (let from = 0; from < names.length; from += most) {
      const part = names.slice(from, from + most).map((name) => b.id(name));
      statuses.push(...(await venue.cancelBatch(part)).map(({ status }) => status));
    }
    expect(statuses).toEqual(['cancelled', 'gone', 'cancelled', 'gone']);
    await listed(b);
    expect(namesOf(b, ['stays'], await venue.openOrders())).toEqual(['stays']);
  });

  it('takes an empty batch, and treats one larger than declared as our bug', async () => {
    const b = bench();
    const { venue } = b.fixture;
    const { submit, cancel } = venue.capabilities.batch;
    expect(await venue.submitBatch([])).toEqual([]);
    expect(await venue.cancelBatch([])).toEqual([]);
    const orders = requests(b, submit + 1);
    await expect(venue.submitBatch(orders)).rejects.toMatchObject({ name: 'InvariantError' });
    const ids = Array.from({ length: cancel + 1 }, (_, k) => b.id(`b${k}`));
    await expect(venue.cancelBatch(ids)).rejects.toMatchObject({ name: 'InvariantError' });
    expect(await venue.openOrders()).toEqual([]);
  });
}
