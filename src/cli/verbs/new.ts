/**
 * `gridd new TEMPLATE ID` (or `--id ID`): a template becomes a config of its own in config/active.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import { isInstanceId } from '../../contract/instance-config.ts';
import { textOfNote } from '../../contract/said-codes.ts';
import { toHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import { listTemplates, newInstance } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { checkGrid } from '../../design/index.ts';
import { tellAuthor } from '../config-author.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';

/** The words after `new`, each where it was given. */
export interface NewWords {
  readonly template: string | undefined;
  readonly id: string | undefined;
}

export interface NewOptions {
  readonly id?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

/**
 * Makes the config; it starts nothing. Throws USAGE, with what to type, where the template or the
 * id is missing, and what `newInstance` throws.
 */
export async function newConfig(
  context: Context,
  words: NewWords,
  options: NewOptions,
): Promise<number> {
  const { home, terminal } = context;
  const { template, id } = whatIsMade(home, words, options.id);
  const made = newInstance(home, template, id, options.set);
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

function whatIsMade(
  home: Home,
  { template, id: word }: NewWords,
  option: string | undefined,
): { template: string; id: string } {
  if (word !== undefined && option !== undefined && word !== option) {
    throw new GriddError('USAGE', 'Two different ids are given, one of them with --id.', {
      hint: 'Give one: `gridd new TEMPLATE ID`.',
    });
  }
  const id = word ?? option;
  if (template !== undefined && id !== undefined) return { template, id };
  const templates = listTemplates(home);
  const known = `The templates are: ${templates.join(', ')}.`;
  if (template === undefined) throw missing('The template is missing.', 'TEMPLATE', id, known);
  if (templates.includes(template.replace(/\.json$/, ''))) {
    throw missing('The id of the new instance is missing.', template, id, '');
  }
  // A single word that is no template was most likely meant as the id.
  const shown = template.slice(0, 80);
  const sentence = `A template and an id are needed, and "${shown}" is no template.`;
  throw missing(sentence, 'TEMPLATE', template, known);
}

/** USAGE with what to type; an id that could not be one is not repeated. */
function missing(sentence: string, template: string, id: string | undefined, known: string) {
  const shown = id !== undefined && isInstanceId(id) ? id : 'ID';
  const hint = `Type \`gridd new ${template} ${shown}\`. ${known}`.trim();
  return new GriddError('USAGE', sentence, { hint });
}
