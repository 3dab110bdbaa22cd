/** Everything that a client of Aster can be asked to do, once. */
import type { OrderRequest, Venue } from '../../../src/exchange/port.ts';

/** An order of the market of the recorded answers. */
export function order(client_id: string, more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ client_id, side: 'buy', price: '151.25', size: '0.4' },
    ...{ post_only: true, reduce_only: false, ...more },
  };
}

/** Calls every member of the port that sends something. */
export async function doEverything(venue: Venue): Promise<void> {
  await venue.market();
  await venue.account();
  await venue.setLeverage(10);
  await venue.price();
  await venue.submit(order('g1-1'));
  await venue.submit(order('g1-2', { side: 'sell', price: null, post_only: false }));
  await venue.submit(order('g1-3', { reduce_only: true, post_only: false }));
  await venue.submitBatch([order('g1-4'), order('g1:a/b.c_-5', { reduce_only: true })]);
  const stop = { client_id: 'g1-6', side: 'sell', trigger_price: '120', size: '0.4' } as const;
  await venue.submitTrigger({ ...stop, trigger_by: 'mark' });
  await venue.submitTrigger({ ...stop, client_id: 'g1-7', trigger_by: 'last' });
  await venue.cancel('g1-1');
  await venue.cancelBatch(['g1-3', 'g1:a/b.c_-5']);
  await venue.orderByClientId('g1-42');
  await venue.openOrders();
  await venue.orderHistory(0);
  const since = (await venue.serverTime()) - 60_000;
  await venue.fillsSince(since);
  await venue.fundingSince(since);
  await venue.position();
  await venue.balance();
  await venue.windDeadMan(60_000);
  await venue.windDeadMan(null);
}
