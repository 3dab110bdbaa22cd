/**
 * The exact keys of `gridd list --json` and `gridd status --json`, in their order. A key is always
 * there; null where its value is not known.
 */
import type { InstanceStatus, ListRow } from '../contract/fleet-api.ts';
import type { StatusView } from '../contract/instance-api.ts';

const LIST_KEYS = [
  ...['id', 'state', 'desired', 'grid_state', 'pid', 'web_port', 'venue', 'mode', 'symbol'],
  ...['position', 'grid_profit', 'total_pnl', 'restarts', 'cpu_percent', 'memory_mb', 'uptime_s'],
  ...['started_at', 'config_file', 'log_dir', 'last_error'],
] as readonly (keyof ListRow)[];

const VIEW_KEYS = [
  ...['instance_id', 'name', 'degraded', 'base', 'quote', 'direction', 'price', 'lower', 'upper'],
  ...['grids', 'quantity_per_grid', 'open_orders', 'cycles', 'unpaired', 'fees', 'funding'],
  ...['equity', 'carry', 'profit_per_grid', 'investment', 'apr', 'liquidation', 'adjusted'],
  ...['tripped', 'position_differs', 'clock_offset_ms', 'venue_requests'],
  ...['warnings', 'updated_at'],
] as readonly (keyof StatusView)[];

const FACT_KEYS = [
  ...['state_reason', 'db_path', 'generation', 'last_exit', 'problems', 'exits', 'url'],
  ...['config_note', 'next_start_at'],
] as readonly (keyof InstanceStatus)[];

/** A row with exactly the keys of the list. */
export function listDocument(row: ListRow): Record<string, unknown> {
  return pick(row, LIST_KEYS);
}

/** Everything about one instance, flat: the list's keys, those of /api/status, then the facts. */
export function statusDocument(status: InstanceStatus): Record<string, unknown> {
  const view = status.status;
  return {
    ...pick(status, LIST_KEYS),
    ...(view === null ? pick<Partial<StatusView>>({}, VIEW_KEYS) : pick(view, VIEW_KEYS)),
    instance_id: status.id,
    ...pick(status, FACT_KEYS),
  };
}

function pick<T extends object>(from: T, keys: readonly (keyof T)[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, from[key] ?? null]));
}
