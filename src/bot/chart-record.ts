/**
 * The bot's own record of prices and sums, for its page: candles from the prices that the runner
 * sees, points of equity and profit, the deepest fall. All of it is dated by the venue's clock: on
 * paper that may run fast or lie in the past. Written at most once a minute, more often only where
 * that clock runs fast; a disk that takes nothing costs candles and nothing else.
 */
import type { Money } from '../contract/decimal.ts';
import { formatMoney } from '../contract/decimal.ts';
import { nearestTicks, priceText } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import type { CandleInterval, CandleView } from '../contract/page-api.ts';
import type { Clock } from '../platform/clock.ts';
import { STEPS, isStorageFault } from '../store/index.ts';
import type { Books, CandleRow, PointRow } from '../store/index.ts';
import { FallWatch } from './fall-watch.ts';
import type { Fall } from './fall-watch.ts';

export interface ChartParts {
  readonly market: Market;
  readonly books: Pick<Books, 'charts' | 'meta'>;
  readonly clock: Clock;
  /** Further rows of `meta` that are kept with it. */
  readonly beside?: () => Readonly<Record<string, string>>;
}

/** The sums at one moment; `cycles` since the books began. */
export interface Sums {
  readonly equity: Money;
  readonly grid_profit: Money;
  readonly total: Money;
  readonly cycles: number;
}

interface Candle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

const WRITE_MS = 60_000;
const DAY_S = 86_400;
const POINT_STEPS = [60, 3600];
/** Rows that wait before they are written earlier, and at most where the disk takes none. */
const MANY_ROWS = 500;
const MOST_ROWS = 5000;
/** A clock that was set back by more than this begins anew there, seconds. */
const SET_BACK = 3600;
const DRAWDOWN = 'drawdown';

export class ChartRecord {
  readonly #parts: ChartParts;
  /** The candle under way of each step. */
  readonly #open = new Map<number, Candle>();
  /** The points under way, and whatever else is not written yet, by step and time. */
  readonly #points = new Map<number, PointRow>();
  #waitingCandles = new Map<string, CandleRow>();
  #waitingPoints = new Map<string, PointRow>();
  #writeAt: number;
  #begun = 0;
  readonly #falls = new FallWatch();
  #dayBefore: { minute: number; point: PointRow | null } | null = null;

  constructor(parts: ChartParts) {
    this.#parts = parts;
    this.#writeAt = parts.clock.monotonic() + WRITE_MS;
    for (const step of Object.values(STEPS)) this.#resume(step);
    const falls = parts.books.meta(DRAWDOWN);
    if (falls !== null) this.#falls.resume(falls);
  }

  /** Moves when a candle of a minute begins. */
  get mark(): number {
    return this.#begun;
  }

  /** Takes a price at a moment of the venue's clock, ms. */
  price(ticks: number, atMs: number): void {
    for (const step of Object.values(STEPS)) {
      const time = beginOf(atMs, step);
      const open = this.#open.get(step);
      const same = open !== undefined && time <= open.time && open.time - time < SET_BACK;
      if (same) {
        const [high, low] = [Math.max(open.high, ticks), Math.min(open.low, ticks)];
        this.#open.set(step, { ...open, high, low, close: ticks });
        continue;
      }
      if (open !== undefined) this.#wait(this.#waitingCandles, this.#row(step, open));
      this.#open.set(step, { time, open: ticks, high: ticks, low: ticks, close: ticks });
      if (step === STEPS['1m']) this.#begun += 1;
    }
  }

  /** Takes the sums of a moment of the venue's clock, ms. */
  sums({ equity, grid_profit, total, cycles }: Sums, atMs: number): void {
    const texts = {
      equity: formatMoney(equity),
      grid_profit: formatMoney(grid_profit),
      total_pnl: formatMoney(total),
    };
    for (const step of POINT_STEPS) {
      const time = beginOf(atMs, step);
      const open = this.#points.get(step);
      if (open !== undefined && open.time !== time) this.#wait(this.#waitingPoints, open);
      this.#points.set(step, { step, time, ...texts, cycles });
    }
    this.#falls.take(total, atMs);
  }

