/**
 * The exchange port: the one interface every venue implements and the only thing the bot knows of
 * it. Decimals cross it as text, times as milliseconds of the venue's own clock. What becomes of an
 * order is a value (`accepted`, `rejected`, `unknown`); a question that could not be answered is a
 * `VenueFault`, never a guess. Fees: > 0 is a cost, < 0 a rebate, whatever the venue's own
 * convention.
 */
import type { MarketRules } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';

/** What a venue can do, as data; the runner never asks for a venue by name. */
export interface VenueCapabilities {
  /** `text`: up to `max_length` characters; `uint32`: 0 to 4294967295 without leading zeros. */
  readonly client_id: { readonly form: 'text' | 'uint32'; readonly max_length: number };
  /** Most orders in one call; 1: no batches. */
  readonly batch: { readonly submit: number; readonly cancel: number };
  /** A resting order's price and size can be changed without a new client id. */
  readonly amend: boolean;
  readonly cancel_by_client_id: boolean;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
  /** Stop orders that the venue watches itself (`submitTrigger`). */
  readonly trigger_orders: boolean;
  /**
   * A timer of the venue's clock that cancels the account's resting orders once, unless it is
   * wound again. Whether it cancels waiting stop orders too is the venue's affair.
   */
  readonly dead_man_switch: boolean;
  /** Whether `setLeverage` acts on the symbol; `account`: leverage is shared, and only checked. */
  readonly leverage: 'symbol' | 'account' | 'none';
  /** Stream without a price or sign of life for so long is silent; null: it cannot be. */
  readonly silence_ms: number | null;
  /** How long after its execution or acceptance an order may still be missing in listings. */
  readonly listing_lag_ms: number;
  /** How far back ended orders can be found by their client id. */
  readonly history_ms: number;
  /**
   * Requests that may be sent per minute in the venue's own weights, before any share of it is
   * granted; null: no limit.
   */
  readonly requests_per_minute: number | null;
  /** Whether requests count for the account, or for all that an address sends (usual: account). */
  readonly requests_counted_by?: 'account' | 'address';
  /** Orders an account may send per minute, where they are counted beside requests. */
  readonly orders_per_minute?: number;
  /**
   * The venue waits for the bot to be quiet before its market moves on (only an embedded one
   * can).
   */
  readonly lockstep: boolean;
}

/** An order on its way to the venue. `price` null: a market order. */
export interface OrderRequest {
  readonly client_id: string;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
}

/**
 * Why a venue refused. `wrong_time`: the time in the request, and nothing of the order; `other`: a
 * reason of its own, in the message.
 */
