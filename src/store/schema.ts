/**
 * The tables of an instance's books. Steps are only ever added; a step that ran is never edited.
 */
import type { Migration } from '../platform/sqlite.ts';

export const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE engine (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    state TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    venue_order_id TEXT,
    role TEXT NOT NULL,
    gap INTEGER,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    price TEXT,
    size TEXT NOT NULL,
    filled TEXT NOT NULL,
    status TEXT NOT NULL
      CHECK (status IN ('sent', 'open', 'cancelling', 'filled', 'cancelled', 'rejected')),
    reason TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX orders_alive ON orders (status) WHERE status IN ('sent', 'open', 'cancelling');
  CREATE TABLE fills (
    trade_id TEXT NOT NULL UNIQUE,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    gap INTEGER,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    price TEXT NOT NULL,
    size TEXT NOT NULL,
    fee TEXT NOT NULL,
    cycle_profit TEXT,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE funding (
    funding_id TEXT PRIMARY KEY,
    amount TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE receipts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE requests (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE status (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    body TEXT NOT NULL
  ) STRICT;
  `,
  // Nothing was ever stored in the first funding table: no venue paid any.
  `
  DROP TABLE funding;
  CREATE TABLE funding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    funding_id TEXT NOT NULL UNIQUE,
    amount TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE adjustments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size TEXT NOT NULL,
    price TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  ALTER TABLE receipts ADD COLUMN kind TEXT NOT NULL DEFAULT 'stop';
  ALTER TABLE receipts ADD COLUMN after_fill INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE receipts ADD COLUMN last_fill INTEGER NOT NULL DEFAULT 0;
  `,
  'ALTER TABLE orders ADD COLUMN generation INTEGER NOT NULL DEFAULT 0',
  // What the page draws and counts. Moments are the venue's, candles and points begin in seconds.
  `
  CREATE TABLE candles (
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    open TEXT NOT NULL,
    high TEXT NOT NULL,
    low TEXT NOT NULL,
    close TEXT NOT NULL,
    PRIMARY KEY (step, time)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE equity (
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    equity TEXT NOT NULL,
    grid_profit TEXT NOT NULL,
    total_pnl TEXT NOT NULL,
    cycles INTEGER NOT NULL,
    PRIMARY KEY (step, time)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE line_fills (
    day INTEGER NOT NULL,
    price TEXT NOT NULL,
    side TEXT NOT NULL,
    fills INTEGER NOT NULL,
    PRIMARY KEY (day, price, side)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO line_fills
    SELECT updated_ms / 86400000, price, side, count(*) FROM orders
    WHERE role = 'line' AND status = 'filled' AND price IS NOT NULL GROUP BY 1, 2, 3;
  CREATE TRIGGER line_filled AFTER UPDATE OF status ON orders
    WHEN NEW.status = 'filled' AND OLD.status <> 'filled' AND NEW.role = 'line'
      AND NEW.price IS NOT NULL
  BEGIN
    INSERT INTO line_fills VALUES (NEW.updated_ms / 86400000, NEW.price, NEW.side, 1)
      ON CONFLICT (day, price, side) DO UPDATE SET fills = fills + 1;
  END;
  ALTER TABLE fills ADD COLUMN pair_price TEXT;
  ALTER TABLE fills ADD COLUMN pair_ms INTEGER;
  CREATE INDEX fills_of_gap ON fills (gap, side, price);
  CREATE TABLE audit_waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL
  ) STRICT;
  `,
];
