/**
 * `gridd unarchive NAME`: an archived config is one of config/active again. It starts nothing.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import { toHome } from '../../platform/paths.ts';
import { readConfigFile, unarchiveInstance } from '../../registry/index.ts';
import { tellAuthor } from '../config-author.ts';
import type { Context } from '../context.ts';
import { problemText } from '../failure.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';

/** `name`: an id, whose newest archive is meant, or a file of config/archived. */
export async function unarchive(
  context: Context,
  name: string,
  options: { readonly json?: boolean },
): Promise<number> {
  const { home, terminal } = context;
  const moved = unarchiveInstance(home, name);
  const { id } = moved;
  const [from, to] = [toHome(home, moved.from), toHome(home, moved.to)];
  // First: an end while a busy supervisor does not answer would leave it unsaid.
  noteOwnDeed(context, 'config restore', id, { from, to });
  await tellAuthor(home, id, `back from ${from}`);
  for (const fault of faultsOf(context, moved.to)) {
    terminal.err(`warning: ${fault}; it will not start before that is changed\n`);
  }
  if (options.json === true) tellJson(context, { id, from, to });
  else terminal.out(`${id}: ${from} -> ${to}\nstart it with: gridd start ${id}\n`);
  return EXIT.done;
}

/** What keys and rules of today have against a config of another day. */
function faultsOf({ home }: Context, file: string): string[] {
  try {
    readConfigFile(home, file);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof GriddError)) throw thrown;
    return thrown.problems.length > 0 ? thrown.problems.map(problemText) : [thrown.message];
  }
}
