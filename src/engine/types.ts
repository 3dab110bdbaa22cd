/**
 * What the engine is told (events), what it answers (commands) and what it remembers (state).
 * Prices are integer ticks, sizes integer lots, money `Money`. State is plain data: `encodeState`
 * turns it into JSON and back without losing a digit.
 */
import type { Money } from '../contract/decimal.ts';
import type {
  Direction,
  GridType,
  OnStop,
  OutOfRange,
  Side,
  TriggerBy,
} from '../contract/trading.ts';

/** A designed grid: config made exact for one market. Made by `design`, never by hand. */
export interface GridPlan {
  readonly direction: Direction;
  readonly grid_type: GridType;
  /** N+1 line prices in ticks, strictly ascending. */
  readonly lines: readonly number[];
  /**
   * The range the lines were computed from, and by how many whole steps trailing has moved them.
   */
  readonly base: { readonly lower: number; readonly upper: number; readonly offset: number };
  /** Lots bought or sold per grid. */
  readonly lots_per_grid: number;
  /** Hard fence on |position| with everything resting filled; null: none. */
  readonly max_position_lots: number | null;
  readonly open_position_at_start: boolean;
  readonly out_of_range: OutOfRange;
  /** Highest and lowest tick to which `out_of_range: trail` may move the range; null: no cap. */
  readonly trail_upper: number | null;
  readonly trail_lower: number | null;
  readonly trigger_ticks: number | null;
  readonly stop_loss_ticks: number | null;
  readonly take_profit_ticks: number | null;
  /** Price that trigger, stop-loss and take-profit look at; the range is left by the last. */
  readonly trigger_by: TriggerBy;
  readonly on_stop: OnStop;
  readonly fences: Fences;
}

/** What the grid must never do; null: no such fence. Money in quote currency. */
export interface Fences {
  /** Most orders of ours that may rest at once, those nearest the price first. */
  readonly max_open_orders: number | null;
  /** Trips when the total falls this far below its base (zero, or the last resume after a trip). */
  readonly max_loss: Money | null;
  /** Largest price x size of one order. */
  readonly max_order_notional: Money | null;
  /** Farthest a line's order may rest from the mark price, in millionths of it. */
  readonly price_collar: number | null;
  /** Counted by whoever sends the orders, which then says `trip`. */
  readonly max_orders_per_minute: number | null;
}

/**
 * Executed part of one side of a gap in its present cycle. `quote` is price x size, fee > 0 a
 * cost.
 */
export interface Leg {
  readonly lots: number;
  readonly quote: Money;
  readonly fee: Money;
}

/**
 * Why an order exists. `line` orders belong to a gap; all others are never part of a cycle.
 * `stop_loss`: a stop order that the venue watches.
 */
export type OrderRole = 'line' | 'start' | 'rebalance' | 'close' | 'carry' | 'stop_loss';

/** An order of ours that may still execute. */
export interface LiveOrder {
  /** Our sequence number; never reused. The runner maps it to the venue's client id. */
  readonly id: number;
  readonly role: OrderRole;
  /** Gap index for `line` orders, else null. */
  readonly gap: number | null;
  readonly side: Side;
  /** Limit price in ticks; null for a market order. */
  readonly ticks: number | null;
  /** Price at which a stop order fires; absent for any other. */
  readonly trigger_ticks?: number;
  readonly lots: number;
  /** Executed so far. */
  readonly filled: number;
  readonly reduce_only: boolean;
  /** `sent`: no answer yet; `open`: the venue has it; `cancelling`: a cancel was sent. */
  readonly status: 'sent' | 'open' | 'cancelling';
}

