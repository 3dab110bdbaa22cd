/**
 * What fills, orders and receipts share: a listing out of an instance's database. It is the truth
 * whether the bot runs or not, and reading it waits for nobody.
 */
import { existsSync } from 'node:fs';
import { EXIT, GriddError } from '../contract/errors.ts';
import { fromHome } from '../platform/paths.ts';
import { openRegistry, unknownInstance } from '../registry/index.ts';
import { readBooks } from '../store/index.ts';
import type { BooksReader } from '../store/index.ts';
import type { Context } from './context.ts';
import { readFleet } from './fleet-reader.ts';
import { renderTable } from './render.ts';
import type { Column } from './render.ts';
import { tellJson } from './results.ts';
import { selectOne } from './select.ts';
import type { Selection } from './select.ts';

export interface BooksOptions {
  readonly json?: boolean;
}

/** What is read, how it is shown, and what is said when there is none. */
export interface Listing<Row> {
  readonly read: (books: BooksReader) => Row[];
  readonly columns: readonly Column<Row>[];
  readonly none: string;
}

/** Prints the table or the JSON array of one instance's books. */
export async function showBooks<Row>(
  context: Context,
  selection: Selection,
  options: BooksOptions,
  listing: Listing<Row>,
): Promise<number> {
  const rows = await readBooksOf(context, selection, listing.read);
  const { columns: width, colours } = context.terminal;
  if (options.json === true) tellJson(context, rows);
  else if (rows.length === 0) context.terminal.out(`${listing.none}\n`);
  else context.terminal.draw(renderTable(rows, listing.columns, { width, colours }));
  return EXIT.done;
}

/** What `read` finds in the books of the one instance that was named. */
export async function readBooksOf<Row>(
  context: Context,
  selection: Selection,
  read: Listing<Row>['read'],
): Promise<Row[]> {
  const id = selectOne(context, selection);
  await readFleet(context);
  return readRows(databaseOf(context, id), id, read);
}

function databaseOf(context: Context, id: string): string {
  const { home } = context;
  const record = openRegistry(home).read().instances[id];
  if (record !== undefined) return fromHome(home, record.db_path);
  const usual = fromHome(home, `database/${id}.db`);
  if (existsSync(usual)) return usual;
  throw unknownInstance(home, id);
}

function readRows<Row>(file: string, id: string, read: (books: BooksReader) => Row[]): Row[] {
  if (!existsSync(file)) return [];
  const books = readBooks(file);
  if (books === null) {
    throw new GriddError('BOOKS_UNREADABLE', `The database of ${id} (${file}) cannot be read.`);
  }
  try {
    return read(books);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GriddError('BOOKS_UNREADABLE', `The database of ${id} cannot be read: ${why}.`);
  } finally {
    books.close();
  }
}
