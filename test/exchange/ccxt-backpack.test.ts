/**
 * Unmodified ccxt trades on the loopback Backpack as it would on the real one: its own signature,
 * its own reading of every answer and stream. Prices stand still unless a test moves them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { NO_CCXT, ccxtClass, errorOf, watchUntil } from './ccxt-client.ts';
import type { CcxtClient, CcxtOrder } from './ccxt-client.ts';
import { isPaidFunding, loadsMarkets, readsCandles, readsPublicData } from './ccxt-proofs.ts';
import { streamStands, watchesTickerAndBook } from './ccxt-proofs.ts';
import type { CcxtBench } from './ccxt-proofs.ts';
import { heldClock } from './held-clock.ts';

const Backpack = await ccxtClass('backpack');
if (Backpack === null) console.warn(NO_CCXT);

const SOL = 'SOL/USDC:USDC';
const ETH = 'ETH/USDC:USDC';
/** The largest client id that the venue takes. */
const LARGEST = 2 ** 32 - 1;

/** A client of a venue with these secrets. */
function clientOf(venue: SimVenue, apiKey: string, secret: string): CcxtClient {
  if (Backpack === null) throw new Error(NO_CCXT);
  const { url, ws_url } = venue;
  return new Backpack({
    ...{ apiKey, secret, rateLimit: 2 },
    urls: { api: { public: url, private: url, ws: { public: ws_url, private: ws_url } } },
  });
}