/** Facts that come up to the engine. */
export type EngineEvent =
  | {
      readonly type: 'start';
      readonly ticks: number;
      /** The venue's mark price; the last price where absent. */
      readonly mark_ticks?: number;
      /** The stop-loss is to rest at the venue as well; absent: it is not. */
      readonly venue_stops?: boolean;
      readonly at_ms: number;
    }
  /** The stop-loss is to rest at the venue as well from now on, or no more. */
  | { readonly type: 'venue_stops'; readonly on: boolean; readonly at_ms: number }
  /** The market moved. Also lets waiting gaps, triggers and rejected lines look again. */
  | {
      readonly type: 'price';
      readonly ticks: number;
      readonly mark_ticks?: number;
      readonly at_ms: number;
    }
  | { readonly type: 'accepted'; readonly id: number; readonly at_ms: number }
  | {
      readonly type: 'rejected';
      readonly id: number;
      /** Stable reason code, e.g. "post_only_would_cross", "insufficient_margin". */
      readonly reason: string;
      readonly at_ms: number;
    }
  /** The order rests no more and was not completely filled (venue, user, or our cancel). */
  | { readonly type: 'cancelled'; readonly id: number; readonly at_ms: number }
  /** It is proved that the venue never had this order: what it was for is sent under a new id. */
  | { readonly type: 'absent'; readonly id: number; readonly at_ms: number }
  /** The venue is well again: what it put off (rate, maintenance, connection) is tried again. */
  | { readonly type: 'retry'; readonly at_ms: number }
  | {
      readonly type: 'fill';
      /** The venue's trade id; the caller books each exactly once. */
      readonly trade_id: string;
      readonly id: number;
      readonly side: Side;
      readonly ticks: number;
      readonly lots: number;
      readonly fee: Money;
      readonly at_ms: number;
    }
  /** Paid (> 0 received, < 0 paid) once per stamp. */
  | { readonly type: 'funding'; readonly amount: Money; readonly at_ms: number }
  | {
      readonly type: 'adjust';
      readonly plan: GridPlan;
      readonly position: 'carry' | 'rebalance';
      readonly at_ms: number;
    }
  /** Trades the carry away at market; needs a grid that has run and is not being stopped. */
  | { readonly type: 'close_carry'; readonly at_ms: number }
  /** The position compared with the venue's, in lots; `agrees`: within the tolerance. */
  | {
      readonly type: 'position';
      readonly venue_lots: number;
      readonly agrees: boolean;
      readonly at_ms: number;
    }
  /** The user takes the venue's position for true: the difference becomes carry at `ticks`. */
  | {
      readonly type: 'accept_position';
      readonly venue_lots: number;
      readonly ticks: number;
      readonly at_ms: number;
    }
  /** A fence was met: nothing is placed until `resume`. The engine trips itself, too. */
  | {
      readonly type: 'trip';
      /** Stable code, e.g. "max_orders_per_minute". */
      readonly reason: string;
      /** What a user reads, with the figures. */
      readonly text: string;
      readonly at_ms: number;
    }
  | { readonly type: 'pause'; readonly at_ms: number }
  | { readonly type: 'resume'; readonly at_ms: number }
  /** The user's stop: a fence. `start` continues the same run later. */
  | {
      readonly type: 'stop';
      readonly on_stop: OnStop;
      readonly reason: string;
      readonly at_ms: number;
    }
  /** The run is over (duration, a trigger): the same as a stop, then `finished`. */
  | {
      readonly type: 'end';
      readonly on_stop: OnStop;
      readonly reason: string;
      readonly at_ms: number;
    }
  /** The price source has no more prices: nothing is touched, the run is `finished`. */
  | { readonly type: 'source_ended'; readonly at_ms: number };

/** What the engine wants done. The caller stores the intent, then sends. */
export type EngineCommand =
  | {
      readonly type: 'place';
      readonly id: number;
      readonly role: OrderRole;
      readonly gap: number | null;
      readonly side: Side;
      readonly ticks: number | null;
      readonly trigger_ticks?: number;
      readonly lots: number;
      readonly reduce_only: boolean;
      readonly post_only: boolean;
      /** Number of the layout that wants it; ids differ, so this is for the record only. */
      readonly generation: number;
    }
  | { readonly type: 'cancel'; readonly id: number }
  /** Something a trader wants to read in the event log. */
  | { readonly type: 'note'; readonly code: string; readonly text: string };

/** One line of the ladder as API and page show it. */
export interface LineView {
  readonly index: number;
  readonly ticks: number;
  /** Side of the order that rests or should rest here; null: the empty line. */
  readonly side: Side | null;
  readonly gap: number | null;
  readonly order_id: number | null;
  readonly lots: number;
  readonly filled: number;
  /**
   * Why no order rests although one should, e.g. "max_position", "entry_waits", "paused"; null
   * when fine.
   */
  readonly reason: string | null;
}

/** The engine's figures. Invariant: total = grid_profit + unpaired, from independent sums. */
export interface GridFigures {
  readonly position_lots: number;
  readonly grid_profit: Money;
  readonly unpaired: Money;
  /** From cash and position x mark, not from the other two. */
  readonly total: Money;
  readonly fees: Money;
  readonly funding: Money;
  readonly cycles: number;
  readonly carry_lots: number;
  readonly open_orders: number;
}

/** What an adjust would do: the diff of GRID 8. */
export interface AdjustDiff {
  readonly unchanged: boolean;
  readonly kept: readonly number[];
  readonly cancelled: readonly number[];
  readonly placed: readonly { side: Side; ticks: number; lots: number }[];
  readonly parcels_moved: number;
  readonly carry_lots: number;
  /** Lots traded at market, signed (> 0 buys); 0 with `carry`. */
  readonly market_lots: number;
}
