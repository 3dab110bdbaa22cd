/**
 * What a loopback venue records: orders, fills and payments as values that are replaced, never
 * changed. Prices are ticks, sizes lots of the order's own market, times the venue's clock.
 */
import type { Money } from '../../contract/decimal.ts';
import type { Side } from '../../contract/trading.ts';
import type { RejectReason } from '../port.ts';

export type TimeInForce = 'GTC' | 'IOC' | 'FOK';

/**
 * `waiting`: for its trigger. `expired`: ended by the venue's rules, `cancelled`: by somebody's
 * wish.
 */
export type SimStatus = 'waiting' | 'open' | 'filled' | 'cancelled' | 'expired';

/** Why the venue ended or refused an order by itself. */
export type EndReason =
  | 'post_only'
  | 'immediate_or_cancel'
  | 'fill_or_kill'
  | 'reduce_only'
  | 'liquidation'
  | 'dead_man'
  | 'insufficient_margin';

/** `liquidation`: the venue closed the position itself. */
export type Origin = 'user' | 'liquidation';

/** What a client asks for. Texts as sent; `price` null: a market order. */
export interface OrderAsk {
  readonly symbol: string;
  /** Null: the venue names the order. */
  readonly client_id: string | null;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly tif: TimeInForce;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
  /** A post-only order that would cross: `refuse` it, or take it and let it `expire` at once. */
  readonly crossing: 'refuse' | 'expire';
  readonly trigger: TriggerAsk | null;
  /** What the face wants to find again with the order. */
  readonly note: Readonly<Record<string, string>>;
}

/** `falls`: fires at the price or below, else at it or above; null: away from the present price. */
export interface TriggerAsk {
  readonly price: string;
  readonly by: 'last' | 'mark';
  readonly falls: boolean | null;
}

export interface SimTrigger {
  readonly ticks: number;
  readonly by: 'last' | 'mark';
  readonly falls: boolean;
  /** When it fired; null: it has not. */
  readonly fired_ms: number | null;
}

export interface SimOrder {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  /** Always there: where the client gave none, the venue's own. */
  readonly client_id: string;
  readonly named: boolean;
  readonly side: Side;
  readonly ticks: number | null;
  readonly lots: number;
  readonly filled: number;
  /** Sum of price x size of its executions. */
  readonly quote: Money;
  readonly status: SimStatus;
  readonly reason: EndReason | null;
  readonly origin: Origin;
  readonly tif: TimeInForce;
  readonly post_only: boolean;
  readonly reduce_only: boolean;
  readonly trigger: SimTrigger | null;
  readonly at_ms: number;
  readonly updated_ms: number;
  readonly note: Readonly<Record<string, string>>;
}

export interface SimFill {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly order_id: number;
  readonly client_id: string;
  readonly named: boolean;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  /** Above zero a cost, in quote currency. */
  readonly fee: Money;
  /** What it added to the realised profit, before fees. */
  readonly realised: Money;
  readonly maker: boolean;
  readonly origin: Origin;
  readonly at_ms: number;
}

/** A funding payment at a stamp, > 0 received. */
export interface SimPayment {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly amount: Money;
  /** The rate of the stamp, a fraction as text. */
  readonly rate: string;
  /** Signed size at the stamp in lots. */
  readonly lots: number;
  readonly at_ms: number;
}

/** A refusal: nothing was done. */
export interface Refused {
  readonly reason: RejectReason;
  readonly message: string;
}

/** What became of an order that was asked for, after everything it caused at once. */
export type Placed =
  | { readonly ok: true; readonly order: SimOrder; readonly fills: readonly SimFill[] }
  | { readonly ok: false; readonly refused: Refused };

/** What happened to an order. */
export type OrderChange =
  | 'accepted'
  | 'filled'
  | 'cancelled'
  | 'expired'
  | 'modified'
  | 'trigger_placed'
  | 'triggered'
  | 'trigger_failed';

/**
 * What the venue's streams are made of, in the order in which it happened and only after it was
 * stored. `fill` is there when the change is `filled`.
 */
export type WorldEvent =
  | {
      readonly type: 'order';
      readonly change: OrderChange;
      readonly order: SimOrder;
      readonly fill: SimFill | null;
    }
  | { readonly type: 'position'; readonly account: string; readonly symbol: string }
  | { readonly type: 'funding'; readonly payment: SimPayment }
  | { readonly type: 'price'; readonly symbol: string };