  /** The deepest fall of the total so far; null: there was none. */
  get fall(): Fall | null {
    return this.#falls.deepest;
  }

  /** The sums a day before a moment; null: no record reaches back so far. */
  dayBefore(atMs: number): Pick<PointRow, 'grid_profit' | 'total_pnl' | 'cycles'> | null {
    const minute = Math.floor(atMs / 60_000);
    if (this.#dayBefore?.minute !== minute) {
      const point = this.#parts.books.charts.pointBefore(minute * 60 - DAY_S);
      this.#dayBefore = { minute, point };
    }
    return this.#dayBefore.point;
  }

  /** Stored candles of a time with what is not written yet laid over them. */
  over(interval: CandleInterval, stored: readonly CandleView[], from: number, to: number) {
    const step = STEPS[interval];
    const rows = new Map(stored.map((row) => [row.time, row]));
    const open = this.#open.get(step);
    const present = open === undefined ? [] : [this.#row(step, open)];
    for (const row of [...this.#waitingCandles.values(), ...present]) {
      if (row.step === step && row.time >= from && row.time <= to) rows.set(row.time, row);
    }
    return [...rows.values()].sort((a, b) => a.time - b.time);
  }

  /** The same for points of a step in seconds. */
  pointsOver(step: number, stored: readonly PointRow[], from: number, to: number): PointRow[] {
    const rows = new Map(stored.map((row) => [row.time, row]));
    for (const row of [...this.#waitingPoints.values(), ...this.#points.values()]) {
      if (row.step === step && row.time >= from && row.time <= to) rows.set(row.time, row);
    }
    return [...rows.values()].sort((a, b) => a.time - b.time);
  }

  /** Writes what waits when that is due. */
  keep(): void {
    const many = this.#waitingCandles.size + this.#waitingPoints.size >= MANY_ROWS;
    if (many || this.#parts.clock.monotonic() >= this.#writeAt) this.write();
  }

  /** Writes what waits; a full disk keeps it waiting, within bounds. */
  write(): void {
    const { books, clock } = this.#parts;
    this.#writeAt = clock.monotonic() + WRITE_MS;
    const open = [...this.#open].map(([step, candle]) => this.#row(step, candle));
    try {
      books.charts.write({
        candles: [...this.#waitingCandles.values(), ...open],
        points: [...this.#waitingPoints.values(), ...this.#points.values()],
        meta: { ...this.#parts.beside?.(), [DRAWDOWN]: this.#falls.text },
      });
      this.#waitingCandles = new Map();
      this.#waitingPoints = new Map();
    } catch (error) {
      if (!isStorageFault(error)) throw error;
    }
  }

  #wait<Row extends { step: number; time: number }>(waiting: Map<string, Row>, row: Row): void {
    waiting.set(`${row.step} ${row.time}`, row);
    const [oldest] = waiting.keys();
    if (waiting.size > MOST_ROWS && oldest !== undefined) waiting.delete(oldest);
  }

  #row(step: number, { time, open, high, low, close }: Candle): CandleRow {
    const { market } = this.#parts;
    const text = (ticks: number) => priceText(market, ticks);
    return { step, time, open: text(open), high: text(high), low: text(low), close: text(close) };
  }

  /** The candle that an earlier process began goes on. */
  #resume(step: number): void {
    const { market, books } = this.#parts;
    const last = books.charts.lastCandle(step);
    if (last === null) return;
    const ticks = (price: string) => nearestTicks(market, price) ?? 0;
    this.#open.set(step, {
      time: last.time,
      open: ticks(last.open),
      high: ticks(last.high),
      low: ticks(last.low),
      close: ticks(last.close),
    });
  }
}

/** Begin of the step that holds a moment (ms), in seconds. */
function beginOf(atMs: number, step: number): number {
  return Math.floor(atMs / 1000 / step) * step;
}
