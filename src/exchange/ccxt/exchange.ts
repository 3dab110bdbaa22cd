/**
 * What gridd uses of a ccxt exchange, as types of our own: its package names no types for the
 * classes that are loaded by file. Numbers are JavaScript numbers, which print the decimal text
 * that the venue sent as long as it has at most 15 digits.
 */

/** A market as ccxt describes it; `precision` are steps (tick size mode). */
export interface CcxtMarket {
  readonly id: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle?: string | undefined;
  readonly swap?: boolean | undefined;
  readonly linear?: boolean | undefined;
  readonly active?: boolean | undefined;
  readonly contractSize?: number | undefined;
  readonly maker?: number | undefined;
  readonly taker?: number | undefined;
  readonly precision: { readonly price?: number | undefined; readonly amount?: number | undefined };
  readonly limits: {
    readonly amount?: { readonly min?: number | undefined } | undefined;
    readonly cost?: { readonly min?: number | undefined } | undefined;
    readonly leverage?: { readonly max?: number | undefined } | undefined;
  };
}

/** An order in ccxt's unified form; `info` is what the venue sent. */
export interface CcxtOrder {
  readonly id?: string | undefined;
  readonly clientOrderId?: string | undefined;
  readonly side?: string | undefined;
  readonly type?: string | undefined;
  readonly price?: number | undefined;
  readonly amount?: number | undefined;
  readonly filled?: number | undefined;
  readonly status?: string | undefined;
  readonly reduceOnly?: boolean | undefined;
  readonly timestamp?: number | undefined;
  readonly lastTradeTimestamp?: number | undefined;
  readonly lastUpdateTimestamp?: number | undefined;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface CcxtFee {
  readonly cost?: number | undefined;
  readonly currency?: string | undefined;
}

export interface CcxtTrade {
  readonly id?: string | undefined;
  readonly order?: string | undefined;
  readonly side?: string | undefined;
  readonly price?: number | undefined;
  readonly amount?: number | undefined;
  readonly takerOrMaker?: string | undefined;
  readonly fee?: CcxtFee | undefined;
  readonly timestamp?: number | undefined;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface CcxtPosition {
  readonly symbol?: string | undefined;
  readonly side?: string | undefined;
  readonly contracts?: number | undefined;
  readonly entryPrice?: number | undefined;
  readonly liquidationPrice?: number | undefined;
  readonly unrealizedPnl?: number | undefined;
  readonly leverage?: number | undefined;
  readonly hedged?: boolean | undefined;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface CcxtTicker {
  readonly symbol?: string | undefined;
  readonly last?: number | undefined;
  readonly high?: number | undefined;
  readonly low?: number | undefined;
  readonly mark?: number | undefined;
  readonly markPrice?: number | undefined;
  readonly percentage?: number | undefined;
  readonly quoteVolume?: number | undefined;
  readonly timestamp?: number | undefined;
}

export interface CcxtPayment {
  readonly id?: string | undefined;
  readonly amount?: number | undefined;
  readonly timestamp?: number | undefined;
}

type Params = Readonly<Record<string, unknown>>;
type Since = number | undefined;

/** A listing since a moment of the venue's clock; at most what the venue gives in one answer. */
export type Listing<T> = (
  symbol: string,
  since: Since,
  limit: number | undefined,
  params: Params,
) => Promise<T>;

/** Listings of which ccxt tells how much an answer holds. */
export type Listed =
  | 'fetchMyTrades'
  | 'fetchOrders'
  | 'fetchClosedOrders'
  | 'fetchCanceledOrders'
  | 'fetchFundingHistory';

/** Most entries of an answer, most days of a question. */
interface ListedFeature {
  readonly limit?: number | undefined;
  readonly untilDays?: number | undefined;
}
type Listings = Readonly<Partial<Record<Listed, ListedFeature | null>>>;

/** The part of a ccxt exchange that gridd calls. */
export interface CcxtExchange {
  readonly id: string;
  readonly has: Readonly<Record<string, boolean | string | undefined>>;
  /** Milliseconds between two requests of cost 1. */
  readonly rateLimit: number;
  readonly precisionMode: number;
  readonly features?: { readonly swap?: { readonly linear?: Listings | null } | null } | undefined;
  readonly requiredCredentials: Readonly<Record<string, boolean | undefined>>;
  /** What stands for `{hostname}` in addresses, where they have that. */
  readonly hostname?: string | undefined;
  urls: { api?: unknown };
  timeout: number;
  httpsProxy?: string | undefined;
  wssProxy?: string | undefined;
  /** Waits until a request of this cost may be sent. */
  throttle: (cost?: number) => Promise<void>;
  /** Sends a signed request; gives its answer, read. */
  fetch: (url: string, method?: string, headers?: unknown, body?: unknown) => Promise<unknown>;
  /** Called with every answer; gives its body. */
  onRestResponse?: (
    status: number,
    words: string,
    url: string,
    method: string,
    headers: unknown,
    body: string,
  ) => string;
  /** Undefined until they are loaded. */
  readonly markets?: Readonly<Record<string, CcxtMarket>> | undefined;
  loadMarkets(reload: boolean): Promise<Readonly<Record<string, CcxtMarket>>>;
  /** Needed once before a `ws://` address is used. */
  loadHttpProxyAgent(): Promise<unknown>;
  fetchTime(): Promise<number | undefined>;
  /** Backpack's own time, as it is answered. */
  publicGetApiV1Time?(): Promise<unknown>;
  fetchTicker(symbol: string): Promise<CcxtTicker>;
  fetchTickers(): Promise<Readonly<Record<string, CcxtTicker>>>;
  fetchOHLCV(
    symbol: string,
    interval: string,
    since: Since,
    limit?: number,
  ): Promise<readonly (readonly (number | undefined)[])[]>;
  fetchBalance(): Promise<Readonly<Record<string, { readonly total?: number | undefined }>>>;
  fetchPositions(symbols?: readonly string[]): Promise<readonly CcxtPosition[]>;
  fetchOpenOrders(symbol: string): Promise<readonly CcxtOrder[]>;
  fetchOrder(id: string, symbol: string): Promise<CcxtOrder>;
  fetchOrders: Listing<readonly CcxtOrder[]>;
  fetchClosedOrders: Listing<readonly CcxtOrder[]>;
  fetchCanceledOrders: Listing<readonly CcxtOrder[]>;
  fetchMyTrades: Listing<readonly CcxtTrade[]>;
  fetchFundingHistory: Listing<readonly CcxtPayment[]>;
  fetchTradingFee(symbol: string): Promise<Pick<CcxtMarket, 'maker' | 'taker'>>;
  fetchLeverage(symbol: string): Promise<{ longLeverage?: number | undefined }>;
  setLeverage(leverage: number, symbol: string): Promise<unknown>;
  /** As it would be sent, cut to the step of the market. */
  amountToPrecision(symbol: string, amount: number): string;
  priceToPrecision(symbol: string, price: number): string;
  fetchPositionMode(symbol: string): Promise<{ hedged?: boolean | undefined }>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price: number | undefined,
    params: Params,
  ): Promise<CcxtOrder>;
  cancelOrder(id: string, symbol: string): Promise<unknown>;
  cancelOrders(ids: readonly string[], symbol: string): Promise<readonly CcxtOrder[]>;
  watchTicker(symbol: string): Promise<CcxtTicker>;
  watchOrders(symbol: string): Promise<readonly CcxtOrder[]>;
  close(): Promise<unknown>;
}

/** A class of ccxt. */
export type CcxtClass = new (options: Params) => CcxtExchange;