describe.skipIf(Backpack === null)('ccxt on the loopback Backpack', () => {
  const clock = heldClock();
  let venue: SimVenue;
  let client: CcxtClient;
  let bench: CcxtBench;

  beforeAll(async () => {
    venue = await openSimVenue({ face: backpackFace, symbols: 100, clock });
    const { keys } = venue.account().facts;
    client = clientOf(venue, keys['api_key'] ?? '', keys['secret_key'] ?? '');
    // It takes plain ws:// only after this.
    await client.loadHttpProxyAgent();
    await client.loadMarkets();
    bench = {
      ...{ client, sol: SOL, eth: ETH, funding_rate: 0.0000125, move },
      fund: () => venue.command('funding', { symbol: 'ETH_USDC_PERP' }),
    };
  });
  afterAll(async () => {
    await client.close();
    await venue.close();
  });

  /** Lets the price of SOL go there through every price between. */
  function move(price: string): void {
    venue.command('move', { symbol: 'SOL_USDC_PERP', price });
  }

  test('loads the markets with their steps', () =>
    loadsMarkets(bench, 'SOL_USDC_PERP', 100));

  test('reads what the venue tells anybody', () =>
    readsPublicData(bench, 100));

  test('reads candles: whole minutes, each beginning where the one before ended', async () => {
    await readsCandles(bench, Date.now() - 600_000);
  });

  test('reads the balance', async () => {
    expect((await client.fetchBalance())['USDC']).toMatchObject({ total: 10_000 });
  });

  test('places, finds and cancels by the id of either side', async () => {
    const byOwn = await client.createOrder(SOL, 'limit', 'buy', 1, 140, {
      ...{ clientOrderId: LARGEST, postOnly: true },
    });
    const byVenue = await client.createOrder(SOL, 'limit', 'sell', 0.5, 160);
    expect(byOwn).toMatchObject({ status: 'open', side: 'buy', price: 140, amount: 1 });
    expect(byOwn.info).toMatchObject({ clientId: LARGEST, postOnly: true });
    const open = await client.fetchOpenOrders(SOL);
    expect(open.map(({ id }) => id).sort()).toEqual([byOwn.id, byVenue.id].sort());
    expect(await client.fetchOpenOrder(byVenue.id, SOL)).toMatchObject({ price: 160 });
    const first = await client.cancelOrder(undefined, SOL, { clientId: LARGEST });
    expect(first).toMatchObject({ id: byOwn.id, status: 'canceled' });
    expect(await client.cancelOrder(byVenue.id, SOL)).toMatchObject({ status: 'canceled' });
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
    // Ended orders are found in the history alone.
    expect(await errorOf(client.fetchOpenOrder(byOwn.id, SOL))).not.toBe('none');
    const history = await client.fetchOrders(SOL);
    expect(history.find(({ id }) => id === byOwn.id)).toMatchObject({ status: 'canceled' });
    expect(await errorOf(client.cancelOrder(byVenue.id, SOL))).not.toBe('none');
  });

  test('places in a batch, each for itself', async () => {
    const asks = [130, 131].map((price, index) => ({
      ...{ symbol: SOL, type: 'limit', side: 'buy', amount: 1, price },
      params: { clientOrderId: 100 + index },
    }));
    const huge = { symbol: SOL, type: 'limit', side: 'buy', amount: 100_000, price: 130 };
    const placed = await client.createOrders([...asks, huge]);
    expect(placed.map(({ info }) => info['operation'])).toEqual(['Ok', 'Ok', 'Err']);
    expect(placed[2]?.info).toMatchObject({ code: 'INSUFFICIENT_MARGIN' });
    const open = await client.fetchOpenOrders(SOL);
    expect(open.map(({ info }) => info['clientId']).sort()).toEqual([100, 101]);
    await client.cancelAllOrders(SOL);
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
  });

  test('hears of a partial fill, then trades and position agree with it', async () => {
    await streamStands(bench);
    const part = watchUntil<CcxtOrder>(
      () => client.watchOrders(SOL),
      (seen) => seen.some(({ filled }) => filled === 0.4),
    );
    const order = await client.createOrder(SOL, 'limit', 'buy', 1, 145, { clientOrderId: 7 });
    // The rest of the order is executed once time goes on at this price.
    clock.hold();
    venue.command('partial', { symbol: 'SOL_USDC_PERP', part: '0.4' });
    move('144.9');
    const told = (await part).find(({ id, filled }) => id === order.id && filled === 0.4);
    expect(told).toMatchObject({ status: 'open', side: 'buy', price: 145 });
    expect(told?.info).toMatchObject({ e: 'orderFill', l: '0.4', z: '0.4', L: '145', m: true });
    move('150');
    clock.release();
    expect((await client.fetchOpenOrders(SOL))[0]).toMatchObject({ id: order.id, filled: 0.4 });
    expect(await client.cancelOrder(order.id, SOL)).toMatchObject({ filled: 0.4 });
    const [trade] = await client.fetchMyTrades(SOL);
    expect(trade).toMatchObject({ order: order.id, price: 145, amount: 0.4, side: 'buy' });
    expect(trade?.takerOrMaker).toBe('maker');
    // 0.4 x 145 x 0.0002.
    expect(trade?.fee).toMatchObject({ cost: 0.0116, currency: 'USDC' });
    const [position] = await client.fetchPositions([SOL]);
    expect(position).toMatchObject({ symbol: SOL, side: 'long' });
    // Of the figures it leaves some as text, and takes for the size what orders may yet make of it.
    expect(position?.info).toMatchObject({ netQuantity: '0.4', entryPrice: '145' });
  });

  test('buys and sells at the market, reduces only, pays taker fees', async () => {
    const bought = await client.createOrder(SOL, 'market', 'buy', 1);
    expect(bought).toMatchObject({ status: 'closed', filled: 1 });
    await client.createOrder(SOL, 'market', 'sell', 1, undefined, { reduceOnly: true });
    const trades = await client.fetchMyTrades(SOL);
    const sale = trades.find(({ side }) => side === 'sell');
    expect(sale).toMatchObject({ takerOrMaker: 'taker', amount: 1, price: 150 });
    // 150 x 0.0005.
    expect(sale?.fee).toMatchObject({ cost: 0.075 });
  });

  test('leaves a stop that closes once the price is there', async () => {
    const stop = await client.createOrder(SOL, 'market', 'sell', 0.4, undefined, {
      ...{ triggerPrice: 149, triggerBy: 'MarkPrice', reduceOnly: true, clientOrderId: 9 },
    });
    expect(stop.info).toMatchObject({ status: 'TriggerPending', triggerPrice: '149' });
    expect((await client.fetchOpenOrders(SOL)).map(({ id }) => id)).toEqual([stop.id]);
    move('148.5');
    move('150');
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
    const trades = await client.fetchMyTrades(SOL);
    expect(trades.find((trade) => trade.order === stop.id)).toMatchObject({ amount: 0.4 });
    const open = (await client.fetchPositions([SOL])).map(({ info }) => info['netQuantity']);
    expect(open.filter((size) => size !== '0')).toEqual([]);
  });

  test('is paid funding at the stamp', () =>
    isPaidFunding(bench, true));

  test('watches ticker and book', () =>
    watchesTickerAndBook(bench));

  test('reads refusals for what they are', async () => {
    const { keys } = venue.account().facts;
    const other = Buffer.alloc(32, 7).toString('base64');
    const stranger = clientOf(venue, other, keys['secret_key'] ?? '');
    expect(await errorOf(stranger.fetchBalance())).toBe('AuthenticationError');
    // The venue reports a signature that does not fit as a request that cannot be read.
    const forger = clientOf(venue, keys['api_key'] ?? '', other);
    expect(await errorOf(forger.fetchBalance())).toBe('BadRequest');
    await expect(forger.fetchBalance()).rejects.toThrow('Invalid signature');
    await forger.close();
    const huge = client.createOrder(SOL, 'limit', 'buy', 100_000, 140);
    expect(await errorOf(huge)).toBe('InsufficientFunds');
    venue.command('fault', { kind: 'rate_limit', path: '/api/v1/orders' });
    expect(await errorOf(client.fetchOpenOrders(SOL))).toBe('RateLimitExceeded');
    await stranger.close();
  });
});
