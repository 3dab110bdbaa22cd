/** The console's row of an instance, from its record, its config and its last figures. PURE. */
import type { FleetRow } from '../contract/console-api.ts';
import { stateSaid } from '../contract/state-reason.ts';
import type { DayFigures } from './day-figures.ts';
import { listRow, mayHold } from './instance-rows.ts';
import type { RowParts } from './instance-rows.ts';

/** What else is known of an instance: `account` and `next_mode` as in its row. */
export type RowSurroundings = Pick<FleetRow, 'account' | 'next_mode'>;

/** One row of the console. */
export function fleetRow(parts: RowParts, day: DayFigures, around: RowSurroundings): FleetRow {
  const { id, record, status, alive, external, loaded, url } = parts;
  const config = external ? undefined : loaded?.config;
  const strategy = config?.strategy_config;
  const text = (value: number | string | undefined) =>
    value === undefined ? null : String(value);
  return {
    ...listRow(parts),
    name: status?.name ?? config?.metadata.name ?? id,
    next_mode: external ? null : around.next_mode,
    state_reason: record.state_reason,
    state_said: stateSaid(record),
    last_error_code: record.last_error?.code ?? null,
    direction: status?.direction ?? strategy?.direction ?? null,
    base: status?.base ?? null,
    quote: status?.quote ?? null,
    price: status?.price ?? null,
    lower: status?.lower ?? text(strategy?.grid_lower_price),
    upper: status?.upper ?? text(strategy?.grid_upper_price),
    grids: status?.grids ?? strategy?.grid_num ?? null,
    open_orders: status?.open_orders ?? null,
    cycles: status?.cycles ?? null,
    cycles_24h: day.cycles,
    grid_profit_24h: day.grid_profit,
    total_24h: day.total,
    since_24h: day.since,
    apr_grid: status?.apr?.grid ?? null,
    apr_total: status?.apr?.total ?? null,
    // What was said of a grid that was put to rest and left nothing is nobody's concern any more.
    warnings: mayHold(parts) ? [...(status?.warnings ?? []), ...(status?.degraded ?? [])] : [],
    ...(status?.coded === undefined ? {} : { coded: status.coded }),
    ...(status?.tripped ? { tripped: status.tripped } : {}),
    account: around.account,
    sparkline: day.sparkline,
    url: alive ? url : null,
  };
}
