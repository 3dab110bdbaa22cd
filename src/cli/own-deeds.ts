/** What the command line changes past the supervisor is noted in the audit all the same. */
import { systemClock } from '../platform/clock.ts';
import { userName } from '../platform/machine.ts';
import { noteDeed } from '../store/index.ts';
import type { Context } from './context.ts';

/**
 * Notes a deed that was done: `what` asked for it, without any secret. A history that cannot take
 * it is said on stderr; the deed stands.
 */
export function noteOwnDeed(
  { home, terminal }: Context,
  verb: string,
  instance: string | null,
  what: object,
): void {
  try {
    noteDeed(home.history, {
      ...{ at_ms: systemClock.now(), verb, instance, what: JSON.stringify(what) },
      ...{ outcome: 'ok', message: '', who: userName(), from: 'cli' },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.err(`this is not in the audit: ${home.history} cannot be written: ${why}\n`);
  }
}
