/**
 * What one bot obeys and says: requests and their answers, the interface that it hands to its web
 * server, and the lines between it and the supervisor. Money, prices and sizes are decimal text.
 */
import type { ErrorBody } from './errors.ts';
import type { Actor, AuditNote } from './history-api.ts';
import type {
  FillView,
  LevelView,
  LiquidationView,
  OrderView,
  StatusView,
} from './instance-views.ts';
import type { PageService } from './page-api.ts';
import type { ReceiptView, StopReceipt } from './receipt-api.ts';
import type { CodedText } from './said-codes.ts';
import type { OnStop } from './trading.ts';

export { PROCESS_STATES } from './instance-views.ts';
export type {
  EdgeView,
  FillView,
  LevelView,
  LiquidationView,
  OrderView,
  ProcessState,
  StatusView,
  TripView,
} from './instance-views.ts';
export type { ReceiptKind, ReceiptPeriod, ReceiptView, StopReceipt } from './receipt-api.ts';

/** Body of `POST /api/grid/adjust`; values left out stay as they are. */
export interface AdjustRequest {
  readonly grid_upper_price?: number | string;
  readonly grid_lower_price?: number | string;
  readonly grid_num?: number;
  readonly order_quantity?: number | string;
  /** Sizes the grid anew from this much of the quote currency. */
  readonly investment?: number | string;
  readonly position?: 'carry' | 'rebalance';
  readonly dry_run?: boolean;
}

/** Answer to an adjust: what was or would be done, and whether the venue already agrees. */
export interface AdjustAnswer {
  readonly applied: boolean;
  readonly unchanged: boolean;
  readonly converged: boolean;
  /** Orders still to be placed or cancelled. */
  readonly pending: number;
  readonly orders_kept: number;
  readonly orders_cancelled: number;
  readonly orders_placed: number;
  readonly parcels_moved: number;
  readonly carry: string;
  readonly market_trade: string;
  readonly profit_per_grid: { readonly min: string; readonly max: string };
  readonly lower: string;
  readonly upper: string;
  readonly grids: number;
  readonly quantity_per_grid: string;
  /** As it would be after the adjust; absent from an external program. */
  readonly liquidation?: LiquidationView;
  readonly warnings: readonly string[];
  /** Warnings that have a code; absent from older bots. */
  readonly coded?: readonly CodedText[];
}

/** What a bot did about its edited config file; keys are paths such as "daemon_config.web_port". */
export interface ReloadAnswer {
  /** Keys that need a new process; not empty: nothing was done. */
  readonly restart: readonly string[];
  /** Keys that are in force now. */
  readonly applied: readonly string[];
  /** Orders of the adjust; null when the grid stayed as it was. */
  readonly orders: {
    readonly kept: number;
    readonly cancelled: number;
    readonly placed: number;
  } | null;
  readonly warnings: readonly string[];
  /** Warnings that have a code; absent from older bots. */
  readonly coded?: readonly CodedText[];
}

/** Answer to resume: what had tripped the grid, as a sentence; null: nothing had. */
export interface ResumeAnswer {
  readonly was_tripped: string | null;
}

/** Answer to close-carry: sizes before and after; `pending`: its order has not ended yet. */
export interface CloseCarryAnswer {
  readonly carry_before: string;
  readonly carry: string;
  readonly pending: boolean;
}

/** Body of accept-position; `dry_run`: only show the difference. */
export interface AcceptPositionRequest {
  readonly dry_run?: boolean;
}

/** The venue's position against the books', signed sizes; the price at which it is booked. */
export interface AcceptPositionAnswer {
  readonly applied: boolean;
  readonly venue: string;
  readonly books: string;
  readonly difference: string;
  readonly price: string;
}

/** Body of `GET /healthz`; each part is "ok" or a sentence. */
export interface HealthView {
  readonly ok: boolean;
  readonly database: string;
  readonly venue: string;
  readonly engine: string;
}

/** What somebody does to an instance on its page: each is written down with who it was. */
export interface InstanceActions {
  adjust(request: AdjustRequest, idempotencyKey: string | null): Promise<AdjustAnswer>;
  pause(): Promise<void>;
  resume(): Promise<ResumeAnswer>;
  closeCarry(): Promise<CloseCarryAnswer>;
  acceptPosition(request: AcceptPositionRequest): Promise<AcceptPositionAnswer>;
  /** As `gridd stop`: performed by the supervisor. SUPERVISOR_NOT_RUNNING without one. */
  stop(wish: Partial<OnStop>): Promise<StopReceipt>;
  /** As `gridd panic`, likewise. */
  panic(): Promise<StopReceipt>;
  /** The answer to a stop or panic has gone out, or its asker is gone: the bot may end. */
  answered(): void;
}

