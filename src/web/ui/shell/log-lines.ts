/** The lines of the log that a page holds: more after them, more before them, in bounds. Pure. */
import type { LogLine, LogPage } from '../../../contract/page-api.ts';

/** A line with a number that stays with it; later lines have larger ones. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

export interface HeldLines {
  readonly lines: readonly NumberedLine[];
  /** Asks for what comes after. */
  readonly cursor: string;
  /** Asks for what comes before; null: nothing can be had before these. */
  readonly older: string | null;
  /** Lines at the begin were let go, for there were too many. */
  readonly cut: boolean;
}

/** As many as are held at most. */
export const MOST_LINES = 5000;

/** The newest lines, as first asked for. */
export function firstLines({ lines, cursor, older }: LogPage): HeldLines {
  return { lines: numbered(lines, 1), cursor, older, cut: false };
}

/** `held` with what came after it. */
export function withNewer(held: HeldLines, { lines, cursor }: LogPage): HeldLines {
  const all = [...held.lines, ...numbered(lines, (held.lines.at(-1)?.number ?? 0) + 1)];
  if (all.length <= MOST_LINES) return { ...held, lines: all, cursor };
  // Between what is let go and what could be asked for before it there would be a hole.
  return { lines: all.slice(-MOST_LINES), cursor, older: null, cut: true };
}

/** `held` with what came before it; the newest stay whatever comes. */
export function withOlder(held: HeldLines, { lines, older }: LogPage): HeldLines {
  const first = (held.lines[0]?.number ?? 1) - lines.length;
  const all = [...numbered(lines, first), ...held.lines];
  if (all.length <= MOST_LINES) return { ...held, lines: all, older };
  return { ...held, lines: all.slice(-MOST_LINES), older: null, cut: true };
}

function numbered(lines: readonly LogLine[], first: number): NumberedLine[] {
  return lines.map((line, place) => ({ ...line, number: first + place }));
}
