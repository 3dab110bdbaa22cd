/**
 * Listings of a span of time, complete whichever end a full page shows: asked for in windows no
 * longer than the venue allows, and a window that comes back full in halves.
 */
import { VenueFault } from '../port.ts';
import type { VenueTime } from './venue-time.ts';

/** How far what happens now may be ahead of the venue's clock as we know it, ms. */
const AHEAD_MS = 60_000;

export interface SpanRules {
  /** Longest window, ms. */
  readonly longest_ms: number;
  /** Most rows in an answer: so many, and some may be missing. */
  readonly most: number;
}

/** Both ends included, ms. */
export type Window<T> = (fromMs: number, toMs: number) => Promise<readonly T[]>;

/** Everything from `fromMs` to `toMs`, both included, in the order of the windows. */
export async function listSpan<T>(
  fromMs: number,
  toMs: number,
  rules: SpanRules,
  ask: Window<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (let from = fromMs; from <= toMs; from += rules.longest_ms) {
    const to = Math.min(toMs, from + rules.longest_ms - 1);
    found.push(...(await listWindow(from, to, rules, ask)));
  }
  return found;
}

/** As `listSpan`, up to the present; `now`: when that was, ms of the venue's clock. */
export async function listUntilNow<T>(
  time: VenueTime,
  fromOf: (now: number) => number,
  rules: SpanRules,
  ask: Window<T>,
): Promise<{ readonly rows: readonly T[]; readonly now: number }> {
  await time.ready();
  const rows: T[] = [];
  let now = Math.floor(time.present());
  for (let from = fromOf(now), to = now + AHEAD_MS; ; from = to + 1, to = now + AHEAD_MS) {
    rows.push(...(await listSpan(from, to, rules, ask)));
    now = Math.floor(time.present());
    // After a sleep of the machine the venue tells us only now how late it is.
    if (now < to) return { rows, now };
  }
}

async function listWindow<T>(
  from: number,
  to: number,
  rules: SpanRules,
  ask: Window<T>,
): Promise<readonly T[]> {
  const rows = await ask(from, to);
  if (rows.length < rules.most) return rows;
  if (from === to) {
    const text = `the venue lists ${rows.length} rows or more in one millisecond`;
    throw new VenueFault('unreachable', text, null, 'answer');
  }
  const middle = Math.floor((from + to) / 2);
  const older = await listWindow(from, middle, rules, ask);
  return [...older, ...(await listWindow(middle + 1, to, rules, ask))];
}
