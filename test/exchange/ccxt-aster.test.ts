/**
 * Unmodified ccxt trades on the loopback Aster as it would on the real one: its own signature, its
 * own reading of every answer and stream. Prices stand still unless a test moves them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CCXT_VERSION } from '../../src/exchange/ccxt/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import type { SimVenue } from '../../src/exchange/sim/index.ts';
import { NO_CCXT, ccxtClass, ccxtVersion, errorOf, watchUntil } from './ccxt-client.ts';
import type { CcxtClient, CcxtOrder } from './ccxt-client.ts';
import { isPaidFunding, loadsMarkets, readsCandles, readsPublicData } from './ccxt-proofs.ts';
import { streamStands, watchesTickerAndBook } from './ccxt-proofs.ts';
import type { CcxtBench } from './ccxt-proofs.ts';
import { heldClock } from './held-clock.ts';

const Aster = await ccxtClass('aster');
if (Aster === null) console.warn(NO_CCXT);

const SOL = 'SOL/USDT:USDT';
const ETH = 'ETH/USDT:USDT';

/** A client of a venue that signs with this key. */
function clientOf(venue: SimVenue, privateKey: string): CcxtClient {
  if (Aster === null) throw new Error(NO_CCXT);
  const { url } = venue;
  // It tells its two kinds of accounts apart by this word in the address of the stream.
  const streams = venue.ws_url.replace('ws://', 'ws://fstream@');
  return new Aster({
    privateKey,
    rateLimit: 2,
    // Without this it would sign away a share of every fee.
    options: { builderFee: false, defaultType: 'swap' },
    urls: {
      api: {
        ...{ fapiPublic: `${url}/fapi`, fapiPrivate: `${url}/fapi` },
        ...{ sapiPublic: `${url}/api`, sapiPrivate: `${url}/api` },
        ws: { public: { swap: `${streams}/stream` }, private: { swap: `${streams}/ws` } },
      },
    },
  });
}

