/** `gridd list`: every instance in a table, from the supervisor or without one. */
import { EXIT } from '../../contract/errors.ts';
import type { Context } from '../context.ts';
import { readList } from '../fleet-reader.ts';
import { tellList } from '../list-table.ts';
import type { ListOptions } from '../list-table.ts';

/** Prints the table or the JSON array. */
export async function list(context: Context, options: ListOptions): Promise<number> {
  tellList(context, await readList(context), options);
  return EXIT.done;
}
