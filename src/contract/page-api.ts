/**
 * What the page of an instance shows beside its status, and what it asks for over HTTP. Money,
 * prices and sizes are decimal text; moments are ISO text, or seconds since 1970 where a chart
 * reads them.
 */
import type { FillView, LevelView, OrderView, StatusView } from './instance-views.ts';
import type { StrategyValues } from './instance-config.ts';
import type { MarketRules } from './market.ts';
import type { OnStop } from './trading.ts';

export const CANDLE_INTERVALS = ['1m', '5m', '1h'] as const;
export type CandleInterval = (typeof CANDLE_INTERVALS)[number];

/** One candle of the bot's own record. Minutes in which it saw no price have none. */
export interface CandleView {
  /** Its begin, seconds since 1970. */
  readonly time: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
}

/** How far a curve reaches back from the newest point of the record. */
export const CURVE_SPANS = ['24h', '7d', '30d', 'all'] as const;
export type CurveSpan = (typeof CURVE_SPANS)[number];

/** The sums at the end of a minute: of each in the last two days, before of the last of an hour. */
export interface EquityPoint {
  /** Begin of the minute, seconds since 1970. */
  readonly time: number;
  readonly equity: string;
  readonly grid_profit: string;
  readonly total_pnl: string;
}

/** The deepest fall of the total below an earlier height, both within a span. */
export interface Drawdown {
  readonly amount: string;
  /** Of the investment, percent. */
  readonly percent: string;
  readonly from: string;
  readonly to: string;
}

/** Answer of `GET /api/equity`: oldest first, 500 points at most. */
export interface EquityView {
  readonly points: readonly EquityPoint[];
  /** Seconds, counted from the first point on, of which the highest and lowest totals are kept. */
  readonly run: number;
  /** Of this span; null: the total did not fall in it. */
  readonly drawdown: Drawdown | null;
}

/** How often one line was filled: `GET /api/heat`, lowest line first. */
export interface LineHeat {
  readonly index: number;
  readonly price: string;
  readonly buys: number;
  readonly sells: number;
}

/** Answer of `GET /api/fills/page`: newest first; `next` continues it, null: that was all. */
export interface FillPage {
  readonly fills: readonly FillView[];
  readonly next: string | null;
}

/** Answer of `GET /api/orders/page`: orders of any status, newest first. */
export interface OrderPage {
  readonly orders: readonly OrderView[];
  readonly next: string | null;
}

/** What happened to the grid and why: `GET /api/happenings`, newest first. */
export interface Happening {
  readonly id: number;
  readonly at: string;
  /** A stable word such as "tripped". */
  readonly code: string;
  readonly text: string;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the logs of an instance. */
export interface LogLine {
  readonly instance: string;
  /** Null: no time could be read on the line nor before it. */
  readonly at: string | null;
  /** The time is that of the line before it. */
  readonly near: boolean;
  readonly stream: 'daemon' | 'stdout' | 'stderr';
  readonly level: LogLevel;
  readonly text: string;
}

/** Answer of `GET /api/log`, oldest first. `cursor` asks for what comes after. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly cursor: string;
  /** Older lines may match and were left out. */
  readonly more: boolean;
  /** Asks, as `before`, for what comes before; null: these are the oldest. */
  readonly older: string | null;
}

/** How the bot fares, told every few seconds. Nulls: not known, or nothing of that kind here. */
export interface BotHealth {
  /** Median answer time of the venue in the last minute. */
  readonly venue_latency_ms: number | null;
  /** Since the last word of the venue's stream. */
  readonly stream_age_ms: number | null;
  readonly clock_offset_ms: number | null;
  readonly venue_requests: { readonly per_minute: number; readonly left: number } | null;
  readonly memory_mb: number;
  readonly cpu_percent: number | null;
  readonly event_loop_delay_ms: number | null;
  /** Automatic restarts since the user's last start. */
  readonly restarts: number | null;
  readonly uptime_s: number;
  /** A supervisor looks after this bot at present. */
  readonly supervised: boolean;
}

/**
 * Counters that move when there is more to ask for: the page asks again for what moved. Never a
 * figure to show.
 */
export interface PageMarks {
  readonly candles: number;
  readonly fills: number;
  readonly orders: number;
  readonly happenings: number;
  readonly receipts: number;
  readonly log: number;
}

/**
 * The topics of an instance's event stream. An event holds those that changed, each whole, so that
 * a page which missed events has lost nothing.
 */
export interface InstanceTopics {
  readonly status: StatusView;
  readonly levels: readonly LevelView[];
  /** The newest fifty, newest first. */
  readonly fills: readonly FillView[];
  readonly health: BotHealth;
  readonly marks: PageMarks;
}

type Range = 'grid_lower_price' | 'grid_upper_price' | 'grid_num';
/** What a grid is designed from; what is left out is as the config's defaults say. */
export type GridValues = Pick<StrategyValues, Range> &
  Partial<Omit<StrategyValues, Range | 'duration' | 'interval' | 'leverage' | 'on_stop'>> & {
    readonly leverage?: number | string;
    readonly on_stop?: Partial<OnStop>;
  };

/** What the engine needs for a preview in the browser: `GET /api/engine`. */
export interface EngineView {
  readonly market: MarketRules;
  /** The engine's state as its codec writes it. */
  readonly state: string;
  readonly price: string;
  /** Balance of the account in quote currency; null: not known yet. */
  readonly balance: string | null;
  readonly instance_id: string;
  /** Grid values in force: those of the last adjust, else the file's. */
  readonly values: GridValues;
  /** What a shortage of margin is to this instance. */
  readonly margin_check: 'warn' | 'refuse';
  /** Signed size of what stands on the symbol beside the grid. */
  readonly aside: string;
}

/** What a bot hands to its web server for its page beside its figures. Throws `GriddError` only. */
export interface PageService {
  /** Those that begin in `from`..`to`, seconds since 1970, oldest first, the newest 3000. */
  candles(interval: CandleInterval, from: number, to: number): readonly CandleView[];
  /** Heights, depths, ends and the deepest fall stay, however long the record. */
  equity(span: CurveSpan): Promise<EquityView>;
  /** Counted on the UTC days from that of `from` (seconds) on. */
  heat(from: number): readonly LineHeat[];
  engine(): EngineView;
  /** Older than the fill, order or happening that `before` names; null: the newest. */
  fills(limit: number, before: string | null): FillPage;
  orders(limit: number, before: string | null, status: string | null): OrderPage;
  happenings(limit: number, before: number | null): readonly Happening[];
  /** The same object again while nothing of it has changed. */
  health(): BotHealth;
  marks(): PageMarks;
}

/** Body of `POST /api/stop`: what becomes of orders and position; left out: as configured. */
export type StopBody = Partial<OnStop>;
