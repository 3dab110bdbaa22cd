/** Rows of `gridd list` and `gridd status` from a record and what is known of its process. PURE. */
import { parseMoney } from '../contract/decimal.ts';
import type { ExitEntry } from '../contract/history-api.ts';
import type { InstanceStatus, ListRow, RegistryRecord } from '../contract/fleet-api.ts';
import type { StatusView } from '../contract/instance-api.ts';
import { ageAt } from '../platform/clock.ts';
import type { LoadedConfig } from '../registry/index.ts';
import type { Usage } from './usage.ts';

/** What a row is made of. `since_boot`: the present moment, ms. */
export interface RowParts {
  readonly id: string;
  readonly record: RegistryRecord;
  readonly loaded: LoadedConfig | null;
  readonly alive: boolean;
  readonly external: boolean;
  readonly status: StatusView | null;
  readonly usage: Usage | null;
  readonly url: string | null;
  readonly since_boot: number;
  readonly next_start_at: string | null;
  /** What its file says beside what was taken from it. */
  readonly file_note: string | null;
}

/** Whether a panic of all means it: it runs, should run, or was last seen holding something. */
export function mayHold({ alive, record, status }: RowParts): boolean {
  if (alive || record.desired === 'running') return true;
  return status !== null && (status.open_orders > 0 || parseMoney(status.position) !== 0n);
}

/** One row of `gridd list --json`. */
export function listRow(parts: RowParts): ListRow {
  const { id, record, alive, external, status, usage } = parts;
  const config = external ? undefined : parts.loaded?.config;
  const since = alive ? record.start_time : null;
  const uptime = since === null ? null : ageAt(parts.since_boot, since) / 1000;
  const mode = config?.exchange_config.mode ?? null;
  const failed = ['failed', 'backoff', 'unhealthy', 'degraded'].includes(record.state);
  return {
    id,
    state: record.state,
    desired: record.desired,
    grid_state: status?.grid_state ?? null,
    pid: alive ? record.pid : null,
    web_port: record.web_port,
    venue: status?.venue ?? (mode === 'paper' ? 'paper' : (config?.metadata.exchange ?? null)),
    mode: status?.mode ?? mode,
    symbol: status?.symbol ?? config?.metadata.symbol ?? null,
    position: status?.position ?? null,
    grid_profit: status?.grid_profit ?? null,
    total_pnl: status?.total_pnl ?? null,
    venue_requests: alive ? (status?.venue_requests ?? null) : null,
    restarts: record.restarts,
    cpu_percent: usage?.cpu_percent ?? null,
    memory_mb: usage?.memory_mb ?? null,
    uptime_s: uptime === null ? null : Math.round(uptime),
    started_at: record.started_at,
    next_start_at: parts.next_start_at,
    config_file: record.config_file,
    log_dir: record.log_dir,
    last_error: record.last_error?.message ?? (failed ? record.state_reason : null),
  };
}

/** The answer of `gridd status ID --json`. */
export function instanceStatus(parts: RowParts, exits: readonly ExitEntry[]): InstanceStatus {
  const { record, status, url, alive } = parts;
  return {
    ...listRow(parts),
    state_reason: record.state_reason,
    db_path: record.db_path,
    generation: record.generation,
    last_exit: record.last_exit,
    safe_run: record.safe_run,
    problems: record.last_error?.problems ?? [],
    exits,
    url: alive ? url : null,
    config_note: parts.file_note,
    status,
  };
}
