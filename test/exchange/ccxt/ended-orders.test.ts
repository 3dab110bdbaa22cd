/**
 * What a bot through ccxt asks after orders that have ended, on an exchange whose history alone
 * tells of them: nothing of those it cancels itself, once of all that others cancel, and once of
 * what rests for all who wait to hear it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CcxtExchange, CcxtMarket } from '../../../src/exchange/ccxt/exchange.ts';
import { ccxtFolder, loadCcxtKind } from '../../../src/exchange/ccxt/index.ts';
import { CcxtListings } from '../../../src/exchange/ccxt/listings.ts';
import { OrderIds } from '../../../src/exchange/ccxt/order-ids.ts';
import type { Venue, VenueEvent } from '../../../src/exchange/port.ts';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimVenue, TrafficFacts } from '../../../src/exchange/sim/index.ts';
import { systemClock as clock } from '../../../src/platform/clock.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { BackpackClient } from '../sim/backpack-client.ts';

const SYMBOL = 'SOL_USDC_PERP';
const ORDERS = 6;

let sim: SimVenue;
let venue: Venue;
let hand: BackpackClient;
let told: VenueEvent[] = [];
let next = 1;

async function place(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => String(next++));
  for (const [index, client_id] of names.entries()) {
    const order = { client_id, side: 'buy', price: String(140 - index), size: '0.1' } as const;
    const made = await venue.submit({ ...order, post_only: true, reduce_only: false });
    expect(made.status).toBe('accepted');
  }
  return names;
}

/** Client ids of the orders that the stream told to be cancelled. */
function ended(): string[] {
  return told.flatMap((event) => (event.type === 'order' ? [event.order.client_id] : []));
}

function asked(route: string): number {
  return (sim.command('traffic') as TrafficFacts).routes[`GET ${route}`]?.requests ?? 0;
}

function begin(): void {
  told = [];
  sim.command('traffic', { reset: true });
}

describe.skipIf(ccxtFolder() === null)('with ccxt installed', () => {
  beforeAll(async () => {
    sim = await openSimVenue({ face: backpackFace, symbols: 5 });
    sim.command('move', { symbol: SYMBOL, price: '150' });
    hand = new BackpackClient(sim);
    const { api_key = '', secret_key = '' } = sim.account().facts.keys;
    venue = (await loadCcxtKind('backpack', 1)).open({
      ...{ symbol: SYMBOL, rest_url: sim.url, ws_url: sim.ws_url, proxy: null, clock },
      ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, trace: () => undefined },
      credentials: { api_key, secret_key },
    });
    await venue.connect((event) => {
      told.push(event);
      return Promise.resolve();
    });
    // An order that is cancelled by hand until one is told of: then the stream stands.
    await waitFor('the stream', async () => {
      const [name] = await place(1);
      await hand.cancel({ symbol: SYMBOL, clientId: Number(name) });
      await sim.settled();
      return ended().length > 0;
    });
  });

  afterAll(async () => {
    await venue.close();
    await sim.close();
  });

  test('orders that another cancels are told, and asked for together', async () => {
    const names = await place(ORDERS);
    begin();
    const cancels = names.map((name) => hand.cancel({ symbol: SYMBOL, clientId: Number(name) }));
    await Promise.all(cancels);
    await waitFor('their ends', () => names.every((name) => ended().includes(name)));
    expect(ended().toSorted()).toEqual(names.toSorted());
    // The first alone, all others while that one was asked for.
    expect(asked('/wapi/v1/history/orders')).toBeLessThan(names.length);
  });

  test('orders that it cancels itself are not asked for', async () => {
    const names = await place(ORDERS);
    const [last = ''] = await place(1);
    begin();
    for (const name of names) expect(await venue.cancel(name)).toEqual({ status: 'cancelled' });
    await sim.settled();
    // Told after all others.
    await hand.cancel({ symbol: SYMBOL, clientId: Number(last) });
    await waitFor('the last end', () => ended().includes(last));
    expect(ended()).toEqual([last]);
  });

  test('an order whose cancel was refused is told of when it ends', async () => {
    const [name = ''] = await place(1);
    begin();
    sim.command('fault', { kind: 'rate_limit', method: 'DELETE', path: '/api/v1/order' });
    expect(await venue.cancel(name)).toMatchObject({ reason: 'rate_limited' });
    await hand.cancel({ symbol: SYMBOL, clientId: Number(name) });
    await waitFor('its end', () => ended().includes(name));
  });
});

test('who asks what rests while a question waits shares it; who asks later has his own', async () => {
  const turns: (() => void)[] = [];
  const exchange: Partial<CcxtExchange> = { fetchOpenOrders: () => Promise.resolve([]) };
  const listings = new CcxtListings({
    exchange: exchange as CcxtExchange,
    ...{ ids: new OrderIds(), read: (id) => id, now: () => 0 },
    market: () => Promise.resolve({ symbol: 'SOL/USDC:USDC' } as CcxtMarket),
    ask: (question) =>
      new Promise((resolve, reject) => turns.push(() => void question().then(resolve, reject))),
  });
  const first = listings.openOrders();
  const second = listings.openOrders();
  await waitFor('its turn', () => turns.length > 0);
  turns[0]?.();
  const later = listings.openOrders();
  await waitFor('another turn', () => turns.length > 1);
  turns[1]?.();
  expect(await Promise.all([first, second, later])).toEqual([[], [], []]);
  expect(turns).toHaveLength(2);
});

test('who asks for fills while a question waits shares it, and it begins where the first of them wants', async () => {
  const turns: (() => void)[] = [];
  const since: (number | undefined)[] = [];
  const trades = [40, 50, 60].map((timestamp) => ({
    ...{ id: `t${timestamp}`, order: '7', side: 'buy', price: 150, amount: 1, timestamp, info: {} },
    fee: { cost: 0.1, currency: 'USDC' },
  }));
  const exchange: Partial<CcxtExchange> = {
    ...{ id: 'odd', has: {} },
    fetchMyTrades: (_symbol, from) => {
      since.push(from);
      return Promise.resolve(trades);
    },
  };
  const ids = new OrderIds();
  ids.learn('g-1', '7');
  const listings = new CcxtListings({
    exchange: exchange as CcxtExchange,
    ...{ ids, read: (id) => id, now: () => 100 },
    market: () => Promise.resolve({ symbol: 'SOL/USDC:USDC', quote: 'USDC' } as CcxtMarket),
    ask: (question) =>
      new Promise((resolve, reject) => turns.push(() => void question().then(resolve, reject))),
  });
  const asked = [listings.fillsSince(50), listings.fillsSince(40), listings.fillsSince(60)];
  await waitFor('its turn', () => turns.length > 0);
  turns[0]?.();
  const later = listings.fillsSince(60);
  await waitFor('another turn', () => turns.length > 1);
  turns[1]?.();
  const fills = await Promise.all([...asked, later]);
  expect(fills.map((found) => found.map(({ at_ms }) => at_ms))).toEqual([
    ...[[50, 60], [40, 50, 60], [60], [60]],
  ]);
  expect(since).toEqual([40, 60]);
});
