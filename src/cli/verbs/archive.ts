/**
 * `gridd archive ID`: retires the config of a stopped instance; its books and logs stay where they
 * are.
 */
import { existsSync } from 'node:fs';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { fromHome, toHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import {
  archiveInstance,
  findActiveFile,
  openRegistry,
  readConfigFile,
} from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { readList } from '../fleet-reader.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

/** Moves the config to config/archived; INSTANCE_RUNNING while a bot runs or should run. */
export async function archive(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  const id = selectOne(context, selection);
  const row = (await readList(context)).find((one) => one.id === id);
  if (row !== undefined && (row.pid !== null || row.desired === 'running')) {
    throw new GriddError('INSTANCE_RUNNING', `${id} is not stopped (state ${row.state}).`, {
      hint: `Stop it first: \`gridd stop ${id}\`.`,
    });
  }
  const books = databaseOf(context, id);
  const moved = await archiveInstance(context.home, id, openRegistry(context.home));
  const [from, to] = [toHome(context.home, moved.from), toHome(context.home, moved.to)];
  noteOwnDeed(context, 'archive', id, { from, to });
  if (options.json === true) tellJson(context, { id, from, to, database: books });
  else context.terminal.out(`${id}: ${from} -> ${to}\n${booksText(id, books)}`);
  return EXIT.done;
}

/** Where the books are, from the home; null: the instance never had any. */
function databaseOf({ home }: Context, id: string): string | null {
  const record = openRegistry(home).read().instances[id];
  const active = findActiveFile(home, id);
  const claimed = record === undefined && active !== null ? claimedDatabase(home, active) : null;
  const file = record === undefined ? claimed : fromHome(home, record.db_path);
  return file !== null && existsSync(file) ? toHome(home, file) : null;
}

/** A config that has become invalid names no place to look at; it can be archived all the same. */
function claimedDatabase(home: Home, file: string): string | null {
  try {
    return readConfigFile(home, file).dbPath;
  } catch {
    return null;
  }
}

function booksText(id: string, books: string | null): string {
  if (books === null) return '';
  const advice = 'start that with --fresh to begin anew';
  return `its books stay in ${books}; a new instance ${id} would go on with them: ${advice}\n`;
}
