/**
 * Tables and values for people. Numbers are never cut: what must give way in a narrow table wraps.
 * Colour codes appear only where the caller says that the output is a terminal.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import { formatMoneyRounded, parseMoney } from '../contract/decimal.ts';
import type { ListRow } from '../contract/fleet-api.ts';
import type { LiquidationView, ProcessState } from '../contract/instance-api.ts';
import { escapeUnseen } from '../platform/terminal.ts';

/** One column. `wraps`: may become narrower than its content, down to that width. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly wraps?: number;
  readonly value: (row: Row) => string;
  /** Colours the text of a cell. */
  readonly paint?: (text: string, row: Row, colours: Colours) => string;
}

type Colours = ReturnType<typeof pc.createColors>;

/** How wide (null: as wide as it takes) and whether coloured. */
export interface Look {
  readonly width: number | null;
  readonly colours: boolean;
}

const EMPTY_CHARS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

/** A table without borders, ending in a newline; no line ends in blanks. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  look: Look,
): string {
  const texts = rows.map((row) => columns.map((column) => oneLine(column.value(row))));
  const natural = columns.map((column, index) => {
    const cells = texts.map((cells) => cells[index] ?? '');
    return Math.max(1, ...[...column.title.split('\n'), ...cells].map((text) => text.length));
  });
  const { widths, gap } = fit(natural, columns, look.width);
  const colours = pc.createColors(look.colours);
  const tracks = widths.map((width, at) => width + (at === widths.length - 1 ? 0 : gap));
  const head = columns.map(({ title, align }, at) => {
    const lines = title.split('\n').map((line) => placed(line, align, widths[at] ?? 0));
    return lines.map((line) => colours.bold(line)).join('\n');
  });
  const lines = rows.map((row, n) => {
    const cells = (texts[n] ?? []).map((text, at) => {
      const width = widths[at] ?? text.length;
      return chunks(text, width).map((piece) => placed(piece, columns[at]?.align, width));
    });
    const paint = (line: string, at: number) => columns[at]?.paint?.(line, row, colours) ?? line;
    return layOut(cells, tracks, paint);
  });
  return `${withoutBlankEnds([sideBySide(head, tracks), ...lines].join('\n'))}\n`;
}

/** One row; `cells`: the lines of each. What the library takes grows with the cells it is given. */
function layOut(
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  paint: (line: string, column: number) => string,
): string {
  const lines = cells.flat();
  if (lines.length === cells.length && lines.every(isPlain)) {
    const blanks = (line: string, at: number) => ' '.repeat((widths[at] ?? 0) - line.length);
    const whole = lines.map((line, at) => paint(line, at) + blanks(line, at)).join('');
    return sideBySide([whole], [sum(widths)]);
  }
  const painted = cells.map((all, at) => all.map((line) => paint(line, at)).join('\n'));
  return sideBySide(painted, widths);
}

