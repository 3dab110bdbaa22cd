/** `gridd list`: every instance in a table, from the supervisor or without one. */
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { Context } from '../context.ts';
import { readList } from '../fleet-reader.ts';
import { tellList } from '../list-table.ts';
import type { ListOptions } from '../list-table.ts';

export interface WatchOptions extends ListOptions {
  readonly watch?: boolean;
  /** Seconds between two pictures, as typed. */
  readonly interval?: string;
}

/** Prints the table or the JSON array, once or again and again. */
export async function list(context: Context, options: WatchOptions): Promise<number> {
  if (options.watch === true) return watch(context, options);
  if (options.interval !== undefined) {
    throw new GriddError('USAGE', '--interval goes with --watch.');
  }
  tellList(context, await readList(context), options);
  return EXIT.done;
}

async function watch(context: Context, options: WatchOptions): Promise<number> {
  if (options.json === true) {
    throw new GriddError('USAGE', '--watch and --json exclude each other.');
  }
  const { intervalSeconds, watchList } = await import('../watch.ts');
  const seconds = intervalSeconds(options.interval ?? '2');
  return watchList(context, seconds, (drawing, rows) => tellList(drawing, rows, options));
}
