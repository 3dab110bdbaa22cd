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
];
