/**
 * What `gridd list` prints: one JSON array, or the table, and below it what needs looking at and
 * where the console is, or why it is away.
 */
import { readdirSync } from 'node:fs';
import type { ListRow } from '../contract/fleet-api.ts';
import { systemClock } from '../platform/clock.ts';
import type { Home } from '../platform/paths.ts';
import type { Terminal } from '../platform/terminal.ts';
import { awayText, publishedConsole } from './endpoint.ts';
import { listDocument } from './list-keys.ts';
import { nextStartText, renderList } from './render.ts';

export interface ListOptions {
  readonly wide?: boolean;
  readonly json?: boolean;
}

/** Where a list is printed, and of which home it is. */
export interface ListPlace {
  readonly terminal: Terminal;
  readonly home: Home;
}

/** Prints the rows as `options` say. */
export function tellList(
  { terminal, home }: ListPlace,
  rows: readonly ListRow[],
  options: ListOptions,
): void {
  if (options.json === true) {
    terminal.out(`${JSON.stringify(rows.map(listDocument), null, 2)}\n`);
    return;
  }
  if (rows.length === 0) {
    terminal.out(`no instances\n${firstStep(home.active)}\n`);
    return;
  }
  const { columns, colours } = terminal;
  terminal.draw(renderList(rows, { columns, colours, wide: options.wide === true }));
  for (const row of rows) {
    const looks = row.state === 'failed' || row.state === 'backoff' || row.state === 'unhealthy';
    const next = nextStartText(row, systemClock.now());
    if (looks && row.last_error !== null) {
      const error = next === null ? row.last_error : row.last_error.replace(/\.?$/, '.');
      const again = next === null ? '' : ` It starts again ${next}.`;
      terminal.out(`${row.id} ${row.state}: ${error}${again}\n`);
    }
  }
  const { console: url } = publishedConsole(home);
  terminal.out(url === undefined ? awayText(home) : `console: ${url}\n`);
}

function firstStep(active: string): string {
  const first = configNames(active)[0];
  return first === undefined
    ? 'make one with: gridd new TEMPLATE --id ID'
    : `start one with: gridd start --config config/active/${first}`;
}

function configNames(active: string): string[] {
  try {
    return readdirSync(active)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}