describe.skipIf(Aster === null)('ccxt on the loopback Aster', () => {
  const clock = heldClock();
  let venue: SimVenue;
  let client: CcxtClient;
  let bench: CcxtBench;

  beforeAll(async () => {
    venue = await openSimVenue({ face: asterFace, symbols: 200, clock });
    client = clientOf(venue, venue.account().facts.keys['wallet_key'] ?? '');
    // It takes plain ws:// only after this.
    await client.loadHttpProxyAgent();
    await client.loadMarkets();
    bench = {
      ...{ client, sol: SOL, eth: ETH, levels: 5, funding_rate: 0.0001, move },
      fund: () => venue.command('funding', { symbol: 'ETHUSDT' }),
    };
  });
  afterAll(async () => {
    await client.close();
    await venue.close();
  });

  /** Lets the price of SOL go there through every price between. */
  function move(price: string): void {
    venue.command('move', { symbol: 'SOLUSDT', price });
  }

  test('is the version whose ways are known', () => {
    expect(ccxtVersion()).toBe(CCXT_VERSION);
  });

  test('loads the markets with their steps', () =>
    loadsMarkets(bench, 'SOLUSDT', 200));

  test('reads what the venue tells anybody', () =>
    readsPublicData(bench, 200));

  test('reads candles: whole minutes, each beginning where the one before ended', async () => {
    const [first = 0] = await readsCandles(bench, undefined);
    const since = first - 3_600_000;
    const five = await client.fetchOHLCV(SOL, '5m', since, 2);
    expect(five.map(([at = 0]) => at >= since)).toEqual([true, true]);
  });

  test('reads the account: balance, fees, mode, leverage', async () => {
    const balance = await client.fetchBalance({ type: 'swap' });
    expect(balance['USDT']).toMatchObject({ free: 10_000, total: 10_000 });
    expect(await client.fetchTradingFee(SOL)).toMatchObject({ maker: 0.0001, taker: 0.00035 });
    expect(await client.fetchPositionMode(SOL)).toMatchObject({ hedged: false });
    await client.setLeverage(10, ETH);
    expect(venue.account().facts.leverages).toEqual({ ETHUSDT: 10 });
  });

  test('places, finds and cancels by the id of either side', async () => {
    const byOwn = await client.createOrder(SOL, 'limit', 'buy', 1, 140, {
      clientOrderId: 'grid-1',
      postOnly: true,
    });
    const byVenue = await client.createOrder(SOL, 'limit', 'sell', 0.5, 160);
    expect(byOwn).toMatchObject({ status: 'open', side: 'buy', price: 140, amount: 1 });
    expect(byOwn.clientOrderId).toBe('grid-1');
    expect(byOwn.info).toMatchObject({ timeInForce: 'GTX' });
    const open = await client.fetchOpenOrders(SOL);
    expect(open.map(({ id }) => id)).toEqual([byOwn.id, byVenue.id]);
    expect(await client.fetchOpenOrder(byVenue.id, SOL)).toMatchObject({ price: 160 });
    const first = await client.cancelOrder(undefined, SOL, { clientOrderId: 'grid-1' });
    expect(first).toMatchObject({ id: byOwn.id, status: 'canceled' });
    expect(await client.cancelOrder(byVenue.id, SOL)).toMatchObject({ status: 'canceled' });
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
    expect(await client.fetchOrder(byOwn.id, SOL)).toMatchObject({ status: 'canceled' });
    expect(await errorOf(client.cancelOrder(byVenue.id, SOL))).toBe('OrderNotFound');
    expect(await errorOf(client.fetchOrder('987654', SOL))).toBe('OrderNotFound');
  });

  test('places and cancels in batches, each for itself', async () => {
    const asks = [130, 131].map((price) => ({
      ...{ symbol: SOL, type: 'limit', side: 'buy', amount: 1, price },
    }));
    // Worth less than the venue's least order.
    const small = { symbol: SOL, type: 'limit', side: 'buy', amount: 0.01, price: 130 };
    const placed = await client.createOrders([...asks, small]);
    expect(placed.map(({ status }) => status)).toEqual(['open', 'open', undefined]);
    expect(placed[2]?.info).toMatchObject({ code: -4164 });
    const ids = placed.slice(0, 2).map(({ id }) => id);
    const cancelled = await client.cancelOrders(ids, SOL);
    expect(cancelled.map(({ id, status }) => [id, status])).toEqual(
      ids.map((id) => [id, 'canceled']),
    );
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
  });

  test('hears of a partial fill, then trades, position and balance agree with it', async () => {
    await streamStands(bench);
    const part = watchUntil<CcxtOrder>(
      () => client.watchOrders(SOL),
      (seen) => seen.some(({ filled }) => filled === 0.4),
    );
    const trade = client.watchMyTrades(SOL);
    const order = await client.createOrder(SOL, 'limit', 'buy', 1, 145, { clientOrderId: 'part' });
    // The rest of the order is executed once time goes on at this price.
    clock.hold();
    venue.command('partial', { symbol: 'SOLUSDT', part: '0.4' });
    move('144.9');
    const mine = (await part).filter(({ id }) => id === order.id);
    expect(mine.map(({ status, filled }) => [status, filled])).toEqual([
      ['open', 0],
      ['open', 0.4],
    ]);
    move('150');
    clock.release();
    const end = client.watchOrders(SOL);
    expect(await client.fetchOrder(order.id, SOL)).toMatchObject({ status: 'open', filled: 0.4 });
    expect(await client.cancelOrder(order.id, SOL)).toMatchObject({ filled: 0.4 });
    expect((await end)[0]).toMatchObject({ id: order.id, status: 'canceled', filled: 0.4 });
    const [told] = await trade;
    const [listed] = await client.fetchMyTrades(SOL);
    for (const found of [told, listed]) {
      expect(found).toMatchObject({ order: order.id, price: 145, amount: 0.4, side: 'buy' });
      // 0.4 x 145 x 0.0001.
      expect(found?.fee).toMatchObject({ cost: 0.0058, currency: 'USDT' });
      expect(found?.takerOrMaker).toBe('maker');
    }
    expect(told?.id).toBe(listed?.id);
    const [position] = await client.fetchPositions([SOL]);
    expect(position).toMatchObject({ symbol: SOL, contracts: 0.4, entryPrice: 145 });
    // It takes the side from a field that the venue's documents do not have.
    expect(position?.info).toMatchObject({ positionAmt: '0.4' });
    const balance = await client.fetchBalance({ type: 'swap' });
    expect(balance['USDT']?.total).toBeCloseTo(9999.9942, 6);
  });

  test('buys and sells at the market, reduces only, pays taker fees', async () => {
    const bought = await client.createOrder(SOL, 'market', 'buy', 1, undefined, {
      newOrderRespType: 'RESULT',
    });
    expect(bought).toMatchObject({ status: 'closed', filled: 1, average: 150 });
    const tooMuch = client.createOrder(SOL, 'market', 'sell', 9, undefined, { reduceOnly: 'true' });
    expect(await errorOf(tooMuch)).toBe('OperationRejected');
    await client.createOrder(SOL, 'market', 'sell', 1, undefined, { reduceOnly: 'true' });
    const trades = await client.fetchMyTrades(SOL);
    expect(trades.at(-1)).toMatchObject({ side: 'sell', takerOrMaker: 'taker', amount: 1 });
    // 150 x 0.00035.
    expect(trades.at(-1)?.fee).toMatchObject({ cost: 0.0525 });
  });

  test('leaves a stop that closes once the price is there', async () => {
    const [before] = await client.fetchPositions([SOL]);
    const stop = await client.createOrder(SOL, 'market', 'sell', 0.4, undefined, {
      ...{ stopLossPrice: 149, reduceOnly: 'true', workingType: 'MARK_PRICE' },
    });
    expect(stop).toMatchObject({ status: 'open', filled: 0 });
    expect(stop.info).toMatchObject({ type: 'STOP_MARKET', stopPrice: '149' });
    expect((await client.fetchOpenOrders(SOL)).map(({ id }) => id)).toEqual([stop.id]);
    move('148.5');
    move('150');
    expect(await client.fetchOrder(stop.id, SOL)).toMatchObject({ status: 'closed', filled: 0.4 });
    expect(before?.contracts).toBe(0.4);
    expect(await client.fetchPositions([SOL])).toEqual([]);
  });

  test('is paid funding at the stamp', () =>
    isPaidFunding(bench, 'true'));

  test('watches ticker and book', () =>
    watchesTickerAndBook(bench));

  test('reads refusals for what they are', async () => {
    const stranger = clientOf(venue, `0x${'11'.repeat(32)}`);
    expect(await errorOf(stranger.fetchBalance({ type: 'swap' }))).toBe('AuthenticationError');
    const huge = client.createOrder(SOL, 'limit', 'buy', 100_000, 140);
    expect(await errorOf(huge)).toBe('InsufficientFunds');
    venue.command('fault', { kind: 'rate_limit', path: '/fapi/v3/openOrders' });
    expect(await errorOf(client.fetchOpenOrders(SOL))).toBe('RateLimitExceeded');
    await stranger.close();
  });

  test('a share of the fees for somebody else is refused, so none was ever sent before', async () => {
    const builder = { builder: '0x1F5877C19e3777Cfd15F9d57253eA4aA5254Ec39', feeRate: '0.001' };
    const order = client.createOrder(SOL, 'limit', 'buy', 1, 140, builder);
    expect(await errorOf(order)).toBe('ExchangeError');
    expect(await client.fetchOpenOrders(SOL)).toEqual([]);
  });
});
