/**
 * One picture of `gridd list --watch`, as text. PURE. Sums are kept apart by mode: paper money is
 * never added to real money.
 */
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { ListRow } from '../contract/fleet-api.ts';
import type { MachineRoom } from '../platform/machine.ts';
import { moneyText } from './render.ts';

// Nothing is hidden or switched, so nothing needs to be put back, however the process ends.
const ESCAPE = '\u001b';
const TOP_LEFT = `${ESCAPE}[H`;
const CLEAR_LINE = `${ESCAPE}[K`;
const CLEAR_BELOW = `${ESCAPE}[J`;
// Terminals colour text with these; they take no room on the line.
const COLOUR = new RegExp(`^${ESCAPE}\\[[0-9;]*m`);

const GIB = 1024 ** 3;

/** The lines above the table: the fleet in sum, and what the machine has left. */
export function summaryLines(rows: readonly ListRow[], room: MachineRoom): string[] {
  const states = new Map<string, number>();
  for (const { state } of rows) states.set(state, (states.get(state) ?? 0) + 1);
  const counted = [...states]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`);
  const restarts = rows.reduce((sum, row) => sum + row.restarts, 0);
  const head = rows.length === 1 ? '1 instance' : `${rows.length} instances`;
  const modes = [...new Set(rows.flatMap(({ mode }) => mode ?? []))].sort();
  const { memory, disk } = room;
  return [
    `${[head, counted.join(', ')].filter((text) => text !== '').join(': ')}; restarts ${restarts}`,
    ...modes.map((mode) => sumLine(mode, rows)),
    ...requestLines(rows),
    `free: memory ${ofText(memory)}, disk ${ofText(disk)}`,
  ];
}

/** What the venues allow the bots that count their requests; nothing where none does. */
function requestLines(rows: readonly ListRow[]): string[] {
  const counted = rows.flatMap(({ venue_requests }) => venue_requests ?? []);
  if (counted.length === 0) return [];
  const sum = (key: 'per_minute' | 'left') => counted.reduce((all, one) => all + one[key], 0);
  const bots = counted.length === 1 ? '1 bot' : `${counted.length} bots`;
  return [`venue requests: ${sum('per_minute')} a minute for ${bots}, ${sum('left')} left now`];
}

function sumLine(mode: string, rows: readonly ListRow[]): string {
  const those = rows.filter((row) => row.mode === mode);
  const profit = sumText(those.map(({ grid_profit }) => grid_profit));
  const total = sumText(those.map(({ total_pnl }) => total_pnl));
  return `${mode}: grid profit ${profit}, total ${total}`;
}

/** The exact sum; what is not known is counted beside it instead of being taken for nothing. */
function sumText(values: readonly (string | null)[]): string {
  const known = values.flatMap((value) => (value === null ? [] : (parseMoney(value) ?? [])));
  const sum = moneyText(formatMoney(known.reduce((a, b) => a + b, 0n)));
  const unknown = values.length - known.length;
  return unknown === 0 ? sum : `${sum} (${unknown} not known)`;
}

function ofText({ free, total }: { readonly free: number; readonly total: number }): string {
  return `${(free / GIB).toFixed(1)} of ${(total / GIB).toFixed(1)} GiB`;
}

/** `text` drawn over what the screen shows; what does not fit is said instead of scrolled away. */
export function redrawn(text: string, screen: { rows: number; columns: number }): string {
  const lines = text.trimEnd().split('\n');
  // The last line stays free: a line end there would scroll.
  const most = Math.max(1, screen.rows - 1);
  const left = lines.length - most + 1;
  const shown =
    lines.length <= most ? lines : [...lines.slice(0, most - 1), `... ${left} lines more`];
  const drawn = shown.map((line) => `${cutTo(line, screen.columns)}${CLEAR_LINE}\n`);
  return `${TOP_LEFT}${drawn.join('')}${CLEAR_BELOW}`;
}

/** The line without what lies right of the screen; colours are kept, so that they end. */
export function cutTo(line: string, columns: number): string {
  let cut = '';
  let width = 0;
  for (let at = 0; at < line.length; ) {
    const colour = COLOUR.exec(line.slice(at))?.[0];
    if (colour !== undefined) {
      cut += colour;
      at += colour.length;
      continue;
    }
    const char = String.fromCodePoint(line.codePointAt(at) ?? 0);
    if (width < columns) cut += char;
    width += 1;
    at += char.length;
  }
  return cut;
}
