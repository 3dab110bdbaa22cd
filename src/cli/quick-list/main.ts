/**
 * `gridd list` in its plain forms, as a program of its own: it is typed all day and stands in every
 * monitor, and the full command line costs more than the list itself. It knows one question and its
 * answer; whatever else there is to say is left to the full command line.
 */
import type { ListRow } from '../../contract/fleet-api.ts';
import { findHome } from '../../platform/paths.ts';
import { lastWords, processTerminal } from '../../platform/terminal.ts';
import { outputFault, thrownJson, thrownText } from '../failure.ts';
import { tellList } from '../list-table.ts';
import type { ListOptions } from '../list-table.ts';
import { ask } from './question.ts';

/** Prints the list; false where the full command line must, with nothing said yet. */
export async function quickList(words: readonly string[]): Promise<boolean> {
  const options = plainListOptions(words);
  if (options === null) return false;
  try {
    const home = findHome(undefined, process.env, process.cwd());
    const rows = await ask(home, '/api/instances');
    if (!Array.isArray(rows)) return false;
    const terminal = processTerminal((fault) => {
      if (fault === null) process.exit(0);
      const told = outputFault(fault);
      lastWords(options.json === true ? thrownJson(told) : thrownText(told));
      process.exit(told.exit);
    });
    tellList({ terminal, home }, rows as readonly ListRow[], options);
    return true;
  } catch {
    return false;
  }
}

/** Options of a plain `list [--wide] [--json]`; null when the words are anything else. */
function plainListOptions(words: readonly string[]): ListOptions | null {
  const [verb, ...flags] = words;
  const plain = flags.every((flag) => flag === '--wide' || flag === '--json');
  if (verb !== 'list' || !plain) return null;
  return { wide: flags.includes('--wide'), json: flags.includes('--json') };
}
