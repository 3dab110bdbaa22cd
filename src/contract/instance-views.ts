/**
 * What one bot shows: its figures, orders, fills and lines, as page, CLI and supervisor read them.
 * Money, prices and sizes are decimal text.
 */
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
  /** The grid was adjusted and the config file says something else. */
  readonly adjusted: boolean;
  readonly warnings: readonly string[];
  readonly started_at: string;
  readonly updated_at: string;
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
}