export const REJECT_REASONS = [
  'post_only_would_cross',
  'insufficient_margin',
  'below_min_quantity',
  'below_min_notional',
  'price_not_on_tick',
  'price_out_of_bounds',
  'size_not_on_lot',
  'reduce_only_would_increase',
  'max_orders',
  'max_position',
  'rate_limited',
  'maintenance',
  'wrong_time',
  'duplicate_client_id',
  'bad_client_id',
  'post_only_without_price',
  'permission',
  'symbol_closed',
  'other',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** A refusal: the venue did nothing. `retry_after_ms`: not before then, where it says so. */
export interface Rejection {
  readonly status: 'rejected';
  readonly reason: RejectReason;
  readonly message: string;
  readonly retry_after_ms?: number;
}

/** What the venue said to a submit. `unknown`: nothing may be concluded before it was looked up. */
export type SubmitOutcome =
  | { readonly status: 'accepted'; readonly venue_order_id: string }
  | Rejection
  | { readonly status: 'unknown'; readonly message: string };

/**
 * What the venue said to a cancel. `gone`: it does not rest (filled or cancelled earlier);
 * `rejected`: nothing was done, the order rests as it did.
 */
export type CancelOutcome =
  | { readonly status: 'cancelled' }
  | { readonly status: 'gone' }
  | Rejection
  | { readonly status: 'unknown'; readonly message: string };

/**
 * An order as the venue knows it. A waiting stop order is `open`, reduce-only and without a price.
 * `at_ms`: when it was made.
 */
export interface VenueOrder {
  readonly client_id: string;
  readonly venue_order_id: string;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly filled: string;
  readonly status: 'open' | 'filled' | 'cancelled' | 'rejected';
  /** Why it was rejected, where the venue tells it of an order that is past. */
  readonly reason?: RejectReason;
  readonly reduce_only: boolean;
  readonly at_ms: number;
}

/** One execution. `trade_id` is unique on the venue and the key under which it is booked once. */
export interface VenueFill {
  readonly trade_id: string;
  readonly client_id: string;
  readonly venue_order_id: string;
  readonly side: Side;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly maker: boolean;
  readonly at_ms: number;
}

/**
 * Signed size (> 0 long), average entry price (null when flat), and the venue's own estimate of
 * the price of liquidation where it has one.
 */
export interface VenuePosition {
  readonly size: string;
  readonly entry_price: string | null;
  readonly liquidation_price: string | null;
}

/** Quote-currency balance: `cash` without, `equity` with unrealised profit. */
export interface VenueBalance {
  readonly cash: string;
  readonly equity: string;
}

/** The account behind a key. Fee rates as fractions of notional; negative is a rebate. */
export interface VenueAccount {
  /** Tells accounts of this venue apart and is no secret: books are bound to it. */
  readonly account_id: string;
  readonly maker_fee: string;
  readonly taker_fee: string;
  /** Leverage in force for the symbol; null: the venue does not say. */
  readonly leverage: string | null;
  /** `hedge`: long and short are kept apart, in which no grid can run. */
  readonly position_mode: 'one_way' | 'hedge';
  /** Whether the key may place orders; null: the venue does not say. */
  readonly can_trade: boolean | null;
}

/** What a venue limits: requests, and orders where it counts those beside them. */
export type Limited = 'requests' | 'orders';

/** What this process sent of what its key may send, in the venue's own weights per minute. */
export interface VenueUsage {
  readonly used: number;
  readonly allowed: number;
}

/** One funding payment, at most one per stamp; `amount` > 0 was received. `at_ms`: the stamp. */
export interface VenueFunding {
  readonly funding_id: string;
  readonly amount: string;
  readonly at_ms: number;
}

/**
 * A stop order that the venue watches. A sell fires when the price is at `trigger_price` or below,
 * a buy when it is there or above; one that would fire at once is refused. Fired, it closes up to
 * `size` of the position, reduce-only and at market, and is over, whatever was left to close.
 */
export interface TriggerRequest {
  readonly client_id: string;
  readonly side: Side;
  readonly trigger_price: string;
  readonly trigger_by: 'last' | 'mark';
  readonly size: string;
}

/**
 * What a venue tells by itself. Hints: what they miss is asked for. A stream begins with
 * `connected`; `order` tells at least the ends that the account did not ask for. Funding is only
 * asked for.
 */
export type VenueEvent =
  | { readonly type: 'price'; readonly last: string; readonly mark: string; readonly at_ms: number }
  | { readonly type: 'fill'; readonly fill: VenueFill }
  | { readonly type: 'order'; readonly order: VenueOrder }
  | { readonly type: 'position'; readonly position: VenuePosition }
  /** The stream lives although nothing happened. */
  | { readonly type: 'alive' }
  /** The venue says, or the client noticed, that events were lost. */
  | { readonly type: 'gap'; readonly reason: string }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly reason: string }
  /** A replay has no more prices. */
  | { readonly type: 'ended'; readonly at_ms: number };

/** Receives events in order. A lockstep venue waits for the promise before it moves on. */
export type VenueListener = (event: VenueEvent) => Promise<void>;

/**
 * Why a question has no answer; `rate_limited` and `maintenance` may say when to ask again,
 * `refused` will not change by itself (permission, no such capability).
 */
export type FaultKind = 'unreachable' | 'rate_limited' | 'maintenance' | 'refused';

/**
 * What stood in the way, so that a user is told what to do: the first six are `refused`, the rest
 * pass by themselves or with the network. `answer`: an answer that is not what the venue documents.
 */
