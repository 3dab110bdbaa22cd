/**
 * What the supervisor shows and obeys: the registry's records, the rows of `gridd list`, and the
 * interface behind the control API that CLI and console share.
 */
import type {
  AcceptPositionAnswer,
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  CloseCarryAnswer,
  LiveStart,
  ProcessState,
  StatusView,
  StopReceipt,
} from './instance-api.ts';
import type { AlertTestResult } from './alerts.ts';
import type { ErrorBody, Problem } from './errors.ts';
import type { ExitEntry, HistoryFacts, LastExit, UsageHistory } from './history-api.ts';
import type { CodedText } from './said-codes.ts';
import type { Said } from './sentences.ts';
import type { OnStop } from './trading.ts';

export type { LastExit } from './history-api.ts';

/** One instance in logs/instances.json. Paths are relative to the home. */
export interface RegistryRecord {
  readonly config_file: string;
  /** Set when the id was given with --instance-id. */
  readonly instance_id_override: boolean;
  readonly registered_at: string;
  readonly pid: number | null;
  readonly start_time: string | null;
  readonly boot_id: string | null;
  readonly generation: number;
  readonly log_dir: string;
  readonly db_path: string;
  readonly web_port: number | null;
  readonly desired: 'running' | 'stopped';
  readonly state: ProcessState;
  readonly state_reason: string;
  /** The same as data, believed only where it reads so; absent or null: it is only a text. */
  readonly state_said?: Said | null;
  readonly started_at: string | null;
  /** Automatic restarts since the user's last start. */
  readonly restarts: number;
  /** Moments of restarts that still count, milliseconds since the boot `restart_boot_id`. */
  readonly restart_times: readonly number[];
  readonly restart_boot_id: string | null;
  /** When the restart that waits in `backoff` is due, on the same scale; null: none was planned. */
  readonly restart_at: number | null;
  /** The one run in safe mode since the instance failed; null: none was due. */
  readonly safe_run: SafeRun | null;
  /** The panic that has not ended; a supervisor that comes later carries it on. */
  readonly panic: PendingPanic | null;
  /** What the stop that has not ended was told; a supervisor that comes later ends it so. */
  readonly stop_wish: PendingStop | null;
  /** Generation of a launch with new books of which no process is known yet; null: of none. */
  readonly begins_anew: number | null;
  readonly last_exit: LastExit | null;
  readonly last_error: ErrorBody | null;
  /** An external program ran under this id: the built-in bot never takes its place silently. */
  readonly ran_program: boolean;
  /** What the user said to a first live start that has not come about yet. */
  readonly live_start: LiveStart | null;
  /** The kept config text that a restart runs with; null: none was kept, it takes the file. */
  readonly config_taken: ConfigTaken | null;
}

/**
 * A kept config text: believed only while `generation` is the record's, since an older gridd that
 * started another process with another text keeps this as it was.
 */
export interface ConfigTaken {
  readonly sha256: string;
  /** The start that took the file, "<generation> <started_at>"; a reload in place keeps it. */
  readonly start: string;
  /** Of the process last launched with it. */
  readonly generation: number;
}

/** The run that clears the orders of a failed instance: when it ended, and how, in a sentence. */
export interface SafeRun {
  readonly at: string;
  readonly outcome: string;
}

/** When a panic was asked for, and what a failed instance showed before it; null: it was not. */
export interface PendingPanic {
  readonly at: string;
  readonly failed: Pick<
    RegistryRecord,
    'state_reason' | 'state_said' | 'last_exit' | 'last_error'
  > | null;
}

/** A stop under way, of the process launched with `generation`; of another it says nothing. */
export interface PendingStop extends Omit<StopRequest, 'ids'> {
  readonly generation: number;
}

/** logs/instances.json. */
export interface RegistryFile {
  readonly version: 2;
  readonly instances: Readonly<Record<string, RegistryRecord>>;
}

/**
 * One row of `gridd list --json`. Nulls where the value is not known (external program, never
 * ran).
 */
export interface ListRow {
  readonly id: string;
  readonly state: ProcessState;
  readonly desired: 'running' | 'stopped';
  readonly grid_state: string | null;
  readonly pid: number | null;
  readonly web_port: number | null;
  readonly venue: string | null;
  readonly mode: string | null;
  readonly symbol: string | null;
  readonly position: string | null;
  readonly grid_profit: string | null;
  readonly total_pnl: string | null;
  /** Absent where the row comes from no supervisor; null where the venue counts none. */
  readonly venue_requests?: StatusView['venue_requests'];
  readonly restarts: number;
  readonly cpu_percent: number | null;
  readonly memory_mb: number | null;
  readonly uptime_s: number | null;
  readonly started_at: string | null;
  /** When the restart that waits is due; null: none does; absent: no supervisor knows of any. */
  readonly next_start_at?: string | null;
  readonly config_file: string;
  readonly log_dir: string;
  readonly last_error: string | null;
}

