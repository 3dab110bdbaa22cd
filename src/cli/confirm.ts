/** A question before something that cannot be undone. */
import type { Context } from './context.ts';

/** Whether the user at the terminal says yes; everything but "y" and "yes" is no. */
export async function confirmed({ terminal }: Context, question: string): Promise<boolean> {
  const answer = (await terminal.ask(`${question} [y/N] `)).toLowerCase();
  return answer === 'y' || answer === 'yes';
}
