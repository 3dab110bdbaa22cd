/** Our clients as `npm run bench:venues` drives them: one order after the other, timed. */
import { backpack } from '../../src/exchange/backpack/index.ts';
import type { Credentials } from '../../src/exchange/venue-kind.ts';
import { systemClock } from '../../src/platform/clock.ts';

/** Places an order with this client id; rejects unless it was accepted. */
export type PlaceOrder = (clientId: number) => Promise<void>;

/** A Backpack client at an address. */
export function backpackOrders(rest_url: string, credentials: Credentials): PlaceOrder {
  const venue = backpack.open({
    ...{ rest_url, ws_url: '', proxy: null, symbol: 'SOL_USDC_PERP', credentials },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, clock: systemClock },
    trace: () => undefined,
  });
  return async (clientId) => {
    const outcome = await venue.submit({
      ...{ client_id: String(clientId), side: 'buy', price: '100.12', size: '0.5' },
      ...{ post_only: true, reduce_only: false },
    });
    if (outcome.status !== 'accepted') throw new Error(JSON.stringify(outcome));
  };
}
