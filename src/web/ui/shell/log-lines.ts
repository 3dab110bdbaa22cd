/** Lines put after those that are held, the oldest dropped when there are too many. Pure. */
import type { LogLine, LogPage } from '../../../contract/page-api.ts';

/** A line with a number that stays with it. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

export interface HeldLines {
  readonly lines: readonly NumberedLine[];
  /** Asks for what comes after. */
  readonly cursor: string;
  /** Older lines match and are not held. */
  readonly older: boolean;
}

/** As many as are held at most. */
export const MOST_LINES = 5000;

/**
 * `held` with the lines of `page` after it. A page that left lines out does not join on: the held
 * ones are let go, so that no hole is shown as if it were none.
 */
export function linesTaken(held: HeldLines | null, page: LogPage): HeldLines {
  const before = held === null || page.more ? [] : held.lines;
  let number = held?.lines.at(-1)?.number ?? 0;
  const fresh = page.lines.map((line): NumberedLine => ({ ...line, number: (number += 1) }));
  const all = [...before, ...fresh];
  const lines = all.slice(-MOST_LINES);
  const older = page.more || held?.older === true || lines.length < all.length;
  return { lines, cursor: page.cursor, older };
}
