/**
 * The exchange port: the one interface every venue implements and the only thing the bot knows of
 * it. Decimals cross it as text. Outcomes are values: a venue never throws for what a venue may
 * answer. Fees: > 0 is a cost, < 0 a rebate, whatever the venue's own convention.
 */
import type { MarketRules } from '../contract/market.ts';
import type { Side } from '../contract/trading.ts';

/** What a venue can do, as data; the runner never asks for a venue by name. */
export interface VenueCapabilities {
  readonly client_id: { readonly form: 'text' | 'uint32'; readonly max_length: number };
  readonly batch: boolean;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
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

/** What the venue said to a submit. `unknown`: nothing may be concluded before it was looked up. */
export type SubmitOutcome =
  | { readonly status: 'accepted'; readonly venue_order_id: string }
  | { readonly status: 'rejected'; readonly reason: string; readonly message: string }
  | { readonly status: 'unknown'; readonly message: string };

/** What the venue said to a cancel. `gone`: it does not rest (filled or cancelled earlier). */
export type CancelOutcome =
  | { readonly status: 'cancelled' }
  | { readonly status: 'gone' }
  | { readonly status: 'unknown'; readonly message: string };

/** An order as the venue knows it. */
export interface VenueOrder {
  readonly client_id: string;
  readonly venue_order_id: string;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly filled: string;
  readonly status: 'open' | 'filled' | 'cancelled' | 'rejected';
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

/** Signed size (> 0 long) and average entry price (null when flat). */
export interface VenuePosition {
  readonly size: string;
  readonly entry_price: string | null;
}

/** Quote-currency balance: `cash` without, `equity` with unrealised profit. */
export interface VenueBalance {
  readonly cash: string;
  readonly equity: string;
}

/** One funding payment; `amount` > 0 was received. */
export interface VenueFunding {
  readonly funding_id: string;
  readonly amount: string;
  readonly at_ms: number;
}

/** What a venue tells by itself. */
export type VenueEvent =
  | { readonly type: 'price'; readonly last: string; readonly mark: string; readonly at_ms: number }
  | { readonly type: 'fill'; readonly fill: VenueFill }
  | { readonly type: 'order'; readonly order: VenueOrder }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly reason: string }
  /** A replay has no more prices. */
  | { readonly type: 'ended'; readonly at_ms: number };

/** Receives events in order. A lockstep venue waits for the promise before it moves on. */
export type VenueListener = (event: VenueEvent) => Promise<void>;

/** A venue bound to one account and one symbol. */
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
  cancel(clientId: string): Promise<CancelOutcome>;
  orderByClientId(clientId: string): Promise<VenueOrder | null>;
  openOrders(): Promise<readonly VenueOrder[]>;
  /** Fills after the one with `tradeId` (null: from the first), oldest first, paged to the end. */
  fillsSince(tradeId: string | null): Promise<readonly VenueFill[]>;
  fundingSince(fundingId: string | null): Promise<readonly VenueFunding[]>;
  position(): Promise<VenuePosition>;
  balance(): Promise<VenueBalance>;
  /** The venue's clock, milliseconds since the epoch. */
  serverTime(): Promise<number>;
  /** Ends the event stream; resolves when the listener will not be called again. */
  close(): Promise<void>;
}
