/**
 * `gridd token`: prints the access token of the home's pages, and makes it where there is none. It
 * stands in `.env`, which bots and supervisor read anew: nothing is restarted.
 */
import { EXIT } from '../../contract/errors.ts';
import { makeWebToken } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { noteOwnDeed } from '../own-deeds.ts';

/** `anew`: make another one, which ends every session. */
export function token(context: Context, { anew = false }: { anew?: boolean }): number {
  const { token: text, made } = makeWebToken(context.home, anew);
  if (made) noteOwnDeed(context, 'token', null, { new: anew });
  context.terminal.out(`${text}\n`);
  const what = made ? 'A new access token was written to' : 'This is the access token in';
  context.terminal.err(`${what} ${context.home.env}: whoever has it may move the grids.\n`);
  return EXIT.done;
}