/** `gridd status ID --json`: the list row, the registry's facts, and the bot's own figures. */
export interface InstanceStatus extends ListRow {
  readonly state_reason: string;
  readonly db_path: string;
  readonly generation: number;
  readonly last_exit: LastExit | null;
  readonly safe_run: SafeRun | null;
  /** Of the last error, where its config is to blame. */
  readonly problems: readonly Problem[];
  /** All ends that are kept, newest first. */
  readonly exits: readonly ExitEntry[];
  readonly url: string | null;
  /**
   * That its file says something else than what was taken from it, and what takes it; null: no,
   * nothing was taken, or no supervisor runs that looks.
   */
  readonly config_note: string | null;
  /** The bot's figures; those of the store when it is stopped; null for an external program. */
  readonly status: StatusView | null;
}

/** What to start: `instance_id` only with a single file. Files are absolute paths. */
export interface StartRequest {
  readonly targets: readonly { readonly config_file: string; readonly instance_id?: string }[];
  readonly fresh?: boolean;
  /** What the user says to first live starts. */
  readonly live?: LiveStart;
  /** Running instances are left as they are and reported, instead of refused. */
  readonly allow_running?: boolean;
}

/** Result for one instance of a verb that takes several. */
export interface VerbResult {
  readonly id: string;
  readonly ok: boolean;
  /** One sentence, e.g. "running on http://127.0.0.1:5001". */
  readonly message: string;
  /** The same as data; absent: it is only a text. */
  readonly message_said?: Said;
  readonly unchanged?: boolean;
  /** Of a reload: the keys that came into force. */
  readonly changed?: readonly string[];
  readonly error?: ErrorBody;
  readonly receipt?: StopReceipt | null;
  readonly warnings?: readonly string[];
  /** Warnings that have a code. */
  readonly coded?: readonly CodedText[];
  readonly row?: ListRow;
}

export interface StopRequest {
  readonly ids: readonly string[];
  readonly on_stop: Partial<OnStop>;
  /** Seconds the stop may take before the process is killed; left out: the config's. */
  readonly timeout_s?: number;
  /** Ends what the instance's programs started outside their process group, too. */
  readonly all_descendants?: boolean;
}

/** One line of what `cleanup` did or would do. */
export interface CleanupAction {
  readonly id: string;
  readonly action: string;
}

export interface SupervisorInfo {
  readonly pid: number;
  readonly home: string;
  readonly version: string;
  readonly started_at: string;
  readonly instances: number;
  readonly running: number;
  readonly memory_mb: number;
  readonly history: HistoryFacts;
  /** Absent from an older supervisor. */
  readonly console?: ConsoleFacts;
}

/** Where the console is; `url` null: nowhere, and `note` says why. */
export interface ConsoleFacts {
  readonly url: string | null;
  /** Why there is none, or why it is not at the wanted port; null: all is as wanted. */
  readonly note: string | null;
}

/** What the supervisor hands to the control server. Methods reject with `GriddError` only. */
export interface FleetService {
  info(): SupervisorInfo;
  list(): readonly ListRow[];
  status(id: string): InstanceStatus;
  usage(id: string): UsageHistory;
  start(request: StartRequest): Promise<readonly VerbResult[]>;
  stop(request: StopRequest): Promise<readonly VerbResult[]>;
  /** Cancels and closes now; null: all that run, should run, or were seen holding something. */
  panic(ids: readonly string[] | null): Promise<readonly VerbResult[]>;
  restart(ids: readonly string[]): Promise<readonly VerbResult[]>;
  /** Takes edited config files: in place where that can be, else by a restart. */
  reload(ids: readonly string[]): Promise<readonly VerbResult[]>;
  pause(ids: readonly string[]): Promise<readonly VerbResult[]>;
  resume(ids: readonly string[]): Promise<readonly VerbResult[]>;
  adjust(id: string, request: AdjustRequest, key: string | null): Promise<AdjustAnswer>;
  closeCarry(id: string): Promise<CloseCarryAnswer>;
  acceptPosition(id: string, request: AcceptPositionRequest): Promise<AcceptPositionAnswer>;
  cleanup(dryRun: boolean): Promise<readonly CleanupAction[]>;
  /** Sends one alert to each receiver and tells what came back. */
  testAlerts(): Promise<readonly AlertTestResult[]>;
  /** Ends the supervisor after the answer went out. */
  shutdown(bots: 'keep' | 'stop'): Promise<void>;
}

/** logs/supervisor/endpoint.json: where the sockets of this home are. */
export interface Endpoint {
  readonly home: string;
  readonly pid: number;
  readonly control_socket: string;
  readonly bot_socket: string;
  readonly protocol: number;
  /** Address of the console; absent: there is none. */
  readonly console?: string;
  /** Why there is none although one is wanted. */
  readonly console_fault?: string;
}
