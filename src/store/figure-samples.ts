/**
 * Samples of what each instance had earned, one in five minutes, in database/gridd.db: what was a
 * day ago is known of stopped and restarted bots alike. Kept for eight days.
 */
import type { SqliteDatabase } from '../platform/sqlite.ts';

/** Length of a slot; each instance has one sample in each. */
export const SLOT_MS = 300_000;
const KEPT_MS = 8 * 86_400_000;

/** The sums of an instance at the begin of a slot, or when it was first known in it. */
export interface FigureSample {
  readonly instance: string;
  /** Slots since the epoch. */
  readonly slot: number;
  /** Tells the books: when they began, ISO text; "" where the bot does not say. */
  readonly books: string;
  readonly total_pnl: string;
  readonly grid_profit: string;
  readonly cycles: number;
}

/** The step that makes the table. */
export const FIGURES_TABLE = `
  CREATE TABLE figures (
    instance TEXT NOT NULL,
    slot INTEGER NOT NULL,
    books TEXT NOT NULL,
    total_pnl TEXT NOT NULL,
    grid_profit TEXT NOT NULL,
    cycles INTEGER NOT NULL,
    PRIMARY KEY (instance, slot)
  ) STRICT, WITHOUT ROWID;
`;

/** Reads the samples of an instance from a slot on, oldest first. */
export function figureReader(
  db: SqliteDatabase,
): (instance: string, fromSlot: number) => FigureSample[] {
  const all = db.prepare<[string, number], FigureSample>(
    'SELECT * FROM figures WHERE instance = ? AND slot >= ? ORDER BY slot',
  );
  return (instance, fromSlot) => all.all(instance, fromSlot);
}

/** Writes samples, and removes those that are older than what is kept. */
export function figureWriter(db: SqliteDatabase): {
  add(sample: FigureSample): void;
  prune(nowMs: number): void;
} {
  // A supervisor that comes back within a slot knows nothing newer of its begin.
  const add = db.prepare(
    `INSERT INTO figures
     VALUES (@instance, @slot, @books, @total_pnl, @grid_profit, @cycles)
     ON CONFLICT (instance, slot) DO NOTHING`,
  );
  const drop = db.prepare('DELETE FROM figures WHERE slot < ?');
  return {
    add: (sample) => void add.run(sample),
    prune: (nowMs) => void drop.run(Math.floor((nowMs - KEPT_MS) / SLOT_MS)),
  };
}
