/**
 * What the engine remembers, as immutable plain data. Every lot of the position lies in exactly
 * one place: a gap's legs or a carry parcel; the books hold the three independent sums beside
 * them.
 */
import type { Money } from '../contract/decimal.ts';
import type { GridStateName, OnStop, Side } from '../contract/trading.ts';
import type { Fences, GridPlan, Leg, LiveOrder } from './types.ts';

/** Why a line's order is not sent again yet, and the price at which that was learned. */
export interface Hold {
  readonly reason: string;
  readonly ticks: number;
}

/**
 * One gap in its present cycle. `opening` is the side that opens it (null: the neutral gap that
 * holds the start price until its first complete fill); `size` the lots of this cycle.
 */
export interface Gap {
  readonly opening: Side | null;
  readonly size: number;
  readonly buy: Leg;
  readonly sell: Leg;
  /** Turn in which the present inventory began, for first in first out. */
  readonly since: number;
  readonly buy_hold: Hold | null;
  readonly sell_hold: Hold | null;
}

/** Inventory that no gap holds: `lots` > 0 long, < 0 short; `quote` = price x |lots|. */
export interface Parcel {
  readonly lots: number;
  readonly quote: Money;
  readonly fee: Money;
  readonly since: number;
}

/** One run of the grid: from its first start to its end. */
export interface Run {
  readonly number: number;
  readonly started_at_ms: number;
  /** Price at which the run began to wait for its trigger; null without one. */
  readonly trigger_from: number | null;
  readonly triggered: boolean;
  /** Price (the one that triggers look at) when the lines were first laid out in this run. */
  readonly start_ticks: number | null;
  /** Price at which an adjust last changed the level: from there it is met; null: the start. */
  readonly stop_loss_from: number | null;
  readonly take_profit_from: number | null;
  /** The price has been inside the range in this run (out_of_range ends a run only after that). */
  readonly inside: boolean;
  /** An order of a line was filled completely since the lines were first laid out. */
  readonly touched: boolean;
}

/** A stop on its way. */
export interface Stopping {
  readonly on_stop: OnStop;
  readonly reason: string;
  readonly final: 'stopped' | 'finished';
  /** Close orders sent since one was executed, whole or in part. */
  readonly close_attempts: number;
  /** What the next close order waits for after one that failed. */
  readonly waits: 'price' | 'retry' | null;
}

/** The rest of a trade at market that its live order does not cover, by one order after another. */
export interface Pending {
  readonly role: 'start' | 'rebalance' | 'carry';
  readonly side: Side;
  readonly lots: number;
  /** The venue put it off: only `retry` or a start sends it again. */
  readonly waits: boolean;
}

/** Why nothing is placed until the user says `resume`. */
export interface Tripped {
  readonly reason: string;
  readonly text: string;
}

/** The accumulators. Total = cash + position x mark; none of them is derived from another. */
export interface Books {
  readonly position_lots: number;
  /** Fills, fees and funding in quote since the books began. */
  readonly cash: Money;
  readonly fees: Money;
  readonly grid_profit: Money;
  readonly cycles: number;
  /** Real against virtual entries, price and fee. */
  readonly differences: Money;
  readonly closed_result: Money;
  readonly funding: Money;
}

/** Everything the engine knows about one grid. */
export interface GridState {
  readonly plan: GridPlan;
  readonly phase: 'new' | 'waiting' | 'running' | 'stopping' | 'stopped' | 'finished';
  readonly paused: boolean;
  /** Last price known; null before the first. */
  readonly ticks: number | null;
  /** Mark price known with it. */
  readonly mark: number | null;
  /** The venue's position where it differs from ours: nothing is placed until they agree. */
  readonly mismatch: { readonly venue_lots: number } | null;
  readonly tripped: Tripped | null;
  /** The total from which `max_loss` counts. */
  readonly loss_base: Money;
  readonly next_id: number;
  /** Events seen; the age of parcels. */
  readonly turn: number;
  /** Every wanted order rests: a price that sets nothing off needs no comparison. */
  readonly settled: boolean;
  /** An adjust asked to trade its difference; done when no cancel is under way any more. */
  readonly rebalance: boolean;
  readonly pending: readonly Pending[];
  /** Counts the layouts. */
  readonly generation: number;
  /** One per gap of the plan; empty until the lines are laid out. */
  readonly gaps: readonly Gap[];
  /** The empty line of the last layout. */
  readonly layout_line: number;
  readonly carry: readonly Parcel[];
  readonly orders: readonly LiveOrder[];
  /** The stop-loss is to rest at the venue, too. */
  readonly venue_stops: boolean;
  /** Stop orders of ours that wait at the venue: one, or two while one takes the other's place. */
  readonly stops: readonly LiveOrder[];
  /** Why no new stop order is sent yet. */
  readonly stop_hold: Hold | null;
  /** Orders that ended unfilled, newest last, bounded: a late fill still finds its gap. */
  readonly ended: readonly LiveOrder[];
  readonly run: Run;
  readonly stopping: Stopping | null;
  readonly books: Books;
}