/** What the bot hands to its web server. Methods reject with `GriddError` only. */
export interface InstanceService {
  /** The actions as `actor` does them. */
  as(actor: Actor): InstanceActions;
  readonly id: string;
  /** What the page asks for beside all this. */
  readonly page: PageService;
  status(): StatusView;
  orders(): readonly OrderView[];
  /** Newest first, at most `limit`. */
  fills(limit: number): readonly FillView[];
  levels(): readonly LevelView[];
  /** Newest first, at most `limit`: days, or else stops and ends. */
  receipts(limit: number, by: 'stop' | 'day'): readonly ReceiptView[];
  health(): Promise<HealthView>;
  /** Calls `listener` whenever something a page shows has changed; returns how to end that. */
  subscribe(listener: () => void): () => void;
}

/** Requests the supervisor sends over the bot link, with their answers. */
export interface BotRequests {
  stop: { params: Partial<OnStop>; result: StopReceipt };
  /** Cancel and close now, whatever on_stop says. */
  panic: { params: Record<string, never>; result: StopReceipt };
  close_carry: { params: Record<string, never>; result: CloseCarryAnswer };
  accept_position: { params: AcceptPositionRequest; result: AcceptPositionAnswer };
  pause: { params: Record<string, never>; result: { ok: true } };
  /** An older bot does not say what had tripped it. */
  resume: { params: Record<string, never>; result: { ok: true } & Partial<ResumeAnswer> };
  adjust: {
    params: { request: AdjustRequest; key: string | null };
    result: AdjustAnswer;
  };
  reload: { params: Record<string, never>; result: ReloadAnswer };
}
export type BotMethod = keyof BotRequests;
export const BOT_METHODS: readonly BotMethod[] = [
  ...(['stop', 'panic', 'pause', 'resume', 'adjust', 'reload'] as const),
  ...(['close_carry', 'accept_position'] as const),
];

/** Version of the bot link; a supervisor speaks this one and the one before. */
export const LINK_PROTOCOL = 1;

/** Who a process is: enough to never mistake a reused pid for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Kernel start time in clock ticks since boot. */
  readonly start_time: string;
  readonly boot_id: string;
}

/** Lines of JSON a bot writes to the supervisor's bot socket. */
export type BotMessage =
  | (ProcessIdentity & {
      readonly type: 'hello';
      readonly protocol: number;
      readonly home: string;
      readonly id: string;
      readonly generation: number;
    })
  /**
   * The bot trades and its page answers; said after every welcome once that is so. `web_port`
   * null: no port could be had (degraded).
   */
  | { readonly type: 'ready'; readonly web_port: number | null }
  /** The bot cannot start; it exits with a telling code after this. */
  | { readonly type: 'failed'; readonly error: ErrorBody }
  /**
   * Every two seconds: age of the last engine turn and the present figures. `status` null: the bot
   * is not ready, or nothing is new but what the price moves, and nobody looks.
   */
  | {
      readonly type: 'beat';
      readonly turn_age_ms: number;
      readonly web_port: number | null;
      readonly status: StatusView | null;
      /** What a bot that is not ready waits for, as a sentence; absent: nothing in particular. */
      readonly waits_for?: string;
      /** The code that this has as an error or as a reason of being degraded. */
      readonly waits_code?: string;
    }
  | {
      readonly type: 'reply';
      readonly request_id: number;
      readonly result?: unknown;
      readonly error?: ErrorBody;
    }
  /** What it takes of one budget; said of each on connection, with each beat, after each share. */
  | ({ readonly type: 'budget' } & BudgetReport)
  /** Somebody on its page wants it stopped: done as if the command line had said so. */
  | ({ readonly type: 'wish'; readonly wish_id: number } & BotWish)
  /** Somebody on its page wants this adjust: whether its account's limit allows it. */
  | { readonly type: 'judge'; readonly judge_id: number; readonly request: AdjustRequest }
  /** What was done on its page; said again until `audited` confirms its mark. */
  | { readonly type: 'audit'; readonly note: AuditNote }
  /** The last word before a clean end. */
  | { readonly type: 'exiting'; readonly code: number; readonly reason: string };

