/**
 * What the fleet console shows and asks for beside the control API: the whole fleet at a glance,
 * accounts, configs with their versions. Money, prices and sizes are decimal text.
 */
import type { ErrorCode, Problem } from './errors.ts';
import type { FleetService, ListRow, SupervisorInfo, VerbResult } from './fleet-api.ts';
import type { Actor, AuditEntry, ExitEntry } from './history-api.ts';
import type { LiquidationView, TripView } from './instance-views.ts';
import type { MarketRules } from './market.ts';
import type { CodedText } from './said-codes.ts';
import type { Said } from './sentences.ts';

/** One instance in the console's table. Nulls as in `ListRow`. */
export interface FleetRow extends ListRow {
  readonly name: string;
  /** What its file says now, which its next start is; null: no file of config/active is its own. */
  readonly next_mode: 'paper' | 'live' | null;
  readonly state_reason: string;
  /** The same as data; null: it is only a text. */
  readonly state_said: Said | null;
  /** Of `last_error`; null: none. */
  readonly last_error_code: ErrorCode | null;
  readonly direction: string | null;
  readonly base: string | null;
  readonly quote: string | null;
  readonly price: string | null;
  readonly lower: string | null;
  readonly upper: string | null;
  readonly grids: number | null;
  readonly open_orders: number | null;
  readonly cycles: number | null;
  readonly cycles_24h: number | null;
  readonly grid_profit_24h: string | null;
  readonly total_24h: string | null;
  /**
   * Since when the figures of 24 hours count: a day ago, later where less is known. Absent or null:
   * nothing is known.
   */
  readonly since_24h?: string | null;
  readonly apr_grid: string | null;
  readonly apr_total: string | null;
  readonly warnings: readonly string[];
  /** Warnings that have a code, as the bot says it. */
  readonly coded?: readonly CodedText[];
  /** What tripped its grid; absent: nothing did, or it is not known. */
  readonly tripped?: TripView;
  /** The account it trades on, see `AccountView`; null: not known. */
  readonly account: string | null;
  /** Total of the last day, oldest first, at most 48 numbers; for a picture only. */
  readonly sparkline: readonly number[];
  /** Its page; null while it has none. */
  readonly url: string | null;
}

/** What one side of every grid filled at once would do to an account. */
export interface WorstCase {
  readonly side: 'buys_filled' | 'sells_filled';
  /** Sum of the notionals of all positions at the edges of their grids. */
  readonly notional: string;
  readonly margin: string;
  /** Fall of the equity, zero or above. */
  readonly loss: string;
  readonly equity_after: string | null;
  /**
   * How much further, percent, all its symbols together would have to move until the account is
   * liquidated; null: they never could.
   */
  readonly liquidation_percent: string | null;
}

/** One account: a venue with a key, or a paper instance by itself. */
export interface AccountView {
  /** Tells accounts apart and is no secret. */
  readonly account: string;
  readonly venue: string;
  readonly mode: 'paper' | 'live';
  readonly quote: string;
  readonly instances: readonly string[];
  readonly equity: string | null;
  readonly grid_profit: string;
  readonly total_pnl: string;
  readonly total_24h: string;
  /** The worse side first; empty: nothing is known of its grids. */
  readonly worst: readonly WorstCase[];
  /** Least `max_account_loss` of its configs; null: none says any. */
  readonly max_loss: string | null;
}

/** A config of config/active that was never started: no instance is known of it yet. */
export interface UnstartedConfig {
  readonly id: string;
  readonly mode: 'paper' | 'live';
}

/** Counters that move when there is more to ask for. */
export interface FleetMarks {
  readonly configs: number;
  readonly audit: number;
  readonly exits: number;
  readonly log: number;
}

/** The topics of the console's event stream. */
export interface FleetTopics {
  readonly rows: readonly FleetRow[];
  /** By id. */
  readonly unstarted: readonly UnstartedConfig[];
  readonly accounts: readonly AccountView[];
  readonly supervisor: SupervisorInfo;
  readonly marks: FleetMarks;
}

/** A config file at a glance. */
export interface ConfigSummary {
  readonly id: string;
  /** Relative to the home. */
  readonly file: string;
  readonly place: 'active' | 'archived';
  readonly name: string;
  readonly version: number;
  readonly changed_at: string;
  readonly problems: number;
}

/** A value that is shown and cannot be changed over HTTP, with where to edit it. */
export interface ReadOnlyKey {
  readonly path: string;
  readonly why: string;
  /** The same as data. */
  readonly why_said: Said;
}

/** A config as the editor has it: secrets are masked. */
export interface ConfigView extends ConfigSummary {
  readonly text: string;
  readonly read_only: readonly ReadOnlyKey[];
}

/** What a config would be: `POST /api/configs/check`. */
export interface ConfigCheck {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded?: readonly CodedText[];
  /** Relative to the home: the file that would be written. */
  readonly file: string;
  /** Null when there are problems, or no rules of its market are known here. */
  readonly design: DesignView | null;
}

/** A grid as it would begin. */
export interface DesignView {
  readonly market: MarketRules;
  /** Whose rules these are and of when, a sentence. */
  readonly market_source: string;
  /** The same as data. */
  readonly market_said: Said;
  readonly price: string;
  /** Lowest first. */
  readonly lines: readonly string[];
  readonly quantity_per_grid: string;
  readonly profit_per_grid: { readonly min: string; readonly max: string };
  readonly investment: string;
  readonly orders: number;
  /** Bought or sold at market at the start, signed size. */
  readonly start_order: string;
  readonly liquidation: LiquidationView | null;
}

