/**
 * What the page draws, in the books: candles of one, five and sixty minutes, and points of the sums
 * per minute and hour. Moments are the venue's, in seconds. Bounded: candles of a minute stay for 7
 * days, of five for 60, points of a minute for 2; those of an hour stay for ever.
 */
import type { CandleInterval, CandleView, EquityPoint } from '../contract/page-api.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Seconds of each interval. */
export const STEPS: Readonly<Record<CandleInterval, number>> = {
  '1m': MINUTE,
  '5m': 300,
  '1h': HOUR,
};
/** Seconds for which rows of a step stay; absent: for ever. */
const CANDLES_KEPT: readonly (readonly [number, number])[] = [[MINUTE, 7 * DAY], [300, 60 * DAY]];
const POINTS_KEPT: readonly (readonly [number, number])[] = [[MINUTE, 2 * DAY]];
/** Most rows of one answer: more are no better picture. */
export const MOST_ROWS = 3000;

/** A candle as it is stored; `step` in seconds. */
export interface CandleRow extends CandleView {
  readonly step: number;
}

/** A point as it is stored, with the cycles until then. */
export interface PointRow extends EquityPoint {
  readonly step: number;
  readonly cycles: number;
}

/** What is written at once; a row that is there already is replaced. */
export interface ChartBatch {
  readonly candles: readonly CandleRow[];
  readonly points: readonly PointRow[];
  /** A value beside them, by its key in `meta`. */
  readonly meta: Readonly<Record<string, string>>;
}

const CANDLE = 'step, time, open, high, low, close';
const POINT = 'step, time, equity, grid_profit, total_pnl, cycles';

/** Candles of a step that begin in `from`..`to` (seconds), oldest first: the newest 3000. */
export function readCandles(
  db: SqliteDatabase,
  step: number,
  from: number,
  to: number,
): CandleRow[] {
  const rows = db.prepare<[number, number, number], CandleRow>(
    `SELECT ${CANDLE} FROM candles WHERE step = ? AND time BETWEEN ? AND ?
     ORDER BY time DESC LIMIT ${MOST_ROWS}`,
  );
  return rows.all(step, from, to).reverse();
}

/** Points of a step (60 or 3600 seconds) from a second on, oldest first: the newest 3000. */
export function readPoints(db: SqliteDatabase, step: number, from: number): PointRow[] {
  const rows = db.prepare<[number, number], PointRow>(
    `SELECT ${POINT} FROM equity WHERE step = ? AND time >= ?
     ORDER BY time DESC LIMIT ${MOST_ROWS}`,
  );
  return rows.all(step, from).reverse();
}

/** Points of a step that begin in `from`..`to` (seconds), oldest first: the oldest `most`. */
export function readPointSlice(
  db: SqliteDatabase,
  step: number,
  from: number,
  to: number,
  most: number,
): PointRow[] {
  const rows = db.prepare<[number, number, number, number], PointRow>(
    `SELECT ${POINT} FROM equity WHERE step = ? AND time BETWEEN ? AND ? ORDER BY time LIMIT ?`,
  );
  return rows.all(step, from, to, most);
}

/** The newest point of a step; null before the first. */
export function readNewestPoint(db: SqliteDatabase, step: number): PointRow | null {
  const newest = db.prepare<[number], PointRow>(
    `SELECT ${POINT} FROM equity WHERE step = ? ORDER BY time DESC LIMIT 1`,
  );
  return newest.get(step) ?? null;
}

/** How often lines were filled on the UTC days from that of `from` (seconds) on. */
export function readLineFills(
  db: SqliteDatabase,
  from: number,
): { readonly price: string; readonly side: string; readonly fills: number }[] {
  const rows = db.prepare<[number], { price: string; side: string; fills: number }>(
    'SELECT price, side, sum(fills) fills FROM line_fills WHERE day >= ? GROUP BY price, side',
  );
  return rows.all(Math.floor(from / DAY));
}

/** The charts of one instance's books, for their one writer. */
export class Charts {
  readonly #db: SqliteDatabase;
  readonly #write: (batch: ChartBatch) => void;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    const candle = db.prepare<[CandleRow]>(
      `INSERT OR REPLACE INTO candles (${CANDLE})
       VALUES (@step, @time, @open, @high, @low, @close)`,
    );
    const point = db.prepare<[PointRow]>(
      `INSERT OR REPLACE INTO equity (${POINT})
       VALUES (@step, @time, @equity, @grid_profit, @total_pnl, @cycles)`,
    );
    const meta = db.prepare<[string, string]>('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    const oldCandles = db.prepare<[number, number]>(
      'DELETE FROM candles WHERE step = ? AND time < ?',
    );
    const oldPoints = db.prepare<[number, number]>(
      'DELETE FROM equity WHERE step = ? AND time < ?',
    );
    this.#write = db.transaction(({ candles, points, meta: values }: ChartBatch) => {
      for (const row of candles) candle.run(row);
      for (const row of points) point.run(row);
      for (const [key, value] of Object.entries(values)) meta.run(key, value);
      const [newest, latest] = [lastTime(candles), lastTime(points)];
      for (const [step, kept] of CANDLES_KEPT) oldCandles.run(step, newest - kept);
      for (const [step, kept] of POINTS_KEPT) oldPoints.run(step, latest - kept);
    });
  }

  /** One transaction: all of `batch` or nothing. Throws what SQLite throws. */
  write(batch: ChartBatch): void {
    this.#write(batch);
  }

  /** The newest candle of a step; null before the first. */
  lastCandle(step: number): CandleRow | null {
    const last = this.#db.prepare<[number], CandleRow>(
      `SELECT ${CANDLE} FROM candles WHERE step = ? ORDER BY time DESC LIMIT 1`,
    );
    return last.get(step) ?? null;
  }

  /** The newest point, of a minute or hour, that has ended by a second; null: none has. */
  pointBefore(second: number): PointRow | null {
    const before = this.#db.prepare<[number, number], PointRow>(
      `SELECT ${POINT} FROM equity WHERE step = ? AND time <= ? ORDER BY time DESC LIMIT 1`,
    );
    const found = [MINUTE, HOUR].flatMap((step) => before.get(step, second - step) ?? []);
    return found.sort((a, b) => b.time + b.step - (a.time + a.step))[0] ?? null;
  }
}

function lastTime(rows: readonly { readonly time: number }[]): number {
  return rows.reduce((last, { time }) => Math.max(last, time), -Infinity);
}
