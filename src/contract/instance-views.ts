/**
 * What one bot shows: its figures, orders, fills and lines, as page, CLI and supervisor read them.
 * Money, prices and sizes are decimal text.
 */
import type { CodedText } from './said-codes.ts';
import type { GridStateName, Side } from './trading.ts';

/** Process states as the supervisor knows them. */
export const PROCESS_STATES = [
  'stopped',
  'starting',
  'running',
  'degraded',
  'unhealthy',
  'backoff',
  'stopping',
  'failed',
  'finished',
] as const;
export type ProcessState = (typeof PROCESS_STATES)[number];

/** Body of `GET /api/status`, the bot's snapshot, and what the store keeps for a stopped bot. */
export interface StatusView {
  readonly instance_id: string;
  readonly name: string;
  readonly state: ProcessState;
  /** Why the state is degraded; empty when it is not. */
  readonly degraded: readonly string[];
  readonly grid_state: GridStateName;
  readonly venue: string;
  readonly mode: 'paper' | 'live';
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly direction: string;
  readonly price: string;
  readonly position: string;
  readonly lower: string;
  readonly upper: string;
  readonly grids: number;
  readonly quantity_per_grid: string;
  readonly open_orders: number;
  readonly cycles: number;
  readonly grid_profit: string;
  readonly unpaired: string;
  readonly fees: string;
  readonly funding: string;
  readonly total_pnl: string;
  readonly equity: string;
  readonly carry: string;
  /** Net profit per grid as a percentage of the buy value, smallest and largest. */
  readonly profit_per_grid: { readonly min: string; readonly max: string };
  /**
   * Quote currency the grid works with: as configured, else its dearer side / leverage. Like the
   * next two absent in figures that an older version stored.
   */
  readonly investment?: string;
  /**
   * Profit per year on the investment, percent: of grid profit and of the total. Null in the first
   * hour of the books: a few minutes' result times a year misleads.
   */
  readonly apr?: { readonly grid: string | null; readonly total: string | null };
  /** Absent until the venue has told the balance. */
  readonly liquidation?: LiquidationView;
  /** The risk fence that stopped the grid; null: none. Like the next two absent from older bots. */
  readonly tripped?: TripView | null;
  /** Venue and books hold different positions: how different, a sentence; null: they agree. */
  readonly position_differs?: string | null;
  /** Milliseconds by which this machine's clock is behind the venue's; null: not measured. */
  readonly clock_offset_ms?: number | null;
  /** Requests the bot allows itself; null where the venue counts none. */
  readonly venue_requests?: { readonly per_minute: number; readonly left: number } | null;
  /** Average price paid for the position, by the venues' rule; null: flat. Absent as above. */
  readonly average_entry?: string | null;
  /** Null until the venue has told it. */
  readonly mark_price?: string | null;
  readonly stop_loss?: string | null;
  readonly take_profit?: string | null;
  /** How far trailing may move the range; null: it does not trail, or has no cap on that side. */
  readonly trail?: { readonly lower: string | null; readonly upper: string | null } | null;
  /** Initial margin of the position, and what equity leaves beside it; absent until it is known. */
  readonly margin?: { readonly used: string; readonly free: string };
  /** Of the last 24 hours of the market's clock; absent while no record reaches back so far. */
  readonly cycles_24h?: number;
  readonly grid_profit_24h?: string;
  readonly total_24h?: string;
  /** The grid at both edges of its range; absent until the venue has told the balance. */
  readonly edges?: readonly EdgeView[];
  /** The grid was adjusted and the config file says something else. */
  readonly adjusted: boolean;
  readonly warnings: readonly string[];
  /** Sentences of `degraded` and `warnings` that have a code; absent from older bots. */
  readonly coded?: readonly CodedText[];
  readonly started_at: string;
  readonly updated_at: string;
  /** Moment of the price by the venue's clock, as candles are dated; absent before the first. */
  readonly priced_at?: string;
  /** Tells these books from those before a start with --fresh; absent from older bots. */
  readonly books_began_at?: string;
}

/** Which fence was met, as a stable word and as a sentence. */
export interface TripView {
  readonly reason: string;
  readonly text: string;
}

/** Liquidation prices as text; null: no price liquidates. */
export interface LiquidationView {
  readonly now: string | null;
  /** With every resting buy filled, and with every resting sell filled. */
  readonly buys_filled: string | null;
  readonly sells_filled: string | null;
  /** Distance of the nearest from the price, percent of it, rounded down; null: there is none. */
  readonly nearest_percent: string | null;
  /** The nearest is within 3 % of the price. */
  readonly alarm: boolean;
}

/** The account at one edge of the range with every order on the way there filled. */
export interface EdgeView {
  readonly side: 'buys_filled' | 'sells_filled';
  readonly price: string;
  /** Signed size, and its value at the edge. */
  readonly position: string;
  readonly notional: string;
  /** Initial margin of that position. */
  readonly margin: string;
  /** Fall of the equity from now, zero or above. */
  readonly loss: string;
  readonly equity_after: string;
  /** Distance of its liquidation from the edge, percent of it; null: no price liquidates. */
  readonly liquidation_percent: string | null;
}

/** One order of `GET /api/orders` and `gridd orders`. */
export interface OrderView {
  readonly id: number;
  readonly client_id: string;
  readonly role: string;
  readonly gap: number | null;
  readonly side: Side;
  readonly price: string | null;
  readonly size: string;
  readonly filled: string;
  readonly status: string;
  readonly reason: string | null;
  readonly created_at: string;
}

/** One booked execution. `cycle_profit` is set on the fill that completed a cycle. */
export interface FillView {
  readonly trade_id: string;
  readonly order_id: number | null;
  readonly gap: number | null;
  readonly side: Side;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly cycle_profit: string | null;
  readonly at: string;
  /**
   * What it closed where it completed a cycle: average price of the other side, and when that was
   * filled last; time null: not by fills of its gap (a start, an edit). Null: no cycle.
   */
  readonly closes?: { readonly price: string; readonly at: string | null } | null;
}

/** One line of the grid, highest price first. */
export interface LevelView {
  readonly index: number;
  readonly price: string;
  readonly side: Side | null;
  readonly size: string;
  readonly filled: string;
  readonly order_id: number | null;
  /** Why no order rests although one should; null when fine. */
  readonly reason: string | null;
  /** Client id of its order, and since when that is there; null: none rests. */
  readonly client_id?: string | null;
  readonly since?: string | null;
}
