/**
 * `gridd list`: every instance in a table. The quick path: it loads nothing that it does not show.
 */
import { readdirSync } from 'node:fs';
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { ListRow } from '../../contract/fleet-api.ts';
import type { Context } from '../context.ts';
import { readList } from '../fleet-reader.ts';
import { listDocument } from '../list-keys.ts';

export interface ListOptions {
  readonly wide?: boolean;
  readonly json?: boolean;
  readonly watch?: boolean;
  /** Seconds between two pictures, as typed. */
  readonly interval?: string;
}

/** Prints the table or the JSON array. */
export async function list(context: Context, options: ListOptions): Promise<number> {
  if (options.watch === true) return watch(context, options);
  if (options.interval !== undefined) {
    throw new GriddError('USAGE', '--interval goes with --watch.');
  }
  // The table's code loads while the supervisor answers.
  const table = options.json === true ? null : import('../render.ts');
  const rows = await readList(context);
  await table;
  if (options.json === true) {
    context.terminal.out(`${JSON.stringify(rows.map(listDocument), null, 2)}\n`);
    return EXIT.done;
  }
  await showList(context, rows, options.wide === true);
  return EXIT.done;
}

async function watch(context: Context, options: ListOptions): Promise<number> {
  if (options.json === true) {
    throw new GriddError('USAGE', '--watch and --json exclude each other.');
  }
  const { intervalSeconds, watchList } = await import('../watch.ts');
  const seconds = intervalSeconds(options.interval ?? '2');
  const wide = options.wide === true;
  return watchList(context, seconds, (drawing, rows) => showList(drawing, rows, wide));
}

/** The table with the last error of what needs looking at; with no rows, how to get one. */
export async function showList(
  context: Context,
  rows: readonly ListRow[],
  wide: boolean,
): Promise<void> {
  const { terminal, home } = context;
  if (rows.length === 0) {
    terminal.out(`no instances\n${firstStep(home.active)}\n`);
    return;
  }
  const { renderList } = await import('../render.ts');
  const { columns, colours } = terminal;
  terminal.out(renderList(rows, { columns, colours, wide }));
  for (const row of rows) {
    const looks = row.state === 'failed' || row.state === 'backoff' || row.state === 'unhealthy';
    if (looks && row.last_error !== null) {
      terminal.out(`${row.id} ${row.state}: ${row.last_error}\n`);
    }
  }
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
