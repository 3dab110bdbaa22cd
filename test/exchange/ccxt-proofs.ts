/**
 * Proofs that unmodified ccxt gives of every loopback venue alike; what a venue has of its own is
 * proved in its file. SOL stands at 150 and ETH at 4000 before each.
 */
import { expect } from 'vitest';
import type { CcxtClient } from './ccxt-client.ts';

/** A client on a venue, with what the proofs must know of both. */
export interface CcxtBench {
  readonly client: CcxtClient;
  /** As ccxt names them. */
  readonly sol: string;
  readonly eth: string;
  /** Levels of a book to ask for; absent where ccxt takes no number. */
  readonly levels?: number;
  /** Per stamp, a fraction. */
  readonly funding_rate: number;
  /** Lets the price of SOL go there through every price between. */
  readonly move: (price: string) => void;
  /** Lets the next stamp of ETH pass. */
  readonly fund: () => void;
}

/** Resolves when the account's stream tells of orders. */
export async function streamStands({ client, sol }: CcxtBench): Promise<void> {
  let stands = false;
  const told = client.watchOrders(sol).then(() => (stands = true));
  while (!stands) {
    const { id } = await client.createOrder(sol, 'limit', 'buy', 1, 100);
    await client.cancelOrder(id, sol);
  }
  await told;
}

/** The perpetuals of a venue, of which SOL has steps of 0.01. */
export async function loadsMarkets(bench: CcxtBench, id: string, count: number): Promise<void> {
  const markets = await bench.client.loadMarkets();
  expect(Object.values(markets).filter(({ swap }) => swap === true)).toHaveLength(count);
  const sol = markets[bench.sol];
  expect(sol).toMatchObject({ id, swap: true, active: true });
  expect(sol?.precision).toMatchObject({ price: 0.01, amount: 0.01 });
}

/** Time, book, tickers, funding rate and trades, which need no key. */
export async function readsPublicData(bench: CcxtBench, tickers: number): Promise<void> {
  const { client, sol, funding_rate } = bench;
  expect(Math.abs((await client.fetchTime()) - Date.now())).toBeLessThan(5000);
  const { bids, asks } = await client.fetchOrderBook(sol, bench.levels);
  expect([bids[0]?.[0], asks[0]?.[0]]).toEqual([149.99, 150.01]);
  if (bench.levels !== undefined) {
    expect([bids.length, asks.length]).toEqual([bench.levels, bench.levels]);
  }
  expect((await client.fetchTicker(sol)).last).toBe(150);
  expect(Object.keys(await client.fetchTickers()).length).toBeGreaterThanOrEqual(tickers);
  expect((await client.fetchFundingRate(sol)).fundingRate).toBe(funding_rate);
  const trades = await client.fetchTrades(sol, undefined, 3);
  expect(trades.map(({ price }) => price)).toHaveLength(3);
}

/** Whole minutes, each beginning where the one before ended; resolves with their beginnings. */
export async function readsCandles(
  { client, sol }: CcxtBench,
  since: number | undefined,
): Promise<readonly number[]> {
  const candles = await client.fetchOHLCV(sol, '1m', since, 5);
  expect(candles).toHaveLength(5);
  const starts = candles.map(([at = 0]) => at);
  expect(starts.every((at) => at % 60_000 === 0)).toBe(true);
  expect(starts.slice(1).map((at, i) => at - (starts[i] ?? 0))).toEqual(Array(4).fill(60_000));
  for (const [, open = 0, high = 0, low = 0, close = 0] of candles) {
    expect(Math.min(open, close)).toBeGreaterThanOrEqual(low);
    expect(Math.max(open, close)).toBeLessThanOrEqual(high);
  }
  return starts;
}

/** Half an ETH sold short receives, once, what its rate says. */
export async function isPaidFunding(bench: CcxtBench, reduce_only: unknown): Promise<void> {
  const { client, eth, funding_rate } = bench;
  await client.createOrder(eth, 'market', 'sell', 0.5);
  bench.fund();
  const payments = await client.fetchFundingHistory(eth);
  expect(payments.map(({ amount }) => amount)).toEqual([0.5 * 4000 * funding_rate]);
  const more = { reduceOnly: reduce_only };
  await client.createOrder(eth, 'market', 'buy', 0.5, undefined, more);
}

/** Both follow the price; leaves it at 151. */
export async function watchesTickerAndBook(bench: CcxtBench): Promise<void> {
  const { client, sol, levels } = bench;
  expect(await client.watchTicker(sol)).toMatchObject({ symbol: sol, last: 150 });
  const { bids, asks } = await client.watchOrderBook(sol, levels);
  if (levels !== undefined) expect([bids.length, asks.length]).toEqual([levels, levels]);
  expect([bids[0]?.[0], asks[0]?.[0]]).toEqual([149.99, 150.01]);
  bench.move('151');
  let last: number | undefined = 150;
  while (last !== 151) last = (await client.watchTicker(sol)).last;
  let best = 0;
  while (best !== 150.99) best = (await client.watchOrderBook(sol, levels)).bids[0]?.[0] ?? 0;
}
