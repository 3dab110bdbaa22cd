/**
 * Questions that a start cannot do without: what passes by itself is waited out with growing pauses
 * and said meanwhile; what does not is the user's to mend, and ends the start.
 */
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import { isPermanent, venueError } from '../exchange/venue-error.ts';
import type { Clock } from '../platform/clock.ts';

export interface PatienceParts {
  /** The venue's name, for the words. */
  readonly venue: string;
  readonly clock: Clock;
  /** Told why nothing begins yet; null: it goes on. */
  readonly tell: (reason: string | null) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** Pause after try number `attempt` failed, ms; the venue's own wish when it is longer. */
export function pauseMs(attempt: number, retryAfterMs: number | null): number {
  const grown = FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10);
  return Math.min(LONGEST_PAUSE_MS, Math.max(grown, retryAfterMs ?? 0));
}

/** The answer, however long it takes; a `GriddError` where the venue refuses for good. */
export async function askPatiently<T>(
  parts: PatienceParts,
  question: () => Promise<T>,
): Promise<T> {
  const { venue, clock, tell } = parts;
  // What our own budget held back makes no silence of the venue longer.
  let [held, failed] = [0, 0];
  for (;;) {
    try {
      const answer = await question();
      tell(null);
      return answer;
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      const told = venueError(venue, error);
      if (isPermanent(error)) throw told;
      tell(`${told.code}: ${told.message}`);
      const attempt = error instanceof BudgetHeld ? (held += 1) : (failed += 1);
      await clock.delay(pauseMs(attempt, error.retry_after_ms));
    }
  }
}
