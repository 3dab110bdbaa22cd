/**
 * What an instance earned in the last day: its present sums less those of a day ago. PURE. Where
 * less is known it says since when it counts; sums of other books than the present ones never do.
 */
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { StatusView } from '../contract/instance-api.ts';
import { isoTime } from '../platform/clock.ts';
import { SLOT_MS } from '../store/index.ts';
import type { FigureSample } from '../store/index.ts';

export const DAY_MS = 86_400_000;
/** So much older than a day the sample of a day ago may be: no supervisor ran for a moment. */
export const LATE_MS = 900_000;
const POINTS = 48;
const POINT_MS = DAY_MS / POINTS;

/** Sums from which a day is counted. */
export interface DayBase {
  readonly since: string;
  readonly total_pnl: string;
  readonly grid_profit: string;
  readonly cycles: number;
}

/** Figures of the last day; nulls where nothing is known to count from. */
export interface DayFigures {
  readonly since: string | null;
  readonly total: string | null;
  readonly grid_profit: string | null;
  readonly cycles: number | null;
  /** Totals, oldest first, the present one last; for a picture only. */
  readonly sparkline: readonly number[];
}

const NOTHING: DayFigures = {
  since: null,
  total: null,
  grid_profit: null,
  cycles: null,
  sparkline: [],
};

type Sums = Pick<
  StatusView,
  'total_pnl' | 'grid_profit' | 'cycles' | 'updated_at' | 'books_began_at'
>;

/** The last day of present `sums`; `samples`: of the instance, oldest first. */
export function dayFigures(
  sums: Sums | null,
  samples: readonly FigureSample[],
  nowMs: number,
): DayFigures {
  if (sums === null) return NOTHING;
  const own = samples.filter(({ books }) => books === (sums.books_began_at ?? ''));
  const sparkline = sparklineOf(sums, own, nowMs);
  const base = baseOf(sums, own, nowMs);
  if (base === null) return { ...NOTHING, sparkline };
  return {
    since: base.since,
    total: difference(sums.total_pnl, base.total_pnl),
    grid_profit: difference(sums.grid_profit, base.grid_profit),
    cycles: sums.cycles - base.cycles,
    sparkline,
  };
}

/**
 * From where the day counts. Sums that have not moved for a day: from themselves. Else from the
 * sample of a day ago; for books that are younger from nothing; else from their first sample since.
 */
function baseOf(sums: Sums, own: readonly FigureSample[], nowMs: number): DayBase | null {
  const dayAgo = nowMs - DAY_MS;
  if (Date.parse(sums.updated_at) <= dayAgo) return { ...sums, since: isoTime(dayAgo) };
  const before = own.findLast(({ slot }) => slot * SLOT_MS <= dayAgo);
  if (before !== undefined && dayAgo - before.slot * SLOT_MS <= LATE_MS) return since(before);
  const { books_began_at: began } = sums;
  if (began !== undefined && Date.parse(began) > dayAgo) {
    return { since: began, total_pnl: '0', grid_profit: '0', cycles: 0 };
  }
  const after = own.find(({ slot }) => slot * SLOT_MS > dayAgo);
  return after === undefined ? null : since(after);
}

function since(sample: FigureSample): DayBase {
  return { ...sample, since: isoTime(sample.slot * SLOT_MS) };
}

function difference(present: string, before: string): string | null {
  const [a, b] = [parseMoney(present), parseMoney(before)];
  return a === null || b === null ? null : formatMoney(a - b);
}

/** The last sample of each half hour, then the present. */
function sparklineOf(sums: Sums, own: readonly FigureSample[], nowMs: number): number[] {
  const halves = new Map<number, number>();
  for (const { slot, total_pnl } of own) {
    const at = slot * SLOT_MS;
    if (at > nowMs - DAY_MS && at <= nowMs) {
      halves.set(Math.floor(at / POINT_MS), Number(total_pnl));
    }
  }
  return [...[...halves.values()].slice(1 - POINTS), Number(sums.total_pnl)];
}
