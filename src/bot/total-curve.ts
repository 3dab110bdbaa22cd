/**
 * The total over time as the page draws it: minutes while they are kept, hours before. However long
 * the record, it is read in slices between which the bot trades on.
 */
import { divideRounded, formatFixed, formatMoney, parseMoney } from '../contract/decimal.ts';
import type { Money } from '../contract/decimal.ts';
import type { CurveSpan, Drawdown, EquityView } from '../contract/page-api.ts';
import { isoTime } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import { STEPS, readNewestPoint, readPointSlice } from '../store/index.ts';
import type { Books, PointRow } from '../store/index.ts';
import type { ChartRecord } from './chart-record.ts';
import type { Fall } from './fall-watch.ts';
import { ThinnedCurve } from './thinned-curve.ts';

export interface CurveParts {
  readonly books: Pick<Books, 'db'>;
  readonly charts: ChartRecord;
  /** Quote currency the grid works with. */
  readonly investment: () => string;
  readonly clock: Clock;
}

const { '1m': MINUTE, '1h': HOUR } = STEPS;
const DAY = 86_400;
const SECONDS: Readonly<Record<CurveSpan, number>> = {
  '24h': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
  all: Infinity,
};
/** Rows that are read and weighed in one go, some 2 ms. */
const SLICE = 1000;
/** For so long an answer serves all who ask: every open page asks when a minute begins. */
const FRESH_MS = 1000;

export class TotalCurve {
  readonly #parts: CurveParts;
  readonly #answers = new Map<CurveSpan, { until: number; view: Promise<EquityView> }>();

  constructor(parts: CurveParts) {
    this.#parts = parts;
  }

  /** Rejects with what SQLite throws. */
  over(span: CurveSpan): Promise<EquityView> {
    const now = this.#parts.clock.monotonic();
    const last = this.#answers.get(span);
    if (last !== undefined && now < last.until) return last.view;
    const view = this.#read(span);
    this.#answers.set(span, { until: now + FRESH_MS, view });
    return view;
  }

  async #read(span: CurveSpan): Promise<EquityView> {
    const { charts, investment } = this.#parts;
    const newest = this.#newest();
    if (newest === null) return { points: [], run: MINUTE, drawdown: null };
    const since = Math.max(0, newest - SECONDS[span]);
    const minutes = this.#first(MINUTE, 0, newest) ?? newest;
    const parts = [
      { step: HOUR, from: since + MINUTE - HOUR, to: minutes - HOUR },
      { step: MINUTE, from: since, to: newest },
    ] as const;
    const begin = Math.min(
      ...parts.map(({ step, from, to }) => (this.#first(step, from, to) ?? newest) + step - MINUTE),
    );
    const curve = new ThinnedCurve(begin, newest);
    for (const { step, from, to } of parts) await this.#take(curve, step, from, to);
    // The record's own knows every second, but counts only if it lies within the span.
    const whole = charts.fall;
    const within = whole !== null && whole.from >= since * 1000 ? whole : null;
    const fall = deeper(within, curve.fall);
    const drawdown = fall === null ? null : drawdownOf(fall, parseMoney(investment()));
    return { points: curve.points(), run: curve.run, drawdown };
  }

  /** Begin of the newest minute that has a point; null before the first. */
  #newest(): number | null {
    const { books, charts } = this.#parts;
    const stored = readNewestPoint(books.db, MINUTE);
    const last = charts.pointsOver(MINUTE, stored === null ? [] : [stored], 0, Infinity).at(-1);
    return last?.time ?? null;
  }

  /** When the first point of a step in `from`..`to` begins, seconds. */
  #first(step: number, from: number, to: number): number | null {
    const { books, charts } = this.#parts;
    const stored = readPointSlice(books.db, step, from, to, 1);
    return charts.pointsOver(step, stored, from, to)[0]?.time ?? null;
  }

  async #take(curve: ThinnedCurve, step: number, from: number, to: number): Promise<void> {
    const { books, charts, clock } = this.#parts;
    for (let begin = from; ; ) {
      const stored = readPointSlice(books.db, step, begin, to, SLICE);
      const end = stored.length < SLICE ? to : (stored.at(-1)?.time ?? to);
      for (const row of charts.pointsOver(step, stored, begin, end)) curve.take(pointOf(row));
      if (end === to) return;
      await clock.breathe();
      begin = end + 1;
    }
  }
}

function deeper(one: Fall | null, other: Fall | null): Fall | null {
  if (one === null || other === null) return one ?? other;
  return one.amount >= other.amount ? one : other;
}

/** An hour's sums are those of its last minute. */
function pointOf({ step, time, equity, grid_profit, total_pnl }: PointRow) {
  return { time: time + step - MINUTE, equity, grid_profit, total_pnl };
}

/** A fall as the page shows it; percent of the investment with 2 decimals. */
export function drawdownOf({ amount, from, to }: Fall, investment: Money | null): Drawdown {
  const share =
    investment === null || investment <= 0n ? 0n : divideRounded(amount * 10_000n, investment);
  return {
    amount: formatMoney(amount),
    percent: formatFixed(share, 2),
    from: isoTime(from),
    to: isoTime(to),
  };
}
