/**
 * Unmodified ccxt as a client of loopback venues: nobody here wrote it, so where it works, the venue
 * speaks as its documents say. The package is optional; its classes are imported by file path.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ccxtFolder } from '../../src/exchange/ccxt/index.ts';

/** What the tests use of an order as ccxt unifies it; `info`: as the venue wrote it. */
export interface CcxtOrder {
  readonly id: string;
  readonly clientOrderId?: string;
  readonly status?: string;
  readonly side?: string;
  readonly price?: number;
  readonly amount?: number;
  readonly filled?: number;
  readonly average?: number;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface CcxtTrade {
  readonly id: string;
  readonly order?: string;
  readonly side: string;
  readonly price: number;
  readonly amount: number;
  readonly takerOrMaker?: string;
  readonly fee?: { readonly cost?: number; readonly currency?: string };
}

export interface CcxtPosition {
  readonly symbol: string;
  readonly side?: string;
  readonly contracts?: number;
  readonly entryPrice?: number;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface CcxtBook {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
}

/** An order to be placed in a batch. */
export interface CcxtAsk {
  readonly symbol: string;
  readonly type: string;
  readonly side: string;
  readonly amount: number;
  readonly price?: number;
  readonly params?: Readonly<Record<string, unknown>>;
}

type More = Readonly<Record<string, unknown>>;

/** The unified methods that the tests call. */
export interface CcxtClient {
  loadHttpProxyAgent(): Promise<unknown>;
  loadMarkets(): Promise<Readonly<Record<string, CcxtMarket>>>;
  fetchTime(): Promise<number>;
  fetchOrderBook(symbol: string, limit?: number): Promise<CcxtBook>;
  fetchTicker(symbol: string): Promise<{ readonly last?: number; readonly symbol: string }>;
  fetchTickers(): Promise<Readonly<Record<string, unknown>>>;
  fetchOHLCV(
    symbol: string,
    frame: string,
    since?: number,
    limit?: number,
  ): Promise<readonly (readonly number[])[]>;
  fetchTrades(symbol: string, since?: number, limit?: number): Promise<readonly CcxtTrade[]>;
  fetchFundingRate(symbol: string): Promise<{ readonly fundingRate?: number }>;
  fetchBalance(more?: More): Promise<Readonly<Record<string, CcxtBalance | undefined>>>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price?: number,
    more?: More,
  ): Promise<CcxtOrder>;
  createOrders(orders: readonly CcxtAsk[]): Promise<readonly CcxtOrder[]>;
  cancelOrder(id: string | undefined, symbol: string, more?: More): Promise<CcxtOrder>;
  cancelOrders(ids: readonly string[], symbol: string): Promise<readonly CcxtOrder[]>;
  cancelAllOrders(symbol: string): Promise<unknown>;
  fetchOrder(id: string, symbol: string): Promise<CcxtOrder>;
  fetchOpenOrder(id: string, symbol: string): Promise<CcxtOrder>;
  fetchOrders(symbol: string): Promise<readonly CcxtOrder[]>;
  fetchOpenOrders(symbol?: string): Promise<readonly CcxtOrder[]>;
  fetchMyTrades(symbol: string): Promise<readonly CcxtTrade[]>;
  fetchPositions(symbols?: readonly string[]): Promise<readonly CcxtPosition[]>;
  fetchFundingHistory(symbol: string): Promise<readonly { readonly amount: number }[]>;
  fetchPositionMode(symbol: string): Promise<{ readonly hedged?: boolean }>;
  fetchTradingFee(symbol: string): Promise<{ readonly maker?: number; readonly taker?: number }>;
  setLeverage(leverage: number, symbol: string): Promise<unknown>;
  setPositionMode(hedged: boolean, symbol: string): Promise<unknown>;
  watchOrders(symbol: string): Promise<readonly CcxtOrder[]>;
  watchMyTrades(symbol: string): Promise<readonly CcxtTrade[]>;
  watchTicker(symbol: string): Promise<{ readonly last?: number; readonly symbol: string }>;
  watchOrderBook(symbol: string, limit?: number): Promise<CcxtBook>;
  close(): Promise<unknown>;
}

export interface CcxtMarket {
  readonly id: string;
  readonly swap?: boolean;
  readonly active?: boolean;
  readonly precision: { readonly price?: number; readonly amount?: number };
}

export interface CcxtBalance {
  readonly free?: number;
  readonly used?: number;
  readonly total?: number;
}

type CcxtClass = new (options: Readonly<Record<string, unknown>>) => CcxtClient;

/** Said where a test is skipped for the lack of ccxt. */
export const NO_CCXT = 'ccxt is not installed (an optional package): this proof is skipped';

/** The class of a venue with its streams; null: ccxt is not installed. */
export async function ccxtClass(venue: 'aster' | 'backpack'): Promise<CcxtClass | null> {
  const folder = ccxtFolder();
  if (folder === null) return null;
  const file = pathToFileURL(join(folder, 'js', 'src', 'pro', `${venue}.js`)).href;
  const module = (await import(file)) as { readonly default: CcxtClass };
  return module.default;
}

/** The version whose class that is. */
export function ccxtVersion(): string | null {
  const folder = ccxtFolder();
  if (folder === null) return null;
  const facts = createRequire(import.meta.url)(join(folder, 'package.json')) as {
    readonly version: string;
  };
  return facts.version;
}

/** The name of the error by which a promise rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.constructor.name : String(error);
  }
  return 'none';
}

/**
 * Takes what a watch yields, again and again, until `enough` says so. Copies: ccxt goes on changing
 * what it gave.
 */
export async function watchUntil<T extends object>(
  watch: () => Promise<readonly T[]>,
  enough: (seen: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const seen: T[] = [];
  while (!enough(seen)) seen.push(...(await watch()).map((each) => ({ ...each })));
  return seen;
}