/** A leg with nothing executed. */
export const EMPTY_LEG: Leg = { lots: 0, quote: 0n, fee: 0n };

/** How many ended orders are remembered for late fills. */
export const ENDED_KEPT = 256;

/** A plan without fences besides `max_position`. */
export const NO_FENCES: Fences = {
  max_open_orders: null,
  max_loss: null,
  max_order_notional: null,
  price_collar: null,
  max_orders_per_minute: null,
};

/** A grid that was never started. */
export function initialState(plan: GridPlan): GridState {
  return {
    plan,
    phase: 'new',
    paused: false,
    ticks: null,
    mark: null,
    mismatch: null,
    tripped: null,
    loss_base: 0n,
    next_id: 1,
    turn: 0,
    settled: false,
    rebalance: false,
    pending: [],
    generation: 0,
    gaps: [],
    layout_line: 0,
    carry: [],
    orders: [],
    venue_stops: false,
    stops: [],
    stop_hold: null,
    ended: [],
    run: {
      number: 0,
      started_at_ms: 0,
      trigger_from: null,
      triggered: false,
      start_ticks: null,
      stop_loss_from: null,
      take_profit_from: null,
      inside: false,
      touched: false,
    },
    stopping: null,
    books: {
      position_lots: 0,
      cash: 0n,
      fees: 0n,
      grid_profit: 0n,
      cycles: 0,
      differences: 0n,
      closed_result: 0n,
      funding: 0n,
    },
  };
}

/** A gap with nothing executed in its cycle. */
export function flatGap(opening: Side | null, size: number): Gap {
  return {
    opening,
    size,
    buy: EMPTY_LEG,
    sell: EMPTY_LEG,
    since: 0,
    buy_hold: null,
    sell_hold: null,
  };
}

/** Lots a gap holds: > 0 long. */
export function gapLots(gap: Gap): number {
  return gap.buy.lots - gap.sell.lots;
}

/** Lots the gap still wants to execute on `side` now; 0 when it waits for its other side. */
export function wantedLots(gap: Gap, side: Side): number {
  const { opening, size } = gap;
  const left = size - (side === 'buy' ? gap.buy : gap.sell).lots;
  if (opening === null || opening === side) return left;
  return (opening === 'buy' ? gap.buy : gap.sell).lots < size ? 0 : left;
}

/** Line index on which a gap's order of `side` rests. */
export function lineOf(gap: number, side: Side): number {
  return side === 'buy' ? gap : gap + 1;
}

/** Lots of an order that may still execute. */
export function remaining(order: LiveOrder): number {
  return order.lots - order.filled;
}

/** The other side. */
export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** Signed lots of all carry parcels. */
export function carryLots(state: Pick<GridState, 'carry'>): number {
  return state.carry.reduce((sum, parcel) => sum + parcel.lots, 0);
}

/** Orders of ours that may still execute, stop orders too. */
export function liveOrders(state: GridState): readonly LiveOrder[] {
  return state.stops.length === 0 ? state.orders : [...state.orders, ...state.stops];
}

/** Whether a stop order may wait at the venue now. */
export function carriesStop({ venue_stops, phase }: GridState): boolean {
  return venue_stops && phase === 'running';
}

/** What the grid does now, in the word that API and pages show. */
export function gridState(state: GridState): GridStateName {
  const active = state.phase === 'running' || state.phase === 'waiting';
  if (active && state.tripped !== null) return 'tripped';
  if (active && state.paused) return 'paused';
  return state.phase === 'new' ? 'stopped' : state.phase;
}
