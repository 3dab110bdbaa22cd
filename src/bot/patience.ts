/**
 * Questions that a start cannot do without: what passes by itself is waited out with growing pauses
 * and said meanwhile; what our own budget holds back is asked when it says; what does not pass is
 * the user's to mend, and ends the start.
 */
import type { Quoted } from '../contract/sentences.ts';
import { BudgetHeld, VenueFault } from '../exchange/port.ts';
import { isPermanent, venueError } from '../exchange/venue-error.ts';
import type { Clock } from '../platform/clock.ts';

export interface PatienceParts {
  /** The venue's name, for the words. */
  readonly venue: string;
  readonly clock: Clock;
  /** Told why nothing begins yet; null: it goes on. */
  readonly tell: (reason: Quoted | null) => void;
}

const FIRST_PAUSE_MS = 500;
const LEAST_PAUSE_MS = 50;
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
  for (let attempt = 1; ; ) {
    try {
      const answer = await question();
      tell(null);
      return answer;
    } catch (error) {
      if (!(error instanceof VenueFault)) throw error;
      if (error instanceof BudgetHeld) {
        // It was not asked, so nothing failed; when there is room for it is known.
        const text = `VENUE_RATE: the share of the requests to ${venue} is used up for now.`;
        tell({ code: 'VENUE_RATE', text });
        await clock.delay(Math.max(LEAST_PAUSE_MS, error.retry_after_ms ?? FIRST_PAUSE_MS));
        continue;
      }
      const told = venueError(venue, error);
      if (isPermanent(error)) throw told;
      tell({ code: told.code, text: `${told.code}: ${told.message}` });
      await clock.delay(pauseMs(attempt, error.retry_after_ms));
      attempt += 1;
    }
  }
}