export const FAULT_CAUSES = [
  'key',
  'permission',
  'address',
  'clock',
  'symbol',
  'capability',
  'rate',
  'maintenance',
  'name',
  'tls',
  'connection',
  'timeout',
  'blocked',
  'answer',
  'other',
] as const;
export type FaultCause = (typeof FAULT_CAUSES)[number];

/** A question that the venue did not answer. It says nothing about what was asked for. */
export class VenueFault extends Error {
  override readonly name = 'VenueFault';
  readonly kind: FaultKind;
  readonly retry_after_ms: number | null;
  readonly because: FaultCause;

  constructor(
    kind: FaultKind,
    message: string,
    retryAfterMs: number | null = null,
    because: FaultCause = 'other',
  ) {
    super(message);
    this.kind = kind;
    this.retry_after_ms = retryAfterMs;
    this.because = because;
  }
}

/** A question that our own budget held back: it was not asked, and says nothing of the venue. */
export class BudgetHeld extends VenueFault {
  constructor(waitMs: number) {
    super('rate_limited', 'no more requests may be sent now', waitMs, 'rate');
  }
}

/**
 * A venue bound to one account and one symbol. Every listing is complete (paged to its end) and
 * oldest first; every question may reject with a `VenueFault`, submits and cancels never do.
 */
export interface Venue {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  /** Rules of the symbol, read once before anything else. */
  market(): Promise<MarketRules>;
  /** The present price. */
  price(): Promise<{ last: string; mark: string; at_ms: number }>;
  /** Begins to deliver events. */
  connect(listener: VenueListener): Promise<void>;
  submit(order: OrderRequest): Promise<SubmitOutcome>;
  /**
   * Outcomes in the order of the requests, each for itself. More than `capabilities.batch.submit`
   * is our bug: rejects with `InvariantError`, and nothing was sent.
   */
  submitBatch(orders: readonly OrderRequest[]): Promise<readonly SubmitOutcome[]>;
  cancel(clientId: string): Promise<CancelOutcome>;
  /** Outcomes in the order of the ids, each for itself; more than allowed as in `submitBatch`. */
  cancelBatch(clientIds: readonly string[]): Promise<readonly CancelOutcome[]>;
  /** Null says only that this question did not find it: it may rest, or be filled already. */
  orderByClientId(clientId: string): Promise<VenueOrder | null>;
  openOrders(): Promise<readonly VenueOrder[]>;
  /**
   * Orders made, executed in part or ended since `sinceMs`, whatever became of them, within
   * `history_ms`.
   */
  orderHistory(sinceMs: number): Promise<readonly VenueOrder[]>;
  /**
   * Fills with `at_ms` from `sinceMs` on, `sinceMs` itself included. Venues date fills in the order
   * of their trades, so that asking from the last one known misses none.
   */
  fillsSince(sinceMs: number): Promise<readonly VenueFill[]>;
  /** Payments of the stamps from `sinceMs` on. */
  fundingSince(sinceMs: number): Promise<readonly VenueFunding[]>;
  position(): Promise<VenuePosition>;
  balance(): Promise<VenueBalance>;
  /** The account behind the key, as it is now. */
  account(): Promise<VenueAccount>;
  /**
   * Sets the leverage of the symbol. Where `capabilities.leverage` is not `symbol` rejects with a
   * `refused` fault.
   */
  setLeverage(leverage: number): Promise<void>;
  /** The venue's clock, whole milliseconds since the epoch; it never goes back. */
  serverTime(): Promise<number>;
  /** Places a stop order, cancelled as any order. Without `trigger_orders` it is rejected. */
  submitTrigger(trigger: TriggerRequest): Promise<SubmitOutcome>;
  /**
   * Winds the dead man's switch (null: takes it off). Without the capability rejects with a
   * `refused` fault.
   */
  windDeadMan(timeoutMs: number | null): Promise<void>;
  /** Requests (or orders) of the last minute against what may be sent; null: it counts none. */
  usage(of?: Limited): VenueUsage | null;
  /**
   * Grants this process a share (0 to 1) of what may be sent; until then it has all. `of`: of that
   * limit alone.
   */
  grant(share: number, of?: Limited): void;
  /** Ends the event stream; resolves when the listener will not be called again. */
  close(): Promise<void>;
}