/** What a bot asks of its supervisor for somebody on its page. */
export type BotWish =
  | { readonly verb: 'stop'; readonly on_stop: Partial<OnStop> }
  | { readonly verb: 'panic' };

/**
 * A budget that bots divide, and what one uses of it: what a key may send, and what an address may
 * where the venue counts by that. Shares and `used` are parts of the whole, 0 to 1.
 */
export interface BudgetReport {
  readonly venue: string;
  /** Tells budgets of the venue apart and is no secret; bots that name the same one share it. */
  readonly key: string;
  /** In force; null: nothing was asked yet, and `OWN_SHARE` is taken soon if none is granted. */
  readonly share: number | null;
  /** Sent within the last minute. */
  readonly used: number;
  /** Something had to wait for the budget since the last report. */
  readonly short: boolean;
}

/** The share of a budget that a bot takes which was granted none. */
export const OWN_SHARE = 1 / 32;

/** Lines of JSON the supervisor writes to a bot. */
export type SupervisorMessage =
  | {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly home: string;
      readonly pid: number;
    }
  /** This process is not the instance's bot (wrong home, generation or identity). */
  | { readonly type: 'refused'; readonly reason: string }
  /**
   * Grants a share (0 to 1) of the budget that was reported as `key`, in force until the next. A
   * `budget` confirms it; an older bot skips it.
   */
  | { readonly type: 'share'; readonly key: string; readonly share: number }
  /** A wish is being carried out, or (`error`) is not. An older supervisor says neither. */
  | { readonly type: 'wish_taken'; readonly wish_id: number; readonly error: ErrorBody | null }
  /** An adjust is refused (`error`), or allowed, maybe with a warning. */
  | {
      readonly type: 'judged';
      readonly judge_id: number;
      readonly error: ErrorBody | null;
      readonly warning: string | null;
      /** The warning with its code; absent: it has none. */
      readonly coded?: CodedText;
    }
  /** Whether somebody looks at the fleet; said on connection too. An older bot skips it. */
  | { readonly type: 'watched'; readonly watched: boolean }
  /** Notes with these marks are on the disk. */
  | { readonly type: 'audited'; readonly marks: readonly string[] }
  | {
      readonly type: 'request';
      readonly request_id: number;
      readonly method: BotMethod;
      readonly params: unknown;
    };

/** What the user said to the first live start of an instance. */
export interface LiveStart {
  /** That it may trade. */
  readonly confirmed: boolean;
  /** What becomes of a position that is there already: the grid's carry, or left out of it. */
  readonly position: 'adopt' | 'ignore' | null;
}

/** How the supervisor starts a built-in bot: one JSON argument; no secret is ever in it. */
export interface BotLaunch {
  readonly home: string;
  readonly id: string;
  readonly config_file: string;
  readonly log_dir: string;
  readonly db_path: string;
  readonly generation: number;
  /** Port to try first; null: the first free one from 5001. */
  readonly web_port: number | null;
  /** Ports other active configs claim. */
  readonly avoid_ports: readonly number[];
  /** `start`: the user waits and is told; `restart`: trade on whatever the page does. */
  /** `safe`: cancel our orders and end; nothing is placed, no page is served. */
  /** `panic`: recover, then only wait for the panic command; no page is served. */
  readonly cause: 'start' | 'restart' | 'safe' | 'panic';
  /** Archive the old books first. */
  readonly fresh: boolean;
  /** Least level of its log; absent: info. */
  readonly log_level?: 'info' | 'debug' | 'trace';
  /** Automatic restarts since the user's last start; absent from an older supervisor. */
  readonly restarts?: number;
  /** Until the first live start has come about; absent where the supervisor is an older one. */
  readonly live_start?: LiveStart | null;
  /** The text to run with, whatever the config file says by now; absent: the file's. */
  readonly taken?: TakenText;
}

/** A kept config text: its digest, and the start that took it, as `ConfigTaken` names it. */
export interface TakenText {
  readonly sha256: string;
  readonly start: string;
}

/** Written by the bot under its lock to `<log_dir>/bot.json`. */
export interface BotRecord extends ProcessIdentity {
  readonly id: string;
  readonly home: string;
  readonly generation: number;
  readonly web_port: number | null;
}

/** Written by the bot to `<log_dir>/exit.json` before it ends; none means a crash. */
export interface ExitRecord {
  readonly pid: number;
  readonly generation: number;
  readonly code: number;
  readonly reason: string;
  readonly at: string;
  readonly error?: ErrorBody;
}