/** Cells as a table of their own: in a common one each cell is compared with each. */
function sideBySide(cells: readonly string[], widths: readonly number[]): string {
  const table = new Table({
    chars: EMPTY_CHARS,
    colWidths: [...widths],
    // The gap is part of a column's width, so right alignment is ours to do.
    colAligns: cells.map(() => 'left' as const),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  table.push(cells.map((content) => ({ content })));
  return table.toString();
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/**
 * Cuts text into pieces of at most `width`, preferably after an underscore, dash, slash or blank.
 */
export function chunks(text: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const head = rest.slice(0, width);
    const soft = Math.max(...['_', '-', '/', ' '].map((mark) => head.lastIndexOf(mark)));
    const cut = soft >= width / 3 ? soft + 1 : width;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest];
}

function fit<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  width: number | null,
): { widths: number[]; gap: number } {
  const widths = [...natural];
  const total = (gap: number) => sum(widths) + gap * (widths.length - 1);
  if (width === null || total(2) <= width) return { widths, gap: 2 };
  while (total(1) > width) {
    let widest = -1;
    columns.forEach(({ wraps }, index) => {
      const size = widths[index] ?? 0;
      if (wraps !== undefined && size > wraps && size > (widths[widest] ?? 0)) widest = index;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return { widths, gap: 1 };
}

function placed(text: string, align: 'left' | 'right' | undefined, width: number): string {
  return align === 'right' ? text.padStart(width) : text;
}

/** As wide as it is long, and without a control character. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function oneLine(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function withoutBlankEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

/** Money with two decimals, four below one; "-" when not known. */
export function moneyText(value: string | null | undefined): string {
  if (value === null || value === undefined) return '-';
  const money = parseMoney(value);
  if (money === null) return value;
  const rounded = formatMoneyRounded(money, 2);
  if (Math.abs(Number(rounded)) >= 1) return rounded;
  return money === 0n ? '0.00' : formatMoneyRounded(money, 4);
}

/** The three liquidation prices and the distance of the nearest. */
export function liquidationText(view: LiquidationView): string {
  const { now, buys_filled: bought, sells_filled: sold, nearest_percent: nearest } = view;
  if (nearest === null) return 'none';
  const text = (price: string | null) => price ?? 'none';
  const prices = `${text(now)} now, ${text(bought)} with buys filled, ${text(sold)} with sells`;
  return `${prices} filled; the nearest is ${nearest} % away`;
}

/** A value or "-". */
export function orDash(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : String(value);
}

/** Seconds as the two units that matter: "3d4h", "2h05m", "4m12s", "12s". */
export function durationText(seconds: number | null): string {
  if (seconds === null) return '-';
  const s = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (s >= 86_400) return `${Math.floor(s / 86_400)}d${two(Math.floor((s % 86_400) / 3600))}h`;
  if (s >= 3600) return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
  return s >= 60 ? `${Math.floor(s / 60)}m${two(s % 60)}s` : `${s}s`;
}

/** When the restart that waits comes, at the present moment `nowMs`; null: none waits. */
export function nextStartText({ next_start_at: at }: ListRow, nowMs: number): string | null {
  const due = Date.parse(at ?? '');
  if (Number.isNaN(due)) return null;
  return due > nowMs ? `in ${durationText((due - nowMs) / 1000)}` : 'now';
}

/** The process's state, or what its grid does instead of trading: "running" must mean trading. */
function stateWord({ state, grid_state }: ListRow): string {
  const idle = ['paused', 'tripped', 'waiting', 'finished', 'stopped'];
  return state === 'running' && grid_state !== null && idle.includes(grid_state)
    ? grid_state
    : state;
}

/** Colours a state: green when well, yellow when it changes, red when somebody should look. */
function paintState(text: string, state: ProcessState, colours: Colours): string {
  switch (state) {
    case 'running':
    case 'finished':
      return colours.green(text);
    case 'starting':
    case 'stopping':
    case 'backoff':
    case 'degraded':
      return colours.yellow(text);
    case 'unhealthy':
    case 'failed':
      return colours.red(text);
    case 'stopped':
      return colours.dim(text);
  }
}

/** Pairs as aligned lines. */
export function renderPairs(pairs: readonly (readonly [string, string])[], look: Look): string {
  const colours = pc.createColors(look.colours);
  const width = Math.max(...pairs.map(([name]) => name.length));
  const line = (name: string, value: string) =>
    `${colours.dim(name.padEnd(width))}  ${escapeUnseen(value)}\n`;
  return pairs.map(([name, value]) => line(name, value)).join('');
}

const LIST_COLUMNS: readonly Column<ListRow>[] = [
  { title: 'id', wraps: 10, value: (row) => row.id },
  {
    title: 'state',
    value: (row) => stateWord(row),
    paint: (text, row, colours) => paintState(text, row.state, colours),
  },
  { title: 'port', align: 'right', value: (row) => orDash(row.web_port) },
  { title: 'symbol', wraps: 8, value: (row) => orDash(row.symbol) },
  { title: 'position', align: 'right', value: (row) => orDash(row.position) },
  { title: 'grid\nprofit', align: 'right', value: (row) => moneyText(row.grid_profit) },
  { title: 'total', align: 'right', value: (row) => moneyText(row.total_pnl) },
  { title: 're-\nstarts', align: 'right', value: (row) => String(row.restarts) },
  { title: 'uptime', align: 'right', value: (row) => durationText(row.uptime_s) },
];

const WIDE_COLUMNS: readonly Column<ListRow>[] = [
  { title: 'pid', align: 'right', value: (row) => orDash(row.pid) },
  { title: 'venue', value: (row) => orDash(row.venue) },
  { title: 'mode', value: (row) => orDash(row.mode) },
  { title: 'cpu %', align: 'right', value: (row) => orDash(row.cpu_percent?.toFixed(1)) },
  { title: 'MiB', align: 'right', value: (row) => orDash(row.memory_mb?.toFixed(0)) },
  { title: 'config file', value: (row) => row.config_file },
  { title: 'started at', value: (row) => orDash(row.started_at) },
  { title: 'log folder', value: (row) => row.log_dir },
];

/** The table of `gridd list`; wide: more columns and never wrapped. */
export function renderList(
  rows: readonly ListRow[],
  look: { readonly columns: number; readonly colours: boolean; readonly wide: boolean },
): string {
  const columns = look.wide ? [...LIST_COLUMNS, ...WIDE_COLUMNS] : LIST_COLUMNS;
  const width = look.wide ? null : Math.max(80, look.columns);
  return renderTable(rows, columns, { width, colours: look.colours });
}
