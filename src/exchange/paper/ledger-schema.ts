/**
 * The tables of the paper venue (`paper_*`) and how those of an older gridd are brought to the
 * present shape. They share a file with the bot's books, so they count their own versions.
 */
import { assert } from '../../contract/assert.ts';
import type { SqliteDatabase } from '../../platform/sqlite.ts';

/** Step k brings version k to k+1; the first also finds files that had no version yet. */
const STEPS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS paper_account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tick TEXT NOT NULL, lot TEXT NOT NULL,
    starting TEXT NOT NULL, realised TEXT NOT NULL, fees TEXT NOT NULL,
    lots INTEGER NOT NULL, cost TEXT NOT NULL,
    path_kind TEXT NOT NULL, path_index INTEGER NOT NULL, path_state INTEGER NOT NULL,
    ticks INTEGER NOT NULL, at_ms INTEGER NOT NULL, cursor INTEGER, told INTEGER NOT NULL,
    origin_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS paper_orders (
    id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, side TEXT NOT NULL,
    ticks INTEGER, lots INTEGER NOT NULL, filled INTEGER NOT NULL, status TEXT NOT NULL,
    reduce_only INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS paper_orders_open ON paper_orders (id) WHERE status = 'open';
  CREATE TABLE IF NOT EXISTS paper_trades (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES paper_orders (id),
    client_id TEXT NOT NULL, side TEXT NOT NULL, ticks INTEGER NOT NULL, lots INTEGER NOT NULL,
    fee TEXT NOT NULL, maker INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS paper_trades_at ON paper_trades (at_ms);`,

  // Before, nobody knew when a cancelled order had ended, and a replay had no shift of its dates.
  `ALTER TABLE paper_account ADD COLUMN funding TEXT NOT NULL DEFAULT '0';
  ALTER TABLE paper_account ADD COLUMN funded_ms INTEGER;
  ALTER TABLE paper_account ADD COLUMN dead_man_ms INTEGER;
  UPDATE paper_account SET origin_ms = 0 WHERE path_kind = 'replay';
  ALTER TABLE paper_orders ADD COLUMN updated_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE paper_orders ADD COLUMN stop_ticks INTEGER;
  ALTER TABLE paper_orders ADD COLUMN part_index INTEGER;
  UPDATE paper_orders SET updated_ms = at_ms;
  UPDATE paper_orders SET updated_ms = max(paper_orders.at_ms, last.at_ms)
    FROM (SELECT order_id, max(at_ms) AS at_ms FROM paper_trades GROUP BY order_id) AS last
    WHERE last.order_id = paper_orders.id;
  DROP INDEX IF EXISTS paper_orders_at;
  CREATE INDEX paper_orders_updated ON paper_orders (updated_ms);
  CREATE TABLE paper_funding (
    at_ms INTEGER PRIMARY KEY, amount TEXT NOT NULL
  ) STRICT;`,

  // Before, a newer gridd could give an account other fees and margins than it began with.
  'ALTER TABLE paper_account ADD COLUMN rules TEXT;',
];

/** Brings the venue's tables in `db` to the present shape, each step in its own transaction. */
export function prepareSchema(db: SqliteDatabase): void {
  db.exec('CREATE TABLE IF NOT EXISTS paper_schema (version INTEGER NOT NULL) STRICT');
  const stored = db.prepare<[], { version: number }>('SELECT version FROM paper_schema').get();
  const version = stored?.version ?? 0;
  assert(version <= STEPS.length, 'the paper tables are those of a newer gridd');
  for (let step = version; step < STEPS.length; step += 1) {
    db.transaction(() => {
      db.exec(STEPS[step] ?? '');
      db.exec('DELETE FROM paper_schema');
      db.prepare('INSERT INTO paper_schema VALUES (?)').run(step + 1);
    }).immediate();
  }
}
