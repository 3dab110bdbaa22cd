/**
 * `gridd accept-position ID`: where venue and books differ over the position, takes the venue's
 * for true. The difference is shown first, and booked only once somebody has said yes to it.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { AcceptPositionAnswer } from '../../contract/instance-api.ts';
import { confirmed } from '../confirm.ts';
import type { Context } from '../context.ts';
import { renderPairs } from '../render.ts';
import { tellJson } from '../results.ts';
import { clientFor, instancePath } from '../running-client.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

export interface AcceptPositionOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Shows the difference, asks, books it. */
export async function acceptPosition(
  context: Context,
  selection: Selection,
  options: AcceptPositionOptions,
): Promise<number> {
  const { yes = false, dryRun = false, json = false } = options;
  const { terminal } = context;
  const id = selectOne(context, selection);
  const client = await clientFor(context, id);
  const path = instancePath(id, 'accept-position');
  const shown = await client.post<AcceptPositionAnswer>(path, { dry_run: true });
  if (dryRun || shown.difference === '0') {
    if (json) tellJson(context, shown);
    else terminal.out(dryRun ? difference(context, shown) : agreement(id, shown));
    return EXIT.done;
  }
  if (!json) terminal.out(difference(context, shown));
  if (!yes) await askToBook(context, id);
  const answer = await client.post<AcceptPositionAnswer>(path, {});
  if (json) tellJson(context, answer);
  else terminal.out(`${id}: booked ${answer.difference}; the position is ${answer.venue}\n`);
  return EXIT.done;
}

async function askToBook(context: Context, id: string): Promise<void> {
  const { interactive } = context.terminal;
  if (interactive && (await confirmed(context, 'Book it, at this price?'))) return;
  const hint = `\`gridd accept-position ${id} --yes\` books it without a question.`;
  throw new GriddError('ANSWER_NEEDED', 'Nothing was booked: nobody said yes.', { hint });
}

function agreement(id: string, { venue }: AcceptPositionAnswer): string {
  return `${id}: nothing to accept, venue and books agree on ${venue}\n`;
}

function difference({ terminal }: Context, answer: AcceptPositionAnswer): string {
  const pairs: [string, string][] = [
    ['venue', answer.venue],
    ['books', answer.books],
    ['difference', answer.difference],
    ['booked at', answer.price],
  ];
  return renderPairs(pairs, { width: terminal.columns, colours: terminal.colours });
}
