/**
 * Which rows of the fleet are shown and in which order. PURE. Amounts are compared exactly; a row
 * that does not know a value stands last, whichever way the table is sorted.
 */
import type { FleetRow } from '../../../../contract/console-api.ts';
import { parseMoney } from '../../../../contract/decimal.ts';

export const ROW_GROUPS = ['all', 'running', 'attention', 'stopped'] as const;
export type RowGroup = (typeof ROW_GROUPS)[number];

/** What the user narrowed the table to; empty text: not at all. */
export interface RowFilter {
  readonly text: string;
  readonly group: RowGroup;
  readonly mode: string;
  readonly account: string;
}

type Value = string | number | null;
const STATE_ORDER = [
  ...['failed', 'unhealthy', 'backoff', 'degraded', 'starting', 'stopping', 'running'],
  ...['finished', 'stopped'],
];

/** What a column is sorted by; amounts as decimal text. */
const VALUES = {
  id: (row: FleetRow): Value => row.id,
  state: (row: FleetRow): Value => STATE_ORDER.indexOf(row.state),
  mode: (row: FleetRow): Value => row.mode,
  symbol: (row: FleetRow): Value => row.symbol,
  venue: (row: FleetRow): Value => row.venue,
  direction: (row: FleetRow): Value => row.direction,
  range: (row: FleetRow): Value => placeInRange(row)?.percent ?? null,
  position: (row: FleetRow): Value => row.position,
  grid_profit: (row: FleetRow): Value => row.grid_profit,
  grid_profit_24h: (row: FleetRow): Value => row.grid_profit_24h,
  total_pnl: (row: FleetRow): Value => row.total_pnl,
  total_24h: (row: FleetRow): Value => row.total_24h,
  apr_grid: (row: FleetRow): Value => row.apr_grid,
  apr_total: (row: FleetRow): Value => row.apr_total,
  cycles: (row: FleetRow): Value => row.cycles,
  cycles_24h: (row: FleetRow): Value => row.cycles_24h,
  open_orders: (row: FleetRow): Value => row.open_orders,
  cpu_percent: (row: FleetRow): Value => row.cpu_percent,
  memory_mb: (row: FleetRow): Value => row.memory_mb,
  restarts: (row: FleetRow): Value => row.restarts,
  uptime_s: (row: FleetRow): Value => row.uptime_s,
  warnings: (row: FleetRow): Value => row.warnings.length,
};
export type SortKey = keyof typeof VALUES;
export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}
/** Words; everything else is compared as numbers. */
const WORDS: readonly SortKey[] = ['id', 'mode', 'symbol', 'venue', 'direction'];

/** Reads "-total_pnl"; what is no column sorts by id. */
export function readSort(text: string): Sort {
  const name = text.replace(/^-/, '');
  const known = Object.hasOwn(VALUES, name);
  return known
    ? { key: name as SortKey, descending: text.startsWith('-') }
    : { key: 'id', descending: false };
}

export function sortText({ key, descending }: Sort): string {
  return `${descending ? '-' : ''}${key}`;
}

/** The next order when a column is chosen: large amounts first, words from A. */
export function nextSort(now: Sort, key: SortKey): Sort {
  const first = !WORDS.includes(key) && key !== 'state';
  return { key, descending: now.key === key ? !now.descending : first };
}

/** What a row shows of its state in words of the page; '' where it shows none. */
export type ShownWords = (row: FleetRow) => string;

/** Rows that pass the filter, sorted; equal ones by id. */
export function orderRows(
  rows: readonly FleetRow[],
  filter: RowFilter,
  sort: Sort,
  shown: ShownWords = () => '',
): FleetRow[] {
  const value = VALUES[sort.key];
  const words = WORDS.includes(sort.key);
  const sign = sort.descending ? -1 : 1;
  return rows
    .filter((row) => passes(row, filter, shown))
    .sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null) {
        if (left !== right) return left === null ? 1 : -1;
        return byText(a.id, b.id);
      }
      const order = words ? byText(String(left), String(right)) : byAmount(left, right);
      return order === 0 ? byText(a.id, b.id) : sign * order;
    });
}

function passes(row: FleetRow, filter: RowFilter, shown: ShownWords): boolean {
  if (filter.mode !== '' && ![row.mode, row.next_mode].some((mode) => mode === filter.mode)) {
    return false;
  }
  if (filter.account !== '' && row.account !== filter.account) return false;
  if (!isInGroup(row, filter.group)) return false;
  // Chinese is what is seen, English what documents, logs and colleagues call it.
  const seen = [row.id, row.name, row.symbol, row.venue, row.direction, row.state_reason];
  const haystack = [...seen, shown(row)].join(' ').toLowerCase();
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

export function isInGroup(row: FleetRow, group: RowGroup): boolean {
  switch (group) {
    case 'all':
      return true;
    case 'running':
      return isUp(row);
    case 'attention':
      return needsAttention(row);
    case 'stopped':
      return !isUp(row);
  }
}

/** Whether a process of it lives or is about to. */
export function isUp({ state }: Pick<FleetRow, 'state'>): boolean {
  return state !== 'stopped' && state !== 'finished' && state !== 'failed';
}

/** What is wrong with it beside what its warnings say. */
export type Trouble = 'degraded' | 'unhealthy' | 'backoff' | 'failed' | 'tripped';
const TROUBLED = ['degraded', 'unhealthy', 'backoff', 'failed'] as const;

/** The worst that is wrong with it; null: nothing. */
export function troubleOf({ state, grid_state }: FleetRow): Trouble | null {
  const trouble = TROUBLED.find((each) => each === state) ?? null;
  if (grid_state !== 'tripped' || (trouble !== null && trouble !== 'degraded')) return trouble;
  return 'tripped';
}

/** Whether somebody should look at it. */
export function needsAttention(row: FleetRow): boolean {
  return troubleOf(row) !== null || row.warnings.length > 0;
}

/** What its file says where that is another mode than the one it shows; null: the same. */
export function changedMode({ mode, next_mode: next }: FleetRow): 'paper' | 'live' | null {
  return mode === null || mode === next ? null : next;
}

/** Whether it moves real money, or would from its next start on. */
export function isLive({ mode, next_mode: next }: FleetRow): boolean {
  return mode === 'live' || next === 'live';
}

/** Where the price is: percent of the range, and which side it left it by. For drawing only. */
export interface PlaceInRange {
  readonly percent: number;
  readonly where: 'below' | 'inside' | 'above';
}

export function placeInRange(
  row: Pick<FleetRow, 'price' | 'lower' | 'upper'>,
): PlaceInRange | null {
  const [price, lower, upper] = [row.price, row.lower, row.upper].map((text) =>
    text === null ? NaN : Number(text),
  ) as [number, number, number];
  const percent = (100 * (price - lower)) / (upper - lower);
  if (!Number.isFinite(percent)) return null;
  return { percent, where: percent < 0 ? 'below' : percent > 100 ? 'above' : 'inside' };
}

function byAmount(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const a = parseMoney(left) ?? 0n;
  const b = parseMoney(right) ?? 0n;
  return a < b ? -1 : a > b ? 1 : 0;
}

function byText(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