/** Body of `PUT /api/configs/:id`; `base_version`: the one that was edited. */
export interface SaveConfig {
  readonly text: string;
  readonly base_version: number;
  readonly note: string;
}

/** Body of `POST /api/configs`: a new instance. */
export interface NewConfig {
  readonly id: string;
  readonly text: string;
  readonly note: string;
  readonly start: boolean;
}

/** What came of a save, a rollback or a new config; `applied`: what the instance did about it. */
export interface ConfigSaved {
  readonly version: number;
  /** Keys that differ from before, as paths. */
  readonly changed: readonly string[];
  readonly applied: VerbResult | null;
}

/** One version of a config: who wrote it when, why, and from where. */
export interface ConfigVersion {
  readonly version: number;
  readonly at: string;
  readonly who: string;
  /** "console", "cli", or "file" for an edit that was met on disk. */
  readonly from: string;
  readonly note: string;
  /** Keys that differ from the version before. */
  readonly changed: readonly string[];
}

/** A version with its text, secrets masked. */
export interface ConfigVersionText extends ConfigVersion {
  readonly text: string;
}

/** A template at a glance. */
export interface TemplateSummary {
  readonly name: string;
  /** As `metadata.name` and the first comment of the file say; empty: nothing. */
  readonly title: string;
  readonly description: string;
}

/** A template with its text, as `gridd new` would write it for an id. */
export interface TemplateView extends TemplateSummary {
  readonly text: string;
  readonly read_only: readonly ReadOnlyKey[];
}

/** Where a config went when it was retired; relative to the home. */
export interface ConfigArchived {
  readonly id: string;
  readonly file: string;
}

/**
 * What the supervisor hands to the routes of configs. Methods reject or throw `GriddError` only.
 * Texts go out masked; what comes in may hold these masks and no change of a read-only key.
 */
export interface ConfigService {
  /** Grows with every version, archive and restore. */
  readonly mark: number;
  list(): readonly ConfigSummary[];
  archived(): readonly ConfigSummary[];
  view(id: string): ConfigView;
  /** `id` null: a new instance. */
  check(id: string | null, text: string): Promise<ConfigCheck>;
  create(request: NewConfig, actor: Actor): Promise<ConfigSaved>;
  save(id: string, request: SaveConfig, actor: Actor): Promise<ConfigSaved>;
  /** Newest first. */
  versions(id: string): readonly ConfigVersion[];
  version(id: string, version: number): ConfigVersionText;
  rollback(id: string, version: number, note: string, actor: Actor): Promise<ConfigSaved>;
  archive(id: string, actor: Actor): Promise<ConfigArchived>;
  /** `file`: the name of a file in config/archived. */
  restore(file: string, note: string, actor: Actor): Promise<ConfigSaved>;
  templates(): readonly TemplateSummary[];
  /** `id` null: without an id, places and port of its own. */
  template(name: string, id: string | null): TemplateView;
  /** JSON schema of a config, read-only keys marked. */
  schema(): unknown;
  /** Somebody at this machine says that they wrote the text which stands in the file now. */
  author(id: string, note: string, actor: Actor): ConfigVersion | null;
}

/** A line of the audit as the console shows it. */
export interface AuditView extends AuditEntry {
  readonly id: number;
  readonly who: string;
  readonly from: string;
  /** What it was before and is after, where the verb changed a value. */
  readonly before: string | null;
  readonly after: string | null;
}

/** One finding of the doctor. */
export interface FindingView {
  readonly level: 'ok' | 'warning' | 'problem';
  readonly subject: string;
  readonly text: string;
  readonly hint: string | null;
  /** What `text` and `hint` say, as data. */
  readonly said?: Said;
  readonly hint_said?: Said;
  /** Code of the error that both are of. */
  readonly code?: string;
}

export type { Actor } from './history-api.ts';

/** One ended process, with its instance: `GET /api/exits`, newest first. */
export interface FleetExit extends ExitEntry {
  readonly instance: string;
}

/** Body of `POST /api/instances/start` on the console: configs by id, never by path. */
export interface StartByIds {
  readonly ids: readonly string[];
  readonly fresh?: boolean;
  /** Running instances are left as they are and reported, instead of refused. */
  readonly allow_running?: boolean;
}

/** Which lines of the audit are asked for: older than the line `before`, at most `limit`. */
export interface AuditQuery {
  readonly instance: string | null;
  readonly before: number | null;
  readonly limit: number;
}

/** What the supervisor hands to the console. Methods reject with `GriddError` only. */
export interface ConsoleService {
  /** The fleet as `actor` moves it: each verb is noted with who gave it. */
  as(actor: Actor): FleetService;
  start(request: StartByIds, actor: Actor): Promise<readonly VerbResult[]>;
  topics(): FleetTopics;
  /** Calls `listener` whenever a topic may have changed; returns how to end that. */
  subscribe(listener: () => void): () => void;
  /** Newest first. */
  audit(query: AuditQuery): readonly AuditView[];
  /** Of all instances, newest first. */
  exits(limit: number): readonly FleetExit[];
  /** What `gridd doctor` finds; looked at anew, once for all who ask meanwhile. */
  doctor(): Promise<readonly FindingView[]>;
}
