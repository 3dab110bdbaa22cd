/**
 * Sums over instances, exact. PURE. Amounts of different quote currencies are never added, nor
 * paper money to real money: each pair has a sum of its own.
 */
import type { FleetRow } from '../../../../contract/console-api.ts';
import { formatMoney, parseMoney } from '../../../../contract/decimal.ts';

/** Decimal text; a sum leaves out what is not known, and `unknown` counts those instances. */
export interface FleetSum {
  readonly mode: string;
  readonly quote: string;
  readonly instances: number;
  readonly running: number;
  readonly unknown: number;
  readonly grid_profit: string;
  readonly grid_profit_24h: string;
  readonly total_pnl: string;
  readonly total_24h: string;
}

/** One sum per mode and quote currency, live first. */
export function sumFleet(rows: readonly FleetRow[]): FleetSum[] {
  const groups = new Map<string, FleetRow[]>();
  for (const row of rows) {
    if (row.mode === null || row.quote === null) continue;
    const key = `${row.mode} ${row.quote}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.keys()].sort().map((key) => sumOf(groups.get(key) ?? []));
}

function sumOf(rows: readonly FleetRow[]): FleetSum {
  const add = (pick: (row: FleetRow) => string | null) =>
    formatMoney(rows.reduce((sum, row) => sum + (parseMoney(pick(row) ?? '0') ?? 0n), 0n));
  return {
    mode: rows[0]?.mode ?? '',
    quote: rows[0]?.quote ?? '',
    instances: rows.length,
    // What waits for its restart has no process, and does not trade.
    running: rows.filter(({ pid }) => pid !== null).length,
    unknown: rows.filter((row) => row.total_pnl === null).length,
    grid_profit: add((row) => row.grid_profit),
    grid_profit_24h: add((row) => row.grid_profit_24h),
    total_pnl: add((row) => row.total_pnl),
    total_24h: add((row) => row.total_24h),
  };
}
