/** `gridd new TEMPLATE --id ID`: a template becomes a config of its own in config/active. */
import { EXIT } from '../../contract/errors.ts';
import { textOfNote } from '../../contract/said-codes.ts';
import { toHome } from '../../platform/paths.ts';
import { newInstance } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { checkGrid } from '../../design/index.ts';
import { tellAuthor } from '../config-author.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';

/** Makes the config; it starts nothing. */
export async function newConfig(
  context: Context,
  template: string,
  options: { readonly id: string; readonly set: readonly string[]; readonly json?: boolean },
): Promise<number> {
  const { home, terminal } = context;
  const made = newInstance(home, template, options.id, options.set);
  const file = toHome(home, made.file);
  await tellAuthor(home, made.id, `gridd new ${template}`);
  // Names of what was set, without values: one may be a secret.
  const set = options.set.map((pair) => pair.split('=')[0]);
  noteOwnDeed(context, 'config new', made.id, { template, set });
  // The grid of an external program is its own.
  const unknown = { problems: [], warnings: [] };
  const grid = made.program === null ? checkGrid(home, made.config) : unknown;
  const { problems, warnings } = grid;
  for (const note of [...made.warnings, ...warnings]) {
    terminal.err(`warning: ${textOfNote(note)}\n`);
  }
  for (const { path, message } of problems) {
    terminal.err(`warning: ${path}: ${message}; it will not start before that is changed\n`);
  }
  if (options.json === true) tellJson(context, { id: made.id, file, web_port: made.webPort });
  else terminal.out(`${made.id}: ${file}\nstart it with: gridd start ${made.id}\n`);
  return EXIT.done;
}
